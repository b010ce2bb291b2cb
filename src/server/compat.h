// Differences between PostgreSQL 14 … 18, behind names of our own: the only file that may ask for PG_VERSION_NUM.
// Must hold no behaviour of ours.
#pragma once

#include "server/postgres_api.h"

#if PG_VERSION_NUM < 140000 || PG_VERSION_NUM >= 190000
#error "dbmocker supports PostgreSQL 14 to 18"
#endif

static_assert(sizeof(Datum) == 8 && FLOAT8PASSBYVAL, "dbmocker needs a 64-bit server");

namespace dbmocker::server::compat {

inline void InitRangeTable(EState* estate, RangeTblEntry* entry) {
#if PG_VERSION_NUM >= 180000
  List* permissions = NIL;
  addRTEPermissionInfo(&permissions, entry);
  ExecInitRangeTable(estate, list_make1(entry), permissions, bms_make_singleton(1));
#elif PG_VERSION_NUM >= 160000
  List* permissions = NIL;
  addRTEPermissionInfo(&permissions, entry);
  ExecInitRangeTable(estate, list_make1(entry), permissions);
#else
  ExecInitRangeTable(estate, list_make1(entry));
#endif
}

inline List* InsertIndexTuples(ResultRelInfo* relation, TupleTableSlot* slot, EState* estate) {
#if PG_VERSION_NUM >= 160000
  return ExecInsertIndexTuples(relation, slot, estate, false, false, nullptr, NIL, false);
#else
  return ExecInsertIndexTuples(relation, slot, estate, false, false, nullptr, NIL);
#endif
}

// True if `slot` conflicts with a stored row under one of the unique or exclusion indexes of `arbiters` (NIL = all).
inline bool ConflictsWithStoredRow(ResultRelInfo* relation, TupleTableSlot* slot, EState* estate, List* arbiters) {
  ItemPointerData conflict;
#if PG_VERSION_NUM >= 180000
  ItemPointerData invalid;
  ItemPointerSetInvalid(&invalid);
  return !ExecCheckIndexConstraints(relation, slot, estate, &conflict, &invalid, arbiters);
#else
  return !ExecCheckIndexConstraints(relation, slot, estate, &conflict, arbiters);
#endif
}

inline bool UserOwnsRelation(Oid relation, Oid user) {
#if PG_VERSION_NUM >= 160000
  return object_ownercheck(RelationRelationId, relation, user);
#else
  return pg_class_ownercheck(relation, user);
#endif
}

inline bool UserOwnsDatabase(Oid database, Oid user) {
#if PG_VERSION_NUM >= 160000
  return object_ownercheck(DatabaseRelationId, database, user);
#else
  return pg_database_ownercheck(database, user);
#endif
}

// DecodeDateTime's result code; *kind is DTK_DATE for a finite date or timestamp.
inline int DecodeDateTime(char** fields, int* types, int count, int* kind) {
  struct pg_tm tm;
  fsec_t fraction = 0;
  int zone = 0;
#if PG_VERSION_NUM >= 160000
  DateTimeErrorExtra extra;
  return ::DecodeDateTime(fields, types, count, kind, &tm, &fraction, &zone, &extra);
#else
  return ::DecodeDateTime(fields, types, count, kind, &tm, &fraction, &zone);
#endif
}

// The expression of a table's CHECK as nodes, nullptr if it is not enforced.
inline Node* CheckExpression([[maybe_unused]] Relation relation, const ConstrCheck* check) {
#if PG_VERSION_NUM >= 180000
  if (!check->ccenforced) return nullptr;
  return expand_generated_columns_in_expr(static_cast<Node*>(stringToNode(check->ccbin)), relation, 1);
#else
  return static_cast<Node*>(stringToNode(check->ccbin));
#endif
}

// True if the current user may call the function.
inline bool MayExecute(Oid function) {
#if PG_VERSION_NUM >= 160000
  return object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#else
  return pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
#endif
}

inline Node* MutateTree(Node* node, Node* (*mutator)(Node*, void*), void* context) {
#if PG_VERSION_NUM >= 160000
  return expression_tree_mutator(node, mutator, context);
#else
  return expression_tree_mutator(node, reinterpret_cast<Node* (*)()>(reinterpret_cast<void (*)()>(mutator)), context);
#endif
}

inline bool WalkTree(Node* node, bool (*walker)(Node*, void*), void* context) {
#if PG_VERSION_NUM >= 160000
  return expression_tree_walker(node, walker, context);
#else
  return expression_tree_walker(node, reinterpret_cast<bool (*)()>(reinterpret_cast<void (*)()>(walker)), context);
#endif
}

inline void ReserveSettingPrefix(const char* prefix) {
#if PG_VERSION_NUM >= 150000
  MarkGUCPrefixReserved(prefix);
#else
  EmitWarningsOnPlaceholders(prefix);
#endif
}

// Extends the main fork by up to `count` pages, under the extension lock; returns how many, pinned and not locked, or 0
// if this server cannot add several at once. The pages are new unless somebody else has taken them since.
inline int ExtendRelation([[maybe_unused]] Relation relation, [[maybe_unused]] BufferAccessStrategy strategy,
                          [[maybe_unused]] int count, [[maybe_unused]] Buffer* buffers) {
#if PG_VERSION_NUM >= 160000
  BufferManagerRelation target = {};
  target.rel = relation;
  uint32 extended = 0;
  ExtendBufferedRelBy(target, MAIN_FORKNUM, strategy, 0, static_cast<uint32>(count), buffers, &extended);
  return static_cast<int>(extended);
#else
  return 0;
#endif
}

// The path of the main fork's first file below the data directory; palloc'ed.
inline char* MainForkPath(Relation relation) {
#if PG_VERSION_NUM >= 180000
  return pstrdup(relpath(RelationGetSmgr(relation)->smgr_rlocator, MAIN_FORKNUM).str);
#elif PG_VERSION_NUM >= 160000
  return relpath(RelationGetSmgr(relation)->smgr_rlocator, MAIN_FORKNUM);
#else
  return relpath(RelationGetSmgr(relation)->smgr_rnode, MAIN_FORKNUM);
#endif
}

// The subtransaction that gave the relation its present storage; InvalidSubTransactionId if it is older.
inline SubTransactionId NewStorageSubid(Relation relation) {
#if PG_VERSION_NUM >= 160000
  return relation->rd_newRelfilelocatorSubid;
#else
  return relation->rd_newRelfilenodeSubid;
#endif
}

// How rows of a partitioned table become rows of the leaf; nullptr if they are alike.
inline TupleConversionMap* RootToLeafMap(ResultRelInfo* leaf, [[maybe_unused]] EState* estate) {
#if PG_VERSION_NUM >= 160000
  return ExecGetRootToChildMap(leaf, estate);
#else
  return leaf->ri_RootToPartitionMap;
#endif
}

// True for a database whose DROP was interrupted: nobody can connect to it.
inline bool IsInvalidDatabase([[maybe_unused]] const FormData_pg_database* database) {
#if PG_VERSION_NUM >= 170000
  return database_is_invalid_form(const_cast<FormData_pg_database*>(database));
#else
  return database->datconnlimit == -2;  // what the minor releases that know of it store
#endif
}

// Wakes the sessions that listen, after the commit of a background worker's transaction.
inline void SignalListeners() {
#if PG_VERSION_NUM < 150000
  ProcessCompletedNotifies();
#endif
}

// The number in the names of packages.
inline constexpr int kServerMajor = PG_VERSION_NUM / 10000;

// Hands the statistics of the last transaction on.
inline void ReportStatistics() { pgstat_report_stat(true); }

// The status of the backend in place 1 … pgstat_fetch_stat_numbackends() of the snapshot of them.
inline const PgBackendStatus* BackendStatusAt(int place) {
#if PG_VERSION_NUM >= 160000
  return &pgstat_get_local_beentry_by_index(place)->backendStatus;
#else
  return &pgstat_fetch_stat_local_beentry(place)->backendStatus;
#endif
}

// Builds the index anew, with its uniqueness and exclusion checked over all rows.
inline void RebuildIndex(Oid index, char persistence) {
#if PG_VERSION_NUM >= 170000
  ReindexParams parameters = {};
  reindex_index(nullptr, index, false, persistence, &parameters);
#else
  ReindexParams parameters = {};
  reindex_index(index, false, persistence, &parameters);
#endif
}

}  // namespace dbmocker::server::compat

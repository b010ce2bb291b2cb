// verify(): runs what verify_items.cpp asks for over the stored rows, as the caller, and reports one line per
// constraint. Reads the heap only: index scans are off, so that a broken index cannot hide what it should have refused.
// Must not create C++ objects: everything here may ereport.
// Read first: VerifyRelation.
#include "server/boundary.h"
#include "server/materialize_rows.h"
#include "server/read_catalog.h"
#include "server/verify_items.h"

namespace dbmocker::server {
namespace {

constexpr int kMaxConditionsPerScan = 100;

struct Setting {
  const char* name;
  const char* value;
};

// Besides the scans: what the items' SQL must be parsed under. All else is the caller's own, since constraints may
// depend on it.
constexpr Setting kVerifySettings[] = {
    {"enable_indexscan", "off"},
    {"enable_indexonlyscan", "off"},
    {"enable_bitmapscan", "off"},
    {"IntervalStyle", "postgres"},
    {"lc_monetary", "C"},
    {"array_nulls", "on"},
    {"standard_conforming_strings", "on"},
    {"transform_null_equals", "off"},
};

int EnterVerifySettings() {
  const int nest_level = NewGUCNestLevel();
  for (const Setting& setting : kVerifySettings) {
    set_config_option(setting.name, setting.value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
  }
  return nest_level;
}

// Runs a query whose columns are bigint. Gives, per column, the sum over all rows; in the caller's memory context.
int64* RunCounts(const char* query) {
  MemoryContext const context = CurrentMemoryContext;
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "could not connect to SPI");
  const int result = SPI_execute(query, true, 0);
  if (result != SPI_OK_SELECT) elog(ERROR, "verification query failed: %s", SPI_result_code_string(result));
  TupleDesc descriptor = SPI_tuptable->tupdesc;
  auto* counts =
      static_cast<int64*>(MemoryContextAllocZero(context, sizeof(int64) * static_cast<Size>(descriptor->natts)));
  for (uint64 row = 0; row < SPI_processed; ++row) {
    for (int column = 0; column < descriptor->natts; ++column) {
      bool is_null;
      const Datum value = SPI_getbinval(SPI_tuptable->vals[row], descriptor, column + 1, &is_null);
      if (!is_null) counts[column] += DatumGetInt64(value);
    }
  }
  SPI_finish();
  return counts;
}

VerifyItem* ItemAt(List* items, int place) { return static_cast<VerifyItem*>(list_nth(items, place)); }

// How many items from `first` on are conditions over the same source.
int CountSharedScan(List* items, int first) {
  const VerifyItem* head = ItemAt(items, first);
  int count = 1;
  if (head->condition == nullptr) return count;
  while (first + count < list_length(items) && count < kMaxConditionsPerScan) {
    const VerifyItem* next = ItemAt(items, first + count);
    if (next->condition == nullptr || strcmp(next->source, head->source) != 0) break;
    ++count;
  }
  return count;
}

const char* MakeCountQuery(List* items, int first, int count) {
  if (ItemAt(items, first)->query != nullptr) return ItemAt(items, first)->query;
  StringInfoData query;
  initStringInfo(&query);
  appendStringInfoString(&query, "SELECT ");
  for (int i = 0; i < count; ++i) {
    appendStringInfo(&query, "%scount(*) FILTER (WHERE %s)", i == 0 ? "" : ", ", ItemAt(items, first + i)->condition);
  }
  appendStringInfo(&query, " FROM %s", ItemAt(items, first)->source);
  return query.data;
}

void PutItem(ResultSink* sink, const VerifyItem& item, int64 violations) {
  const Datum values[] = {ObjectIdGetDatum(item.relation), CStringGetTextDatum(item.name),
                          CStringGetTextDatum(item.kind), Int64GetDatum(violations)};
  const bool nulls[] = {false, false, false, false};
  sink->PutRow(values, nulls);
}

void VerifyRelation(Oid relation, ResultSink* sink) {
  List* items = ReadVerifyItems(relation);
  const int nest_level = EnterVerifySettings();
  for (int first = 0; first < list_length(items);) {
    const int count = CountSharedScan(items, first);
    const int64* violations = RunCounts(MakeCountQuery(items, first, count));
    for (int i = 0; i < count; ++i) PutItem(sink, *ItemAt(items, first + i), violations[i]);
    first += count;
  }
  AtEOXact_GUC(true, nest_level);
}

// Locks the relation against changes of its definition and refuses what holds no rows of its own.
void OpenTarget(Oid oid) {
  Relation relation = relation_open(oid, AccessShareLock);
  const char kind = relation->rd_rel->relkind;
  if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_FOREIGN_TABLE) {
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("cannot verify relation \"%s\"", RelationGetRelationName(relation)),
                    errdetail("It is not a table, so it has no constraints on stored rows."),
                    errhint("Name a table, a partitioned table or a foreign table.")));
  }
  relation_close(relation, NoLock);
}

// Leaves are verified with their root where both are in the schema.
constexpr char kSchemaTablesQuery[] = R"(
SELECT c.oid
  FROM pg_class c
 WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p')
   AND NOT (c.relispartition AND EXISTS (SELECT FROM pg_partition_ancestors(c.oid) p JOIN pg_class r ON r.oid = p.relid
                                          WHERE r.oid <> c.oid AND r.relnamespace = c.relnamespace))
 ORDER BY c.relname)";

void VerifySchema(Oid schema, ResultSink* sink) {
  const CatalogRows tables = RunCatalogQuery(kSchemaTablesQuery, schema);
  MemoryContext const context = AllocSetContextCreate(CurrentMemoryContext, "dbmocker verify", ALLOCSET_DEFAULT_SIZES);
  MemoryContext const caller = MemoryContextSwitchTo(context);
  for (int row = 0; row < tables.row_count; ++row) {
    const Oid table = static_cast<Oid>(strtoul(tables.Get(row, 0), nullptr, 10));
    OpenTarget(table);
    VerifyRelation(table, sink);
    MemoryContextReset(context);
  }
  MemoryContextSwitchTo(caller);
  MemoryContextDelete(context);
}

}  // namespace

DBMOCKER_FUNCTION(dbmocker_verify_table) {
  CallServer([fcinfo] {
    ResultSink sink = OpenResultSink(fcinfo);
    OpenTarget(PG_GETARG_OID(0));
    VerifyRelation(PG_GETARG_OID(0), &sink);
  });
  return Datum{0};
}

DBMOCKER_FUNCTION(dbmocker_verify_schema) {
  CallServer([fcinfo] {
    ResultSink sink = OpenResultSink(fcinfo);
    VerifySchema(PG_GETARG_OID(0), &sink);
  });
  return Datum{0};
}

}  // namespace dbmocker::server

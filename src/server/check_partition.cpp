// Partition bounds as checks; see check_partition.h. The server's own routing cannot be asked without raising an error.
// Read first: PreparePartitionCheck.
#include "server/check_partition.h"

#include <utility>

namespace dbmocker::server {
namespace {

// The bounds of one leaf; NIL if it takes every row.
List* BoundsOf(Oid oid, Relation target) {
  Relation const leaf = table_open(oid, AccessShareLock);
  List* bounds = RelationGetPartitionQual(leaf);
  if (bounds != NIL) bounds = map_partition_varattnos(bounds, 1, target, leaf);
  table_close(leaf, NoLock);
  return bounds;
}

List* FindLeaves(Relation target) {
  if (target->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
    return target->rd_rel->relispartition ? list_make1_oid(RelationGetRelid(target)) : NIL;
  List* leaves = NIL;
  ListCell* cell = nullptr;
  foreach (cell, find_all_inheritors(RelationGetRelid(target), AccessShareLock, nullptr))
    if (get_rel_relkind(lfirst_oid(cell)) != RELKIND_PARTITIONED_TABLE) leaves = lappend_oid(leaves, lfirst_oid(cell));
  return leaves;
}

}  // namespace

PartitionCheck* PreparePartitionCheck(Relation target, EState* estate) {
  List* const leaves = FindLeaves(target);
  if (leaves == NIL && target->rd_rel->relkind != RELKIND_PARTITIONED_TABLE) return nullptr;
  MemoryContext const caller = MemoryContextSwitchTo(estate->es_query_cxt);
  auto* check = static_cast<PartitionCheck*>(palloc0(sizeof(PartitionCheck)));
  check->leaves = static_cast<ExprState**>(palloc0(sizeof(ExprState*) * static_cast<Size>(list_length(leaves) + 1)));
  MemoryContextSwitchTo(caller);
  ListCell* cell = nullptr;
  foreach (cell, leaves) {
    List* const bounds = BoundsOf(lfirst_oid(cell), target);
    if (bounds == NIL) return nullptr;
    check->leaves[check->count++] = ExecPrepareCheck(bounds, estate);
  }
  return check;
}

bool FitsPartition(PartitionCheck* check, ExprContext* context) {
  for (int i = 0; i < check->count; ++i) {
    if (!ExecCheck(check->leaves[i], context)) continue;
    std::swap(check->leaves[0], check->leaves[i]);
    return true;
  }
  return false;
}

}  // namespace dbmocker::server

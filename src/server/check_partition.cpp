// Partition bounds as a check; see check_partition.h. The server's own routing cannot be asked without raising an
// error, so the search of get_partition_for_tuple (src/backend/executor/execPartition.c) is repeated here on its own
// functions: level by level, by the bounds of each partitioned table.
// Read first: PreparePartitionCheck, then FindPartition.
#include "server/check_partition.h"

#include <algorithm>

namespace dbmocker::server {
namespace {

// A partitioned table on the way to the leaves: copies of what the relation cache has of it, so that nothing stays
// open.
struct Level {
  char strategy;
  int key_count;
  AttrNumber* attributes;  // of the keys; 0 for expressions
  FmgrInfo* functions;  // comparison or hash, of each key
  Oid* collations;
  List* expressions;  // ExprState of the keys that are no columns
  int partition_count;
  PartitionBoundInfo bounds;
  TupleConversionMap* from_parent;  // nullptr for the target itself, or where rows are alike
  TupleTableSlot* slot;  // for the converted row
  Level** children;  // by place in the bounds' partitions; nullptr where the partition is a leaf
};

template <class T>
T* CopyArray(const T* from, int count) {
  auto* copy = static_cast<T*>(palloc0(sizeof(T) * static_cast<Size>(count + 1)));
  std::copy(from, from + count, copy);
  return copy;
}

void CopyKey(Level* level, PartitionKey key, EState* estate) {
  level->strategy = static_cast<char>(key->strategy);
  level->key_count = key->partnatts;
  level->attributes = CopyArray(key->partattrs, key->partnatts);
  level->collations = CopyArray(key->partcollation, key->partnatts);
  level->functions = static_cast<FmgrInfo*>(palloc0(sizeof(FmgrInfo) * static_cast<Size>(key->partnatts)));
  for (int i = 0; i < key->partnatts; ++i)
    fmgr_info_copy(&level->functions[i], &key->partsupfunc[i], CurrentMemoryContext);
  ListCell* cell = nullptr;
  foreach (cell, key->partexprs)
    level->expressions =
        lappend(level->expressions, ExecPrepareExpr(static_cast<Expr*>(copyObjectImpl(lfirst(cell))), estate));
}

Level* CopyLevel(Relation relation, Relation parent, EState* estate) {
  auto* level = static_cast<Level*>(palloc0(sizeof(Level)));
  CopyKey(level, RelationGetPartitionKey(relation), estate);
  if (parent != nullptr)
    level->from_parent = convert_tuples_by_name(CreateTupleDescCopy(RelationGetDescr(parent)),
                                                CreateTupleDescCopy(RelationGetDescr(relation)));
  if (level->from_parent != nullptr)
    level->slot = MakeSingleTupleTableSlot(level->from_parent->outdesc, &TTSOpsVirtual);
  PartitionDesc const partitions = RelationGetPartitionDesc(relation, true);
  level->partition_count = partitions->nparts;
  level->children = static_cast<Level**>(palloc0(sizeof(Level*) * static_cast<Size>(partitions->nparts + 1)));
  if (partitions->nparts == 0) return level;
  level->bounds = partition_bounds_copy(partitions->boundinfo, RelationGetPartitionKey(relation));
  const Oid* const oids = CopyArray(partitions->oids, partitions->nparts);
  for (int i = 0; i < level->partition_count; ++i) {
    if (get_rel_relkind(oids[i]) != RELKIND_PARTITIONED_TABLE) continue;
    Relation const child = table_open(oids[i], AccessShareLock);
    level->children[i] = CopyLevel(child, relation, estate);
    table_close(child, NoLock);
  }
  return level;
}

void ReadKey(const Level* level, TupleTableSlot* slot, ExprContext* context, Datum* values, bool* nulls) {
  ListCell* expression = list_head(level->expressions);
  context->ecxt_scantuple = slot;
  for (int i = 0; i < level->key_count; ++i) {
    if (level->attributes[i] != 0) {
      values[i] = slot_getattr(slot, level->attributes[i], &nulls[i]);
    } else {
      values[i] = ExecEvalExprSwitchContext(static_cast<ExprState*>(lfirst(expression)), context, &nulls[i]);
      expression = lnext(level->expressions, expression);
    }
  }
}

// The place of the partition that takes the key; -1 if only the default one may.
int FindByBounds(const Level* level, Datum* values, bool* nulls) {
  PartitionBoundInfo const bounds = level->bounds;
  bool is_equal = false;
  switch (level->strategy) {
    case PARTITION_STRATEGY_HASH: {
      const uint64 hash =
          compute_partition_hash_value(level->key_count, level->functions, level->collations, values, nulls);
      return bounds->indexes[hash % static_cast<uint64>(bounds->nindexes)];
    }
    case PARTITION_STRATEGY_LIST: {
      if (nulls[0]) return partition_bound_accepts_nulls(bounds) ? bounds->null_index : -1;
      const int offset = partition_list_bsearch(level->functions, level->collations, bounds, values[0], &is_equal);
      return offset >= 0 && is_equal ? bounds->indexes[offset] : -1;
    }
    default: {
      for (int i = 0; i < level->key_count; ++i)
        if (nulls[i]) return -1;
      const int offset = partition_range_datum_bsearch(level->functions, level->collations, bounds, level->key_count,
                                                       values, &is_equal);
      return bounds->indexes[offset + 1];
    }
  }
}

// The place of the partition that takes the row; -1 if there is none.
int FindPartition(const Level* level, TupleTableSlot* slot, ExprContext* context) {
  Datum values[PARTITION_MAX_KEYS];
  bool nulls[PARTITION_MAX_KEYS];
  if (level->partition_count == 0) return -1;
  ReadKey(level, slot, context, values, nulls);
  const int place = FindByBounds(level, values, nulls);
  return place >= 0 ? place : level->bounds->default_index;
}

}  // namespace

struct PartitionCheck {
  ExprState* own_bounds;  // nullptr if the target is no partition, or takes every row
  Level* top;  // nullptr if the target is not partitioned
};

PartitionCheck* PreparePartitionCheck(Relation target, EState* estate) {
  const bool is_partitioned = target->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
  List* const bounds = target->rd_rel->relispartition ? RelationGetPartitionQual(target) : NIL;
  if (!is_partitioned && bounds == NIL) return nullptr;
  MemoryContext const caller = MemoryContextSwitchTo(estate->es_query_cxt);
  auto* check = static_cast<PartitionCheck*>(palloc0(sizeof(PartitionCheck)));
  if (bounds != NIL) check->own_bounds = ExecPrepareCheck(bounds, estate);
  if (is_partitioned) check->top = CopyLevel(target, nullptr, estate);
  MemoryContextSwitchTo(caller);
  return check;
}

bool FitsPartition(PartitionCheck* check, TupleTableSlot* row, ExprContext* context) {
  context->ecxt_scantuple = row;
  if (check->own_bounds != nullptr && !ExecCheck(check->own_bounds, context)) return false;
  for (const Level* level = check->top; level != nullptr;) {
    const int place = FindPartition(level, row, context);
    if (place < 0) return false;
    level = level->children[place];
    if (level != nullptr && level->from_parent != nullptr)
      row = execute_attr_map_slot(level->from_parent->attrMap, row, level->slot);
  }
  return true;
}

}  // namespace dbmocker::server

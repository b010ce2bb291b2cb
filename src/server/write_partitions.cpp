// Routing rows to leaves as COPY does; see write_partitions.h. A leaf keeps its rows until it has a batch of them, or
// all leaves together have too many.
// Read first: WritePartitions.
#include "server/write_partitions.h"

#include "server/boundary.h"
#include "server/compat.h"

namespace dbmocker::server {
namespace {

constexpr int kLeafRows = 1000;  // a leaf's batch
constexpr int kBufferedRows = 5000;  // of all leaves together

// A leaf and its rows that are not written yet. Lives in the router's memory context.
struct Leaf {
  ResultRelInfo* relation;
  BulkInsertState bulk_state;
  int rows;
  TupleTableSlot* slots[kLeafRows];
};

struct Router {
  EState* estate;
  ResultRelInfo* root;
  ModifyTableState* state;
  PartitionTupleRouting* routing;
  CommandId command;
  List* leaves;  // of Leaf
  Leaf* last;  // most rows of a run often go where the one before went
  int buffered;
};

Router OpenRouter(Relation target, EState* estate, ResultRelInfo* root) {
  Router router = {};
  router.estate = estate;
  router.root = root;
  router.state = makeNode(ModifyTableState);
  router.state->ps.state = estate;
  router.state->operation = CMD_INSERT;
  router.state->mt_nrels = 1;
  router.state->resultRelInfo = root;
  router.state->rootResultRelInfo = root;
  router.routing = ExecSetupPartitionTupleRouting(estate, target);
  router.command = GetCurrentCommandId(true);
  AfterTriggerBeginQuery();
  return router;
}

Leaf* FindLeaf(Router* router, ResultRelInfo* relation) {
  if (router->last != nullptr && router->last->relation == relation) return router->last;
  ListCell* cell = nullptr;
  foreach (cell, router->leaves) {
    auto* leaf = static_cast<Leaf*>(lfirst(cell));
    if (leaf->relation == relation) return router->last = leaf;
  }
  auto* leaf = static_cast<Leaf*>(palloc0(sizeof(Leaf)));
  leaf->relation = relation;
  leaf->bulk_state = GetBulkInsertState();
  router->leaves = lappend(router->leaves, leaf);
  return router->last = leaf;
}

void WriteIndexEntriesAndTriggers(Router* router, const Leaf* leaf, TupleTableSlot* slot) {
  ResultRelInfo* const relation = leaf->relation;
  slot->tts_tableOid = RelationGetRelid(relation->ri_RelationDesc);
  List* recheck = NIL;
  if (relation->ri_NumIndices > 0) recheck = compat::InsertIndexTuples(relation, slot, router->estate);
  if (recheck != NIL || relation->ri_TrigDesc != nullptr)
    ExecARInsertTriggers(router->estate, relation, slot, recheck, nullptr);
  list_free(recheck);
}

void WriteLeaf(Router* router, Leaf* leaf) {
  if (leaf->rows == 0) return;
  MemoryContext const caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(router->estate));
  table_multi_insert(leaf->relation->ri_RelationDesc, leaf->slots, leaf->rows, router->command, 0, leaf->bulk_state);
  MemoryContextSwitchTo(caller);
  for (int i = 0; i < leaf->rows; ++i) {
    WriteIndexEntriesAndTriggers(router, leaf, leaf->slots[i]);
    ExecClearTuple(leaf->slots[i]);
  }
  ResetPerTupleExprContext(router->estate);
  router->buffered -= leaf->rows;
  leaf->rows = 0;
  CHECK_FOR_INTERRUPTS();
}

void WriteLeaves(Router* router) {
  ListCell* cell = nullptr;
  foreach (cell, router->leaves) WriteLeaf(router, static_cast<Leaf*>(lfirst(cell)));
}

void RouteRow(Router* router, TupleTableSlot* row) {
  ResultRelInfo* const relation = ExecFindPartition(router->state, router->root, router->routing, row, router->estate);
  Leaf* const leaf = FindLeaf(router, relation);
  TupleTableSlot*& slot = leaf->slots[leaf->rows];
  if (slot == nullptr) slot = table_slot_create(relation->ri_RelationDesc, &router->estate->es_tupleTable);
  if (TupleConversionMap* const map = compat::RootToLeafMap(relation, router->estate)) {
    ExecCopySlot(slot, execute_attr_map_slot(map->attrMap, row, relation->ri_PartitionTupleSlot));
  } else {
    ExecCopySlot(slot, row);
  }
  slot->tts_tableOid = RelationGetRelid(relation->ri_RelationDesc);
  // The leaf may have constraints that the partitioned table does not.
  if (relation->ri_RelationDesc->rd_att->constr != nullptr) ExecConstraints(relation, slot, router->estate);
  leaf->rows++;
  router->buffered++;
  if (leaf->rows == kLeafRows) WriteLeaf(router, leaf);
  if (router->buffered >= kBufferedRows) WriteLeaves(router);
}

void CloseRouter(Router* router) {
  WriteLeaves(router);
  ListCell* cell = nullptr;
  foreach (cell, router->leaves) {
    auto* leaf = static_cast<Leaf*>(lfirst(cell));
    FreeBulkInsertState(leaf->bulk_state);
    table_finish_bulk_insert(leaf->relation->ri_RelationDesc, 0);
  }
  AfterTriggerEndQuery(router->estate);
  ExecResetTupleTable(router->estate->es_tupleTable, false);
  router->estate->es_tupleTable = NIL;
  ExecCloseResultRelations(router->estate);  // those that triggers have opened
  ExecCleanupTupleRouting(router->state, router->routing);
  CommandCounterIncrement();
}

bool FiresOnInsert(const ::Trigger& trigger) {
  return !trigger.tgisinternal && TRIGGER_FOR_INSERT(trigger.tgtype) && trigger.tgenabled != TRIGGER_DISABLED;
}

const char* WhyNotInto(Relation leaf) {
  if (leaf->rd_rel->relkind == RELKIND_FOREIGN_TABLE) return "a partition is a foreign table";
  const TriggerDesc* const triggers = leaf->trigdesc;
  for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i)
    if (FiresOnInsert(triggers->triggers[i])) return "a partition has triggers for INSERT";
  return nullptr;
}

}  // namespace

const char* WhyNoRouting(Relation target) {
  ListCell* cell = nullptr;
  foreach (cell, find_all_inheritors(RelationGetRelid(target), RowExclusiveLock, nullptr)) {
    Relation const leaf = relation_open(lfirst_oid(cell), NoLock);
    const char* obstacle = WhyNotInto(leaf);
    relation_close(leaf, NoLock);
    if (obstacle != nullptr) return obstacle;
  }
  return nullptr;
}

void WritePartitions(RowProducer& producer, Relation target, EState* estate, ResultRelInfo* root) {
  Router router = CallServer([=] { return OpenRouter(target, estate, root); });
  while (const int rows = producer.NextBatch()) {
    CallServer([&] {
      for (int i = 0; i < rows; ++i) RouteRow(&router, producer.slots()[i]);
    });
  }
  CallServer([&] { CloseRouter(&router); });
}

}  // namespace dbmocker::server

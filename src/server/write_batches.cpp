// The batch writer: whole batches through the table access method, then their index entries.
// Read first: WriteBatches.
#include "server/boundary.h"
#include "server/compat.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

struct BatchTarget {
  Relation relation;
  EState* estate;
  ResultRelInfo* result_relation;
  BulkInsertState bulk_state;
  CommandId command;
  bool insert_index_entries;
  bool fire_reference_checks;
  int insert_options;
};

// A load that fits into a quarter of shared buffers stays there, as a scan of that size would; only a larger one goes
// through the small ring that keeps it from pushing everything else out, at the price of writing each page at once.
void ChooseBufferStrategy(const BatchTarget& target, TupleTableSlot** slots, int rows, std::uint64_t all_rows) {
  if (!TTS_IS_HEAPTUPLE(slots[0])) return;
  std::uint64_t bytes = 0;
  for (int row = 0; row < rows; ++row)
    bytes += reinterpret_cast<HeapTupleTableSlot*>(slots[row])->tuple->t_len + sizeof(ItemIdData);
  const std::uint64_t pages = bytes / static_cast<std::uint64_t>(rows) * all_rows / BLCKSZ;
  if (pages > static_cast<std::uint64_t>(NBuffers) / 4 || target.bulk_state->strategy == nullptr) return;
  FreeAccessStrategy(target.bulk_state->strategy);
  target.bulk_state->strategy = nullptr;
}

void InsertBatch(const BatchTarget& target, TupleTableSlot** slots, int rows) {
  MemoryContext const caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(target.estate));
  table_multi_insert(target.relation, slots, rows, target.command, target.insert_options, target.bulk_state);
  MemoryContextSwitchTo(caller);
  const bool has_indexes = target.insert_index_entries && target.result_relation->ri_NumIndices > 0;
  for (int row = 0; (has_indexes || target.fire_reference_checks) && row < rows; ++row) {
    slots[row]->tts_tableOid = RelationGetRelid(target.relation);
    List* recheck = has_indexes ? compat::InsertIndexTuples(target.result_relation, slots[row], target.estate) : NIL;
    if (target.fire_reference_checks || recheck != NIL)
      ExecARInsertTriggers(target.estate, target.result_relation, slots[row], recheck, nullptr);
    list_free(recheck);
  }
  ResetPerTupleExprContext(target.estate);
  CHECK_FOR_INTERRUPTS();
}

}  // namespace

ResultRelInfo* OpenResultRelation(Relation relation, EState* estate, IndexUse indexes) {
  auto* entry = makeNode(RangeTblEntry);
  entry->rtekind = RTE_RELATION;
  entry->relid = RelationGetRelid(relation);
  entry->relkind = relation->rd_rel->relkind;
  entry->rellockmode = RowExclusiveLock;
  compat::InitRangeTable(estate, entry);
  auto* result_relation = makeNode(ResultRelInfo);
  InitResultRelInfo(result_relation, relation, 1, nullptr, 0);
  estate->es_opened_result_relations = lappend(estate->es_opened_result_relations, result_relation);
  if (relation->rd_rel->relkind == RELKIND_RELATION && indexes != IndexUse::None)
    ExecOpenIndices(result_relation, indexes == IndexUse::InsertAndProbe);
  return result_relation;
}

void WriteBatches(RowProducer& producer, Relation relation, EState* estate, ResultRelInfo* result_relation,
                  const BatchSettings& settings) {
  // Rows that are validated at the end must lie behind the old ones: no free space in older pages is used.
  const int insert_options =
      (settings.fire_reference_checks ? 0 : TABLE_INSERT_SKIP_FSM) | (settings.freeze ? TABLE_INSERT_FROZEN : 0);
  const BatchTarget target = CallServer([&] {
    AfterTriggerBeginQuery();
    return BatchTarget{relation,
                       estate,
                       result_relation,
                       GetBulkInsertState(),
                       GetCurrentCommandId(true),
                       settings.insert_index_entries,
                       settings.fire_reference_checks,
                       insert_options};
  });
  bool is_first = true;
  while (const int rows = producer.NextBatch()) {
    TupleTableSlot** slots = producer.slots();
    CallServer([&] {
      if (is_first) ChooseBufferStrategy(target, slots, rows, producer.rows_asked());
      InsertBatch(target, slots, rows);
    });
    is_first = false;
  }
  CallServer([&] {
    FreeBulkInsertState(target.bulk_state);
    table_finish_bulk_insert(relation, insert_options);
    AfterTriggerEndQuery(estate);
    CommandCounterIncrement();
  });
}

}  // namespace dbmocker::server

// See write_run.h.
// Read first: WriteRun.
#include "server/write_run.h"

#include "server/boundary.h"
#include "server/rebuild_indexes.h"
#include "server/run_hooks.h"
#include "server/settle_references.h"
#include "server/write_pages.h"
#include "server/write_partitions.h"

namespace dbmocker::server {
namespace {

void NoteRefused(const RefusedRows& refused, RunReport& report) {
  report.rows -= refused.count + refused.taken;
  if (refused.taken > 0) NoteProblem(report, std::to_string(refused.taken) + " rows were taken by a trigger");
  if (refused.count > 0) NoteProblem(report, std::to_string(refused.count) + " rows were refused: " + refused.why);
}

void NoteDropped(const RowProducer& producer, const Table& table, RunReport& report) {
  if (producer.dropped_rows() == 0) return;
  report.rows -= static_cast<std::int64_t>(producer.dropped_rows());
  const std::string rows = std::to_string(producer.dropped_rows()) + " rows";
  const std::string of_table = "\" of table \"" + table.name + "\"";
  if (!producer.failed_check().empty())
    return NoteProblem(report, "constraint \"" + producer.failed_check() + of_table + " was failed by all draws of " +
                                   rows + ", or some of them had no unique values left");
  NoteProblem(report, "unique key \"" + producer.exhausted_key() + of_table + " has no more values for " + rows);
}

ProducerSettings SettingsFor(const PlannedRun& planned, bool probes) {
  const RunOptions& options = planned.options;
  const bool is_heap = planned.run.relation->rd_tableam == GetHeapamTableAmRoutine();
  ProducerSettings settings;
  settings.batch_size = planned.statements == Statements::OnePerRow ? RowByRowBatch(planned.plan)
                                                                    : ChooseBatchSize(planned.table, options);
  settings.max_attempts = options.max_attempts;
  settings.form = planned.review.decision.writer != Writer::Single && is_heap ? RowForm::HeapSlots : RowForm::Values;
  settings.probe_stored_rows = probes;
  settings.drop_exhausted = options.cap_exhausted;
  settings.catches_errors = options.catches_errors;
  settings.first_spare = static_cast<std::uint64_t>(options.slice.spares_used);
  settings.meter = planned.run.meter;
  if (options.hooks == nullptr) return settings;
  settings.keep_keys = options.hooks->keep_keys;
  settings.before_end = options.hooks->before_end;
  settings.drop_failed = options.hooks->drops_failed;
  return settings;
}

void WriteFrom(RowProducer& producer, const PlannedRun& planned, EState* estate, ResultRelInfo* result_relation,
               RunReport& report) {
  const WriterDecision& decision = planned.review.decision;
  const Table& table = planned.table;
  if (decision.writer == Writer::Single && planned.statements == Statements::OnePerRow) {
    const RowByRowSettings settings = {planned.options.max_attempts, planned.options.cap_exhausted, planned.ends_run};
    NoteRefused(WriteRowByRow(producer, table, planned.plan, settings), report);
  } else if (decision.writer == Writer::Single) {
    const std::int64_t stored = WriteSingly(producer, table, planned.plan);
    RefusedRows refused;
    if (stored >= 0) refused.taken = static_cast<std::int64_t>(planned.plan.rows - producer.dropped_rows()) - stored;
    NoteRefused(refused, report);
  } else if (table.kind == RELKIND_PARTITIONED_TABLE) {
    WritePartitions(producer, planned.run.relation, estate, result_relation);
  } else {
    BatchSettings batches;
    batches.insert_index_entries = !decision.rebuilds_indexes;
    batches.fire_reference_checks = !decision.validates_references && !table.foreign_keys.empty();
    batches.freeze = planned.options.freeze;
    WriteBatches(producer, planned.run.relation, estate, result_relation, batches);
  }
}

// Writers that take rows one by one or batch by batch from one producer.
void WriteInOneProcess(const PlannedRun& planned, bool probes, RunReport& report) {
  EState* estate = nullptr;
  ResultRelInfo* result_relation = nullptr;
  const IndexUse indexes = probes                                     ? IndexUse::InsertAndProbe
                           : planned.review.decision.rebuilds_indexes ? IndexUse::None
                                                                      : IndexUse::Insert;
  CallServer([&] {
    estate = CreateExecutorState();
    result_relation = OpenResultRelation(planned.run.relation, estate, indexes);
  });
  {
    RowProducer producer(planned.table, planned.plan, SettingsFor(planned, probes), planned.run.relation, estate,
                         result_relation);
    WriteFrom(producer, planned, estate, result_relation, report);
    report.redrawn_rows = static_cast<std::int64_t>(producer.redrawn_rows());
    report.spares_used = static_cast<std::int64_t>(producer.spares_used());
    planned.run.meter->KeepRejections(producer.rejections());
    NoteDropped(producer, planned.table, report);
    if (report.rows == 0 && !producer.failed_check().empty())
      throw Error(sqlstate::kCheckViolation, report.problem, "", "Relax the constraint, or raise option max_attempts.");
  }
  CallServer([&] {
    ExecCloseIndices(result_relation);
    ExecResetTupleTable(estate->es_tupleTable, false);  // slots of triggers
    FreeExecutorState(estate);
  });
}

}  // namespace

void NoteProblem(RunReport& report, const std::string& problem) {
  report.problem = CallServer([&] { return MemoryContextStrdup(report.memory, problem.c_str()); });
}

void WriteRun(const PlannedRun& planned, RunReport& report) {
  const WriterDecision& decision = planned.review.decision;
  const OpenRun& run = planned.run;
  const Plan& plan = planned.plan;
  const bool trusts_keys = planned.options.slice.trusts_keys && decision.writer != Writer::Single;
  const bool probes_stored = run.has_rows && !trusts_keys && !plan.probed_keys.empty();
  const bool probes = run.HasOwnStorage() && (probes_stored || !plan.checked_keys.empty());
  report.writer = NameOf(decision.writer);
  run.meter->StartWriting(report.rows, planned.facts.cache);
  if (decision.writer == Writer::ParallelBulk) {
    const PageRunResult result = WritePages({planned.table, plan, planned.facts, planned.options, run.relation, probes,
                                             planned.review.workers, planned.review.sample, run.meter});
    report.workers = result.workers;
    report.redrawn_rows = static_cast<std::int64_t>(result.redrawn_rows);
    report.spares_used = static_cast<std::int64_t>(result.spares_used);
  } else {
    WriteInOneProcess(planned, probes, report);
  }
  CallServer([&] {
    const TimestampTz written = GetCurrentTimestamp();
    if (decision.rebuilds_indexes) {
      run.meter->EnterPhase(RunPhase::BuildingIndexes);
      RebuildIndexes(run.relation);
    }
    if (decision.validates_references) {
      run.meter->EnterPhase(RunPhase::CheckingReferences);
      ValidateReferences(planned.table, run.blocks > 0 ? run.blocks - 1 : 0);
    }
    report.settled = GetCurrentTimestamp() - written;
  });
}

}  // namespace dbmocker::server

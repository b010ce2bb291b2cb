// dbmocker.generate(): the five steps of the main path, in the order of the functions' names below.
// Read first: GenerateRows.
#include "server/generate_table.h"

#include <algorithm>

#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/fix_facts.h"
#include "server/gather_facts.h"
#include "server/gather_hinted.h"
#include "server/open_run.h"
#include "server/options_origin.h"
#include "server/plan_and_write.h"
#include "server/read_rules.h"
#include "server/record_run.h"
#include "server/settle_references.h"
#include "server/stream_job.h"
#include "server/target_state.h"
#include "server/truncate_target.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

// Locks come in one order for all runs: first the state row, while nothing else is held that another run may want, then
// the target against changes of its definition, then target and parents (LockForWriting).
OpenRun OpenForRun(Oid target, std::int64_t rows) {
  OpenRun run = {};
  PreventCommandDuringRecovery("dbmocker.generate()");
  PreventCommandIfReadOnly("dbmocker.generate()");
  relation_close(OpenTarget(target, AccessShareLock, TargetUse::Write), AccessShareLock);
  if (rows > 0) LockTarget(target);
  run.relation = OpenTarget(target, AccessShareLock, TargetUse::Write);
  PushActiveSnapshot(GetTransactionSnapshot());  // of now: another run that this one waited for has ended
  run.caller = CurrentMemoryContext;
  run.context = AllocSetContextCreate(run.caller, "dbmocker run", ALLOCSET_DEFAULT_SIZES);
  MemoryContextSwitchTo(run.context);
  return run;
}

// The target's description and how to write to it, both true under the locks that the writer needs.
struct PreparedRun {
  Table table;
  WriterDecision decision;
};

// A trigger or index may have been made between the look at the table and the lock: then both are repeated. The lock
// keeps such changes out from the second look on.
PreparedRun PrepareRun(const OpenRun& run, std::int64_t rows, const RunOptions& options) {
  for (;;) {
    const std::uint64_t messages = SharedInvalidMessageCounter;
    const bool is_locked = CallServer([&] { return CheckRelationLockedByMe(run.relation, RowExclusiveLock, true); });
    PreparedRun prepared;
    prepared.table = DescribeTable(RelationGetRelid(run.relation));
    prepared.decision = DecideWriter(run.relation, prepared.table, rows, options);
    const WriterDecision& decision = prepared.decision;
    if (rows == 0) return prepared;
    CallServer([&] { LockForRun(prepared.table, decision.rebuilds_indexes, decision.validates_references); });
    if (is_locked || messages == SharedInvalidMessageCounter) return prepared;
  }
}

// Looks where the run starts, under its locks.
void StartRun(const Table& table, std::int64_t rows, const RunSlice& slice, OpenRun& run) {
  PopActiveSnapshot();
  PushActiveSnapshot(GetTransactionSnapshot());  // a lock may have been waited for
  run.has_rows = HasRows(run.relation);
  if (slice.rows > 0) {
    RaiseNextRow(table.oid, slice.first_row + slice.rows);
    run.first_row = slice.first_row + slice.offset;
  } else {
    run.first_row = ReserveRows(table.oid, run.has_rows, rows);
  }
  if (run.HasOwnStorage()) run.blocks = RelationGetNumberOfBlocks(run.relation);
}

// New statistics, with the caller's privileges: without them the server warns and goes on.
void AnalyzeTarget(const Table& table) {
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPI_execute(psprintf("ANALYZE %s", table.qualified_name.c_str()), false, 0);
  SPI_finish();
}

void CloseRun(const OpenRun& run) {
  PopActiveSnapshot();
  table_close(run.relation, NoLock);
  MemoryContextSwitchTo(run.caller);
  MemoryContextDelete(run.context);
}

}  // namespace

int ChooseBatchSize(const Table& table, const RunOptions& options) {
  if (options.batch_size > 0) return options.batch_size;
  return std::clamp(40000 / std::max(1, table.attribute_count), 50, 1000);
}

namespace {

PlanOptions PlanOptionsOf(const Table& table, const RunOptions& options) {
  PlanOptions plan_options;
  plan_options.seed = options.seed;
  plan_options.reference_time = options.reference_time;
  constexpr std::int64_t kDay = USECS_PER_DAY;
  plan_options.present_day = GetCurrentTransactionStartTimestamp() / kDay * kDay;
  plan_options.null_probability = options.null_probability;
  plan_options.follows_clock = options.follows_clock;
  plan_options.hints = options.hints;
  for (std::size_t place = 0; place < table.foreign_keys.size(); ++place)
    if (std::count(options.trigger_filled, options.trigger_filled + options.trigger_filled_count,
                   table.foreign_keys[place].constraint_oid) > 0)
      plan_options.trigger_filled.push_back(place);
  if (options.duplicates)
    plan_options.duplicates = {kDuplicateStrategies[options.duplicate_strategy],
                               options.duplicate_probability,
                               options.pool_sizes[0],
                               options.pool_sizes[1],
                               options.pool_sizes[2],
                               options.reuse_probability,
                               options.pool_shares[0],
                               options.pool_shares[1]};
  plan_options.locale = options.locale;
  return plan_options;
}

}  // namespace

std::unique_ptr<Plan> PlanFacts(const Table& table, std::int64_t rows, const RunOptions& options,
                                const TargetFacts& facts) {
  const PlanOptions plan_options = PlanOptionsOf(table, options);
  if (options.slice.rows == 0) return BuildPlan(table, static_cast<std::uint64_t>(rows), plan_options, facts);
  std::unique_ptr<Plan> plan = BuildPlan(table, static_cast<std::uint64_t>(options.slice.rows), plan_options, facts);
  plan->first_ordinal += static_cast<std::uint64_t>(options.slice.offset);
  plan->rows = static_cast<std::uint64_t>(rows);
  return plan;
}

std::unique_ptr<Plan> PlanRows(const Table& table, std::int64_t rows, const RunOptions& options, bool reserve_sequences,
                               TargetFacts& facts) {
  const auto count = static_cast<std::uint64_t>(rows);
  GatherRules(table, options, facts);
  GatherHinted(table, options, facts);
  GatherFacts(table, options, facts);
  if (options.slice.rows > 0) {
    ApplyFacts(table, options.slice, facts);
    return PlanFacts(table, rows, options, facts);
  }
  GatherSequences(table, count, false, facts);
  std::unique_ptr<Plan> plan = PlanFacts(table, rows, options, facts);
  if (!reserve_sequences || facts.sequence_starts.empty()) return plan;
  // Nothing stands against the run: take the values, and plan again if somebody else took some in between.
  const auto planned = facts.sequence_starts;
  GatherSequences(table, count, true, facts);
  return facts.sequence_starts == planned ? std::move(plan) : PlanFacts(table, rows, options, facts);
}

RunReport GenerateRows(Oid target, std::int64_t rows, const RunOptions& given) {
  const RunOptions options = CallServer([&] { return OptionsFor(given, target); });
  const TimestampTz started = CallServer([] { return GetCurrentTimestamp(); });
  RunReport report = {};
  report.target = target;
  report.rows = rows;
  report.seed = options.seed;
  report.reference_time = options.reference_time;
  report.memory = CurrentMemoryContext;
  RunMeter meter(target, rows, options.progress_interval, options.job);

  const bool truncates = options.truncate && !options.is_emptied && options.slice.rows == 0;
  if (truncates) CallServer([=] { TruncateTargets(&target, 1); });
  const OpenRun opened = CallServer([=] { return OpenForRun(target, rows); });
  OpenRun run = opened;
  run.meter = &meter;
  run.started = started;
  const PreparedRun prepared = PrepareRun(run, rows, options);
  const Table& table = prepared.table;
  report.writer = NameOf(prepared.decision.writer);
  if (rows > 0) {
    CallServer([&] { StartRun(table, rows, options.slice, run); });
    run.started = started;
    PlanAndWrite(table, prepared.decision, options, run, report);
  } else {
    CallServer([&] {
      run.first_row = NextRow(target, HasRows(run.relation));
      if (run.HasOwnStorage()) run.blocks = RelationGetNumberOfBlocks(run.relation);
    });
  }
  report.first_row = run.first_row;
  CallServer([&] {
    report.heap_bytes = run.HasOwnStorage()
                            ? static_cast<std::int64_t>(RelationGetNumberOfBlocks(run.relation) - run.blocks) * BLCKSZ
                            : -1;
    CloseRun(run);
    if (options.analyze && rows > 0) AnalyzeTarget(table);
    report.elapsed = GetCurrentTimestamp() - started;
    report.measured = meter.Finish();
    if (rows > 0 && options.slice.rows == 0) RecordRun(report);
  });
  return report;
}

namespace {

// What was measured; all NULL where nothing was written.
void FormReading(const RunReport& report, Datum* values, bool* nulls) {
  const MeterReading& measured = report.measured;
  if (report.writer == nullptr || report.rows == 0) {
    std::fill(nulls + 12, nulls + kReportColumns, true);
    return;
  }
  values[12] = Float8GetDatum(measured.peak_rows_per_second);
  values[13] = Int64GetDatum(measured.peak_memory);
  values[14] = Float8GetDatum(measured.cache_hit_rate);
  nulls[14] = measured.cache_hit_rate < 0;
  values[15] = Int64GetDatum(measured.cache_evictions);
  values[16] = Int64GetDatum(measured.cache_bytes);
  const char* rejected = measured.rejected_rows == nullptr ? "{}" : measured.rejected_rows;
  values[17] = DirectFunctionCall1(jsonb_in, CStringGetDatum(rejected));
  values[18] = Float8GetDatum(measured.duplicate_rate);
  nulls[18] = measured.duplicate_rate < 0;
  values[19] = Int64GetDatum(measured.wal_bytes);
}

}  // namespace

void FormReport(const RunReport& report, Datum* values, bool* nulls) {
  std::fill(nulls, nulls + kReportColumns, false);
  auto* elapsed = static_cast<Interval*>(palloc0(sizeof(Interval)));
  elapsed->time = report.elapsed;
  const double seconds = static_cast<double>(report.elapsed) / 1e6;
  values[0] = ObjectIdGetDatum(report.target);
  values[1] = Int64GetDatum(report.rows);
  values[2] = IntervalPGetDatum(elapsed);
  values[3] = Float8GetDatum(seconds > 0 ? static_cast<double>(report.rows) / seconds : 0);
  nulls[4] = report.writer == nullptr;
  if (report.writer != nullptr) values[4] = CStringGetTextDatum(report.writer);
  values[5] = Int32GetDatum(report.workers);
  values[6] = Int64GetDatum(report.first_row);
  values[7] = Int64GetDatum(report.redrawn_rows);
  values[8] = Int64GetDatum(report.heap_bytes);
  nulls[8] = report.heap_bytes < 0;
  values[9] = Int64GetDatum(report.seed);
  values[10] = TimestampTzGetDatum(report.reference_time);
  nulls[11] = report.problem == nullptr;
  if (report.problem != nullptr) values[11] = CStringGetTextDatum(report.problem);
  FormReading(report, values, nulls);
}

}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_generate) {
  struct Arguments {
    Oid target;
    std::int64_t rows;
    RunOptions options;
    Jsonb* given;
  };
  const auto arguments = CallServer([=]() -> Arguments {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
      ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("target and rows must not be null"),
                      errhint("Call it as dbmocker.generate('users', 1000).")));
    Arguments read = {};
    read.target = PG_GETARG_OID(0);
    read.rows = PG_GETARG_INT64(1);
    if (read.rows < 0)
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("rows must not be negative"),
                      errdetail("The number of rows asked for is %lld.", static_cast<long long>(read.rows)),
                      errhint("Ask for 0 rows or more.")));
    const std::int64_t seed = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2);
    read.given = PG_ARGISNULL(3) ? nullptr : PG_GETARG_JSONB_P(3);
    read.options = OptionsFor(ParseOptions(PG_ARGISNULL(2) ? nullptr : &seed, read.given), read.target);
    return read;
  });
  const bool streams = arguments.options.insertion_strategy == WriterChoice::Streaming && arguments.rows > 0;
  const RunReport report =
      streams
          ? CallServer([&] { return StreamRows(arguments.target, arguments.rows, arguments.options, arguments.given); })
          : GenerateRows(arguments.target, arguments.rows, arguments.options);
  return CallServer([&] {
    TupleDesc descriptor = nullptr;
    if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
      elog(ERROR, "return type must be a row type");
    Datum values[kReportColumns];
    bool nulls[kReportColumns];
    FormReport(report, values, nulls);
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
  });
}

// dbmocker.generate(): the five steps of the main path, in the order of the functions' names below.
// Read first: GenerateRows.
#include "server/generate_table.h"

#include <algorithm>
#include <cstring>

#include "dbmocker/error.h"

#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/gather_facts.h"
#include "server/produce_rows.h"
#include "server/run_hooks.h"
#include "server/settle_references.h"
#include "server/target_state.h"
#include "server/trigger_parents.h"
#include "server/try_call.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

// The server's side of a run. Plain data.
struct OpenRun {
  Relation relation;
  MemoryContext context;  // of everything that the run allocates
  MemoryContext caller;
  bool has_rows;
  BlockNumber blocks;  // of the main fork before the run; 0 where there is none
  std::int64_t first_row;
};

bool HasOwnStorage(Relation relation) { return relation->rd_rel->relkind == RELKIND_RELATION; }

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

// Locks what the writer needs, then looks where the run starts.
void LockForWriting(const Table& table, Writer writer, std::int64_t rows, OpenRun& run) {
  const char* reason = nullptr;
  const bool validate = writer == Writer::Batch && MayValidateAtEnd(table, rows, &reason);
  LockForRun(table, validate);
  PopActiveSnapshot();
  PushActiveSnapshot(GetTransactionSnapshot());  // a lock may have been waited for
  run.has_rows = HasRows(run.relation);
  run.first_row = ReserveRows(table.oid, run.has_rows, rows);
  if (HasOwnStorage(run.relation)) run.blocks = RelationGetNumberOfBlocks(run.relation);
}

void CloseRun(const OpenRun& run) {
  PopActiveSnapshot();
  table_close(run.relation, NoLock);
  MemoryContextSwitchTo(run.caller);
  MemoryContextDelete(run.context);
}

void NoteProblem(RunReport& report, const std::string& problem) {
  report.problem = CallServer([&] { return MemoryContextStrdup(report.memory, problem.c_str()); });
}

void NoteRefused(const RefusedRows& refused, RunReport& report) {
  report.rows -= refused.count;
  if (refused.count > 0) NoteProblem(report, std::to_string(refused.count) + " rows were refused: " + refused.why);
}

void NoteDropped(const RowProducer& producer, const Table& table, RunReport& report) {
  if (producer.dropped_rows() == 0) return;
  report.rows -= static_cast<std::int64_t>(producer.dropped_rows());
  NoteProblem(report, "unique key \"" + producer.exhausted_key() + "\" of table \"" + table.name +
                          "\" has no more values for " + std::to_string(producer.dropped_rows()) + " rows");
}

// How the single writer's rows go into INSERT statements.
enum class Statements { One, OnePerRow };

void WriteRows(const Table& table, const Plan& plan, const RunOptions& options, Writer writer, Statements statements,
               const RefusalJudge& ends_run, const OpenRun& run, RunReport& report) {
  const bool probe = run.has_rows || !plan.checked_keys.empty();
  const char* reason = nullptr;
  const bool validate = writer == Writer::Batch && !table.foreign_keys.empty() &&
                        CallServer([&] { return MayValidateAtEnd(table, report.rows, &reason); });
  EState* estate = nullptr;
  ResultRelInfo* result_relation = nullptr;
  CallServer([&] {
    estate = CreateExecutorState();
    result_relation = OpenResultRelation(run.relation, estate, probe);
  });
  {
    ProducerSettings settings;
    settings.batch_size = ChooseBatchSize(table, options);
    settings.max_attempts = options.max_attempts;
    settings.form_heap_tuples = writer == Writer::Batch && run.relation->rd_tableam == GetHeapamTableAmRoutine();
    settings.probe_stored_rows = probe && HasOwnStorage(run.relation);
    settings.drop_exhausted = options.cap_exhausted;
    if (options.hooks != nullptr) {
      settings.keep_keys = options.hooks->keep_keys;
      settings.before_end = options.hooks->before_end;
    }
    if (statements == Statements::OnePerRow) settings.batch_size = 1;
    RowProducer producer(table, plan, settings, run.relation, estate, result_relation);
    if (writer == Writer::Batch) {
      WriteBatches(producer, run.relation, estate, result_relation, !validate && !table.foreign_keys.empty());
    } else if (statements == Statements::One) {
      WriteSingly(producer, table, plan);
    } else {
      NoteRefused(WriteRowByRow(producer, table, plan, options.max_attempts, options.cap_exhausted, ends_run), report);
    }
    report.redrawn_rows = static_cast<std::int64_t>(producer.redrawn_rows());
    NoteDropped(producer, table, report);
  }
  CallServer([&] {
    ExecCloseIndices(result_relation);
    ExecResetTupleTable(estate->es_tupleTable, false);  // slots of triggers
    FreeExecutorState(estate);
    if (validate) ValidateReferences(table, run.blocks > 0 ? run.blocks - 1 : 0);
  });
}

}  // namespace

int ChooseBatchSize(const Table& table, const RunOptions& options) {
  if (options.batch_size > 0) return options.batch_size;
  return std::clamp(40000 / std::max(1, table.attribute_count), 50, 1000);
}

std::unique_ptr<Plan> PlanRows(const Table& table, std::int64_t rows, const RunOptions& options, bool reserve_sequences,
                               TargetFacts& facts) {
  PlanOptions plan_options;
  plan_options.seed = options.seed;
  plan_options.reference_time = options.reference_time;
  plan_options.null_probability = options.null_probability;
  for (std::size_t place = 0; place < table.foreign_keys.size(); ++place)
    if (std::count(options.trigger_filled, options.trigger_filled + options.trigger_filled_count,
                   table.foreign_keys[place].constraint_oid) > 0)
      plan_options.trigger_filled.push_back(place);
  const auto count = static_cast<std::uint64_t>(rows);
  GatherFacts(table, options, facts);
  GatherSequences(table, count, false, facts);
  std::unique_ptr<Plan> plan = BuildPlan(table, count, plan_options, facts);
  if (!reserve_sequences || facts.sequence_starts.empty()) return plan;
  // Nothing stands against the run: take the values, and plan again if somebody else took some in between.
  const auto planned = facts.sequence_starts;
  GatherSequences(table, count, true, facts);
  return facts.sequence_starts == planned ? std::move(plan) : BuildPlan(table, count, plan_options, facts);
}

namespace {

// With option on_exhausted "cap", as many rows as the unique keys allow; `report` says so.
std::unique_ptr<Plan> PlanWithinKeys(const Table& table, const RunOptions& options, TargetFacts& facts,
                                     RunReport& report) {
  for (;;) {
    try {
      return PlanRows(table, report.rows, options, true, facts);
    } catch (const CapacityError& error) {
      const auto capacity = static_cast<std::int64_t>(std::min<std::uint64_t>(error.capacity(), PG_INT64_MAX));
      if (!options.cap_exhausted || capacity >= report.rows) throw;
      report.rows = capacity;
      NoteProblem(report, error.what());
    }
    if (report.rows == 0) return nullptr;
  }
}

// One value for columns that the caller has fixed, as a CHECK would ask for it.
void FixColumns(Table& table, const RunOptions& options) {
  if (options.hooks == nullptr) return;
  for (const auto& [number, value] : options.hooks->fixed) {
    CheckConstraint check;
    check.name = "value asked for";
    check.check.kind = Expression::Kind::Operator;
    check.check.name = "=";
    check.check.type = "boolean";
    check.check.columns = {number};
    check.check.arguments.resize(2);
    check.check.arguments[0].kind = Expression::Kind::Column;
    check.check.arguments[0].column = number;
    check.check.arguments[0].columns = {number};
    check.check.arguments[1].kind = Expression::Kind::Constant;
    check.check.arguments[1].value = value;
    table.checks.push_back(std::move(check));
    for (Column& column : table.columns)
      if (column.number == number) column.sequence.reset();
  }
}

// Plans and writes. Rows that go through the executor may be refused by triggers: what one statement cannot do is done
// again row by row, with rows that are refused drawn again.
void PlanAndWrite(const Table& described, RunOptions options, Writer writer, const OpenRun& run, RunReport& report) {
  std::vector<Oid> filled_by_trigger;
  std::string guessed;  // name of the last of them, if nothing but a guess speaks for it
  const std::int64_t rows = report.rows;
  for (Statements statements = Statements::One;;) {
    report.rows = rows;
    report.problem = nullptr;
    options.trigger_filled = filled_by_trigger.data();
    options.trigger_filled_count = static_cast<int>(filled_by_trigger.size());
    Table table = described;
    FixColumns(table, options);
    AddInheritedReferences(table, filled_by_trigger);
    TargetFacts facts;
    facts.has_rows = run.has_rows;
    facts.first_ordinal = static_cast<std::uint64_t>(run.first_row);
    const std::unique_ptr<Plan> plan = PlanWithinKeys(table, options, facts, report);
    if (plan == nullptr) return;
    if (writer != Writer::Single) return WriteRows(table, *plan, options, writer, statements, {}, run, report);
    const ForeignKey* key = nullptr;
    const auto find_parent = [&](const TryFault& fault) {
      key = FindTriggerParent(described, fault, filled_by_trigger);
      return key != nullptr;
    };
    TryFault fault;
    if (TryCall([&] { WriteRows(table, *plan, options, writer, statements, find_parent, run, report); }, &fault))
      return;
    if (key == nullptr && statements == Statements::OnePerRow) ThrowFault(fault);
    if (key == nullptr) find_parent(fault);
    if (key == nullptr && guessed.empty()) {
      key = GuessTriggerParent(described, fault, filled_by_trigger);
      if (key != nullptr) guessed = key->name;
    } else if (key == nullptr && std::strstr(fault.error.message, ("\"" + guessed + "\"").c_str()) != nullptr) {
      filled_by_trigger.pop_back();  // no trigger has inserted it
    }
    if (key != nullptr) {
      filled_by_trigger.push_back(key->constraint_oid);
      statements = Statements::One;
    } else {
      statements = Statements::OnePerRow;
    }
  }
}

}  // namespace

RunReport GenerateRows(Oid target, std::int64_t rows, const RunOptions& options) {
  const TimestampTz started = CallServer([] { return GetCurrentTimestamp(); });
  RunReport report = {};
  report.target = target;
  report.rows = rows;
  report.seed = options.seed;
  report.reference_time = options.reference_time;
  report.memory = CurrentMemoryContext;

  const OpenRun opened = CallServer([=] { return OpenForRun(target, rows); });
  OpenRun run = opened;
  const Table table = DescribeTable(target);
  const WriterDecision decision = ChooseWriter(table, options);
  report.writer = NameOf(decision.writer);
  if (rows > 0) {
    CallServer([&] { LockForWriting(table, decision.writer, rows, run); });
    PlanAndWrite(table, options, decision.writer, run, report);
  } else {
    CallServer([&] {
      run.first_row = NextRow(target, HasRows(run.relation));
      if (HasOwnStorage(run.relation)) run.blocks = RelationGetNumberOfBlocks(run.relation);
    });
  }
  report.first_row = run.first_row;
  CallServer([&] {
    report.heap_bytes = HasOwnStorage(run.relation)
                            ? static_cast<std::int64_t>(RelationGetNumberOfBlocks(run.relation) - run.blocks) * BLCKSZ
                            : -1;
    CloseRun(run);
    report.elapsed = GetCurrentTimestamp() - started;
  });
  return report;
}

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
}

}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_generate) {
  struct Arguments {
    Oid target;
    std::int64_t rows;
    RunOptions options;
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
    read.options = ParseOptions(PG_ARGISNULL(2) ? nullptr : &seed, PG_ARGISNULL(3) ? nullptr : PG_GETARG_JSONB_P(3));
    return read;
  });
  const RunReport report = GenerateRows(arguments.target, arguments.rows, arguments.options);
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

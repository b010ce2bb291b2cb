// See fill_schema.h. What triggers look at only at the end of the transaction is asked for at the end of the run where
// failing tables are to be skipped: then the whole is done again without the tables at fault.
// Read first: FillSchema, then SchemaFiller::FillStepOf.
#include "server/fill_schema.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/fill_references.h"
#include "server/gather_facts.h"
#include "server/options_origin.h"
#include "server/plan_ahead.h"
#include "server/read_catalog.h"
#include "server/settle_references.h"
#include "server/target_state.h"
#include "server/truncate_target.h"
#include "server/try_call.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

// Takes the locks of all runs at once, in the order of LockTables, so that two calls that share tables never wait for
// one another. Needs no lock for the tables that are written without validation at the end: their runs take it.
void LockForSchema(const SchemaPlan& plan, const RunOptions& options) {
  CallServer([&] {
    PreventCommandDuringRecovery("dbmocker.generate_schema()");
    PreventCommandIfReadOnly("dbmocker.generate_schema()");
    for (const auto& [oid, rows] : plan.rows)
      relation_close(OpenTarget(oid, AccessShareLock, TargetUse::Write), AccessShareLock);
    for (const auto& [oid, rows] : plan.rows)
      if (rows > 0) LockTarget(oid);
  });
  std::vector<std::uint32_t> exclusive;
  for (const auto& [oid, rows] : plan.rows) {
    const Table table = DescribeTable(oid);
    Relation const relation = CallServer([oid = oid] { return relation_open(oid, AccessShareLock); });
    const RunOptions of_table = CallServer([&, oid = oid] { return OptionsFor(options, oid); });
    const WriterDecision decision = DecideWriter(relation, table, rows, of_table);
    CallServer([=] { relation_close(relation, NoLock); });
    if (decision.rebuilds_indexes) exclusive.push_back(oid);
    if (!decision.validates_references) continue;
    for (const ForeignKey& key : table.foreign_keys) exclusive.push_back(key.referenced_oid);
  }
  CallServer([&] {
    List* targets = NIL;
    List* most_locked = NIL;
    for (const auto& [oid, rows] : plan.rows) targets = lappend_oid(targets, oid);
    for (const std::uint32_t oid : exclusive) most_locked = list_append_unique_oid(most_locked, oid);
    LockTables(targets, most_locked);
  });
}

// Rows that this transaction has made. Server style.
std::int64_t CountOwnRows(const char* table) {
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPI_execute(psprintf("SELECT pg_catalog.count(*) FROM %s WHERE dbmocker.is_own_transaction(xmin)", table), true, 1);
  bool is_null = false;
  const std::int64_t count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
  SPI_finish();
  return count;
}

// True if the rows' keys come from elsewhere, as those of a copy that a trigger keeps: further rows would stand in the
// way of rows that the trigger is going to write.
bool TakesKeysFromOthers(const Table& table) {
  const auto key = std::ranges::find_if(table.unique_keys, &UniqueKey::is_primary);
  return key != table.unique_keys.end() && std::ranges::none_of(key->columns, [&](AttributeNumber number) {
           const Column* column = table.FindColumn(number);
           return column->sequence || column->identity != '\0' || !column->default_text.empty();
         });
}

// "message. Detail. Hint: …" of an error, for a report.
const char* DescribeProblem(const PendingError& error) {
  return psprintf("%s.%s%s%s%s", error.message, error.detail[0] != '\0' ? " " : "", error.detail,
                  error.hint[0] != '\0' ? " Hint: " : "", error.hint);
}

using Problems = std::map<std::uint32_t, const char*>;

class SchemaFiller {
 public:
  SchemaFiller(const SchemaPlan& plan, const RunOptions& options, const Problems& refused)
      : plan_(plan), options_(options), refused_(refused) {
    for (const ReferenceEdge& reference : plan.order.filled_in_later) left_open_.push_back(reference.constraint);
    options_.open_references = left_open_.data();
    options_.open_reference_count = static_cast<int>(left_open_.size());
  }

  std::vector<RunReport> Fill() {
    const CommandId first_command = CallServer([] { return GetCurrentCommandId(true); });
    for (const FillStep& step : plan_.order.steps) FillTable(step, false);
    for (int round = 0; round < kMostRounds && TryFailedAgain(); ++round) continue;
    for (const Oid constraint : left_open_) FillOpenReference(constraint, first_command);
    return std::move(reports_);
  }

 private:
  static constexpr int kMostRounds = 3;
  static constexpr std::int64_t kLongTry = USECS_PER_SEC;  // tables that took longer to fail are not tried again

  // Tables that failed may have missed rows that a trigger looks for, of tables that were filled after them. False if
  // there is nothing more to gain.
  bool TryFailedAgain() {
    std::vector<const FillStep*> failed;
    for (const FillStep& step : plan_.order.steps) {
      const auto report = std::ranges::find(reports_, step.table, &RunReport::target);
      const bool is_open = report != reports_.end() && report->rows == 0 && report->writer == nullptr;
      const bool is_cheap = is_open && report->elapsed < kLongTry;
      if (is_cheap && !refused_.contains(step.table)) failed.push_back(&step);
    }
    const auto count_failed = [&] {
      return std::ranges::count_if(reports_, [](const RunReport& report) { return report.writer == nullptr; });
    };
    const auto before = count_failed();
    for (const FillStep* step : failed) {
      std::erase_if(reports_, [&](const RunReport& report) { return report.target == step->table; });
      for (const FillStep& inner : step->inside)
        std::erase_if(reports_, [&](const RunReport& report) { return report.target == inner.table; });
      FillTable(*step, false);
    }
    return !failed.empty() && count_failed() < before;
  }

  // Tables inside of another's statement are all or nothing with it: their rows are what it refers to.
  void FillTable(const FillStep& step, bool is_inside) {
    const auto place = reports_.size();
    if (const auto refused = refused_.find(step.table); refused != refused_.end())
      return Report(step, refused->second, 0);
    if (!is_inside && IsFilledByTrigger(step)) return;
    const TimestampTz started = CallServer([] { return GetCurrentTimestamp(); });
    const auto fill = [&] {
      const RunReport report = GenerateStep(step, is_inside, place);
      reports_.insert(reports_.begin() + static_cast<std::ptrdiff_t>(place), report);
    };
    if (!options_.skip_failed || is_inside) return fill();
    constexpr int kMostLearnt = 20;
    TryFault fault;
    for (int learnt = 0;; ++learnt) {
      if (TryCall(fill, &fault)) return;
      reports_.resize(place);
      const bool is_long = CallServer([] { return GetCurrentTimestamp(); }) - started > kMostLearnt * kLongTry;
      if (is_long || learnt == kMostLearnt) break;
      if (!AddMissingParent(step.table, fault) && !AddFreeParents(step.table, fault)) break;
    }
    const char* problem = CallServer([&] { return DescribeProblem(fault.error); });
    Report(step, problem, CallServer([] { return GetCurrentTimestamp(); }) - started);
  }

  // Reports the rows that triggers of other tables have made, if they are to be left alone.
  bool IsFilledByTrigger(const FillStep& step) {
    if (!plan_.trigger_written.contains(step.table)) return false;
    const Table table = DescribeTable(step.table);
    if (!TakesKeysFromOthers(table)) return false;
    const std::int64_t rows = CallServer([&] { return CountOwnRows(table.qualified_name.c_str()); });
    if (rows == 0) return false;
    Report(step, nullptr, 0);
    reports_.back().rows = rows;
    reports_.back().writer = "trigger";
    return true;
  }

  // Tables in a circle go through the executor: what they refer to comes before their statement ends.
  RunReport GenerateStep(const FillStep& step, bool is_inside, std::size_t place) {
    RunOptions options = CallServer([&] { return OptionsFor(options_, step.table); });
    options.cap_exhausted = !is_inside && options.cap_exhausted;
    if (is_inside || !step.inside.empty()) options.insertion_strategy = WriterChoice::Single;
    const std::int64_t rows = plan_.rows.at(step.table);
    RunHooks hooks;
    hooks.keep_keys = is_inside;
    if (!step.inside.empty() && rows > 0) {
      hooks.planned_parents = PlanParentsAhead(step, plan_.rows, options_);
      hooks.before_end = [&] {
        reports_.resize(place);  // those of an attempt that has failed
        CallServer([] { CommandCounterIncrement(); });  // the rows made so far can be seen
        for (const FillStep& inner : step.inside) FillTable(inner, true);
      };
    }
    options.hooks = &hooks;
    return GenerateRows(step.table, rows, options);
  }

  // Where a trigger inserts into another table and misses a row that this one refers to, as 6 in a table of classes,
  // that row is made. False if the fault is something else, or if it cannot be made.
  bool AddMissingParent(std::uint32_t target, const TryFault& fault) {
    if (std::strcmp(fault.error.sqlstate, sqlstate::kForeignKeyViolation) != 0 || fault.key[0] == '\0') return false;
    const Oid referring = FindNamedTable(fault);
    if (!OidIsValid(referring) || referring == target) return false;
    const Table table = DescribeTable(referring);
    const auto key = std::ranges::find(table.foreign_keys, std::string(fault.constraint), &ForeignKey::name);
    if (key == table.foreign_keys.end() || key->columns.size() != 1 || key->referenced_oid == target) return false;
    if (!plan_.rows.contains(key->referenced_oid)) return false;
    RunHooks hooks;
    hooks.fixed[key->referenced_columns.front()] = fault.key;
    return MakeRow(key->referenced_oid, hooks, 0);
  }

  // One row ahead of the table's turn, with one of each empty table that it refers to. False if it cannot be made.
  bool MakeRow(std::uint32_t target, const RunHooks& hooks, int depth) {
    constexpr int kDeepest = 4;
    RunOptions options = options_;
    options.hooks = &hooks;
    TryFault fault;
    const auto make = [&] { GenerateRows(target, 1, options); };
    if (TryCall(make, &fault)) return true;
    if (depth == kDeepest) return false;
    bool has_changed = false;
    const Table table = DescribeTable(target);
    for (const ForeignKey& key : table.foreign_keys) {
      if (key.referenced_oid == target || !plan_.rows.contains(key.referenced_oid) || !IsEmpty(key.referenced_oid))
        continue;
      has_changed |= MakeRow(key.referenced_oid, RunHooks(), depth + 1);
    }
    return has_changed && TryCall(make, &fault);
  }

  static bool IsEmpty(std::uint32_t table) {
    return CallServer([=] {
      Relation const relation = table_open(table, AccessShareLock);
      PushActiveSnapshot(GetTransactionSnapshot());
      const bool has_rows = HasRows(relation);
      PopActiveSnapshot();
      table_close(relation, NoLock);
      return !has_rows;
    });
  }

  // Where a trigger inserts into another table and finds all parents taken there, as where several kinds of a thing
  // share a table of what they have in common, as many parents as this table wants rows are made, once.
  bool AddFreeParents(std::uint32_t target, const TryFault& fault) {
    if (std::strcmp(fault.error.sqlstate, sqlstate::kUniqueViolation) != 0) return false;
    const Oid taken = FindNamedTable(fault);
    if (!OidIsValid(taken) || taken == target) return false;
    const Table table = DescribeTable(taken);
    const auto unique = std::ranges::find(table.unique_keys, std::string(fault.constraint), &UniqueKey::name);
    if (unique == table.unique_keys.end()) return false;
    for (const ForeignKey& key : table.foreign_keys) {
      if (!std::ranges::is_permutation(key.columns, unique->columns) || key.referenced_oid == target) continue;
      if (!plan_.rows.contains(key.referenced_oid) || !extended_.insert({target, key.referenced_oid}).second) continue;
      RunOptions options = options_;
      options.cap_exhausted = true;
      TryFault of_parent;
      return TryCall([&] { GenerateRows(key.referenced_oid, plan_.rows.at(target), options); }, &of_parent);
    }
    return false;
  }

  // The table that an error names; InvalidOid if it names none.
  static Oid FindNamedTable(const TryFault& fault) {
    return CallServer([&] {
      const Oid schema = get_namespace_oid(fault.schema, true);
      return OidIsValid(schema) ? get_relname_relid(fault.table, schema) : InvalidOid;
    });
  }

  void Report(const FillStep& step, const char* problem, std::int64_t elapsed) {
    RunReport failed = {};
    failed.target = step.table;
    failed.elapsed = elapsed;
    failed.heap_bytes = -1;
    failed.seed = options_.seed;
    failed.reference_time = options_.reference_time;
    failed.problem = problem;
    reports_.push_back(failed);
    for (const FillStep& inner : step.inside) Report(inner, problem, 0);
  }

  void FillOpenReference(Oid constraint, CommandId first_command) {
    const auto fill = [&] { CallServer([&] { FillReference(constraint, first_command, options_); }); };
    if (!options_.skip_failed) return fill();
    TryFault fault;
    if (TryCall(fill, &fault)) return;
    CallServer([&] {
      ereport(WARNING, (errmsg("a reference was left NULL: %s", fault.error.message),
                        fault.error.detail[0] != '\0' ? errdetail_internal("%s", fault.error.detail) : 0));
    });
  }

  const SchemaPlan& plan_;
  RunOptions options_;
  const Problems& refused_;
  std::vector<Oid> left_open_;
  std::vector<RunReport> reports_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> extended_;  // tables, and parents made for them
};

// ------------------------------------------------------------------------------------------------ deferred triggers

// The deferred triggers of a table that are not the server's own: name, schema, function.
constexpr char kDeferredTriggers[] = R"(
SELECT t.tgname, n.nspname, p.proname
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_proc p ON p.oid = t.tgfoid
 WHERE t.tgrelid = $1 AND NOT t.tgisinternal AND t.tgdeferrable AND t.tginitdeferred AND t.tgenabled <> 'D'
   AND (t.tgtype & 4) <> 0
 ORDER BY t.tgname)";

struct DeferredTrigger {
  std::uint32_t table;
  const char* name;
  const char* schema;
  const char* function;
};

std::vector<DeferredTrigger> FindDeferredTriggers(const SchemaPlan& plan, const Problems& refused) {
  std::vector<DeferredTrigger> triggers;
  for (const auto& [table, rows] : plan.rows) {
    if (refused.contains(table)) continue;
    const CatalogRows found = CallServer([oid = table] { return RunCatalogQuery(kDeferredTriggers, oid); });
    for (int row = 0; row < found.row_count; ++row)
      triggers.push_back({table, found.Get(row, 0), found.Get(row, 1), found.Get(row, 2)});
  }
  return triggers;
}

// Has the triggers look now, without an effect on the session's or the transaction's state. False if one raises.
bool AskDeferredTriggers(const std::vector<DeferredTrigger>& triggers, TryFault* fault) {
  bool is_done = false;
  TryCall(
      [&] {
        CallServer([&] {
          auto* statement = makeNode(ConstraintsSetStmt);
          for (const DeferredTrigger& trigger : triggers)
            statement->constraints =
                lappend(statement->constraints, makeRangeVar(pstrdup(trigger.schema), pstrdup(trigger.name), -1));
          AfterTriggerSetState(statement);
        });
        is_done = true;
        throw Error(sqlstate::kInternalError, "asked");  // undone: they are asked again when the transaction ends
      },
      fault);
  return is_done;
}

// The tables whose trigger function the error names; all of them if it names none.
void RefuseTables(const std::vector<DeferredTrigger>& triggers, const TryFault& fault, Problems& refused) {
  const char* problem = CallServer([&] { return DescribeProblem(fault.error); });
  const auto count = refused.size();
  for (const DeferredTrigger& trigger : triggers)
    if (std::strstr(fault.error.detail, (std::string(trigger.function) + "(").c_str()) != nullptr)
      refused[trigger.table] = problem;
  if (refused.size() > count) return;
  for (const DeferredTrigger& trigger : triggers) refused[trigger.table] = problem;
}

// Tables whose options say so are emptied together, so that they may refer to each other.
void TruncateTables(const SchemaPlan& plan, const RunOptions& given) {
  std::vector<Oid> targets;
  for (const auto& [table, rows] : plan.rows)
    if (CallServer([&, oid = table] { return OptionsFor(given, oid).truncate; })) targets.push_back(table);
  const Oid* const first = targets.data();
  const auto count = static_cast<int>(targets.size());
  CallServer([=] { TruncateTargets(first, count); });
}

}  // namespace

std::vector<RunReport> FillSchema(const SchemaPlan& plan, const RunOptions& given) {
  RunOptions options = given;
  TruncateTables(plan, options);
  options.is_emptied = true;
  LockForSchema(plan, options);
  Problems refused;
  for (;;) {
    const std::vector<DeferredTrigger> triggers =
        options.skip_failed ? FindDeferredTriggers(plan, refused) : std::vector<DeferredTrigger>();
    SchemaFiller filler(plan, options, refused);
    if (triggers.empty()) return filler.Fill();
    std::vector<RunReport> reports;
    TryFault of_trigger;
    bool is_refused = false;
    TryFault fault;
    const bool is_filled = TryCall(
        [&] {
          reports = filler.Fill();
          is_refused = !AskDeferredTriggers(triggers, &of_trigger);
          if (is_refused) throw Error(of_trigger.error.sqlstate, of_trigger.error.message);
        },
        &fault);
    if (is_filled) return reports;
    if (!is_refused) ThrowPendingError(fault.error);
    RefuseTables(triggers, of_trigger, refused);
  }
}

}  // namespace dbmocker::server

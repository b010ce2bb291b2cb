// See fill_schema.h. What triggers look at only at the end of the transaction is asked for at the end of the run where
// failing tables are to be skipped: then the whole is done again without the tables at fault.
// Read first: FillSchema, then SchemaFiller::FillStepOf.
#include "server/fill_schema.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <iterator>
#include <set>
#include <utility>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/deferred_triggers.h"
#include "server/describe_table.h"
#include "server/fill_references.h"
#include "server/gather_facts.h"
#include "server/options_origin.h"
#include "server/plan_ahead.h"
#include "server/settle_references.h"
#include "server/target_state.h"
#include "server/trigger_rows.h"
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

// "message. Detail. Hint: …" of an error, for a report.
const char* DescribeProblem(const PendingError& error) {
  return psprintf("%s.%s%s%s%s", error.message, error.detail[0] != '\0' ? " " : "", error.detail,
                  error.hint[0] != '\0' ? " Hint: " : "", error.hint);
}

using Problems = std::map<std::uint32_t, const char*>;
using TableSet = std::set<std::uint32_t>;

// The tables whose triggers raise, each asked by itself; all of them if none does.
void RefuseTables(const std::vector<DeferredTrigger>& triggers, const TryFault& fault, Problems& refused) {
  const auto count = refused.size();
  for (const DeferredTrigger& trigger : triggers) {
    TryFault of_trigger;
    if (!AskDeferredTriggers({trigger}, &of_trigger))
      refused[trigger.table] = CallServer([&] { return DescribeProblem(of_trigger.error); });
  }
  if (refused.size() > count) return;
  const char* problem = CallServer([&] { return DescribeProblem(fault.error); });
  for (const DeferredTrigger& trigger : triggers) refused[trigger.table] = problem;
}

// ------------------------------------------------------------------------------------------------------- the tables

class SchemaFiller {
 public:
  SchemaFiller(const SchemaPlan& plan, const RunOptions& options, const Problems& refused, const TableSet& at_once)
      : plan_(plan), options_(options), refused_(refused), at_once_(at_once) {
    for (const ReferenceEdge& reference : plan.order.filled_in_later) left_open_.push_back(reference.constraint);
    options_.open_references = left_open_.data();
    options_.open_reference_count = static_cast<int>(left_open_.size());
  }

  std::vector<RunReport> Fill() {
    const CommandId first_command = CallServer([] { return GetCurrentCommandId(true); });
    for (const FillStep& step : plan_.order.steps) FillTable(step, false);
    TryAgain();
    may_wait_ = false;
    TryAgain();
    for (const Oid constraint : left_open_) FillOpenReference(constraint, first_command);
    SortReports();
    return std::move(reports_);
  }

 private:
  // In the order of the plan, whenever a table has got its rows.
  void SortReports() {
    std::map<std::uint32_t, std::size_t> places;
    const auto number = [&](const std::vector<FillStep>& steps, const auto& self) -> void {
      for (const FillStep& step : steps) {
        places.emplace(step.table, places.size());
        self(step.inside, self);
      }
    };
    number(plan_.order.steps, number);
    std::ranges::stable_sort(reports_, {}, [&](const RunReport& report) { return places[report.target]; });
  }

  void TryAgain() {
    do {
      for (round_ = 1; round_ <= kMostRounds && TryFailedAgain(); ++round_) continue;
    } while (TryWithMoreParents());
  }

  static constexpr int kMostRounds = 3;
  static constexpr int kMostTries = 2;  // of a table that lacks no parent
  static constexpr std::int64_t kLongTry = USECS_PER_SEC;

  // Tables that failed may have missed rows that a trigger looks for, of tables that were filled after them. False if
  // there is nothing more to gain.
  bool TryFailedAgain() {
    std::vector<const FillStep*> failed;
    for (const FillStep& step : plan_.order.steps) {
      const auto report = std::ranges::find(reports_, step.table, &RunReport::target);
      if (report == reports_.end() || !IsOpen(*report)) continue;
      if (lacked_parent_.contains(step.table) || tries_[step.table] < kMostTries) failed.push_back(&step);
    }
    const auto before = std::ranges::count_if(reports_, IsOpen);
    for (const FillStep* step : failed) {
      std::erase_if(reports_, [&](const RunReport& report) { return report.target == step->table; });
      for (const FillStep& inner : step->inside)
        std::erase_if(reports_, [&](const RunReport& report) { return report.target == inner.table; });
      FillTable(*step, false);
    }
    return !failed.empty() && std::ranges::count_if(reports_, IsOpen) < before;
  }

  // Where triggers refuse each row of a table, its parents may suit them in no combination: it is tried with more
  // of them, which stay only if that helps. True if a table has got its rows that way.
  bool TryWithMoreParents() {
    if (!options_.skip_failed) return false;
    for (const FillStep& step : plan_.order.steps) {
      const auto report = std::ranges::find(reports_, step.table, &RunReport::target);
      const bool is_open = report != reports_.end() && IsOpen(*report) && !refused_.contains(step.table);
      if (!is_open || lacked_parent_.contains(step.table)) continue;
      const auto open = std::ranges::count_if(reports_, IsOpen);
      if (std::exchange(widened_[step.table], open) == open) continue;  // nothing has changed since
      TryFault fault;
      RunReport made = {};
      if (!TryCall([&] { made = GenerateWithMoreParents(step); }, &fault)) continue;
      *report = made;
      return true;
    }
    return false;
  }

  RunReport GenerateWithMoreParents(const FillStep& step) {
    constexpr int kTimes = 4;
    const Table table = DescribeTable(step.table);
    std::set<std::uint32_t> parents;
    for (const ForeignKey& key : table.foreign_keys)
      if (key.referenced_oid != step.table && plan_.rows.contains(key.referenced_oid) &&
          !plan_.trigger_written.contains(key.referenced_oid))
        parents.insert(key.referenced_oid);
    if (!HasRowTriggers(table) || parents.empty() || !step.inside.empty())
      throw Error(sqlstate::kForeignKeyViolation, "no parents to add");
    RunOptions options = options_;
    options.cap_exhausted = true;
    for (const std::uint32_t parent : parents) {
      TryFault fault;
      TryCall([&] { GenerateRows(parent, plan_.rows.at(parent) * kTimes, options); }, &fault);
    }
    RunReport report = {};
    TryFault fault;
    const auto fill = [&] { report = GenerateStep(step, false, reports_.size()); };
    if (!TryToFill(step, reports_.size(), fill, fault)) throw Error(fault.error.sqlstate, fault.error.message);
    return report;
  }

  // A table whose deferred triggers have refused rows at the end: they look at each row at once, so that those that
  // they refuse are drawn again. False if that gives no rows.
  bool TryAtOnce(const FillStep& step) {
    const auto place = reports_.size();
    const std::vector<DeferredTrigger> triggers = FindDeferredTriggers(step.table);
    const auto fill = [&] {
      CallServer([&] { SetDeferred(triggers.data(), triggers.size(), false); });
      reports_.push_back(GenerateStep(step, false, place));
      CallServer([&] { SetDeferred(triggers.data(), triggers.size(), true); });
    };
    TryFault fault;
    return step.inside.empty() && TryToFill(step, place, fill, fault);
  }

  // Fills the table, learning from what goes wrong. False, with `fault`, if nothing helps.
  bool TryToFill(const FillStep& step, std::size_t place, const std::function<void()>& fill, TryFault& fault) {
    constexpr int kMostLearnt = 20;
    const TimestampTz started = CallServer([] { return GetCurrentTimestamp(); });
    for (int learnt = 0;; ++learnt) {
      if (TryCall(fill, &fault)) return true;
      reports_.resize(place);
      const bool is_long = CallServer([] { return GetCurrentTimestamp(); }) - started > kMostLearnt * kLongTry;
      if (is_long || learnt == kMostLearnt) return false;
      if (!AddMissingParent(step.table, fault) && !AddFreeParents(step.table, fault)) return false;
    }
  }

  // Tables inside of another's statement are all or nothing with it: their rows are what it refers to.
  void FillTable(const FillStep& step, bool is_inside) {
    const auto place = reports_.size();
    if (const auto refused = refused_.find(step.table); refused != refused_.end())
      return TryAtOnce(step) ? void() : Report(step, refused->second, 0);
    if (!is_inside && at_once_.contains(step.table) && TryAtOnce(step)) return;
    if (!is_inside && WaitsForKind(step)) return Report(step, "it waits for a table whose rows bring its own", 0);
    if (!is_inside && IsFilledByTrigger(step)) return;
    if (!is_inside && WaitsForParent(step)) {
      lacked_parent_.insert(step.table);
      return Report(step, "it waits for a table that it refers to", 0);
    }
    const TimestampTz started = CallServer([] { return GetCurrentTimestamp(); });
    const auto fill = [&] {
      if (!is_inside) more_rows_.clear();
      const RunReport report = GenerateStep(step, is_inside, place);
      reports_.insert(reports_.begin() + static_cast<std::ptrdiff_t>(place), report);
      if (!is_inside) AddMoreRows();
    };
    if (!options_.skip_failed || is_inside) return fill();
    TryFault fault;
    if (TryToFill(step, place, fill, fault)) return;
    ++tries_[step.table];
    if (ReportTriggerRows(step)) return;
    NoteMissingParent(step);
    const char* problem = CallServer([&] { return DescribeProblem(fault.error); });
    Report(step, problem, CallServer([] { return GetCurrentTimestamp(); }) - started);
  }

  // True if a table of one of its kinds has failed so far and is going to be tried again: rows made now would take the
  // parents that its rows need.
  bool WaitsForKind(const FillStep& step) const {
    if (!may_wait_ || !options_.skip_failed) return false;
    return std::ranges::any_of(plan_.kinds, [&](const auto& entry) {
      const auto report = std::ranges::find(reports_, entry.second, &RunReport::target);
      return entry.first == step.table && report != reports_.end() && IsOpen(*report) && report->elapsed < kLongTry;
    });
  }

  // True if the table has triggers, and refers to one that has failed so far: they may look for its rows.
  bool WaitsForParent(const FillStep& step) const {
    return may_wait_ && options_.skip_failed && LacksParent(step) && HasRowTriggers(DescribeTable(step.table));
  }

  bool LacksParent(const FillStep& step) const {
    return std::ranges::any_of(plan_.references, [&](const ReferenceEdge& reference) {
      const auto report = std::ranges::find(reports_, reference.to, &RunReport::target);
      return reference.from == step.table && reference.to != step.table && report != reports_.end() && IsOpen(*report);
    });
  }

  static bool HasRowTriggers(const Table& table) {
    return std::ranges::any_of(table.triggers, [](const Trigger& trigger) {
      return trigger.on_insert && trigger.is_row && trigger.is_enabled;
    });
  }

  // A reference to a table that has failed so far may be what triggers have missed.
  void NoteMissingParent(const FillStep& step) {
    if (LacksParent(step))
      lacked_parent_.insert(step.table);
    else
      lacked_parent_.erase(step.table);
  }

  static bool IsOpen(const RunReport& report) { return report.rows == 0 && report.writer == nullptr; }

  // Rows that triggers of other tables have made count where no further ones are accepted. False if there are none.
  bool ReportTriggerRows(const FillStep& step) {
    const TriggerRows made = LookAtTriggerRows(DescribeTable(step.table));
    if (made.count == 0) return false;
    Report(step, nullptr, 0);
    reports_.back().rows = made.count;
    reports_.back().writer = "trigger";
    return true;
  }

  // Reports the rows that triggers of other tables have made, if they are to be left alone.
  bool IsFilledByTrigger(const FillStep& step) {
    if (!plan_.trigger_written.contains(step.table)) return false;
    const Table table = DescribeTable(step.table);
    if (!TakesKeysFromOthers(table)) return false;
    const TriggerRows made = LookAtTriggerRows(table);
    if (made.count == 0 || !made.is_complete) return false;
    Report(step, nullptr, 0);
    reports_.back().rows = made.count;
    reports_.back().writer = "trigger";
    return true;
  }

  // Tables in a circle go through the executor: what they refer to comes before their statement ends.
  RunReport GenerateStep(const FillStep& step, bool is_inside, std::size_t place) {
    RunOptions options = CallServer([&] { return OptionsFor(options_, step.table); });
    options.cap_exhausted = !is_inside && options.cap_exhausted;
    if (is_inside || !step.inside.empty()) options.insertion_strategy = WriterChoice::Single;
    std::int64_t rows = plan_.rows.at(step.table);
    RunHooks hooks;
    hooks.keep_keys = is_inside;
    if (is_inside) rows = TakeMutualKeys(step, rows, hooks);
    if (!step.inside.empty() && rows > 0) {
      const Table entry = DescribeTable(step.table);
      ParentsAhead ahead = PlanParentsAhead(step, entry, plan_.rows, options_, true);
      hooks.planned_parents = std::move(ahead.keys);
      mutual_ = std::move(ahead.mutual);
      hooks.adapt = [mutual = mutual_](Table& table) {
        for (const MutualKey& key : mutual) ReferToNewOnly(table, key);
      };
      entry_ = step.table;
      hooks.before_end = [&] {
        reports_.resize(place);  // those of an attempt that has failed
        CallServer([] { CommandCounterIncrement(); });  // the rows made so far can be seen
        for (const FillStep& inner : step.inside) FillTable(inner, true);
      };
    }
    options.hooks = &hooks;
    return GenerateRows(step.table, rows, options);
  }

  // Where the table's key is partly chosen by the table whose statement this is, the rows that are wanted there come
  // first; how many these are. The others follow when that statement has ended.
  std::int64_t TakeMutualKeys(const FillStep& step, std::int64_t rows, RunHooks& hooks) {
    const Table table = DescribeTable(step.table);
    const auto mutual = std::ranges::find_if(mutual_, [&](const MutualKey& key) {
      return std::ranges::count(table.foreign_keys, key.backward, &ForeignKey::constraint_oid) > 0;
    });
    if (mutual == mutual_.end()) return rows;
    const Table first = DescribeTable(entry_);
    hooks.adapt = [=, key = *mutual](Table& other) { TakeFromFirst(other, first, key); };
    const std::int64_t wanted = CountWanted(table, first, *mutual);
    if (wanted < rows) more_rows_[step.table] = rows - wanted;
    return wanted;
  }

  void AddMoreRows() {
    for (const auto& [table, rows] : more_rows_) {
      const RunOptions options = CallServer([&, oid = table] { return OptionsFor(options_, oid); });
      const RunReport more = GenerateRows(table, rows, options);
      const auto report = std::ranges::find(reports_, table, &RunReport::target);
      report->rows += more.rows;
      report->elapsed += more.elapsed;
      report->heap_bytes = more.heap_bytes;
    }
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
  const TableSet& at_once_;  // tables beside refused ones
  std::vector<Oid> left_open_;
  std::vector<RunReport> reports_;
  std::set<std::uint32_t> lacked_parent_;  // tables that have failed while another one was empty
  std::map<std::uint32_t, std::ptrdiff_t> widened_;  // tables tried with more parents: how many others were open then
  std::map<std::uint32_t, int> tries_;
  bool may_wait_ = true;
  int round_ = 0;  // of tries of tables that have failed
  std::uint32_t entry_ = 0;  // the table whose statement makes the rows of a circle
  std::vector<MutualKey> mutual_;  // its keys of that kind
  std::map<std::uint32_t, std::int64_t> more_rows_;  // of tables in the circle, once its statement has ended
  std::set<std::pair<std::uint32_t, std::uint32_t>> extended_;  // tables, and parents made for them
};

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

namespace {

// The tables that refer to refused ones, or that these refer to: without the rows of those, theirs are refused next.
TableSet FindNeighbours(const SchemaPlan& plan, const Problems& refused) {
  TableSet neighbours;
  for (const ReferenceEdge& reference : plan.references) {
    if (refused.contains(reference.from)) neighbours.insert(reference.to);
    if (refused.contains(reference.to)) neighbours.insert(reference.from);
  }
  std::erase_if(neighbours, [&](std::uint32_t table) {
    return refused.contains(table) || !plan.rows.contains(table) || FindDeferredTriggers(table).empty();
  });
  return neighbours;
}

}  // namespace

std::vector<RunReport> FillSchema(const SchemaPlan& plan, const RunOptions& given) {
  RunOptions options = given;
  TruncateTables(plan, options);
  options.is_emptied = true;
  LockForSchema(plan, options);
  Problems refused;
  for (;;) {
    std::vector<DeferredTrigger> triggers;
    if (options.skip_failed)
      for (const auto& [table, rows] : plan.rows)
        if (!refused.contains(table)) std::ranges::move(FindDeferredTriggers(table), std::back_inserter(triggers));
    const TableSet at_once = FindNeighbours(plan, refused);
    SchemaFiller filler(plan, options, refused, at_once);
    if (triggers.empty()) return filler.Fill();
    std::vector<RunReport> reports;
    Problems more_refused = refused;
    TryFault fault;
    const bool is_filled = TryCall(
        [&] {
          reports = filler.Fill();
          TryFault of_trigger;
          if (AskDeferredTriggers(triggers, &of_trigger)) return;
          RefuseTables(triggers, of_trigger, more_refused);
          throw Error(of_trigger.error.sqlstate, of_trigger.error.message);
        },
        &fault);
    if (is_filled) return reports;
    if (more_refused.size() == refused.size()) ThrowPendingError(fault.error);
    for (const auto& [table, problem] : more_refused)
      CallServer([&, oid = table, text = problem] {
        elog(DEBUG1, "deferred triggers of table \"%s\" refuse rows: %s", get_rel_name(oid), text);
      });
    refused = std::move(more_refused);
  }
}

}  // namespace dbmocker::server

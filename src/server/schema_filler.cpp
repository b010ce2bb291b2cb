// See schema_filler.h.
// Read first: SchemaFiller::Fill, then FillTable.
#include "server/schema_filler.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/describe_table.h"
#include "server/fill_references.h"
#include "server/trigger_rows.h"

namespace dbmocker::server {
namespace {

constexpr std::int64_t kLongTry = USECS_PER_SEC;
constexpr int kMostPerParent = 3;  // rows that a parent's deferred triggers may look for

// "message. Detail. Hint: …" of an error, for a report.
const char* DescribeProblem(const PendingError& error) {
  return CallServer([&] {
    return psprintf("%s.%s%s%s%s", error.message, error.detail[0] != '\0' ? " " : "", error.detail,
                    error.hint[0] != '\0' ? " Hint: " : "", error.hint);
  });
}

bool HasRowTriggers(std::uint32_t table) {
  const Table described = DescribeTable(table);
  return std::ranges::any_of(described.triggers, [](const Trigger& trigger) {
    return trigger.on_insert && trigger.is_row && trigger.is_enabled;
  });
}

TimestampTz Now() {
  return CallServer([] { return GetCurrentTimestamp(); });
}

}  // namespace

bool AskForProblems(const std::vector<DeferredTrigger>& triggers, TryFault& fault, Problems& problems) {
  if (AskDeferredTriggers(triggers, &fault)) return true;
  for (const DeferredTrigger& trigger : triggers) {
    TryFault of_trigger;
    if (!AskDeferredTriggers({trigger}, &of_trigger)) problems[trigger.table] = DescribeProblem(of_trigger.error);
  }
  if (problems.empty())
    for (const DeferredTrigger& trigger : triggers) problems[trigger.table] = DescribeProblem(fault.error);
  return false;
}

SchemaFiller::SchemaFiller(const SchemaPlan& plan, const RunOptions& options, const Problems& refused)
    : plan_(plan), options_(options), refused_(refused), state_{{}, {}, ParentMaker(plan_, options_)} {
  for (const ReferenceEdge& reference : plan.order.filled_in_later) left_open_.push_back(reference.constraint);
  options_.open_references = left_open_.data();
  options_.open_reference_count = static_cast<int>(left_open_.size());
}

std::vector<RunReport> SchemaFiller::Fill() {
  const CommandId first_command = CallServer([] { return GetCurrentCommandId(true); });
  if (options_.skip_failed) GroupTables();
  for (const FillStep& step : plan_.order.steps) FillTable(step);
  for (phase_ = Phase::Waiting; phase_ <= Phase::WithGroups; phase_ = Phase(static_cast<int>(phase_) + 1)) TryAgain();
  if (FillPostponed()) TryAgain();
  for (const Oid constraint : left_open_) FillOpenReference(constraint, first_command);
  return SortReports();
}

// Rows, reports and counts of work that fails are undone with it.
template <class Work>
bool SchemaFiller::Attempt(Work&& work, TryFault& fault) {
  State before = state_;
  if (TryCall(work, &fault)) return true;
  state_ = std::move(before);
  return false;
}

std::vector<DeferredTrigger> SchemaFiller::TriggersOf(const FillStep& step) {
  const auto [found, is_new] = triggers_.try_emplace(step.table);
  if (is_new) found->second = FindDeferredTriggers(step.table);
  std::vector<DeferredTrigger> triggers = found->second;
  for (const FillStep& inner : step.inside) std::ranges::move(TriggersOf(inner), std::back_inserter(triggers));
  return triggers;
}

// Tables with deferred triggers that refer to one another, also by way of further such tables.
void SchemaFiller::GroupTables() {
  std::map<std::uint32_t, std::uint32_t> leaders;
  for (const FillStep& step : plan_.order.steps)
    if (!TriggersOf(step).empty() && !refused_.contains(step.table)) leaders[step.table] = step.table;
  for (const ReferenceEdge& reference : plan_.references) {
    const auto from = leaders.find(reference.from), to = leaders.find(reference.to);
    if (from == leaders.end() || to == leaders.end()) continue;
    const std::uint32_t joining = from->second, joined = to->second;
    for (auto& [table, leader] : leaders)
      if (leader == joining) leader = joined;
  }
  std::map<std::uint32_t, std::vector<const FillStep*>> members;
  for (const FillStep& step : plan_.order.steps)
    if (leaders.contains(step.table)) members[leaders[step.table]].push_back(&step);
  for (auto& [leader, group] : members) {
    if (group.size() < 2) continue;
    for (const FillStep* step : group) group_of_[step->table] = groups_.size();
    groups_.push_back(std::move(group));
  }
}

// ------------------------------------------------------------------------------------------------------ further tries

void SchemaFiller::TryAgain() {
  constexpr int kMostRounds = 3;
  if (!options_.skip_failed) return;
  do {
    for (int round = 1; round <= kMostRounds && TryFailedAgain(); ++round) continue;
  } while (TryWithMoreParents());
}

// Tables that failed may have missed rows that a trigger looks for, of tables that were filled after them. False if
// there is nothing more to gain.
bool SchemaFiller::TryFailedAgain() {
  constexpr int kMostTries = 2;  // of a table that lacks no parent
  std::vector<const FillStep*> failed;
  for (const FillStep& step : plan_.order.steps) {
    if (!IsOpen(step) || postponed_.contains(step.table)) continue;
    if (lacked_parent_.contains(step.table) || tries_[step.table] < kMostTries) failed.push_back(&step);
  }
  const auto before = state_.open.size();
  for (const FillStep* step : failed) FillTable(*step);
  return !failed.empty() && state_.open.size() < before;
}

// Where triggers refuse each row of a table, its parents may suit them in no combination: it is tried with more
// of them, which stay only if that helps. True if a table has got its rows that way.
bool SchemaFiller::TryWithMoreParents() {
  for (const FillStep& step : plan_.order.steps) {
    const bool was_refused = IsOpen(step) && tries_[step.table] > 0;
    if (!was_refused || refused_.contains(step.table) || postponed_.contains(step.table)) continue;
    if (lacked_parent_.contains(step.table) || !step.inside.empty() || !HasRowTriggers(step.table)) continue;
    const auto open = state_.open.size();
    const auto [tried, is_new] = widened_.try_emplace(step.table, open);
    if (!is_new && std::exchange(tried->second, open) == open) continue;  // nothing has changed since
    TryFault fault;
    const auto fill = [&] {
      if (!state_.parents.Widen(step.table)) throw Error(sqlstate::kForeignKeyViolation, "no parents to add");
      TryFault of_rows;
      if (!TryInWays(step, of_rows)) ThrowFault(of_rows);
    };
    if (Attempt(fill, fault)) return true;
  }
  return false;
}

// ---------------------------------------------------------------------------------------------------------- one table

void SchemaFiller::FillTable(const FillStep& step) {
  if (!options_.skip_failed) {
    if (!IsFilledByTrigger(step)) Keep(RunStep(plan_, options_, step, StepWay()));
    return;
  }
  if (WaitsForKind(step)) return Report(step, "it waits for a table whose rows bring its own", 0);
  if (IsFilledByTrigger(step)) return;
  if (phase_ != Phase::WithoutAsking && FillWithGroup(step)) return;
  held_.erase(step.table);
  if (WaitsForParent(step)) {
    lacked_parent_.insert(step.table);
    return Report(step, "it waits for a table that it refers to", 0);
  }
  const TimestampTz started = Now();
  TryFault fault;
  if (TryInWays(step, fault)) return;
  ++tries_[step.table];
  if (ReportTriggerRows(step)) return;
  if (LacksParent(step))
    lacked_parent_.insert(step.table);
  else
    lacked_parent_.erase(step.table);
  const auto refused = refused_.find(step.table);
  Report(step, refused != refused_.end() ? refused->second : DescribeProblem(fault.error), Now() - started);
}

// The table is left to the last one of its group, which fills all of them. False if it is to be filled by itself.
bool SchemaFiller::FillWithGroup(const FillStep& step) {
  if (!IsInGroup(step.table)) return false;
  std::vector<const FillStep*>& group = groups_[group_of_[step.table]];
  const bool waits = phase_ < Phase::WithGroups && std::ranges::any_of(group, [&](const FillStep* member) {
                       return LacksParent(*member, [&](std::uint32_t table) {
                         return state_.open.contains(table) && std::ranges::count(group, table, &FillStep::table) == 0;
                       });
                     });
  if (waits || group.back() != &step) {
    lacked_parent_.insert(step.table);
    Report(step, "it waits for a table that its deferred triggers may look for", 0);
    return true;
  }
  const std::vector<const FillStep*> tables = std::exchange(group, {});
  if (!TryGroup(tables))
    for (const FillStep* member : tables) FillTable(*member);
  return true;
}

bool SchemaFiller::IsInGroup(std::uint32_t table) const {
  const auto place = group_of_.find(table);
  return place != group_of_.end() && !groups_[place->second].empty();
}

bool SchemaFiller::TryGroup(const std::vector<const FillStep*>& group) {
  TryFault fault;
  for (rows_per_parent_ = 0; rows_per_parent_ <= kMostPerParent; ++rows_per_parent_)
    if (TryGroupOnce(group, fault)) break;
  const bool is_filled = rows_per_parent_ <= kMostPerParent;
  rows_per_parent_ = 0;
  return is_filled;
}

// Each row's references go by what triggers look up, so that deferred ones find what they want in all of the tables.
bool SchemaFiller::TryGroupOnce(const std::vector<const FillStep*>& group, TryFault& fault) {
  return Attempt(
      [&] {
        std::vector<DeferredTrigger> triggers;
        for (const FillStep* step : group) {
          TryFault of_step;
          StepWay way;
          way.looks_up_first = true;
          if (!TryToFill(*step, Asking::Never, way, of_step)) ThrowFault(of_step);
          std::ranges::move(TriggersOf(*step), std::back_inserter(triggers));
        }
        TryFault of_trigger;
        if (!AskDeferredTriggers(triggers, &of_trigger)) ThrowFault(of_trigger);
      },
      fault);
}

// Where deferred triggers refuse rows, they look at each row at once, so that those that they refuse are drawn again;
// where that gives no rows, the table waits for all others.
bool SchemaFiller::TryInWays(const FillStep& step, TryFault& fault) {
  if (phase_ == Phase::WithoutAsking || TriggersOf(step).empty()) return TryToFill(step, Asking::Never, {}, fault);
  const bool is_refused = refused_.contains(step.table);
  if (!is_refused && TryToFill(step, Asking::Afterwards, {}, fault)) return true;
  if (!is_refused && !was_asked_) return false;
  TryFault at_once;
  if (step.inside.empty() && TryToFill(step, Asking::AtOnce, {}, at_once)) return true;
  if (!is_refused && phase_ < Phase::WithoutAsking) postponed_.insert(step.table);
  return false;
}

// Learns from what goes wrong. False, with `fault`, if nothing helps.
bool SchemaFiller::TryToFill(const FillStep& step, Asking asking, StepWay way, TryFault& fault) {
  constexpr int kMostLearnt = 20;
  const TimestampTz started = Now();
  way.reports_missing_parents = true;
  way.rows_per_parent = rows_per_parent_;
  for (int learnt = 0;; ++learnt) {
    if (Attempt([&] { FillAndAsk(step, asking, way); }, fault)) return true;
    if (Now() - started > kMostLearnt * kLongTry || learnt == kMostLearnt) return false;
    if (state_.parents.Make(step.table, fault)) continue;
    const bool is_check = !fault.is_of_server && std::strcmp(fault.error.sqlstate, sqlstate::kCheckViolation) == 0;
    if (is_check && !std::exchange(way.drops_failed, true)) continue;
    if (!way.reports_missing_parents || !IsMissingParent(step.table, fault)) return false;
    way.reports_missing_parents = false;  // another row of the table may do without
  }
}

void SchemaFiller::FillAndAsk(const FillStep& step, Asking asking, const StepWay& way) {
  was_asked_ = false;
  const std::vector<DeferredTrigger> triggers = TriggersOf(step);
  const auto set_deferred = [&](bool deferred) {
    CallServer([&] { SetDeferred(triggers.data(), triggers.size(), deferred); });
  };
  if (asking == Asking::AtOnce) set_deferred(false);
  Keep(RunStep(plan_, options_, step, way));
  if (asking == Asking::AtOnce) set_deferred(true);
  if (asking != Asking::Afterwards) return;
  TryFault fault;
  was_asked_ = true;
  if (!AskDeferredTriggers(triggers, &fault)) ThrowFault(fault);
}

// ---------------------------------------------------------------------------------- what waits for all other tables

// The tables whose deferred triggers have refused rows so far, with those that wait for them, are filled, and the
// triggers asked when all are. Those that refuse rows then are given up. True if a table has got its rows.
bool SchemaFiller::FillPostponed() {
  const auto open = state_.open.size();
  phase_ = Phase::WithoutAsking;
  for (bool is_done = postponed_.empty(); !is_done;) {
    Problems refused;
    TryFault fault;
    const auto fill = [&] {
      if (!FillWithoutAsking(refused)) throw Error(sqlstate::kInternalError, "refused");
    };
    is_done = Attempt(fill, fault);
    if (!is_done && refused.empty()) ThrowFault(fault);
    if (!is_done && rows_per_parent_ < kMostPerParent) {
      ++rows_per_parent_;
      continue;
    }
    if (!is_done && !GiveUp(refused)) ThrowFault(fault);
    rows_per_parent_ = 0;
  }
  postponed_.clear();
  rows_per_parent_ = 0;
  phase_ = Phase::Last;
  return state_.open.size() < open;
}

// False if none of the tables is one that might be filled.
bool SchemaFiller::GiveUp(const Problems& refused) {
  const auto count = given_up_.size();
  for (const FillStep& step : plan_.order.steps)
    for (const DeferredTrigger& trigger : TriggersOf(step)) {
      const auto problem = refused.find(trigger.table);
      if (problem == refused.end() || !given_up_.insert(step.table).second) continue;
      Report(step, problem->second, 0);
    }
  return given_up_.size() > count;
}

// False if deferred triggers refuse rows of tables, which are then in `refused`.
bool SchemaFiller::FillWithoutAsking(Problems& refused) {
  std::vector<DeferredTrigger> triggers;
  for (const FillStep& step : plan_.order.steps) {
    const bool has_waited = postponed_.contains(step.table) || lacked_parent_.contains(step.table);
    if (!IsOpen(step) || !has_waited) continue;
    FillTable(step);
    if (!IsOpen(step)) std::ranges::move(TriggersOf(step), std::back_inserter(triggers));
  }
  TryFault fault;
  return AskForProblems(triggers, fault, refused);
}

// ------------------------------------------------------------------------------------------------ what tables wait for

// True if a table of one of its kinds has failed so far and is going to be tried again: rows made now would take the
// parents that its rows need.
bool SchemaFiller::WaitsForKind(const FillStep& step) const {
  if (phase_ != Phase::Waiting) return false;
  return std::ranges::any_of(plan_.kinds, [&](const auto& entry) {
    return entry.first == step.table && state_.open.contains(entry.second) &&
           state_.reports.at(entry.second).elapsed < kLongTry;
  });
}

// True if the table has triggers, and refers to one that has failed so far: they may look for its rows. Tables that
// wait for others since their triggers are deferred are worth waiting for in any case, and so are those that do.
bool SchemaFiller::WaitsForParent(const FillStep& step) {
  const auto waits = [this](std::uint32_t table) {
    return postponed_.contains(table) || held_.contains(table) || IsInGroup(table);
  };
  if (phase_ < Phase::WithoutAsking && LacksParent(step, waits)) {
    held_.insert(step.table);
    return true;
  }
  return phase_ == Phase::Waiting && LacksParent(step) && HasRowTriggers(step.table);
}

bool SchemaFiller::LacksParent(const FillStep& step) const {
  return LacksParent(step, [this](std::uint32_t table) { return state_.open.contains(table); });
}

bool SchemaFiller::LacksParent(const FillStep& step, const std::function<bool(std::uint32_t)>& is_open) const {
  return std::ranges::any_of(plan_.references, [&](const ReferenceEdge& reference) {
    return reference.from == step.table && reference.to != step.table && is_open(reference.to);
  });
}

// Reports the rows that triggers of other tables have made, if they are to be left alone.
bool SchemaFiller::IsFilledByTrigger(const FillStep& step) {
  if (!plan_.trigger_written.contains(step.table)) return false;
  const Table table = DescribeTable(step.table);
  return TakesKeysFromOthers(table) && LookAtTriggerRows(table).is_complete && ReportTriggerRows(step);
}

// Rows that triggers of other tables have made count where no further ones are accepted. False if there are none.
bool SchemaFiller::ReportTriggerRows(const FillStep& step) {
  std::int64_t rows = LookAtTriggerRows(DescribeTable(step.table)).count;
  const auto added = state_.parents.added().find(step.table);
  if (added != state_.parents.added().end()) rows -= added->second;
  if (rows <= 0) return false;
  Report(step, nullptr, 0);
  RunReport& report = state_.reports.at(step.table);
  report.rows = rows;
  report.writer = "trigger";
  state_.open.erase(step.table);
  return true;
}

// ------------------------------------------------------------------------------------------------------------ reports

void SchemaFiller::FillOpenReference(Oid constraint, CommandId first_command) {
  const auto fill = [&] { CallServer([&] { FillReference(constraint, first_command, options_); }); };
  if (!options_.skip_failed) return fill();
  TryFault fault;
  if (TryCall(fill, &fault)) return;
  CallServer([&] {
    ereport(WARNING, (errmsg("a reference was left NULL: %s", fault.error.message),
                      fault.error.detail[0] != '\0' ? errdetail_internal("%s", fault.error.detail) : 0));
  });
}

void SchemaFiller::Keep(const std::vector<RunReport>& reports) {
  for (const RunReport& report : reports) {
    state_.reports[report.target] = report;
    state_.open.erase(report.target);
  }
}

// True if the table has no rows and may get some.
bool SchemaFiller::IsOpen(const FillStep& step) const {
  return state_.open.contains(step.table) && !given_up_.contains(step.table);
}

void SchemaFiller::Report(const FillStep& step, const char* problem, std::int64_t elapsed) {
  RunReport failed = {};
  failed.target = step.table;
  failed.elapsed = elapsed;
  failed.heap_bytes = -1;
  failed.seed = options_.seed;
  failed.reference_time = options_.reference_time;
  failed.problem = problem;
  state_.reports[step.table] = failed;
  state_.open.insert(step.table);
  for (const FillStep& inner : step.inside) Report(inner, problem, 0);
}

// In the order of the plan, with the rows that were made for the sake of other tables.
std::vector<RunReport> SchemaFiller::SortReports() const {
  std::vector<RunReport> reports;
  const auto add = [&](const std::vector<FillStep>& steps, const auto& self) -> void {
    for (const FillStep& step : steps) {
      RunReport report = state_.reports.at(step.table);
      const auto added = state_.parents.added().find(step.table);
      if (added != state_.parents.added().end()) report.rows += added->second;
      reports.push_back(report);
      self(step.inside, self);
    }
  };
  add(plan_.order.steps, add);
  return reports;
}

}  // namespace dbmocker::server

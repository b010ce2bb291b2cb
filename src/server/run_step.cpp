// See run_step.h. Tables in a circle go through the executor: what they refer to comes before their statement ends.
// Read first: StepRun::Run.
#include "server/run_step.h"

#include <algorithm>
#include <map>

#include "server/boundary.h"
#include "server/describe_table.h"
#include "server/mutual_keys.h"
#include "server/options_origin.h"
#include "server/plan_ahead.h"
#include "server/run_hooks.h"
#include "server/serve_parents.h"

namespace dbmocker::server {
namespace {

// A table whose statement is to end with rows of others, and its keys that these choose in part.
struct Circle {
  std::uint32_t entry;
  std::vector<MutualKey> mutual;
};

class StepRun {
 public:
  StepRun(const SchemaPlan& plan, const RunOptions& options) : plan_(plan), options_(options) {}

  std::vector<RunReport> Run(const FillStep& step, const StepWay& way) {
    RunHooks hooks;
    hooks.looks_up_first = way.looks_up_first;
    hooks.reports_missing_parents = way.reports_missing_parents;
    hooks.drops_failed = way.drops_failed && step.inside.empty();
    RunOptions options = OptionsOf(step.table);
    if (!step.inside.empty()) options.insertion_strategy = WriterChoice::Single;
    const std::int64_t served = step.inside.empty() ? ServeParents(step.table, options, hooks, way.rows_per_parent) : 0;
    const std::int64_t rows = plan_.rows.at(step.table);
    if (served == 0 || served < rows) Generate(step, std::max<std::int64_t>(0, rows - served), options, hooks);
    JoinReports();
    AddMoreRows();
    return std::move(reports_);
  }

 private:
  RunOptions OptionsOf(std::uint32_t table) const {
    return CallServer([&] { return OptionsFor(options_, table); });
  }

  // Returns how many rows parents have got.
  std::int64_t ServeParents(std::uint32_t target, RunOptions options, RunHooks hooks, int rows_per_parent) {
    std::int64_t served = 0;
    options.hooks = &hooks;
    for (int wanted = 1; wanted <= rows_per_parent; ++wanted) {
      for (const LackingParents& parents : FindLackingParents(DescribeTable(target), wanted)) {
        hooks.adapt = [&parents](Table& table) { ReferToLacking(table, parents); };
        reports_.push_back(GenerateRows(target, parents.count, options));
        served += reports_.back().rows;
      }
    }
    return served;
  }

  // One report for a table whose rows several runs have made.
  void JoinReports() {
    for (std::size_t i = 1; i < reports_.size();) {
      RunReport& first = reports_[0];
      if (reports_[i].target != first.target) {
        ++i;
        continue;
      }
      first.rows += reports_[i].rows;
      first.elapsed += reports_[i].elapsed;
      first.redrawn_rows += reports_[i].redrawn_rows;
      first.heap_bytes = reports_[i].heap_bytes;
      if (first.problem == nullptr) first.problem = reports_[i].problem;
      reports_.erase(reports_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  void Generate(const FillStep& step, std::int64_t rows, RunOptions options, RunHooks& hooks) {
    const auto place = static_cast<std::ptrdiff_t>(reports_.size());
    Circle circle = {step.table, {}};
    if (!step.inside.empty() && rows > 0) {
      ParentsAhead ahead = PlanParentsAhead(step, DescribeTable(step.table), plan_.rows, options_, true);
      hooks.planned_parents = std::move(ahead.keys);
      circle.mutual = std::move(ahead.mutual);
      hooks.adapt = [&circle, outer = hooks.adapt](Table& table) {
        if (outer) outer(table);
        for (const MutualKey& key : circle.mutual) ReferToNewOnly(table, key);
      };
      hooks.before_end = [&, place] {
        reports_.resize(static_cast<std::size_t>(place));  // without those of an attempt that has failed
        CallServer([] { CommandCounterIncrement(); });  // the rows made so far can be seen
        for (const FillStep& inner : step.inside) GenerateInside(inner, circle);
      };
    }
    options.hooks = &hooks;
    const RunReport report = GenerateRows(step.table, rows, options);
    reports_.insert(reports_.begin() + place, report);
  }

  void GenerateInside(const FillStep& step, const Circle& circle) {
    RunHooks hooks;
    hooks.keep_keys = true;
    RunOptions options = OptionsOf(step.table);
    options.cap_exhausted = false;
    options.insertion_strategy = WriterChoice::Single;
    Generate(step, TakeMutualKeys(step, circle, hooks), options, hooks);
  }

  // Where the table's key is partly chosen by the table whose statement this is, the rows that are wanted there come
  // first; how many these are. The others follow when that statement has ended.
  std::int64_t TakeMutualKeys(const FillStep& step, const Circle& circle, RunHooks& hooks) {
    const std::int64_t rows = plan_.rows.at(step.table);
    const Table table = DescribeTable(step.table);
    const auto mutual = std::ranges::find_if(circle.mutual, [&](const MutualKey& key) {
      return std::ranges::count(table.foreign_keys, key.backward, &ForeignKey::constraint_oid) > 0;
    });
    if (mutual == circle.mutual.end()) return rows;
    const Table first = DescribeTable(circle.entry);
    hooks.adapt = [=, key = *mutual](Table& other) { TakeFromFirst(other, first, key); };
    const std::int64_t wanted = CountWanted(table, first, *mutual);
    more_rows_[step.table] = std::max<std::int64_t>(0, rows - wanted);
    return wanted;
  }

  void AddMoreRows() {
    for (const auto& [table, rows] : more_rows_) {
      if (rows == 0) continue;
      const RunReport more = GenerateRows(table, rows, OptionsOf(table));
      const auto report = std::ranges::find(reports_, table, &RunReport::target);
      report->rows += more.rows;
      report->elapsed += more.elapsed;
      report->heap_bytes = more.heap_bytes;
    }
  }

  const SchemaPlan& plan_;
  const RunOptions& options_;
  std::map<std::uint32_t, std::int64_t> more_rows_;  // of tables in the circle, once its statement has ended
  std::vector<RunReport> reports_;
};

}  // namespace

std::vector<RunReport> RunStep(const SchemaPlan& plan, const RunOptions& options, const FillStep& step,
                               const StepWay& way) {
  return StepRun(plan, options).Run(step, way);
}

}  // namespace dbmocker::server

// The order of attempts in which a schema's tables are filled. Where failing tables are to be skipped, those that
// failed are tried again in other ways and once others have got their rows; without that option each has one attempt.
//
// Triggers that look only when the transaction ends are asked as soon as a table has its rows, so that a refusal costs
// this table only. Tables that refer to one another and all have such triggers are filled together and asked then.
// Read first: SchemaFiller::Fill, then FillTable.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "server/deferred_triggers.h"
#include "server/generate_table.h"
#include "server/missing_parents.h"
#include "server/run_step.h"
#include "server/schema_request.h"
#include "server/try_call.h"

namespace dbmocker::server {

// What stands against tables, by table.
using Problems = std::map<std::uint32_t, const char*>;

// Asks the triggers. False, with `fault` and the tables whose triggers raise, if they refuse rows: each table is asked
// by itself; all of them are to blame if none is then.
bool AskForProblems(const std::vector<DeferredTrigger>& triggers, TryFault& fault, Problems& problems);

class SchemaFiller {
 public:
  // `refused`: tables that deferred triggers have refused when all was filled. All arguments must outlive this.
  SchemaFiller(const SchemaPlan& plan, const RunOptions& options, const Problems& refused);

  // A report per table, in the order of the plan. May throw Error, ServerError, std::bad_alloc.
  std::vector<RunReport> Fill();

 private:
  using TableSet = std::set<std::uint32_t>;

  // What is undone with work that fails.
  struct State {
    std::map<std::uint32_t, RunReport> reports;
    TableSet open;  // tables that have a report, but no rows so far
    ParentMaker parents;
  };

  // From one to the next, tables wait for less.
  enum class Phase {
    Waiting,  // for tables that have failed so far
    NotWaiting,
    WithGroups,  // which wait no more for what they refer to, either
    WithoutAsking,  // deferred triggers, before all tables that have waited for that are filled
    Last
  };

  enum class Asking { Never, Afterwards, AtOnce };  // of deferred triggers

  template <class Work>
  bool Attempt(Work&& work, TryFault& fault);

  void GroupTables();
  void TryAgain();
  bool TryFailedAgain();
  bool TryWithMoreParents();
  void FillTable(const FillStep& step);
  bool FillWithGroup(const FillStep& step);
  bool IsInGroup(std::uint32_t table) const;
  bool TryGroup(const std::vector<const FillStep*>& group);
  bool TryGroupOnce(const std::vector<const FillStep*>& group, TryFault& fault);
  bool TryInWays(const FillStep& step, TryFault& fault);
  bool TryToFill(const FillStep& step, Asking asking, StepWay way, TryFault& fault);
  void FillAndAsk(const FillStep& step, Asking asking, const StepWay& way);
  bool FillPostponed();
  bool FillWithoutAsking(Problems& refused);
  bool GiveUp(const Problems& refused);

  bool WaitsForKind(const FillStep& step) const;
  bool WaitsForParent(const FillStep& step);
  bool LacksParent(const FillStep& step) const;
  bool LacksParent(const FillStep& step, const std::function<bool(std::uint32_t)>& is_open) const;
  bool IsFilledByTrigger(const FillStep& step);
  bool ReportTriggerRows(const FillStep& step);
  std::vector<DeferredTrigger> TriggersOf(const FillStep& step);
  bool IsOpen(const FillStep& step) const;
  void FillOpenReference(Oid constraint, CommandId first_command);
  void Keep(const std::vector<RunReport>& reports);
  void Report(const FillStep& step, const char* problem, std::int64_t elapsed);
  std::vector<RunReport> SortReports() const;

  const SchemaPlan& plan_;
  RunOptions options_;
  const Problems& refused_;
  std::vector<Oid> left_open_;  // references that are filled in at the end
  State state_;
  std::map<std::uint32_t, std::vector<DeferredTrigger>> triggers_;
  std::map<std::uint32_t, std::size_t> group_of_;  // by table, of those that have deferred triggers
  std::vector<std::vector<const FillStep*>> groups_;  // empty once they have been tried
  TableSet postponed_;  // tables that wait for all others, since their deferred triggers may want their rows
  TableSet held_;  // tables that wait for those, or for a group
  TableSet lacked_parent_;  // tables that have failed while another one was empty
  std::map<std::uint32_t, std::size_t> widened_;  // tables tried with more parents: how many tables were open then
  std::map<std::uint32_t, int> tries_;
  TableSet given_up_;  // tables that deferred triggers have refused with all others filled
  Phase phase_ = Phase::Waiting;
  int rows_per_parent_ = 0;  // see StepWay
  bool was_asked_ = false;  // the last attempt got as far as that
};

}  // namespace dbmocker::server

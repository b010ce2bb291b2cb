// See fill_schema.h. Where failing tables are to be skipped, deferred triggers are asked once more when all tables have
// their rows: what they refuse then is done again, the whole of it, with these tables row by row.
// Read first: FillSchema, then SchemaFiller.
#include "server/fill_schema.h"

#include <algorithm>
#include <iterator>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/deferred_triggers.h"
#include "server/describe_table.h"
#include "server/options_origin.h"
#include "server/schema_filler.h"
#include "server/settle_references.h"
#include "server/target_state.h"
#include "server/truncate_target.h"
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

// Tables whose options say so are emptied together, so that they may refer to each other.
void TruncateTables(const SchemaPlan& plan, const RunOptions& given) {
  std::vector<Oid> targets;
  for (const auto& [table, rows] : plan.rows)
    if (CallServer([&, oid = table] { return OptionsFor(given, oid).truncate; })) targets.push_back(table);
  const Oid* const first = targets.data();
  const auto count = static_cast<int>(targets.size());
  CallServer([=] { TruncateTargets(first, count); });
}

// The deferred triggers of all tables but those whose triggers have refused rows at the end before.
std::vector<DeferredTrigger> FindTriggers(const SchemaPlan& plan, const Problems& refused) {
  std::vector<DeferredTrigger> triggers;
  for (const auto& [table, rows] : plan.rows)
    if (!refused.contains(table)) std::ranges::move(FindDeferredTriggers(table), std::back_inserter(triggers));
  return triggers;
}

}  // namespace

std::vector<RunReport> FillSchema(const SchemaPlan& plan, const RunOptions& given) {
  RunOptions options = given;
  TruncateTables(plan, options);
  options.is_emptied = true;
  LockForSchema(plan, options);
  Problems refused;
  if (!options.skip_failed) return SchemaFiller(plan, options, refused).Fill();
  for (;;) {
    const std::vector<DeferredTrigger> triggers = FindTriggers(plan, refused);
    if (triggers.empty()) return SchemaFiller(plan, options, refused).Fill();
    std::vector<RunReport> reports;
    Problems at_end;
    TryFault fault;
    const auto fill = [&] {
      reports = SchemaFiller(plan, options, refused).Fill();
      TryFault of_trigger;
      if (!AskForProblems(triggers, of_trigger, at_end)) ThrowFault(of_trigger);
    };
    if (TryCall(fill, &fault)) return reports;
    if (at_end.empty()) ThrowFault(fault);
    for (const auto& [table, problem] : at_end) {
      CallServer([&, oid = table, text = problem] {
        elog(DEBUG1, "deferred triggers of table \"%s\" refuse rows: %s", get_rel_name(oid), text);
      });
    }
    refused.insert(at_end.begin(), at_end.end());
  }
}

}  // namespace dbmocker::server

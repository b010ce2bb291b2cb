// dbmocker.generate_schema(): the tables of a schema in the order of their references, then the references that had to
// wait. All in the caller's transaction: one table that fails undoes everything.
// Read first: dbmocker_generate_schema.
#include <map>
#include <set>
#include <vector>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/fill_references.h"
#include "server/generate_table.h"
#include "server/materialize_rows.h"
#include "server/order_tables.h"
#include "server/schema_request.h"
#include "server/settle_references.h"
#include "server/target_state.h"
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
    const WriterDecision decision = DecideWriter(relation, table, rows, options);
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

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_generate_schema) {
  const SchemaArguments arguments = CallServer([=] { return ReadSchemaArguments(fcinfo, SchemaCall::Generate); });
  const ResultSink opened = CallServer([=] { return OpenResultSink(fcinfo); });
  ResultSink sink = opened;
  const SchemaPlan plan = PlanSchema(arguments);
  LockForSchema(plan, arguments.options);
  const CommandId first_command = CallServer([] { return GetCurrentCommandId(true); });
  RunOptions options = arguments.options;
  std::vector<Oid> left_open;
  for (const ReferenceEdge& reference : plan.order.filled_in_later) left_open.push_back(reference.constraint);
  options.open_references = left_open.data();
  options.open_reference_count = static_cast<int>(left_open.size());
  for (const std::uint32_t table : plan.order.tables) {
    const RunReport report = GenerateRows(table, plan.rows.at(table), options);
    CallServer([&] {
      Datum values[kReportColumns];
      bool nulls[kReportColumns];
      FormReport(report, values, nulls);
      sink.PutRow(values, nulls);
    });
  }
  for (const Oid constraint : left_open)
    CallServer([&] { FillReference(constraint, first_command, arguments.options); });
  return Datum{0};
}

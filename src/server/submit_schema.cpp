// dbmocker.submit_schema(): a job for the tables of a schema, one after the other, referenced tables first.
// Read first: dbmocker_submit_schema.
#include <string>
#include <vector>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/schema_request.h"
#include "server/submit_job.h"

namespace dbmocker::server {
namespace {

// Every table is committed before the next one begins, so a reference cannot wait for a table that comes later.
std::vector<Oid> ListTables(const SchemaPlan& plan) {
  std::vector<Oid> tables;
  std::string names;
  const auto name = [&names](const std::vector<ReferenceEdge>& references) {
    for (const ReferenceEdge& reference : references) names += (names.empty() ? "\"" : ", \"") + reference.name + "\"";
  };
  name(plan.order.filled_in_later);
  for (const FillStep& step : plan.order.steps) {
    name(step.ahead);
    tables.push_back(step.table);
  }
  if (!names.empty())
    throw Error(sqlstate::kFeatureNotSupported, "cannot fill tables that refer to one another in a circle by a job",
                "References that would have to be filled in later: " + names + ".",
                "Call dbmocker.generate_schema(), or leave one of the tables out.");
  return tables;
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

// submit_schema(schema, rows, tables, exclude, seed, options, rows_per_second, keep_rows, max_attempts)
DBMOCKER_FUNCTION(dbmocker_submit_schema) {
  const SchemaArguments arguments = CallServer([=] { return ReadSchemaArguments(fcinfo, SchemaCall::Generate); });
  const bool keeps = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
  JobRequest request = CallServer([=] { return ReadJobArguments(fcinfo, {4, 5, 6, 8}); });
  request.schema = arguments.schema;
  const SchemaPlan plan = PlanSchema(arguments);
  const std::vector<Oid> tables = ListTables(plan);
  if (tables.empty())
    throw dbmocker::Error("42P01", "there is no table to fill", "No table of the schema is left.",
                          "Name another schema, or exclude fewer tables.");
  const std::int64_t id = CallServer([&] {
    for (const Oid table : tables)
      relation_close(OpenTarget(table, AccessShareLock, TargetUse::Write), AccessShareLock);
    return SubmitJob(request);
  });
  int position = 0;
  for (const Oid table : tables) {
    const std::int64_t rows = plan.rows.at(table);
    position++;
    CallServer([=] { AddJobPart(id, position, table, keeps ? -1 : rows, keeps ? rows : -1); });
  }
  return Int64GetDatum(id);
}

// dbmocker.submit_schema(): a job for the tables of a schema, one after the other, referenced tables first; those of a
// circle together, and others whose rows must come in one transaction.
// Read first: dbmocker_submit_schema.
#include <vector>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/schema_request.h"
#include "server/submit_job.h"

namespace dbmocker::server {
namespace {

// A circle is filled in one transaction, at once: there is no pace to keep.
void RefusePacedCircle(const std::vector<std::uint32_t>& circle) {
  const char* tables = "";
  for (const std::uint32_t table : circle)
    tables = psprintf("%s%s%s", tables, *tables != '\0' ? ", " : "", quote_identifier(get_rel_name(table)));
  ereport(ERROR,
          (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
           errmsg("cannot fill tables that are filled in one transaction with a number of rows per second"),
           errdetail("The tables are: %s.", tables), errhint("Leave rows_per_second out, or one of the tables.")));
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
  const std::vector<std::vector<std::uint32_t>> groups = GroupForTransactions(plan);
  if (groups.empty())
    throw dbmocker::Error("42P01", "there is no table to fill", "No table of the schema is left.",
                          "Name another schema, or exclude fewer tables.");
  const std::int64_t id = CallServer([&] {
    for (const auto& group : groups) {
      if (group.size() > 1 && request.pace > 0) RefusePacedCircle(group);
      for (const std::uint32_t table : group)
        relation_close(OpenTarget(table, AccessShareLock, TargetUse::Write), AccessShareLock);
    }
    return SubmitJob(request);
  });
  int position = 0, circles = 0;
  for (const auto& group : groups) {
    const int circle = group.size() > 1 ? ++circles : 0;
    for (const std::uint32_t table : group) {
      const std::int64_t rows = plan.rows.at(table);
      position++;
      CallServer([=] { AddJobPart(id, position, table, keeps ? -1 : rows, keeps ? rows : -1, circle); });
    }
  }
  return Int64GetDatum(id);
}

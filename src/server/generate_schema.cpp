// dbmocker.generate_schema(): the tables of a schema in the order of their references, then the references that had to
// wait. All in the caller's transaction: one table that fails undoes everything, unless the options say otherwise.
// Read first: dbmocker_generate_schema.
#include "server/boundary.h"
#include "server/fill_schema.h"
#include "server/generate_table.h"
#include "server/materialize_rows.h"
#include "server/schema_request.h"
#include "server/stream_job.h"

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_generate_schema) {
  const SchemaArguments arguments = CallServer([=] { return ReadSchemaArguments(fcinfo, SchemaCall::Generate); });
  const ResultSink opened = CallServer([=] { return OpenResultSink(fcinfo); });
  ResultSink sink = opened;
  const SchemaPlan plan = PlanSchema(arguments);
  const bool streams = arguments.options.insertion_strategy == WriterChoice::Streaming;
  const std::vector<RunReport> reports = streams
                                             ? StreamSchema(arguments.schema, plan, arguments.options, arguments.given)
                                             : FillSchema(plan, arguments.options);
  for (const RunReport& report : reports) {
    CallServer([&] {
      Datum values[kReportColumns];
      bool nulls[kReportColumns];
      FormReport(report, values, nulls);
      sink.PutRow(values, nulls);
    });
  }
  return Datum{0};
}

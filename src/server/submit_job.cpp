// dbmocker.submit(): a job for one table. The job is a structured request; nothing of it is ever run as SQL.
// Read first: dbmocker_submit.
#include "server/submit_job.h"

#include <cmath>

#include "server/boundary.h"
#include "server/check_target.h"
#include "server/parse_options.h"
#include "server/settings.h"
#include "server/start_jobs.h"

namespace dbmocker::server {
namespace {

constexpr int kMostAttempts = 1000;

double ReadPace(FunctionCallInfo fcinfo, int place) {
  if (PG_ARGISNULL(place)) return 0;
  const double pace = PG_GETARG_FLOAT8(place);
  if (!(pace >= 0.001 && pace <= 1e9))
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid rows_per_second"),
                    errhint("Give a number from 0.001 to 1000000000, or NULL for as fast as it goes.")));
  return pace;
}

int ReadAttempts(FunctionCallInfo fcinfo, int place) {
  const int attempts = PG_ARGISNULL(place) ? 0 : PG_GETARG_INT32(place);
  if (attempts < 1 || attempts > kMostAttempts)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid max_attempts"),
                    errhint("Give the number of tries of a chunk that fails for a reason that may pass, from 1 to %d.",
                            kMostAttempts)));
  return attempts;
}

}  // namespace

// A job outlives the session, so its owner must be able to open one.
void CheckJobOwner(Oid owner) {
  const char* name = GetUserNameFromId(owner, false);
  if (superuser_arg(owner) && !AllowSuperuserJobs())
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("superusers may not submit jobs"),
                    errdetail("Setting dbmocker.allow_superuser_jobs is off."),
                    errhint("Submit the job as a role with just the rights that it needs, for example after SET ROLE, "
                            "or switch the setting on in the server's configuration.")));
  if (const char* obstacle = FindOwnerObstacle(owner))
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("role \"%s\" may not submit jobs", name),
                    errdetail("%s", obstacle), errhint("Submit the job as a role with LOGIN.")));
  if (InSecurityRestrictedOperation())
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("cannot submit a job within a security-restricted operation"),
                    errhint("Call the function directly.")));
}

std::int64_t ReadRowCount(FunctionCallInfo fcinfo, int place, const char* name) {
  if (PG_ARGISNULL(place)) return -1;
  const std::int64_t rows = PG_GETARG_INT64(place);
  if (rows < 0)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must not be negative", name),
                    errdetail("The number asked for is %lld.", static_cast<long long>(rows)),
                    errhint("Ask for 0 rows or more.")));
  return rows;
}

JobRows ReadJobRows(FunctionCallInfo fcinfo, int rows, int keep_rows) {
  const JobRows read = {ReadRowCount(fcinfo, rows, "rows"), ReadRowCount(fcinfo, keep_rows, "keep_rows")};
  if ((read.added < 0) == (read.kept < 0))
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("give either rows or keep_rows"),
                    errhint("rows => n adds n rows, keep_rows => n fills the table up to n rows.")));
  return read;
}

JobRequest ReadJobArguments(FunctionCallInfo fcinfo, const JobArgumentPlaces& places) {
  PreventCommandDuringRecovery("dbmocker.submit()");
  PreventCommandIfReadOnly("dbmocker.submit()");
  JobRequest request = {};
  request.owner = GetUserId();
  CheckJobOwner(request.owner);
  const std::int64_t seed = PG_ARGISNULL(places.seed) ? 0 : PG_GETARG_INT64(places.seed);
  Jsonb* options = PG_ARGISNULL(places.options) ? nullptr : PG_GETARG_JSONB_P(places.options);
  const RunOptions read = ParseOptions(PG_ARGISNULL(places.seed) ? nullptr : &seed, options);
  if (read.freeze)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"freeze\" cannot be used in a job"),
                    errdetail("Rows can be frozen only in the transaction that created or truncated the table."),
                    errhint("Leave the option out, or call dbmocker.generate().")));
  request.seed = read.seed;
  request.reference_time = read.reference_time;
  request.options = options != nullptr ? options : DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
  request.pace = ReadPace(fcinfo, places.rows_per_second);
  request.max_attempts = ReadAttempts(fcinfo, places.max_attempts);
  return request;
}

std::int64_t SubmitJob(const JobRequest& request) {
  const std::int64_t id = AddJob(request);
  StartWorkerAtCommit(id, request.owner);
  return id;
}

}  // namespace dbmocker::server

using namespace dbmocker::server;

// submit(target, rows, seed, options, rows_per_second, keep_rows, max_attempts)
DBMOCKER_FUNCTION(dbmocker_submit) {
  return CallServer([=] {
    if (PG_ARGISNULL(0))
      ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("target must not be null"),
                      errhint("Call it as dbmocker.submit('users', 1000000).")));
    Oid const target = PG_GETARG_OID(0);
    const JobRows rows = ReadJobRows(fcinfo, 1, 5);
    const JobRequest request = ReadJobArguments(fcinfo, {2, 3, 4, 6});
    relation_close(OpenTarget(target, AccessShareLock, TargetUse::Write), AccessShareLock);
    if (isTempNamespace(get_rel_namespace(target)))
      ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                      errmsg("cannot submit a job for the temporary table \"%s\"", get_rel_name(target)),
                      errdetail("A job is carried out in another session, which does not see it."),
                      errhint("Call dbmocker.generate().")));
    const std::int64_t id = SubmitJob(request);
    AddJobPart(id, 1, target, rows.added, rows.kept, 0);
    return Int64GetDatum(id);
  });
}

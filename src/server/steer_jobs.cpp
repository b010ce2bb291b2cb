// pause(), resume(), stop(), retry() and wait(): what users ask of jobs that are stored already.
// Read first: Steer.
#include <algorithm>

#include "server/await_job.h"
#include "server/boundary.h"
#include "server/job_locks.h"
#include "server/job_store.h"
#include "server/start_jobs.h"

namespace dbmocker::server {
namespace {

std::int64_t ReadJobNumber(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the job's number must not be null"),
                    errhint("View dbmocker.jobs lists your jobs.")));
  return PG_GETARG_INT64(0);
}

// Brings the job into the state that the event leads to; where no worker is alive to finish its chunk first, at once
// into the one that would follow.
Datum Steer(FunctionCallInfo fcinfo, JobEvent event, const char* call) {
  PreventCommandDuringRecovery(call);
  PreventCommandIfReadOnly(call);
  Job* job = LoadOwnJob(ReadJobNumber(fcinfo), true);
  if (event == JobEvent::Resume || event == JobEvent::Retry) CheckIsOfHere(job);
  ChangeJobState(job, event);
  if ((job->state == JobState::Pausing || job->state == JobState::Stopping) && TakeJobLock(job->id, false))
    ChangeJobState(job, JobEvent::Settle);
  if (!IsJobAtRest(job->state)) StartWorkerAtCommit(job->id, job->owner);
  return CStringGetTextDatum(JobStateName(job->state));
}

TimestampTz ReadDeadline(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(1)) return DT_NOEND;
  const TimestampTz now = GetCurrentTimestamp();
  const TimestampTz deadline = DatumGetTimestampTz(DirectFunctionCall2(
      timestamptz_pl_interval, TimestampTzGetDatum(now), IntervalPGetDatum(PG_GETARG_INTERVAL_P(1))));
  return std::max(now, deadline);
}

Datum WaitForJob(FunctionCallInfo fcinfo) {
  const std::int64_t id = ReadJobNumber(fcinfo);
  const TimestampTz deadline = ReadDeadline(fcinfo);
  if (StartsAtCommit(id))
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("job %lld goes on when this transaction commits", static_cast<long long>(id)),
                    errhint("Commit, then wait for it.")));
  return CStringGetTextDatum(JobStateName(AwaitJob(id, deadline)));
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker;
using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_pause) {
  return CallServer([=] { return Steer(fcinfo, JobEvent::Pause, "dbmocker.pause()"); });
}

DBMOCKER_FUNCTION(dbmocker_resume) {
  return CallServer([=] { return Steer(fcinfo, JobEvent::Resume, "dbmocker.resume()"); });
}

DBMOCKER_FUNCTION(dbmocker_stop) {
  return CallServer([=] { return Steer(fcinfo, JobEvent::Stop, "dbmocker.stop()"); });
}

DBMOCKER_FUNCTION(dbmocker_retry) {
  return CallServer([=] { return Steer(fcinfo, JobEvent::Retry, "dbmocker.retry()"); });
}

DBMOCKER_FUNCTION(dbmocker_wait) {
  return CallServer([=] { return WaitForJob(fcinfo); });
}

DBMOCKER_FUNCTION(dbmocker_may_steer) {
  return CallServer([=] { return BoolGetDatum(MaySteer(PG_GETARG_OID(0))); });
}

// pause(), resume(), stop(), retry() and wait(): what users ask of jobs that are stored already.
// Read first: Steer.
#include <algorithm>

#include "server/boundary.h"
#include "server/job_locks.h"
#include "server/job_store.h"
#include "server/start_jobs.h"

namespace dbmocker::server {
namespace {

constexpr long kFirstLook = 20;  // milliseconds between looks of wait(), doubled up to the longest
constexpr long kLongestLook = 250;
constexpr TimestampTz kStartInterval = 2 * USECS_PER_SEC;

[[noreturn]] void RefuseUnknownJob(std::int64_t id) {
  ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("job %lld does not exist", static_cast<long long>(id)),
                  errhint("View dbmocker.jobs lists your jobs.")));
  pg_unreachable();
}

std::int64_t ReadJobNumber(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the job's number must not be null"),
                    errhint("View dbmocker.jobs lists your jobs.")));
  return PG_GETARG_INT64(0);
}

// The job, if there is one and the current role may steer it.
Job* LoadOwnJob(std::int64_t id, bool lock) {
  Job* job = LoadJob(id, false);
  if (job == nullptr) RefuseUnknownJob(id);
  if (!MaySteer(job->owner))
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("permission denied for job %lld", static_cast<long long>(id)),
                    errdetail("It belongs to another role."),
                    errhint("Jobs are steered by their owner, superusers and members of dbmocker_admin.")));
  if (!lock) return job;
  job = LoadJob(id, true);
  if (job == nullptr) RefuseUnknownJob(id);
  return job;
}

void CheckIsOfHere(const Job* job) {
  if (job->is_of_here) return;
  ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                  errmsg("job %lld was submitted in another database or cluster", static_cast<long long>(job->id)),
                  errdetail("This is a copy, which is never carried out."), errhint("Submit the job anew.")));
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
                    errmsg("job %lld starts when this transaction commits", static_cast<long long>(id)),
                    errhint("Commit, then wait for it.")));
  MemoryContext const context = AllocSetContextCreate(CurrentMemoryContext, "dbmocker wait", ALLOCSET_SMALL_SIZES);
  MemoryContext const caller = MemoryContextSwitchTo(context);
  TimestampTz started = GetCurrentTimestamp();
  JobState state = JobState::Queued;
  for (long pause = kFirstLook;; pause = std::min(kLongestLook, 2 * pause)) {
    MemoryContextReset(context);
    const Job* job = LoadOwnJob(id, false);
    CheckIsOfHere(job);
    state = job->state;
    const TimestampTz now = GetCurrentTimestamp();
    if (IsJobAtRest(state) || now >= deadline) break;
    if (now - started >= kStartInterval && !XactReadOnly && !RecoveryInProgress()) {
      started = now;
      StartWaitingJobs();
    }
    const TimestampTz left = deadline == DT_NOEND ? kLongestLook : (deadline - now) / 1000 + 1;
    WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, std::min<long>(pause, left), PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
  }
  MemoryContextSwitchTo(caller);
  MemoryContextDelete(context);
  return CStringGetTextDatum(JobStateName(state));
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

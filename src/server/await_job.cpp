// See await_job.h.
// Read first: AwaitJob.
#include "server/await_job.h"

#include <algorithm>

#include "server/job_locks.h"
#include "server/start_jobs.h"

namespace dbmocker::server {
namespace {

constexpr long kFirstLook = 20;  // milliseconds between looks, doubled up to the longest
constexpr long kLongestLook = 250;
constexpr TimestampTz kStartInterval = 2 * USECS_PER_SEC;

[[noreturn]] void RefuseUnknownJob(std::int64_t id) {
  ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("job %lld does not exist", static_cast<long long>(id)),
                  errhint("View dbmocker.jobs lists your jobs.")));
  pg_unreachable();
}

}  // namespace

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

JobState AwaitJob(std::int64_t id, TimestampTz deadline) {
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
  return state;
}

void StopJob(Job* job) {
  if (!NextJobState(job->state, JobEvent::Stop)) return;
  ChangeJobState(job, JobEvent::Stop);
  if (job->state == JobState::Stopping && TakeJobLock(job->id, false)) ChangeJobState(job, JobEvent::Settle);
}

}  // namespace dbmocker::server

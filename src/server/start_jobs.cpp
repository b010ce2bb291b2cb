// Registering background workers; see start_jobs.h. The callback at commit must not fail: registering without a handle
// allocates nothing and raises nothing.
// Read first: StartWorkerAtCommit.
#include "server/start_jobs.h"

#include <algorithm>

#include "server/boundary.h"
#include "server/job_store.h"
#include "server/parse_options.h"
#include "server/settings.h"

namespace dbmocker::server {
namespace {

// Workers asked for in this transaction. More than can run at a time need not be started: each worker looks for waiting
// jobs when it ends.
struct PendingStart {
  std::int64_t job;
  Oid owner;
};
constexpr int kMaxPending = 64;
PendingStart pending[kMaxPending];
int pending_count = 0;
bool has_callback = false;

bool StartWorker(std::int64_t job, Oid owner) {
  BackgroundWorker worker = {};
  char name[BGW_MAXLEN];
  pg_snprintf(name, BGW_MAXLEN, "dbmocker job %lld", static_cast<long long>(job));
  FillWorker(&worker, name, "dbmocker job", "dbmocker_run_job");
  worker.bgw_main_arg = Int64GetDatum(job);
  const WorkerOrder order = {MyDatabaseId, owner};
  static_assert(sizeof order <= BGW_EXTRALEN);
  memcpy(worker.bgw_extra, &order, sizeof order);
  return RegisterDynamicBackgroundWorker(&worker, nullptr);
}

void OnTransactionEnd(XactEvent event, void*) {
  if (event == XACT_EVENT_COMMIT) {
    for (int i = 0; i < pending_count; ++i) StartWorker(pending[i].job, pending[i].owner);
  }
  if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) pending_count = 0;
}

void FailOrphan(std::int64_t id, const char* obstacle) {
  Job* job = LoadJob(id, true);
  if (job == nullptr || !NextJobState(job->state, JobEvent::Fail)) return;
  ErrorData error = {};
  error.sqlerrcode = ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION;
  error.message = const_cast<char*>("the job's owner cannot open a session");
  error.detail = const_cast<char*>(obstacle);
  error.hint = const_cast<char*>("Submit the job again as another role.");
  StoreJobError(id, &error, job->attempts, 0);
  ChangeJobState(job, JobEvent::Fail);
}

}  // namespace

const char* FindOwnerObstacle(Oid owner) {
  HeapTuple const role = SearchSysCache1(AUTHOID, ObjectIdGetDatum(owner));
  if (!HeapTupleIsValid(role)) return "The role has been dropped.";
  const bool may_log_in = reinterpret_cast<Form_pg_authid>(GETSTRUCT(role))->rolcanlogin;
  ReleaseSysCache(role);
  return may_log_in ? nullptr : "The role may not log in, and a job is carried out in a session of its owner.";
}

void FillWorker(BackgroundWorker* worker, const char* name, const char* type, const char* function) {
  worker->bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
  worker->bgw_restart_time = BGW_NEVER_RESTART;
  strlcpy(worker->bgw_name, name, BGW_MAXLEN);
  strlcpy(worker->bgw_type, type, BGW_MAXLEN);
  strlcpy(worker->bgw_library_name, "dbmocker", sizeof worker->bgw_library_name);
  strlcpy(worker->bgw_function_name, function, BGW_MAXLEN);
}

void StartWorkerAtCommit(std::int64_t job, Oid owner) {
  if (!has_callback) {
    RegisterXactCallback(OnTransactionEnd, nullptr);
    has_callback = true;
  }
  if (StartsAtCommit(job)) return;
  if (pending_count < kMaxPending) pending[pending_count++] = {job, owner};
}

bool StartsAtCommit(std::int64_t job) {
  for (int i = 0; i < pending_count; ++i)
    if (pending[i].job == job) return true;
  return false;
}

int CountPlaces() {
  const int limit = ParseOptions(nullptr, nullptr).connection_pool_size;
  return limit > 0 ? std::min(limit, ConnectionPoolSize()) : ConnectionPoolSize();
}

int StartWaitingJobs() {
  const int free_slots = CountPlaces() - CountRunningJobs();
  if (free_slots <= 0) return 0;
  auto* jobs = static_cast<WaitingJob*>(palloc(sizeof(WaitingJob) * static_cast<Size>(kMaxPending)));
  const int count = ListWaitingJobs(jobs, kMaxPending);
  int started = 0;
  for (int i = 0; i < count && started < free_slots; ++i) {
    if (const char* obstacle = FindOwnerObstacle(jobs[i].owner)) {
      FailOrphan(jobs[i].id, obstacle);
    } else if (StartWorker(jobs[i].id, jobs[i].owner)) {
      started++;
    } else {
      break;  // max_worker_processes
    }
  }
  pfree(jobs);
  return started;
}

}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_start_jobs) {
  return CallServer([] {
    PreventCommandDuringRecovery("dbmocker.start_jobs()");
    return Int32GetDatum(StartWaitingJobs());
  });
}

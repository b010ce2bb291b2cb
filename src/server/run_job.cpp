// The background worker of one job: connects as the job's owner, takes a place and the job, and takes one step after
// the other, each in a transaction of its own, until the job rests. Ends by SIGTERM at any moment; what a chunk had
// done is undone then. In server style; steps are C++ behind EnterFromServer.
// Read first: dbmocker_run_job.
#include "server/boundary.h"
#include "server/compat.h"
#include "server/job_locks.h"
#include "server/job_store.h"
#include "server/run_chunk.h"
#include "server/start_jobs.h"

namespace dbmocker::server {
namespace {

// Everything between two transactions: signals, settings, the statistics.
void Rest(long milliseconds) {
  compat::SignalListeners();
  compat::ReportStatistics();
  if (milliseconds > 0) {
    pgstat_report_activity(STATE_IDLE, nullptr);
    WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds, PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
  }
  CHECK_FOR_INTERRUPTS();
  if (!ConfigReloadPending) return;
  ConfigReloadPending = false;
  ProcessConfigFile(PGC_SIGHUP);
}

void BeginTransaction(const char* activity) {
  SetCurrentStatementStartTimestamp();
  pgstat_report_activity(STATE_RUNNING, activity);
  StartTransactionCommand();
  PushActiveSnapshot(GetTransactionSnapshot());
}

void EndTransaction() {
  PopActiveSnapshot();
  CommitTransactionCommand();
}

// Runs `step` in a transaction. False if it failed: then the error is in `context`, and in the server's log.
template <class Body>
bool TryStep(const char* activity, MemoryContext context, Step* step, ErrorData** error, Body body) {
  volatile bool is_done = false;
  PG_TRY();
  {
    BeginTransaction(activity);
    EnterFromServer([&] {
      *step = body();
      return Datum{0};
    });
    EndTransaction();
    is_done = true;
  }
  PG_CATCH();
  {
    MemoryContextSwitchTo(context);
    *error = CopyErrorData();
    EmitErrorReport();
    FlushErrorState();
    AbortCurrentTransaction();
  }
  PG_END_TRY();
  return is_done;
}

// Takes steps until the job rests, or is somebody else's.
void WorkOnJob(std::int64_t job) {
  MemoryContext const context = AllocSetContextCreate(TopMemoryContext, "dbmocker job", ALLOCSET_DEFAULT_SIZES);
  Pacer pacer = {};
  const char* activity =
      MemoryContextStrdup(TopMemoryContext, psprintf("dbmocker job %lld", static_cast<long long>(job)));
  for (;;) {
    MemoryContextReset(context);
    MemoryContextSwitchTo(context);
    Step step = {Step::Kind::End, 0};
    ErrorData* error = nullptr;
    if (!TryStep(activity, context, &step, &error, [=, &pacer] { return TakeStep(job, pacer); }) &&
        !TryStep(activity, context, &step, &error, [=] { return TakeFailedStep(job, error); }))
      return;  // the failure cannot be stored, for example since the extension has been dropped: it is in the log
    Rest(step.milliseconds);
    if (step.kind == Step::Kind::End) return;
  }
}

// Settings of the role that would keep the job's own notes from being stored, or undo whom it runs as.
void OverrideSettings(std::int64_t job) {
  SetConfigOption("default_transaction_isolation", "read committed", PGC_USERSET, PGC_S_OVERRIDE);
  SetConfigOption("default_transaction_read_only", "off", PGC_USERSET, PGC_S_OVERRIDE);
  SetConfigOption("default_transaction_deferrable", "off", PGC_USERSET, PGC_S_OVERRIDE);
  SetConfigOption("role", "none", PGC_USERSET, PGC_S_OVERRIDE);
  SetConfigOption("application_name", psprintf("dbmocker job %lld", static_cast<long long>(job)), PGC_USERSET,
                  PGC_S_OVERRIDE);
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

// A place is taken before the job's lock, and whoever gives a place back looks for waiting jobs afterwards: so no job
// is left waiting beside a free place.
DBMOCKER_WORKER(dbmocker_run_job) {
  const auto job = DatumGetInt64(argument);
  WorkerOrder order;
  memcpy(&order, MyBgworkerEntry->bgw_extra, sizeof order);
  pqsignal(SIGHUP, SignalHandlerForConfigReload);
  pqsignal(SIGTERM, die);
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnectionByOid(order.database, order.owner, 0);
  BeginTransaction("dbmocker: taking a job");
  OverrideSettings(job);
  const int slot = TakeSlot(HasJobTables() ? CountPlaces() : 0);
  EndTransaction();
  if (slot < 0) return;
  BeginTransaction("dbmocker: taking a job");
  const bool is_mine = TakeJobLock(job, true);
  EndTransaction();
  if (is_mine) WorkOnJob(job);
  BeginTransaction("dbmocker: looking for waiting jobs");
  if (is_mine) ReleaseJobLock(job);
  ReleaseSlot(slot);
  if (HasJobTables()) StartWaitingJobs();
  EndTransaction();
}

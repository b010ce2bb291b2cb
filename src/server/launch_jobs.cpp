// The launcher and its helpers; see launch_jobs.h. The launcher is connected to no database, so it blocks none from
// being dropped; a helper connects to one database for some milliseconds. In server style throughout.
// Read first: dbmocker_launch_jobs.
#include "server/launch_jobs.h"

#include "server/boundary.h"
#include "server/compat.h"
#include "server/job_store.h"
#include "server/settings.h"
#include "server/start_jobs.h"

namespace dbmocker::server {
namespace {

constexpr int kRestartSeconds = 5;

// The databases that can be connected to, in `context`.
List* ListDatabases(MemoryContext context) {
  List* databases = NIL;
  StartTransactionCommand();
  PushActiveSnapshot(GetTransactionSnapshot());
  Relation const catalog = table_open(DatabaseRelationId, AccessShareLock);
  TableScanDesc scan = table_beginscan_catalog(catalog, 0, nullptr);
  while (HeapTuple const tuple = heap_getnext(scan, ForwardScanDirection)) {
    const auto* database = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple));
    if (!database->datallowconn || database->datistemplate || compat::IsInvalidDatabase(database)) continue;
    MemoryContext const caller = MemoryContextSwitchTo(context);
    databases = lappend_oid(databases, database->oid);
    MemoryContextSwitchTo(caller);
  }
  table_endscan(scan);
  table_close(catalog, AccessShareLock);
  PopActiveSnapshot();
  CommitTransactionCommand();
  return databases;
}

// Lets a helper look at one database, and waits for its end.
void LookAt(Oid database) {
  BackgroundWorker worker = {};
  FillWorker(&worker, "dbmocker job scanner", "dbmocker job scanner", "dbmocker_scan_jobs");
  worker.bgw_main_arg = ObjectIdGetDatum(database);
  worker.bgw_notify_pid = MyProcPid;
  BackgroundWorkerHandle* handle = nullptr;
  if (!RegisterDynamicBackgroundWorker(&worker, &handle)) return;  // no room: next time
  WaitForBackgroundWorkerShutdown(handle);
  pfree(handle);
}

void Sleep(long milliseconds) {
  WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds, PG_WAIT_EXTENSION);
  ResetLatch(MyLatch);
  CHECK_FOR_INTERRUPTS();
  if (!ConfigReloadPending) return;
  ConfigReloadPending = false;
  ProcessConfigFile(PGC_SIGHUP);
}

}  // namespace

void RegisterLauncher() {
  if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade) return;
  BackgroundWorker worker = {};
  FillWorker(&worker, "dbmocker launcher", "dbmocker launcher", "dbmocker_launch_jobs");
  worker.bgw_restart_time = kRestartSeconds;
  RegisterBackgroundWorker(&worker);
}

}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_WORKER(dbmocker_launch_jobs) {
  pqsignal(SIGHUP, SignalHandlerForConfigReload);
  pqsignal(SIGTERM, die);
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
  MemoryContext const context = AllocSetContextCreate(TopMemoryContext, "dbmocker launcher", ALLOCSET_DEFAULT_SIZES);
  for (;;) {
    MemoryContextReset(context);
    MemoryContextSwitchTo(context);
    List* databases = ListDatabases(context);
    MemoryContextSwitchTo(context);
    ListCell* cell = nullptr;
    foreach (cell, databases) {
      LookAt(lfirst_oid(cell));
      CHECK_FOR_INTERRUPTS();
    }
    Sleep(LauncherNaptime() * 1000L);
  }
}

DBMOCKER_WORKER(dbmocker_scan_jobs) {
  pqsignal(SIGTERM, die);
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(argument), InvalidOid, 0);
  StartTransactionCommand();
  PushActiveSnapshot(GetTransactionSnapshot());
  if (HasJobTables()) StartWaitingJobs();
  PopActiveSnapshot();
  CommitTransactionCommand();
}

// See stream_job.h. The request travels to the storing worker in dynamic shared memory, the job's number comes back the
// same way. Server style, but for StreamSchema.
// Read first: StreamRows, then RunStream.
#include "server/stream_job.h"

#include "server/await_job.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/record_run.h"
#include "server/start_jobs.h"
#include "server/submit_job.h"

namespace dbmocker::server {
namespace {

struct StreamPart {
  Oid target;
  int circle;
  std::int64_t rows;
};

constexpr int kMessageBytes = 1024;

// What lies in shared memory: the parts, and behind them the options.
struct StreamRequest {
  JobRequest job;  // but for the options
  std::int64_t id;  // the answer; 0: not stored
  char problem[kMessageBytes];  // why it is not
  Size options_bytes;
  int part_count;
  StreamPart parts[FLEXIBLE_ARRAY_MEMBER];

  Jsonb* options() { return reinterpret_cast<Jsonb*>(MAXALIGN(parts + part_count)); }
};

void RefuseTransaction() {
  PreventCommandDuringRecovery("dbmocker.generate()");
  PreventCommandIfReadOnly("dbmocker.generate()");
  const bool is_block = IsTransactionBlock() || IsSubTransaction();
  if (!is_block && !TransactionIdIsValid(GetTopTransactionIdIfAny())) return;
  ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
                  errmsg("insertion_strategy \"streaming\" cannot be used %s",
                         is_block ? "inside a transaction block" : "after changes of the same transaction"),
                  errdetail("Its chunks are committed one by one by another process, which would not see what this "
                            "transaction has done, or would wait for it."),
                  errhint("Call the function on its own, or use another insertion_strategy.")));
}

void StartAs(const char* type, const char* function, Datum argument, BackgroundWorkerHandle** handle) {
  BackgroundWorker worker = {};
  FillWorker(&worker, type, type, function);
  worker.bgw_main_arg = argument;
  worker.bgw_notify_pid = handle != nullptr ? MyProcPid : 0;
  const WorkerOrder order = {MyDatabaseId, GetUserId()};
  memcpy(worker.bgw_extra, &order, sizeof order);
  if (RegisterDynamicBackgroundWorker(&worker, handle) || handle == nullptr) return;
  ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("no background worker is free"),
                  errhint("Wait for others to end, or raise max_worker_processes.")));
}

// Has a worker store the job and commit it. Returns its number.
std::int64_t StoreJob(const JobRequest& job, const StreamPart* parts, int part_count) {
  const Size parts_bytes = sizeof(StreamPart) * static_cast<Size>(part_count);
  const Size options_bytes = VARSIZE(job.options);
  dsm_segment* segment =
      dsm_create(MAXALIGN(offsetof(StreamRequest, parts) + parts_bytes) + MAXIMUM_ALIGNOF + options_bytes, 0);
  auto* request = static_cast<StreamRequest*>(dsm_segment_address(segment));
  request->job = job;
  request->id = 0;
  request->problem[0] = '\0';
  request->options_bytes = options_bytes;
  request->part_count = part_count;
  memcpy(request->parts, parts, parts_bytes);
  memcpy(request->options(), job.options, options_bytes);
  BackgroundWorkerHandle* handle = nullptr;
  StartAs("dbmocker job writer", "dbmocker_store_stream", UInt32GetDatum(dsm_segment_handle(segment)), &handle);
  WaitForBackgroundWorkerShutdown(handle);
  const std::int64_t id = request->id;
  if (id == 0)
    ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE), errmsg("the background job could not be stored"),
                    errdetail("%s", request->problem[0] != '\0' ? pstrdup(request->problem) : "Its worker has ended."),
                    errhint("The server's log may tell more.")));
  dsm_detach(segment);
  return id;
}

void StopStream(int, Datum job) { StartAs("dbmocker job stopper", "dbmocker_stop_stream", job, nullptr); }

constexpr long kPausedLook = 100000;  // microseconds

// Waits for the end of the job, also while somebody has paused it. The job stops where this is given up.
JobState AwaitEnd(std::int64_t job) {
  JobState state = JobState::Queued;
  PG_ENSURE_ERROR_CLEANUP(StopStream, Int64GetDatum(job));
  {
    while ((state = AwaitJob(job, DT_NOEND)) == JobState::Paused) {
      pg_usleep(kPausedLook);
      CHECK_FOR_INTERRUPTS();
    }
  }
  PG_END_ENSURE_ERROR_CLEANUP(StopStream, Int64GetDatum(job));
  return state;
}

std::int64_t HeapBytes(Oid table) {
  if (!RELKIND_HAS_STORAGE(get_rel_relkind(table))) return -1;
  Relation const relation = relation_open(table, AccessShareLock);
  const std::int64_t bytes = static_cast<std::int64_t>(RelationGetNumberOfBlocks(relation)) * BLCKSZ;
  relation_close(relation, AccessShareLock);
  return bytes;
}

RunReport ReportPart(const JobPart& part, std::int64_t heap_bytes, const JobRequest& job) {
  RunReport report = {};
  report.target = part.target;
  report.rows = part.rows_done - part.rows_missed;
  report.writer = "streaming";
  report.workers = 1;
  report.first_row = part.first_row;
  report.redrawn_rows = part.redrawn_rows;
  const std::int64_t now = HeapBytes(part.target);
  report.heap_bytes = heap_bytes < 0 || now < 0 ? -1 : now - heap_bytes;
  report.seed = job.seed;
  report.reference_time = job.reference_time;
  report.memory = CurrentMemoryContext;
  report.problem = part.problem;
  if (part.problem == nullptr && part.rows_done < part.rows) report.problem = "the job was stopped";
  return report;
}

// Stores the job, waits for it, and reports its parts in order; as many reports as parts.
RunReport* RunStream(Oid schema, const RunOptions& options, Jsonb* given, const StreamPart* parts, int part_count) {
  RefuseTransaction();
  CheckJobOwner(GetUserId());
  JobRequest job = {};
  job.owner = GetUserId();
  job.schema = schema;
  job.seed = options.seed;
  job.reference_time = options.reference_time;
  job.options = given != nullptr ? given : DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
  job.max_attempts = 5;
  auto* heap_bytes = static_cast<std::int64_t*>(palloc(sizeof(std::int64_t) * static_cast<Size>(part_count)));
  for (int i = 0; i < part_count; ++i) {
    relation_close(OpenTarget(parts[i].target, AccessShareLock, TargetUse::Write), AccessShareLock);
    heap_bytes[i] = HeapBytes(parts[i].target);
  }
  const TimestampTz started = GetCurrentTimestamp();
  const std::int64_t id = StoreJob(job, parts, part_count);
  if (AwaitEnd(id) == JobState::Failed) RaiseJobError(id);
  const JobParts made = LoadParts(id);
  auto* reports = static_cast<RunReport*>(palloc0(sizeof(RunReport) * static_cast<Size>(part_count)));
  for (int i = 0; i < made.count && i < part_count; ++i) {
    reports[i] = ReportPart(made.parts[i], heap_bytes[i], job);
    reports[i].elapsed = GetCurrentTimestamp() - started;
    RecordRun(reports[i]);
  }
  return reports;
}

// Where options have a place for freezing, a job has not.
void RefuseFreezing(const RunOptions& options) {
  if (!options.freeze) return;
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("option \"freeze\" cannot be used with insertion_strategy \"streaming\""),
                  errdetail("Rows can be frozen only in the transaction that created or truncated the table."),
                  errhint("Leave one of the options out.")));
}

}  // namespace

RunReport StreamRows(Oid target, std::int64_t rows, const RunOptions& options, Jsonb* given) {
  RefuseFreezing(options);
  const StreamPart part = {target, 0, rows};
  return RunStream(InvalidOid, options, given, &part, 1)[0];
}

std::vector<RunReport> StreamSchema(Oid schema, const SchemaPlan& plan, const RunOptions& options, Jsonb* given) {
  std::vector<StreamPart> parts;
  int circles = 0;
  for (const auto& group : GroupForTransactions(plan)) {
    const int circle = group.size() > 1 ? ++circles : 0;
    for (const std::uint32_t table : group) parts.push_back({table, circle, plan.rows.at(table)});
  }
  const auto count = static_cast<int>(parts.size());
  const RunReport* reports = CallServer([&]() -> const RunReport* {
    RefuseFreezing(options);
    return count > 0 ? RunStream(schema, options, given, parts.data(), count) : nullptr;
  });
  return {reports, reports + count};
}

}  // namespace dbmocker::server

using namespace dbmocker::server;

// Stores the job of a StreamRequest as its owner.
DBMOCKER_WORKER(dbmocker_store_stream) {
  WorkerOrder order;
  memcpy(&order, MyBgworkerEntry->bgw_extra, sizeof order);
  pqsignal(SIGTERM, die);
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnectionByOid(order.database, order.owner, 0);
  StartTransactionCommand();
  PushActiveSnapshot(GetTransactionSnapshot());
  dsm_segment* segment = dsm_attach(DatumGetUInt32(argument));
  if (segment == nullptr) return;  // nobody waits any more
  auto* request = static_cast<StreamRequest*>(dsm_segment_address(segment));
  PG_TRY();
  {
    JobRequest job = request->job;
    job.options = request->options();
    const std::int64_t id = SubmitJob(job);
    for (int i = 0; i < request->part_count; ++i)
      AddJobPart(id, i + 1, request->parts[i].target, request->parts[i].rows, -1, request->parts[i].circle);
    PopActiveSnapshot();
    dsm_pin_mapping(segment);
    CommitTransactionCommand();
    request->id = id;
  }
  PG_CATCH();
  {
    MemoryContext const failed = MemoryContextSwitchTo(TopMemoryContext);
    const ErrorData* error = CopyErrorData();
    strlcpy(request->problem, error->message, kMessageBytes);
    MemoryContextSwitchTo(failed);
    PG_RE_THROW();
  }
  PG_END_TRY();
}

// Asks a job, whose number is the argument, to stop.
DBMOCKER_WORKER(dbmocker_stop_stream) {
  WorkerOrder order;
  memcpy(&order, MyBgworkerEntry->bgw_extra, sizeof order);
  pqsignal(SIGTERM, die);
  BackgroundWorkerUnblockSignals();
  BackgroundWorkerInitializeConnectionByOid(order.database, order.owner, 0);
  StartTransactionCommand();
  PushActiveSnapshot(GetTransactionSnapshot());
  if (Job* job = HasJobTables() ? LoadJob(DatumGetInt64(argument), true) : nullptr) StopJob(job);
  PopActiveSnapshot();
  CommitTransactionCommand();
}

// The steps of a job; see run_chunk.h. A chunk's rows and its note in dbmocker.job_part commit together: that is what
// makes them exist exactly once. The job's own row, which users lock to steer it, is not touched by chunks.
// Read first: TakeStep, then MakeChunk.
#include "server/run_chunk.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "server/boundary.h"
#include "server/check_target.h"
#include "server/fill_schema.h"
#include "server/generate_table.h"
#include "server/long_run.h"
#include "server/options_origin.h"
#include "server/schema_request.h"
#include "server/settings.h"
#include "server/target_state.h"
#include "server/truncate_target.h"

namespace dbmocker::server {
namespace {

constexpr double kChunkMicroseconds = 1e6;
// Where looking at the tables before and after takes longer than that, the rows take as long, up to some seconds.
constexpr double kMostMicroseconds = 4e6;
constexpr std::int64_t kLeastChunk = 100;
constexpr std::int64_t kLargestChunk = 10000000;
constexpr std::int64_t kGrowth = 4;  // at most, from one chunk to the next

constexpr long kPaceMilliseconds = 100;
constexpr double kCatchUpSeconds = 10;  // of rows that a paced job that fell behind makes up for
constexpr long kLongestBackOff = 60;  // seconds

constexpr Step kGoOn = {Step::Kind::GoOn, 0};
constexpr Step kEnd = {Step::Kind::End, 0};

// ---------------------------------------------------------------------------------------------------------- states

// The worker's part in what is asked of it. Server style.
Step ChangeLocked(std::int64_t id, JobEvent event, Step next) {
  Job* job = LoadJob(id, true);
  if (job == nullptr) return kEnd;
  if (!NextJobState(job->state, event)) return kGoOn;  // somebody was faster: look again
  ChangeJobState(job, event);
  return next;
}

Step WaitForRetry(const Job* job) {
  const TimestampTz now = GetCurrentTimestamp();
  if (now >= job->retry_at) return ChangeLocked(job->id, JobEvent::Start, kGoOn);
  return {Step::Kind::Sleep, std::min<long>(500, (job->retry_at - now) / 1000 + 1)};
}

void CheckOwner() {
  if (superuser() && !AllowSuperuserJobs())
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("jobs of superusers are not carried out"),
                    errhint("Set dbmocker.allow_superuser_jobs in the server's configuration, or submit the job as "
                            "another role.")));
}

// ---------------------------------------------------------------------------------------------------- begin a table

// Rows that the table lacks, beside those that other jobs are about to add for the same reason. Server style.
std::int64_t CountMissingRows(const Job* job, const JobPart* part) {
  relation_close(OpenTarget(part->target, AccessShareLock, TargetUse::Write), AccessShareLock);
  LockTarget(part->target);
  const char* name =
      quote_qualified_identifier(get_namespace_name(get_rel_namespace(part->target)), get_rel_name(part->target));
  PushActiveSnapshot(GetLatestSnapshot());
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPI_execute(psprintf("SELECT pg_catalog.count(*) FROM %s", name), true, 1);
  bool is_null = false;
  const std::int64_t stored = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
  SPI_finish();
  PopActiveSnapshot();
  const std::int64_t coming = CountOutstandingRows(part->target, job->id);
  return std::max<std::int64_t>(0, part->kept_rows - stored - coming);
}

void BeginPart(const Job* job, JobPart* part, const RunOptions& options) {
  if (part->rows < 0) part->rows = CallServer([&] { return CountMissingRows(job, part); });
  LongRun run;
  part->first_row = -1;
  part->is_reserved = true;
  if (part->rows > 0) {
    run = BeginLongRun(part->target, part->rows, options);
    part->first_row = run.first_row;
    part->rows = run.rows;
    part->is_reserved = !run.has_sequences;
  }
  part->facts = run.facts.data();
  part->fact_count = static_cast<int>(run.facts.size());
  CallServer([&] {
    StorePartStart(job->id, part);
    if (!run.problem.empty()) NoteMissedRows(job->id, part, 0, run.problem.c_str());
  });
}

// ------------------------------------------------------------------------------------------------------------ chunks

// Rows that a paced job may make now; 0: none yet.
std::int64_t RowsDue(double pace, Pacer& pacer) {
  const TimestampTz now = GetCurrentTimestamp();
  if (pacer.since == 0) pacer = {now, -1};  // the first row is due at once
  const double seconds = static_cast<double>(now - pacer.since) / 1e6;
  auto due = static_cast<std::int64_t>(std::floor(pace * seconds)) - pacer.rows;
  const auto most = static_cast<std::int64_t>(std::ceil(pace * kCatchUpSeconds)) + 1;
  if (due > most) {
    pacer.rows += due - most;
    due = most;
  }
  return due;
}

long TimeToNextRow(double pace) {
  return std::clamp(static_cast<long>(1000 / pace), kPaceMilliseconds, 5 * kPaceMilliseconds);
}

std::int64_t NextChunkRows(const RunReport& report) {
  const double around = static_cast<double>(report.prepared + report.settled);
  const double elapsed = std::max(1.0, static_cast<double>(report.elapsed));
  const double work = std::max(1.0, elapsed - around);
  const double rows = static_cast<double>(report.rows) *
                      std::max(kChunkMicroseconds / elapsed, std::min(around, kMostMicroseconds) / work);
  const std::int64_t least = std::max(kLeastChunk, report.rows / kGrowth);
  const std::int64_t most = std::max(least, std::min(kLargestChunk, report.rows * kGrowth));
  return static_cast<std::int64_t>(std::clamp(rows, static_cast<double>(least), static_cast<double>(most)));
}

void MakeChunk(const Job* job, const JobPart* part, std::int64_t rows, const RunOptions& options) {
  const RunReport report = GenerateRows(part->target, rows, options);
  const double seconds = std::max(1e-6, static_cast<double>(report.elapsed) / 1e6);
  const bool is_full = rows == part->chunk_rows;  // a short one tells little about the pace of full ones
  CallServer([&] {
    FinishChunk(job->id, part,
                {rows, is_full ? NextChunkRows(report) : part->chunk_rows, static_cast<double>(rows) / seconds,
                 report.redrawn_rows, report.spares_used});
    if (report.rows < rows) NoteMissedRows(job->id, part, rows - report.rows, report.problem);
    if (job->attempts > 0) ClearAttempts(job->id);
  });
}

// ----------------------------------------------------------------------------------------------------------- circles

void NoteTable(const Job* job, JobPart* part, const RunReport& report) {
  const double seconds = std::max(1e-6, static_cast<double>(report.elapsed) / 1e6);
  if (report.writer == nullptr && report.problem != nullptr) return SkipPart(job->id, part, report.problem);
  part->first_row = report.first_row;
  part->is_reserved = true;
  StorePartStart(job->id, part);
  FinishChunk(job->id, part,
              {part->rows, part->chunk_rows, static_cast<double>(report.rows) / seconds, report.redrawn_rows, 0});
  if (report.rows < part->rows) NoteMissedRows(job->id, part, part->rows - report.rows, report.problem);
}

// Tables that refer to one another cannot be cut into chunks: what one refers to comes with the other.
Step FillCircle(const Job* job, int circle, const RunOptions& options) {
  const JobParts found = CallServer([=] { return LoadCircle(job->id, circle); });
  std::map<std::uint32_t, std::int64_t> rows;
  for (int i = 0; i < found.count; ++i) {
    JobPart* part = &found.parts[i];
    if (part->rows < 0) part->rows = CallServer([=] { return CountMissingRows(job, part); });
    rows[part->target] = part->rows;
  }
  for (const RunReport& report : FillSchema(PlanTables(job->schema, rows), options)) {
    for (int i = 0; i < found.count; ++i)
      if (found.parts[i].target == report.target) CallServer([&] { NoteTable(job, &found.parts[i], report); });
  }
  CallServer([&] {
    if (job->attempts > 0) ClearAttempts(job->id);
  });
  return kGoOn;
}

// The options that the job was submitted with. Where nothing else gives the reference time, it is that of then.
RunOptions OptionsOf(const Job* job) {
  RunOptions options = ParseOptions(&job->seed, job->options);
  options.reference_time = job->reference_time;
  options.job = job->id;
  options.is_emptied = true;  // by TruncateParts
  return options;
}

// Those of one table; what its parts share is added to them.
RunOptions OptionsOf(const Job* job, const JobPart* part) {
  RunOptions options = OptionsFor(OptionsOf(job), part->target);
  if (part->first_row >= 0)
    options.slice = {part->first_row,  part->rows,        part->rows_done, part->facts,
                     part->fact_count, part->spares_used, !part->is_probed};
  return options;
}

// A paced job follows the clock unless it was submitted with a time of its own. Server style.
bool GivesReferenceTime(Jsonb* options) {
  JsonbValue key = {};
  key.type = jbvString;
  key.val.string.val = const_cast<char*>("reference_time");
  key.val.string.len = static_cast<int>(strlen(key.val.string.val));
  return findJsonbValueFromContainer(&options->root, JB_FOBJECT, &key) != nullptr;
}

// Before the first rows of a job, its tables whose options say so are emptied, together: they may refer to each other.
// Server style.
void TruncateParts(const Job* job) {
  const JobParts found = LoadParts(job->id);
  auto* const targets = static_cast<Oid*>(palloc(sizeof(Oid) * static_cast<Size>(found.count + 1)));
  int count = 0;
  for (int i = 0; i < found.count; ++i) {
    const JobPart& part = found.parts[i];
    if (part.first_row >= 0 || part.rows_done > 0) return;
    if (OptionsOf(job, &part).truncate) targets[count++] = part.target;
  }
  TruncateTargets(targets, count);
}

Step WorkOn(const Job* job, Pacer& pacer) {
  JobPart* part = CallServer([=] { return LoadOpenPart(job->id); });
  if (part == nullptr) return CallServer([=] { return ChangeLocked(job->id, JobEvent::Finish, kEnd); });
  if (part->first_row < 0) CallServer([=] { TruncateParts(job); });
  if (part->circle != 0) return FillCircle(job, part->circle, CallServer([=] { return OptionsOf(job); }));
  RunOptions options = CallServer([=] { return OptionsOf(job, part); });
  const bool analyze = options.analyze;
  options.analyze = false;
  if (part->first_row < 0) {
    BeginPart(job, part, options);
    return kGoOn;
  }
  if (!part->is_reserved) {
    if (ReserveLongRun(part->target, options.slice)) {
      CallServer([=] { StoreReservation(job->id, part); });
    } else {
      options.slice = {};
      BeginPart(job, part, options);
    }
    return kGoOn;
  }
  std::int64_t rows = std::min(part->chunk_rows, part->rows - part->rows_done);
  if (job->pace > 0) {
    rows = std::min(rows, RowsDue(job->pace, pacer));
    if (rows <= 0) return {Step::Kind::Sleep, TimeToNextRow(job->pace)};
    options.follows_clock = CallServer([=] { return !GivesReferenceTime(job->options); });
    if (options.follows_clock) options.reference_time = CallServer([] { return GetCurrentTimestamp(); });
  }
  options.analyze = analyze && part->rows_done + rows == part->rows;
  MakeChunk(job, part, rows, options);
  pacer.rows += rows;
  return kGoOn;
}

// ---------------------------------------------------------------------------------------------------------- failures

// Errors that another try may not meet again.
bool MayPass(int code) {
  return code == ERRCODE_T_R_SERIALIZATION_FAILURE || code == ERRCODE_T_R_DEADLOCK_DETECTED ||
         code == ERRCODE_LOCK_NOT_AVAILABLE || code == ERRCODE_TOO_MANY_CONNECTIONS ||
         code == ERRCODE_CONFIGURATION_LIMIT_EXCEEDED || code == ERRCODE_OBJECT_IN_USE ||
         ERRCODE_TO_CATEGORY(code) == ERRCODE_CONNECTION_EXCEPTION;
}

// With option on_error "skip", a job for a schema leaves the table out that the error stands for, and goes on. False if
// it does not.
bool SkipsTable(const Job* job, const ErrorData* error) {
  if (!OidIsValid(job->schema) || !OptionsOf(job).skip_failed) return false;
  const JobPart* part = LoadOpenPart(job->id);
  if (part == nullptr) return false;
  SkipPart(job->id, part,
           error->detail != nullptr ? psprintf("%s. %s", error->message, error->detail) : error->message);
  StoreJobError(job->id, error, 0, 0);
  return true;
}

// A chunk that has met a key of others' rows is done again, and from then on such keys are looked up before. False if
// that has been so before, or if the error is another one.
bool ProbesFromNowOn(const Job* job, const ErrorData* error) {
  if (error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION) return false;
  const JobPart* part = LoadOpenPart(job->id);
  if (part == nullptr || part->circle != 0 || part->is_probed) return false;
  StoreProbing(job->id, part);
  return true;
}

// Doubles from one second on.
long BackOffSeconds(int attempts) { return std::min(kLongestBackOff, 1L << std::min(attempts - 1, 10)); }

}  // namespace

Step TakeStep(std::int64_t id, Pacer& pacer) {
  if (!CallServer([] { return HasJobTables(); })) return kEnd;
  const Job* job = CallServer([=] { return LoadJob(id, false); });
  if (job == nullptr || !job->is_of_here || job->owner != GetUserId()) return kEnd;
  switch (job->state) {
    case JobState::Queued:
      return CallServer([=] { return ChangeLocked(id, JobEvent::Start, kGoOn); });
    case JobState::Retrying:
      return CallServer([=] { return WaitForRetry(job); });
    case JobState::Pausing:
    case JobState::Stopping:
      return CallServer([=] { return ChangeLocked(id, JobEvent::Settle, kEnd); });
    case JobState::Running:
      CallServer([] { CheckOwner(); });
      return WorkOn(job, pacer);
    default:
      return kEnd;
  }
}

Step TakeFailedStep(std::int64_t id, const ErrorData* error) {
  if (!HasJobTables()) return kEnd;
  Job* job = LoadJob(id, true);
  if (job == nullptr || IsJobAtRest(job->state)) return kEnd;
  const int attempts = job->attempts + 1;
  const bool may_pass = MayPass(error->sqlerrcode);
  if (ProbesFromNowOn(job, error)) return kGoOn;
  if (!may_pass && SkipsTable(job, error)) return kGoOn;
  const bool tries_again =
      may_pass && attempts < job->max_attempts && NextJobState(job->state, JobEvent::BackOff).has_value();
  const long seconds = BackOffSeconds(attempts);
  StoreJobError(id, error, attempts, tries_again ? GetCurrentTimestamp() + seconds * USECS_PER_SEC : 0);
  ChangeJobState(job, tries_again ? JobEvent::BackOff : JobEvent::Fail);
  return tries_again ? kGoOn : kEnd;
}

}  // namespace dbmocker::server

// Jobs as stored in dbmocker.job and dbmocker.job_part: read and written with the rights of the tables' owner, so that
// nobody needs, or has, rights on them. Who may steer a job is for the callers to check (MaySteer).
// Server style: functions may ereport and own nothing; results live in the memory context current at the call.
// Read first: LoadJob.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

#include "dbmocker/job_state.h"

namespace dbmocker::server {

// A job's request and state.
struct Job {
  std::int64_t id;
  Oid owner;
  Oid schema;  // InvalidOid for a job of one table
  JobState state;
  bool is_of_here;  // made in this database of this cluster; a copy of another one's is never carried out
  std::int64_t seed;
  std::int64_t reference_time;
  Jsonb* options;
  double pace;  // rows per second asked for; 0: as fast as it goes
  int max_attempts;
  int attempts;  // failed tries in a row
  TimestampTz retry_at;
};

// The rows of one table in a job.
struct JobPart {
  int position;
  Oid target;
  std::int64_t rows;  // asked for; -1: not known yet, since kept_rows are to be counted
  std::int64_t kept_rows;  // the table is to have so many; -1: not asked
  std::int64_t rows_done;
  std::int64_t first_row;  // -1: not begun
  std::int64_t* facts;
  int fact_count;
  bool is_reserved;  // the values of its sequences
  bool is_probed;  // rows of others have collided with the part's: keys are looked up before each row is written
  std::int64_t chunk_rows;
  std::int64_t rows_missed;  // of rows_done, those that could not be made
  std::int64_t redrawn_rows;
  std::int64_t spares_used;  // RunSlice::spares_used of the next chunk
  const char* problem;  // why rows are missing; nullptr if none are
  int circle;  // tables with the same number refer to one another and are filled together; 0: it stands alone
};

// The request of a new job. Its parts follow by AddJobPart.
struct JobRequest {
  Oid owner;
  Oid schema;  // InvalidOid for a job of one table
  std::int64_t seed;
  std::int64_t reference_time;
  Jsonb* options;
  double pace;
  int max_attempts;
};

// False if the extension is not there (any more).
bool HasJobTables();

std::int64_t AddJob(const JobRequest& request);
void AddJobPart(std::int64_t job, int position, Oid target, std::int64_t rows, std::int64_t kept_rows, int circle);

// nullptr if there is no such job. `lock`: its row is locked to the end of the transaction.
Job* LoadJob(std::int64_t id, bool lock);

// The first part that is not done; nullptr if all are.
JobPart* LoadOpenPart(std::int64_t job);

// The parts of a job, or those of one of its circles, in order.
struct JobParts {
  JobPart* parts;
  int count;
};
JobParts LoadParts(std::int64_t job);
JobParts LoadCircle(std::int64_t job, int circle);

// Stores the state that `event` leads to, and tells the listeners. Ereports 55000, naming the state, where the event is
// not legal. The job must be locked.
void ChangeJobState(Job* job, JobEvent event);

// What a worker writes about its part. FinishChunk ereports if rows_done is not what the worker believes it to be.
void StorePartStart(std::int64_t job, const JobPart* part);
void StoreReservation(std::int64_t job, const JobPart* part);
void StoreProbing(std::int64_t job, const JobPart* part);
struct ChunkResult {
  std::int64_t rows;  // positions that the chunk has got over
  std::int64_t next_chunk_rows;
  double rate;  // rows a second
  std::int64_t redrawn_rows;
  std::int64_t spares_used;  // by all chunks so far
};
void FinishChunk(std::int64_t job, const JobPart* part, const ChunkResult& result);

// Notes that `rows` of a part's rows could not be made; nullptr as `problem` leaves that as it is.
void NoteMissedRows(std::int64_t job, const JobPart* part, std::int64_t rows, const char* problem);
// The part, and all of its circle, are left as they are.
void SkipPart(std::int64_t job, const JobPart* part, const char* problem);

// Ereports the last error that is stored with the job, as it was.
[[noreturn]] void RaiseJobError(std::int64_t job);

// Stores an error and the number of failed tries; `retry_at` 0: none.
void StoreJobError(std::int64_t job, const ErrorData* error, int attempts, TimestampTz retry_at);
void ClearAttempts(std::int64_t job);

// Rows that started jobs which keep a number of rows in the target have not written yet, but for job `except`.
std::int64_t CountOutstandingRows(Oid target, std::int64_t except);

// Jobs that wait for a worker, or whose worker has died: ids and owners, oldest first, at most `limit`.
struct WaitingJob {
  std::int64_t id;
  Oid owner;
};
int ListWaitingJobs(WaitingJob* jobs, int limit);

// How many jobs of this database are being carried out.
int CountRunningJobs();

// True if the current role may see and steer jobs of `owner`: itself, a role that it is a member of, any role for
// superusers and members of dbmocker_admin.
bool MaySteer(Oid owner);

}  // namespace dbmocker::server

// Waiting for jobs. Server style.
// Read first: AwaitJob.
#pragma once

#include "server/postgres_api.h"

#include "server/job_store.h"

namespace dbmocker::server {

// The job, if there is one and the current role may steer it; else ereports 42704 or 42501. `lock`: its row is locked
// to the end of the transaction.
Job* LoadOwnJob(std::int64_t id, bool lock);

// Ereports 55000 for a job that was submitted in another database or cluster.
void CheckIsOfHere(const Job* job);

// The job's state once it is at rest, or when the time is over. Starts workers for jobs that have none.
JobState AwaitJob(std::int64_t id, TimestampTz deadline);

// Asks the job to stop after its chunk, if it is not at rest anyway.
void StopJob(Job* job);

}  // namespace dbmocker::server

// Starting background workers for jobs: at the commit of the transaction that asks for it, and for jobs that wait.
// Server style.
// Read first: StartWorkerAtCommit.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

namespace dbmocker::server {

// What a job's worker is told besides the job's number, in bgw_extra.
struct WorkerOrder {
  Oid database;
  Oid owner;
};

// Once the transaction has committed, a worker is started for the job; none if it is undone, or if the server has no
// room for another worker: then the job waits for StartWaitingJobs.
void StartWorkerAtCommit(std::int64_t job, Oid owner);

// Fills everything that background workers of one database have in common: they are never started again by the server.
// `function` is a C function of this library.
void FillWorker(BackgroundWorker* worker, const char* name, const char* type, const char* function);

// True if StartWorkerAtCommit was called for the job in this transaction.
bool StartsAtCommit(std::int64_t job);

// How many jobs of this database may run at a time: setting dbmocker.connection_pool_size, or the database's option of
// that name where it is smaller.
int CountPlaces();

// Starts workers for jobs that wait or whose worker has died, as many as CountPlaces() leaves room for.
// Jobs whose owner is gone fail. Returns how many were started.
int StartWaitingJobs();

// Why a job of this role cannot run as a session of its own; nullptr if it can.
const char* FindOwnerObstacle(Oid owner);

}  // namespace dbmocker::server

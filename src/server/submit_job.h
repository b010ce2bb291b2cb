// Storing a new job: what the functions of one table and of a whole schema have in common.
// Read first: ReadJobArguments.
#pragma once

#include "server/postgres_api.h"

#include "server/job_store.h"

namespace dbmocker::server {

// The places of the arguments that all functions have; -1 where a function has none.
struct JobArgumentPlaces {
  int seed;
  int options;
  int rows_per_second;
  int max_attempts;
};

// Checks what all jobs share, the owner's rights included, and fills the request. Ereports 22023, 42501, 25006 …
// Server style.
JobRequest ReadJobArguments(FunctionCallInfo fcinfo, const JobArgumentPlaces& places);

// Ereports 42501 where a role may not submit jobs. Server style.
void CheckJobOwner(Oid owner);

// A number of rows, -1 where it is NULL. Ereports 22023 if it is negative. Server style.
std::int64_t ReadRowCount(FunctionCallInfo fcinfo, int place, const char* name);

// Rows to add, or to have in the end; the other one is -1. Ereports 22023 unless just one is given. Server style.
struct JobRows {
  std::int64_t added;
  std::int64_t kept;
};
JobRows ReadJobRows(FunctionCallInfo fcinfo, int rows, int keep_rows);

// Stores the job; its parts are for the caller to add. A worker starts at the commit. Server style.
std::int64_t SubmitJob(const JobRequest& request);

}  // namespace dbmocker::server

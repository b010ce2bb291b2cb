// One step of a job, in the transaction that the worker has opened: beginning a table, reserving its sequences' values,
// or a chunk of rows together with the note that they are there.
// Read first: TakeStep.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

#include "server/job_store.h"

namespace dbmocker::server {

// What the worker does next. Plain data.
struct Step {
  enum class Kind { GoOn, Sleep, End } kind;
  long milliseconds;  // to sleep
};

// How far a job with a given number of rows per second may go. Plain data of one worker.
struct Pacer {
  TimestampTz since;  // 0: not begun
  std::int64_t rows;  // made since then
};

// Looks at the job's state and takes the step that follows from it. May throw Error, ServerError, std::bad_alloc.
Step TakeStep(std::int64_t job, Pacer& pacer);

// What becomes of a job whose step failed, in a transaction after the failed one: another try after a while where the
// error may pass, else the end. Server style.
Step TakeFailedStep(std::int64_t job, const ErrorData* error);

}  // namespace dbmocker::server

// The states of a background job and every transition between them, as one table: what is not in it is refused.
// docs/jobs.md has the same table in words; tests/checks/job_transitions.sh compares the two.
// Read first: JobTransitions.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace dbmocker {

enum class JobState {
  Queued,  // waits for a worker
  Running,  // a worker carries it out
  Pausing,  // a worker finishes its chunk, then pauses
  Paused,
  Stopping,  // a worker finishes its chunk, then stops
  Stopped,
  Retrying,  // waits for another try after an error that may pass
  Failed,
  Done,
};

enum class JobEvent {
  Start,  // a worker takes the job, also one whose worker has died
  Pause,  // asked for by a user, as are the next three
  Resume,
  Stop,
  Retry,
  Settle,  // the worker has finished its chunk, or is found dead
  BackOff,  // a chunk has failed in a way that may pass
  Fail,
  Finish,  // all rows are there
};

struct JobTransition {
  JobState from;
  JobEvent event;
  JobState to;
};

// All of them, each pair of state and event at most once.
std::span<const JobTransition> JobTransitions();

// The state after `event`; nothing if the event is not legal in this state.
std::optional<JobState> NextJobState(JobState state, JobEvent event);

// Lower-case words, as stored and shown; static storage.
const char* JobStateName(JobState state);
const char* JobEventName(JobEvent event);
std::optional<JobState> FindJobState(std::string_view name);

// True if nobody works on such a job until somebody asks for it.
bool IsJobAtRest(JobState state);

}  // namespace dbmocker

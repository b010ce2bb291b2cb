// The table of a job's states and transitions; see job_state.h.
// Read first: kTransitions.
#include "dbmocker/job_state.h"

namespace dbmocker {
namespace {

using Event = JobEvent;
using State = JobState;

constexpr JobTransition kTransitions[] = {
    {State::Queued, Event::Start, State::Running},     {State::Queued, Event::Pause, State::Paused},
    {State::Queued, Event::Stop, State::Stopped},      {State::Queued, Event::BackOff, State::Retrying},
    {State::Queued, Event::Fail, State::Failed},       {State::Running, Event::Start, State::Running},
    {State::Running, Event::Pause, State::Pausing},    {State::Running, Event::Stop, State::Stopping},
    {State::Running, Event::BackOff, State::Retrying}, {State::Running, Event::Fail, State::Failed},
    {State::Running, Event::Finish, State::Done},      {State::Pausing, Event::Resume, State::Running},
    {State::Pausing, Event::Stop, State::Stopping},    {State::Pausing, Event::Settle, State::Paused},
    {State::Pausing, Event::BackOff, State::Paused},   {State::Pausing, Event::Fail, State::Failed},
    {State::Pausing, Event::Finish, State::Done},      {State::Paused, Event::Resume, State::Queued},
    {State::Paused, Event::Stop, State::Stopped},      {State::Stopping, Event::Settle, State::Stopped},
    {State::Stopping, Event::BackOff, State::Stopped}, {State::Stopping, Event::Fail, State::Failed},
    {State::Stopping, Event::Finish, State::Done},     {State::Stopped, Event::Retry, State::Queued},
    {State::Retrying, Event::Start, State::Running},   {State::Retrying, Event::Pause, State::Paused},
    {State::Retrying, Event::Stop, State::Stopped},    {State::Retrying, Event::BackOff, State::Retrying},
    {State::Retrying, Event::Fail, State::Failed},     {State::Failed, Event::Retry, State::Queued},
};

constexpr State kStates[] = {State::Queued,  State::Running,  State::Pausing, State::Paused, State::Stopping,
                             State::Stopped, State::Retrying, State::Failed,  State::Done};

}  // namespace

std::span<const JobTransition> JobTransitions() { return kTransitions; }

std::optional<JobState> NextJobState(JobState state, JobEvent event) {
  for (const JobTransition& transition : kTransitions)
    if (transition.from == state && transition.event == event) return transition.to;
  return std::nullopt;
}

const char* JobStateName(JobState state) {
  switch (state) {
    case State::Queued:
      return "queued";
    case State::Running:
      return "running";
    case State::Pausing:
      return "pausing";
    case State::Paused:
      return "paused";
    case State::Stopping:
      return "stopping";
    case State::Stopped:
      return "stopped";
    case State::Retrying:
      return "retrying";
    case State::Failed:
      return "failed";
    case State::Done:
      break;
  }
  return "done";
}

const char* JobEventName(JobEvent event) {
  switch (event) {
    case Event::Start:
      return "start";
    case Event::Pause:
      return "pause";
    case Event::Resume:
      return "resume";
    case Event::Stop:
      return "stop";
    case Event::Retry:
      return "retry";
    case Event::Settle:
      return "settle";
    case Event::BackOff:
      return "back off";
    case Event::Fail:
      return "fail";
    case Event::Finish:
      break;
  }
  return "finish";
}

std::optional<JobState> FindJobState(std::string_view name) {
  for (const State state : kStates)
    if (name == JobStateName(state)) return state;
  return std::nullopt;
}

bool IsJobAtRest(JobState state) {
  return state == State::Paused || state == State::Stopped || state == State::Failed || state == State::Done;
}

}  // namespace dbmocker

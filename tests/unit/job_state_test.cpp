// The table of a job's transitions: unambiguous, without dead ends, and closed against what makes no sense.
// Read first: NoPairTwice.
#include "dbmocker/job_state.h"

#include <gtest/gtest.h>

#include <set>

namespace dbmocker {
namespace {

TEST(JobState, NoPairTwice) {
  std::set<std::pair<JobState, JobEvent>> seen;
  for (const JobTransition& transition : JobTransitions())
    EXPECT_TRUE(seen.insert({transition.from, transition.event}).second)
        << JobStateName(transition.from) << " " << JobEventName(transition.event);
}

TEST(JobState, NamesAreFoundAgain) {
  for (const JobTransition& transition : JobTransitions()) {
    EXPECT_EQ(FindJobState(JobStateName(transition.from)), transition.from);
    EXPECT_EQ(FindJobState(JobStateName(transition.to)), transition.to);
  }
  EXPECT_FALSE(FindJobState("asleep"));
}

TEST(JobState, EveryStateButDoneCanEnd) {
  for (const JobTransition& transition : JobTransitions()) {
    std::set<JobState> reached = {transition.from};
    for (std::size_t before = 0; before != reached.size();) {
      before = reached.size();
      for (const JobTransition& next : JobTransitions())
        if (reached.contains(next.from)) reached.insert(next.to);
    }
    EXPECT_TRUE(reached.contains(JobState::Done)) << JobStateName(transition.from);
  }
}

TEST(JobState, DoneIsFinal) {
  for (const JobTransition& transition : JobTransitions()) EXPECT_NE(transition.from, JobState::Done);
}

TEST(JobState, AJobAtRestStartsOnlyThroughTheQueue) {
  for (const JobTransition& transition : JobTransitions())
    if (IsJobAtRest(transition.from))
      EXPECT_TRUE(IsJobAtRest(transition.to) || transition.to == JobState::Queued) << JobStateName(transition.from);
  EXPECT_FALSE(NextJobState(JobState::Paused, JobEvent::Start));
  EXPECT_FALSE(NextJobState(JobState::Failed, JobEvent::Start));
}

TEST(JobState, WhatIsAskedOfAWorkerIsNotForgotten) {
  EXPECT_EQ(NextJobState(JobState::Stopping, JobEvent::BackOff), JobState::Stopped);
  EXPECT_EQ(NextJobState(JobState::Pausing, JobEvent::BackOff), JobState::Paused);
  EXPECT_FALSE(NextJobState(JobState::Stopping, JobEvent::Resume));
}

}  // namespace
}  // namespace dbmocker

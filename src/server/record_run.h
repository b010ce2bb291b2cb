// The record of runs: table dbmocker.run_records, a row for each run that has made rows, in the run's own transaction.
// Server style: functions may ereport and own nothing.
// Read first: RecordRun.
#pragma once

#include "server/generate_table.h"

namespace dbmocker::server {

// Adds the run's report, made by the current role, and now and then clears what is older than the last kKeptRuns runs.
void RecordRun(const RunReport& report);

inline constexpr int kKeptRuns = 10000;

}  // namespace dbmocker::server

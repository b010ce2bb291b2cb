// A sample of the target's rows as facts of a run: for rows that are repeated, and rules that stored values suggest.
// A run that is made in parts keeps the sample that it began with.
// Read first: GatherSample.
#pragma once

#include "server/postgres_api.h"

#include "dbmocker/plan.h"
#include "server/parse_options.h"

namespace dbmocker::server {

// Reads facts.sample, by the caller's own privileges, where the options or `facts.rules` need it. Throws Error 42501 if
// the caller may read none of the columns.
void GatherSample(const Table& table, const RunOptions& options, TargetFacts& facts);

// All columns that can be read, about `rows` rows of them.
RowSample SampleTarget(const Table& table, int rows, std::int64_t seed);

}  // namespace dbmocker::server

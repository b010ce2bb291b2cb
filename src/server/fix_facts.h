// Facts that all parts of a long run share: its plan must not change with the rows that its own parts have stored, so
// where sequences, counted keys and references to own rows start is recorded once, as plain numbers.
// Read first: RecordFacts.
#pragma once

#include "server/postgres_api.h"

#include <optional>
#include <vector>

#include "dbmocker/plan.h"
#include "server/parse_options.h"

namespace dbmocker::server {

// The facts as groups of four numbers: kind, column or constraint, and two values. To be stored as they are. `plan` is
// the whole run's.
std::vector<std::int64_t> RecordFacts(const Table& table, const TargetFacts& facts, const Plan& plan);

// Turns the largest stored keys of counted columns into those that the run would have begun with: less the rows that
// its parts have added. True if others have stored larger ones in the meantime, so that the rest of the run counts on
// behind them.
bool MoveMaxima(const RunSlice& slice, TargetFacts& facts);

// Completes facts that were gathered for a part with those that the run began with. Throws Error 55000 if the table has
// got columns since that need facts of their own.
void ApplyFacts(const Table& table, const RunSlice& slice, TargetFacts& facts);

// Where the sampled rows of the run are stored, by threes: table, block, offset. nullopt if the run has recorded no
// sample.
std::optional<std::vector<std::int64_t>> FindSamplePlaces(const RunSlice& slice);

// True if a key that refers to its own table draws from the rows that are stored at the time of each part.
bool ReadsOwnRows(const RunSlice& slice, const ForeignKey& key);

}  // namespace dbmocker::server

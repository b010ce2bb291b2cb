// Where the next run of a target goes on: table dbmocker.target_state, written with the rights of its owner.
// Server style: functions may ereport and own nothing.
// Read first: ReserveRows.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

namespace dbmocker::server {

// The ordinal that the next run of `target` starts at: 0 for an empty target, else what ReserveRows left.
std::int64_t NextRow(Oid target, bool has_rows);

// Makes this transaction the only one that takes ordinals of `target`: waits for others that have taken some and not
// ended yet. Look at the target's rows after it, with a new snapshot. Clears the rows of dropped targets besides.
void LockTarget(Oid target);

// Lets later runs of a locked target start at `next_row` at least.
void RaiseNextRow(Oid target, std::int64_t next_row);

// Takes `rows` ordinals of a locked target and returns the first one.
std::int64_t ReserveRows(Oid target, bool has_rows, std::int64_t rows);

}  // namespace dbmocker::server

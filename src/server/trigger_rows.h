// Rows of a table that triggers of other tables have made in the transaction at hand.
// Read first: LookAtTriggerRows.
#pragma once

#include <cstdint>

#include "dbmocker/schema.h"

namespace dbmocker::server {

struct TriggerRows {
  std::int64_t count;
  // Every reference that the table may hold is used by some row; those that a trigger leaves NULL are for other rows to
  // use.
  bool is_complete;
};

// All rows that the transaction has made. May throw ServerError.
TriggerRows LookAtTriggerRows(const Table& table);

// True if the rows' keys come from elsewhere, as those of a copy that a trigger keeps: further rows would stand in the
// way of rows that the trigger is going to write.
bool TakesKeysFromOthers(const Table& table);

}  // namespace dbmocker::server

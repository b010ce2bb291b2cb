// The constraints of a table: raw rows -> core structs. C++ style, no server calls.
// Read first: AddConstraints.
#pragma once

#include "dbmocker/schema.h"
#include "server/raw_table.h"

namespace dbmocker::server {

// Fills checks, unique_keys, exclusions and foreign_keys.
void AddConstraints(const RawTable& raw, Table& table);

}  // namespace dbmocker::server

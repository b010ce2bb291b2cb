// Texts by which functions look rows of a table up, as in SELECT id FROM status WHERE code = 'open': rows that hold
// them are what the application ships with its schema.
// Read first: FindLookups.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dbmocker/schema.h"

namespace dbmocker::server {

// By column. May throw ServerError.
std::map<AttributeNumber, std::vector<std::string>> FindLookups(const Table& table);

}  // namespace dbmocker::server

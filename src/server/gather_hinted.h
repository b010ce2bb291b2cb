// What hints make of stored rows and of the table's own columns: shapes that stored texts have in common
// (use_pattern_matching), and texts put together from the row's other columns (use_data_templates).
// Read first: GatherHinted.
#pragma once

#include "server/postgres_api.h"

#include "dbmocker/plan.h"
#include "server/parse_options.h"

namespace dbmocker::server {

// Adds to facts.shapes and, for columns without a rule, to facts.rules; after GatherRules. May throw ServerError.
void GatherHinted(const Table& table, const RunOptions& options, TargetFacts& facts);

}  // namespace dbmocker::server

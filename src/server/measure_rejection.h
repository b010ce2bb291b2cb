// How many draws the CHECKs that are left to rejection let pass, measured for dbmocker.plan().
// Read first: MeasureRejection.
#pragma once

#include <vector>

#include "dbmocker/plan.h"
#include "server/parse_options.h"

namespace dbmocker::server {

// Draws up to 1000 rows of the plan and adds to each CHECK's line that says "rejection" which share of the draws
// passed. Stores nothing. May throw ServerError, where a CHECK raises an error itself.
void MeasureRejection(Oid target, const Table& table, const Plan& plan, const RunOptions& options,
                      std::vector<PlanLine>& lines);

}  // namespace dbmocker::server

// References to rows that are made later in the same statement: where tables refer to one another in a circle none of
// whose references may be NULL, the keys are known before the rows are, since rows are a pure function of their numbers.
// Read first: PlanParentsAhead.
#pragma once

#include <map>

#include "server/order_tables.h"
#include "server/parse_options.h"
#include "server/run_hooks.h"

namespace dbmocker::server {

// The keys that the tables inside of `step` are going to have, for the references ahead of its table. `rows`: those
// that each table is to get. Throws Error 0A000 where a key is not the plan's to choose. May throw ServerError.
std::map<std::uint32_t, ParentKeys> PlanParentsAhead(const FillStep& step,
                                                     const std::map<std::uint32_t, std::int64_t>& rows,
                                                     const RunOptions& options);

}  // namespace dbmocker::server

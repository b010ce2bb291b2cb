// What optimization hints decide of options that nobody has set, and of choices that follow from the number of rows.
// Values of columns are decided elsewhere: by the plan (PlanOptions::hints) and by gather_hinted.h.
// Read first: ApplyHints.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

#include "server/parse_options.h"

namespace dbmocker::server {

// Sets options that are at their defaults as the hints want them. Server style.
void ApplyHints(RunOptions* options);

// The rows that choices between ways to write are made for: more than there are where hints say that the table counts
// as a large one, or that references are to be settled at the end.
std::int64_t RowsForWriter(const RunOptions& options, std::int64_t rows);
std::int64_t RowsForReferences(const RunOptions& options, std::int64_t rows);

}  // namespace dbmocker::server

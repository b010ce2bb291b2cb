// Filling the tables of a schema in the planned order.
// Read first: FillSchema.
#pragma once

#include <vector>

#include "server/generate_table.h"
#include "server/schema_request.h"

namespace dbmocker::server {

// One report per table, in the order in which they were filled. With option on_error "skip", tables that fail are
// reported with rows 0 and what stood against them. May throw Error, ServerError, std::bad_alloc.
std::vector<RunReport> FillSchema(const SchemaPlan& plan, const RunOptions& options);

}  // namespace dbmocker::server

// Option insertion_strategy "streaming": the rows are made by a background job, in chunks that commit one after the
// other, while the caller waits. The job is stored by a worker of its own, since it has to be committed before the
// caller's transaction is.
// Read first: StreamRows.
#pragma once

#include "server/postgres_api.h"

#include <vector>

#include "server/generate_table.h"
#include "server/schema_request.h"

namespace dbmocker::server {

// Adds `rows` rows to `target` in chunks; what is committed stays where a later one fails or the caller is cancelled,
// which stops the job. `given`: the call's options as they were given; nullptr: none. Ereports 25001 inside of a
// transaction block or after changes of the same transaction, 42501, 53400 without a free worker, and the job's own
// error. Server style.
RunReport StreamRows(Oid target, std::int64_t rows, const RunOptions& options, Jsonb* given);

// Likewise for the tables of a schema. May throw Error, ServerError.
std::vector<RunReport> StreamSchema(Oid schema, const SchemaPlan& plan, const RunOptions& options, Jsonb* given);

}  // namespace dbmocker::server

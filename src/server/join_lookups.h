// References that triggers make of columns together, foreign keys among them: what the target's INSERT triggers look up
// by values of the new row (core/read_lookups.h) is joined, so that each reference leads to rows that all of them find.
// Read first: JoinLookups.
#pragma once

#include <vector>

#include "dbmocker/schema.h"
#include "server/postgres_api.h"

namespace dbmocker::server {

// Adds the references to `table`, in place of the foreign keys that share columns with them; they exist in the plan
// only. A lookup that finds nothing for any row, together with those before it, is left out. `known`: foreign keys
// whose parents triggers insert (pg_constraint.oid). False if there is none. May throw ServerError.
bool JoinLookups(Table& table, const std::vector<Oid>& known);

}  // namespace dbmocker::server

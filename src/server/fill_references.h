// References that had to stay NULL while their tables were filled, because the tables refer to one another in a circle:
// filled in by one UPDATE per foreign key.
// Read first: FillReference.
#pragma once

#include "server/postgres_api.h"

#include "server/parse_options.h"

namespace dbmocker::server {

// Gives the rows whose reference is NULL a parent each (all but the share null_probability), drawn from the stream of
// the constraint; where the columns are unique, each parent that has no row yet once. Only rows that this
// (sub)transaction has inserted since `first_command`. As the caller. Server style.
void FillReference(Oid constraint, CommandId first_command, const RunOptions& options);

}  // namespace dbmocker::server

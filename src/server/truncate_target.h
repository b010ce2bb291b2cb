// Option truncate: tables are emptied before they are filled, within the same transaction and with the caller's own
// privileges.
// Read first: TruncateTargets.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// Server style. Tables that refer to each other have to be given together.
void TruncateTargets(const Oid* targets, int count);

}  // namespace dbmocker::server

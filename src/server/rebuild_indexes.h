// Indexes of a target that was loaded without keeping them up to date, built anew in the caller's transaction.
// Read first: RebuildIndexes.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// Builds every index of the target anew, in parallel where the server allows it, within maintenance_work_mem.
// Uniqueness and exclusion are checked over all rows: ereports 23505 or 23P01 like CREATE INDEX. The target must be
// locked against other writers and none of its indexes open; until the transaction ends nobody else can read it.
// Server style.
void RebuildIndexes(Relation target);

}  // namespace dbmocker::server

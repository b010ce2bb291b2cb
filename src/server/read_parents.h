// The keys of the rows that a foreign key may refer to: as a range where they are consecutive integers, in memory where
// they fit, else in a temporary file that is read through the run's cache.
// Read first: ReadParents.
#pragma once

#include "server/postgres_api.h"

#include <memory>

#include "dbmocker/plan.h"

namespace dbmocker::server {

// All keys in key order, read as the caller (SELECT privilege needed). May throw ServerError and Error.
ParentKeys ReadParents(const Table& table, const ForeignKey& key, const std::shared_ptr<ValueCache>& cache);

// Removes the files of keys before the transaction ends, which would do it too. Server style.
void CloseKeyFiles(const TargetFacts& facts);

}  // namespace dbmocker::server

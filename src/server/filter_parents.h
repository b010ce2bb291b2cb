// Which rows of a referenced table a foreign key may refer to: those whose key the CHECKs and domains of the referring
// columns accept.
// Read first: ParentSource.
#pragma once

#include "server/postgres_api.h"

#include "dbmocker/schema.h"

namespace dbmocker::server {

// A FROM item named k, whose columns are those of `key` by their own names, without domains; with the WHERE clause that
// leaves out NULLs and what a CHECK refuses. `is_filtered`: a CHECK is among the conditions, so that the caller's
// search_path counts for the functions in it.
struct ParentRows {
  const char* text;
  bool is_filtered;
};

// Server style: may ereport.
ParentRows ParentSource(const Table& table, const ForeignKey& key);

// The same, but for parents that have a row of `table` already.
ParentRows ChildlessParents(const Table& table, const ForeignKey& key, const ParentRows& parents);

}  // namespace dbmocker::server

// The describe step: the catalogs' entries for one table -> a core Table. Takes no locks of its own beyond those of
// reading catalogs; the caller holds a lock on the table. Must decide nothing.
// Read first: DescribeTable.
#pragma once

#include "server/postgres_api.h"

#include "dbmocker/schema.h"

namespace dbmocker::server {

// Describes a table, partitioned table, foreign table or view. May throw ServerError or std::bad_alloc; may be called
// from C++ frames that own something.
Table DescribeTable(Oid relation);

}  // namespace dbmocker::server

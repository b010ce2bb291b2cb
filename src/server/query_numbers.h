// Queries that return one row of up to three bigints. Server style.
// Read first: QueryNumbers.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

namespace dbmocker::server {

// is_null where there is no row.
struct Numbers {
  std::int64_t values[3];
  bool is_null[3];
};

// Under the catalog settings (read_catalog.h).
Numbers QueryNumbers(const char* query);

// Under the settings in force.
Numbers QueryNumbersAsIs(const char* query);

}  // namespace dbmocker::server

// The server's side of a run in progress, shared by the steps of the main path.
// Read first: OpenRun.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

#include "server/run_meter.h"

namespace dbmocker::server {

// Plain data.
struct OpenRun {
  Relation relation;
  MemoryContext context;  // of everything that the run allocates
  MemoryContext caller;
  bool has_rows;
  BlockNumber blocks;  // of the main fork before the run; 0 where there is none
  std::int64_t first_row;
  TimestampTz started;
  RunMeter* meter;

  bool HasOwnStorage() const { return relation->rd_rel->relkind == RELKIND_RELATION; }
};

}  // namespace dbmocker::server

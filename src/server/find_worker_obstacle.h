// Whether parallel workers may make a target's rows: everything that the server evaluates for a row must be safe there.
// Read first: FindWorkerObstacle.
#pragma once

#include "server/postgres_api.h"

#include "dbmocker/plan.h"
#include "dbmocker/schema.h"

namespace dbmocker::server {

// Why only the calling process may make the rows, as a phrase in static storage or palloc'd; nullptr if workers may.
// Server style, though it reads C++ objects.
const char* FindWorkerObstacle(Relation target, const Table& table, const Plan& plan);

}  // namespace dbmocker::server

// One step of the order in which a schema is filled: a table, or tables in a circle, whose rows one statement makes.
// Read first: RunStep.
#pragma once

#include <vector>

#include "server/generate_table.h"
#include "server/schema_request.h"

namespace dbmocker::server {

struct StepWay {
  // What the table's triggers look up is joined from the start: see RunHooks::looks_up_first.
  bool looks_up_first = false;
  // A row that a trigger misses in another table ends the run: see RunHooks::reports_missing_parents.
  bool reports_missing_parents = false;
  // So many rows, if need be, for each parent of this transaction whose deferred triggers look for them.
  int rows_per_parent = 0;
  // Rows whose draws all fail a CHECK are left out: see RunHooks::drops_failed.
  bool drops_failed = false;
};

// The reports of the step's tables, its own first. What is `inside` of the step is all or nothing with it. May throw
// Error, ServerError, std::bad_alloc.
std::vector<RunReport> RunStep(const SchemaPlan& plan, const RunOptions& options, const FillStep& step,
                               const StepWay& way);

}  // namespace dbmocker::server

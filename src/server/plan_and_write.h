// The middle of the main path: plan, generate and write, again in another way where the first one does not do.
// Read first: PlanAndWrite.
#pragma once

#include "dbmocker/schema.h"
#include "server/generate_table.h"
#include "server/open_run.h"
#include "server/write_rows.h"

namespace dbmocker::server {

// Adds report.rows rows to the target of `run`, which `decision` was made for; fills the report. With option
// on_exhausted "cap" they may be fewer. May throw Error, ServerError, std::bad_alloc.
void PlanAndWrite(const Table& table, const WriterDecision& decision, const RunOptions& options, const OpenRun& run,
                  RunReport& report);

}  // namespace dbmocker::server

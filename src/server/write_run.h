// Writing the rows of a plan with the writer that was chosen, and settling what it leaves: indexes, foreign keys.
// Read first: WriteRun.
#pragma once

#include "dbmocker/plan.h"
#include "server/generate_table.h"
#include "server/open_run.h"
#include "server/write_rows.h"

namespace dbmocker::server {

// How the single writer's rows go into INSERT statements.
enum class Statements { One, OnePerRow };

struct PlannedRun {
  const Table& table;
  const Plan& plan;
  const TargetFacts& facts;
  const RunOptions& options;
  const WriterReview& review;
  const OpenRun& run;
  Statements statements = Statements::One;
  std::function<bool(const TryFault&)> ends_run;  // see RowByRowSettings
};

// Fills what the report says of the writing. Rows that are left out are taken off report.rows. May throw what the
// writers throw.
void WriteRun(const PlannedRun& planned, RunReport& report);

// Copies the text to where the report lives.
void NoteProblem(RunReport& report, const std::string& problem);

}  // namespace dbmocker::server

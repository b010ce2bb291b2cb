// The main path for one table: describe, plan, generate, write, settle.
// Read first: GenerateRows.
#pragma once

#include "server/postgres_api.h"

#include <memory>

#include "dbmocker/plan.h"
#include "server/parse_options.h"
#include "server/run_meter.h"

namespace dbmocker::server {

// What a run did. Plain data.
struct RunReport {
  Oid target;
  std::int64_t rows;
  std::int64_t elapsed;  // microseconds
  std::int64_t prepared;  // microseconds of these before the first row: locks, facts, the plan
  std::int64_t settled;  // microseconds of these after the last row: indexes, foreign keys
  const char* writer;
  int workers;
  std::int64_t first_row;
  std::int64_t redrawn_rows;
  std::int64_t spares_used;  // of keys with few values: RunSlice::spares_used of the next part
  std::int64_t heap_bytes;  // growth of the main fork; -1 where the target has none of its own
  std::int64_t seed;
  std::int64_t reference_time;
  MemoryContext memory;  // of what this points to
  const char* problem;  // why there are fewer rows than asked for; nullptr if there are not
  MeterReading measured;
};

// Adds `rows` rows to `target`, all or nothing. May throw Error, ServerError, std::bad_alloc.
RunReport GenerateRows(Oid target, std::int64_t rows, const RunOptions& options);

// The plan for rows [0, rows) behind facts.first_ordinal; fills `facts`. `reserve_sequences`: see GatherSequences.
std::unique_ptr<Plan> PlanRows(const Table& table, std::int64_t rows, const RunOptions& options, bool reserve_sequences,
                               TargetFacts& facts);

// The plan from facts that are known.
std::unique_ptr<Plan> PlanFacts(const Table& table, std::int64_t rows, const RunOptions& options,
                                const TargetFacts& facts);

// Rows a batch for a table when the options leave it open.
int ChooseBatchSize(const Table& table, const RunOptions& options);

// The values of dbmocker.run_report. Server style.
void FormReport(const RunReport& report, Datum* values, bool* nulls);
inline constexpr int kReportColumns = 20;

}  // namespace dbmocker::server

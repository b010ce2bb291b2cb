// The page writer: chunks of rows, claimed one by one by the calling process and by parallel workers, each process
// filling pages of its own. What a row holds depends on its ordinal alone, so that the rows are the same whoever makes
// them; where they lie does not.
// Read first: WritePages.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

#include "dbmocker/plan.h"
#include "dbmocker/schema.h"
#include "server/parse_options.h"
#include "server/run_meter.h"

namespace dbmocker::server {

// What the first rows of a plan are like as heap tuples.
struct RowSample {
  double bytes_per_row = 0;  // with its line pointer
  double oversized_share = 0;  // of rows that the server would compress or move out of line: 0 … 1
};

struct PageRun {
  const Table& table;
  const Plan& plan;
  const TargetFacts& facts;
  const RunOptions& options;
  Relation relation;
  bool probes_stored_rows;
  int workers;  // at most
  RowSample sample;
  RunMeter* meter;
};

struct PageRunResult {
  int workers = 0;  // that took part
  std::uint64_t redrawn_rows = 0;
  std::uint64_t spares_used = 0;  // RowProducer::spares_used(): where spare positions count, one process writes
};

// Looks at some rows of the plan without writing them; guesses where making them would have side effects.
RowSample SampleRows(const Table& table, const Plan& plan, const RunOptions& options, Relation relation);

// How many workers a run of so many rows should have at most, if nothing stands against them: the option's number, or
// one for each 100 thousand rows up to the machine's other processors and max_parallel_maintenance_workers.
int ChooseWorkers(const RunOptions& options, std::uint64_t rows);

// Writes all rows of the plan to the target, which the caller has locked; index entries are the caller's to make. The
// rows become visible to the transaction's next command. May throw Error and ServerError; a worker's error arrives
// whole.
PageRunResult WritePages(const PageRun& run);

}  // namespace dbmocker::server

// The options argument of the SQL functions: strict, with every key and value checked before anything is done.
// Read first: ParseOptions.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

namespace dbmocker::server {

enum class WriterChoice { Auto, Single, Batch, Bulk, ParallelBulk };

inline constexpr int kAutomaticWorkers = -1;
inline constexpr int kMaxWorkers = 64;

// A part of a longer run: planned as the whole, of which the rows from `offset` on are made. What the parts have in
// common was fixed when the run began (fix_facts.h).
struct RunSlice {
  std::int64_t first_row;  // ordinal of the whole run's first row
  std::int64_t rows;  // of the whole run; 0: the run is no part of another one
  std::int64_t offset;
  const std::int64_t* facts;  // of RecordFacts; parallel workers get the facts themselves
  int fact_count;
};

// All options of a run. Plain data: may live across longjmp.
struct RunOptions {
  std::int64_t seed;
  std::int64_t reference_time;  // microseconds since 2000-01-01 UTC
  double null_probability;  // 0 … 1
  WriterChoice insertion_strategy;
  int batch_size;  // rows; 0 = by the row's width
  int max_attempts;  // draws of one row before the run gives up
  int memory_limit_mb;  // for the keys of referenced tables
  int max_workers;  // parallel workers at most; kAutomaticWorkers: by the machine and the number of rows
  bool freeze;  // rows are written frozen, as COPY FREEZE does
  bool analyze;  // ANALYZE the target after the run
  bool skip_failed;  // generate_schema() goes on with the next table where one fails
  bool cap_exhausted;  // fewer rows than asked for where a key has no more values
  // Foreign keys (pg_constraint.oid) to leave NULL, which are filled in after the run; not an option of the user's.
  const Oid* open_references;
  int open_reference_count;
  // Foreign keys whose parents a trigger of the target inserts: their columns take values of their own.
  const Oid* trigger_filled;
  int trigger_filled_count;
  const struct RunHooks* hooks;  // nullptr: none
  RunSlice slice;  // not an option of the user's either
};

// Reads the seed (NULL: setting dbmocker.seed) and the options (NULL: none). Ereports 22023 for an unknown key or a bad
// value, with the valid ones in the hint.
RunOptions ParseOptions(const std::int64_t* seed, Jsonb* options);

}  // namespace dbmocker::server

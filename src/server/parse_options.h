// The options of a run: strict, with every key and value checked before anything is done. Each option remembers which
// level it comes from (options_origin.h); a higher one wins.
// Read first: ParseOptions.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

#include "dbmocker/hint.h"
#include "dbmocker/value_cache.h"

namespace dbmocker::server {

// Streaming: in chunks, each in a transaction of its own, by a background job (stream_job.h); inside of it as Auto.
enum class WriterChoice { Auto, Single, Batch, Bulk, ParallelBulk, Streaming };

inline constexpr int kAutomaticWorkers = -1;
inline constexpr int kMaxWorkers = 64;
inline constexpr std::int64_t kProgressRows = 100000;

// A part of a longer run: planned as the whole, of which the rows from `offset` on are made. What the parts have in
// common was fixed when the run began (fix_facts.h).
struct RunSlice {
  std::int64_t first_row;  // ordinal of the whole run's first row
  std::int64_t rows;  // of the whole run; 0: the run is no part of another one
  std::int64_t offset;
  const std::int64_t* facts;  // of RecordFacts; parallel workers get the facts themselves
  int fact_count;
  std::int64_t spares_used;  // by earlier parts: positions of keys that rows drawn again have taken
  bool trusts_keys;  // stored rows are taken to collide with none of the part's: not looked up before, an error if so
};

inline constexpr const char* kDuplicateStrategies[] = {"generate_new", "allow_simple",    "smart_duplicates",
                                                       "cached_pool",  "weighted_random", "fast_data_reuse"};

// Where an option's value comes from; a later one wins.
enum class OptionLevel { Default, Preset, Database, Target, Call };

inline constexpr int kMostOptions = 32;

// All options of a run. Plain data: may live across longjmp.
struct RunOptions {
  std::int64_t seed;
  std::int64_t reference_time;  // microseconds since 2000-01-01 UTC
  double null_probability;  // 0 … 1
  WriterChoice insertion_strategy;
  int batch_size;  // rows; 0 = by the row's width
  int max_attempts;  // draws of one row before the run gives up
  int memory_limit_mb;  // for the keys of referenced tables
  CacheStrategy cache_strategy;  // for those that do not fit, and for pools of values
  int cache_size_mb;
  Hints hints;
  std::int64_t progress_interval;  // rows between two reports of progress; 0: kProgressRows, and once a second
  int max_workers;  // parallel workers at most; kAutomaticWorkers: by the machine and the number of rows
  bool duplicates;  // values are repeated on purpose
  int duplicate_strategy;  // place in kDuplicateStrategies
  double duplicate_probability;
  int pool_sizes[3];  // small, medium, large
  int connection_pool_size;  // jobs that run at a time, if fewer than the setting allows; 0: as many as that
  double pool_shares[2];  // of values from the small and the medium pool, for strategy smart_duplicates
  double reuse_probability;  // of strategy fast_data_reuse
  int sample_size;  // stored rows that are looked at
  int locale;  // see ValueContext
  bool analyze_existing_data;  // stored values make rules for columns that have none
  bool truncate;  // the target is emptied first
  bool is_emptied;  // it has been, as far as it is to be; not an option of the user's
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
  bool catches_errors;  // of the table's expressions: the row is drawn again; not an option of the user's
  bool follows_clock;  // moments of a row lie just before the reference time, as in rows that are being made; likewise
  RunSlice slice;  // not an option of the user's either
  std::int64_t job;  // that the run belongs to; 0: none; likewise
  // Of the process that has read the options only:
  bool has_targets;  // the target's stored options are in: OptionsFor() leaves them as they are
  const char* performance_mode;  // the preset's name; nullptr: none is asked for
  const char* call_rules;  // JSON: rules by column that the call gives; nullptr: none
  OptionLevel levels[kMostOptions];  // by the option's place in the list of options
  const char* values[kMostOptions];  // JSON; nullptr: the default
  const char* hinted_by[kMostOptions];  // the hint that a value at the default level comes from; nullptr: none
};

// Reads the seed (NULL: setting dbmocker.seed) and a call's options (NULL: none) on top of the database's. Ereports
// 22023 for an unknown key or a bad value, with the valid ones in the hint. OptionsFor() adds those of a target.
RunOptions ParseOptions(const std::int64_t* seed, Jsonb* options);

// Sets every option that `given` holds and that no higher level has set. A JSON null in `given` says nothing.
void ApplyOptions(RunOptions* options, Jsonb* given, OptionLevel level);

// What is wrong with an option, as words that follow its name; nullptr if nothing is. `value` is JSON.
const char* FindOptionFault(const char* key, const char* value, OptionLevel level);

// Sets those options that a preset has set back to their defaults.
void ForgetPreset(RunOptions* options);

// The options, by place: key and default as JSON. nullptr behind the last one.
const char* OptionKey(int place);
const char* OptionDefault(int place);

}  // namespace dbmocker::server

// Runs that are made in parts, each in a transaction of its own: what all parts share is decided and stored before the
// first one, so that the rows are the same whatever the parts' sizes and however often one has to be repeated.
// Read first: BeginLongRun.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>
#include <string>
#include <vector>

#include "server/parse_options.h"

namespace dbmocker::server {

struct LongRun {
  std::int64_t first_row = 0;
  std::int64_t rows = 0;  // fewer than asked for where a key has no more values and option on_exhausted is "cap"
  std::string problem;  // why they are fewer; empty if they are not
  std::vector<std::int64_t> facts;  // for RunSlice
  bool has_sequences = false;  // ReserveLongRun must follow, in another transaction
};

// Plans the whole run, refusing what cannot be, and takes its ordinals. Moves no sequence: a crash would lose its
// values. May throw Error, ServerError, std::bad_alloc.
LongRun BeginLongRun(Oid target, std::int64_t rows, const RunOptions& options);

// Moves the sequences past the run's values. May be repeated after a crash, which is why what BeginLongRun returned
// must be committed before. False if other sessions have taken some of the values in between: then begin again.
bool ReserveLongRun(Oid target, const RunSlice& slice);

}  // namespace dbmocker::server

// A sample of a table's stored rows, read with the caller's own privileges and row security.
// Server style: may ereport, plain palloc'd memory.
// Read first: ReadSample.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

namespace dbmocker::server {

struct ColumnSample {
  bool is_readable;  // false: the caller may not read the column, and nothing else is set
  std::int64_t null_count;
  std::int64_t count;  // of values that are not NULL
  char** texts;  // in the type's output syntax; long ones are cut
  const char* minimum;  // by the type's default order; nullptr if it has none, or there is no value
  const char* maximum;
};

struct TableSample {
  std::int64_t row_count;
  ColumnSample* columns;  // one per attribute number asked for
};

// How a query reads about as many rows as wanted.
struct SamplingClause {
  const char* text;  // to follow the table's name; empty: all rows are to be read
  bool is_small;  // the table: all of it may be read
};

SamplingClause FindSampling(Oid relation, std::int64_t rows, std::int64_t seed);

// About `rows` rows: all of a small table; of larger ones rows, of very large ones blocks, picked by the server's
// sampling methods, the same ones each time while the table does not change. The relation must be open or locked; of a
// foreign table the first rows.
TableSample ReadSample(Oid relation, const AttrNumber* columns, int column_count, std::int64_t rows);

}  // namespace dbmocker::server

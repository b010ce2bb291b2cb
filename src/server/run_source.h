// What the single writer's INSERTs read: dbmocker.run_rows() hands out the rows of the run in progress one by one.
// Read first: RunInProgress.
#pragma once

#include "server/postgres_api.h"

#include "server/write_rows.h"

namespace dbmocker::server {

// The run that run_rows() reads from. Nested runs (a trigger that generates rows) stack up.
struct RunInProgress {
  RowProducer* producer;
  Oid row_type;
  bool is_claimed;  // by the run's own INSERT: nobody else gets its rows
  // A rule makes the server evaluate the INSERT's source once for each of its commands: the rows are kept for the
  // second and later times. nullptr without rules.
  Tuplestorestate* kept;
  bool may_read_again;  // a rule may read the given rows several times
  TupleTableSlot** given;  // the rows that the statement at hand takes; nullptr: all of the producer's
  int given_count;
  RunInProgress* outer;
};

// Puts a run on the stack as long as it lives.
class RunScope {
 public:
  explicit RunScope(RunInProgress& run);
  ~RunScope();
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;
};

// INSERT … SELECT from run_rows() into all columns that the plan fills. Server style; palloc'd.
char* InsertStatement(const Table& table, const Plan& plan);

}  // namespace dbmocker::server

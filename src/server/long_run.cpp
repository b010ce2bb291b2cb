// Beginning runs that are made in parts; see long_run.h.
// Read first: BeginLongRun.
#include "server/long_run.h"

#include <algorithm>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/fix_facts.h"
#include "server/gather_facts.h"
#include "server/generate_table.h"
#include "server/read_parents.h"
#include "server/target_state.h"

namespace dbmocker::server {

namespace {

// False if a key allows only run.rows rows, which is to be taken for granted: try again.
bool PlanWhole(const Table& table, bool has_rows, std::int64_t first_row, const RunOptions& options, LongRun& run) {
  TargetFacts facts;
  facts.has_rows = has_rows;
  facts.first_ordinal = static_cast<std::uint64_t>(first_row);
  try {
    const std::unique_ptr<Plan> plan = PlanRows(table, run.rows, options, false, facts);
    run.facts = RecordFacts(table, facts, *plan);
    run.has_sequences = !facts.sequence_starts.empty();
    CallServer([&] { CloseKeyFiles(facts); });
    return true;
  } catch (const CapacityError& error) {
    CallServer([&] { CloseKeyFiles(facts); });
    const auto capacity = static_cast<std::int64_t>(std::min<std::uint64_t>(error.capacity(), PG_INT64_MAX));
    if (!options.cap_exhausted || capacity >= run.rows) throw;
    run.rows = capacity;
    run.problem = error.what();
    return false;
  }
}

}  // namespace

LongRun BeginLongRun(Oid target, std::int64_t rows, const RunOptions& options) {
  struct Start {
    Relation relation;
    bool has_rows;
    std::int64_t first_row;
  };
  const Start start = CallServer([=]() -> Start {
    relation_close(OpenTarget(target, AccessShareLock, TargetUse::Write), AccessShareLock);
    LockTarget(target);
    Relation const relation = OpenTarget(target, AccessShareLock, TargetUse::Write);
    PushActiveSnapshot(GetTransactionSnapshot());  // of now: another run may have been waited for
    const bool has_rows = HasRows(relation);
    return {relation, has_rows, ReserveRows(target, has_rows, rows)};
  });
  LongRun run;
  run.first_row = start.first_row;
  {
    const Table table = DescribeTable(target);
    run.rows = rows;
    while (run.rows > 0 && !PlanWhole(table, start.has_rows, start.first_row, options, run)) continue;
  }
  CallServer([&] {
    PopActiveSnapshot();
    relation_close(start.relation, NoLock);
  });
  return run;
}

bool ReserveLongRun(Oid target, const RunSlice& slice) {
  CallServer([=] { relation_close(OpenTarget(target, AccessShareLock, TargetUse::Write), NoLock); });
  const Table table = DescribeTable(target);
  TargetFacts facts;
  ApplyFacts(table, slice, facts);  // of which only the sequences' part counts
  return ReserveSequences(table, slice.rows, facts);
}

}  // namespace dbmocker::server

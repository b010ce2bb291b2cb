// dbmocker.plan(): the plan's own lines and the choice of the writer, without doing anything.
// Read first: dbmocker_plan.
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/gather_facts.h"
#include "server/generate_table.h"
#include "server/materialize_rows.h"
#include "server/measure_rejection.h"
#include "server/options_origin.h"
#include "server/settle_references.h"
#include "server/target_state.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

// How the rows would be written: the choice of the writer and what follows from it.
void AddWriterLines(const Table& table, const WriterReview& review, std::vector<PlanLine>& lines) {
  const WriterDecision& decision = review.decision;
  const auto add = [&](const char* kind, const std::string& method, const char* detail) {
    lines.push_back({"table", table.qualified_name, kind, method, detail == nullptr ? "" : detail});
  };
  add("writer", NameOf(decision.writer), decision.reason);
  if (decision.writer == Writer::ParallelBulk)
    add("workers", "at most " + std::to_string(review.workers), review.worker_reason);
  if (decision.rebuilds_indexes) add("indexes", "built anew at the end", decision.index_reason);
  if (decision.reference_reason != nullptr)
    add("foreign keys", decision.validates_references ? "validated at the end" : "checked row by row",
        decision.reference_reason);
}

// Options that somebody has set, and on which level.
void AddOptionLines(const RunOptions& options, std::vector<PlanLine>& lines) {
  for (int place = 0;; ++place) {
    const OptionInForce option = CallServer([&] { return FindOption(options, place); });
    if (option.key == nullptr) return;
    if (options.levels[place] != OptionLevel::Default)
      lines.push_back({"option", option.key, option.origin, option.value, ""});
  }
}

WriterReview ReviewTarget(Oid target, const Table& table, const Plan& plan, const RunOptions& options) {
  Relation const relation = CallServer([=] { return table_open(target, NoLock); });
  const auto rows = static_cast<std::int64_t>(plan.rows);
  const WriterReview review =
      ReviewWriter(DecideWriter(relation, table, rows, options), table, plan, options, relation);
  CallServer([=] { table_close(relation, NoLock); });
  return review;
}

std::vector<PlanLine> ExplainTarget(Oid target, std::int64_t rows, const RunOptions& given) {
  struct Look {
    bool has_rows;
    std::int64_t first_row;
  };
  const Look look = CallServer([=]() -> Look {
    Relation const relation = OpenTarget(target, AccessShareLock, TargetUse::Describe);
    const bool has_rows = HasRows(relation);
    table_close(relation, NoLock);
    return {has_rows, NextRow(target, has_rows)};
  });
  const RunOptions options = CallServer([&] { return OptionsFor(given, target); });
  const Table table = DescribeTable(target);
  TargetFacts facts;
  facts.has_rows = look.has_rows;
  facts.first_ordinal = static_cast<std::uint64_t>(look.first_row);
  const std::unique_ptr<Plan> plan = PlanRows(table, rows, options, false, facts);
  MeasureRejection(target, table, *plan, options, plan->lines);
  AddWriterLines(table, ReviewTarget(target, table, *plan, options), plan->lines);
  AddOptionLines(options, plan->lines);
  return plan->lines;
}

void PutLine(const ResultSink& sink, const PlanLine& line) {
  const std::string* const fields[] = {&line.object, &line.name, &line.kind, &line.method, &line.detail};
  Datum values[5];
  bool nulls[5];
  for (int i = 0; i < 5; ++i) {
    nulls[i] = fields[i]->empty();
    values[i] = nulls[i] ? Datum{0} : CStringGetTextDatum(fields[i]->c_str());
  }
  const_cast<ResultSink&>(sink).PutRow(values, nulls);
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker;
using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_plan) {
  const RunOptions options = CallServer([=] {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_GETARG_INT64(1) < 0)
      ereport(ERROR,
              (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("target and rows must be given, rows not negative"),
               errhint("Call it as dbmocker.plan('users', 1000).")));
    return ParseOptions(nullptr, PG_ARGISNULL(2) ? nullptr : PG_GETARG_JSONB_P(2));
  });
  const std::vector<PlanLine> lines = ExplainTarget(PG_GETARG_OID(0), PG_GETARG_INT64(1), options);
  CallServer([&] {
    const ResultSink sink = OpenResultSink(fcinfo);
    for (const PlanLine& line : lines) PutLine(sink, line);
  });
  return Datum{0};
}

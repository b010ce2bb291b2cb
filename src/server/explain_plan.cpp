// dbmocker.plan(): the plan's own lines and the choice of the writer, without doing anything.
// Read first: dbmocker_plan.
#include <algorithm>

#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/gather_facts.h"
#include "server/generate_table.h"
#include "server/materialize_rows.h"
#include "server/measure_rejection.h"
#include "server/options_origin.h"
#include "server/read_parents.h"
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
    if (options.levels[place] != OptionLevel::Default || options.hinted_by[place] != nullptr)
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

// With option on_exhausted "cap", for as many rows as the unique keys allow.
std::unique_ptr<Plan> PlanAsCapped(const Table& table, std::int64_t rows, const RunOptions& options,
                                   TargetFacts& facts) {
  for (;;) {
    try {
      return PlanRows(table, rows, options, false, facts);
    } catch (const CapacityError& error) {
      CallServer([&] { CloseKeyFiles(facts); });
      const auto capacity = static_cast<std::int64_t>(std::min<std::uint64_t>(error.capacity(), PG_INT64_MAX));
      if (!options.cap_exhausted || capacity >= rows || capacity < 1) throw;
      rows = capacity;
    }
  }
}

std::vector<PlanLine> ExplainWith(Oid target, std::int64_t rows, const RunOptions& options) {
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
  const Table table = DescribeTable(target);
  TargetFacts facts;
  facts.has_rows = look.has_rows;
  facts.first_ordinal = static_cast<std::uint64_t>(look.first_row);
  const std::unique_ptr<Plan> plan = PlanAsCapped(table, rows, options, facts);
  MeasureRejection(target, table, *plan, options, plan->lines);
  AddWriterLines(table, ReviewTarget(target, table, *plan, options), plan->lines);
  AddOptionLines(options, plan->lines);
  CallServer([&] { CloseKeyFiles(facts); });
  return plan->lines;
}

// What the plan would say if the hint were not given, where that is something else.
void AddHintLines(Hint hint, const std::vector<PlanLine>& with, const std::vector<PlanLine>& without,
                  std::vector<PlanLine>& lines) {
  bool moves = false;
  const auto is_twin = [](const PlanLine& a, const PlanLine& b) {
    return a.object == b.object && a.name == b.name && (a.kind == b.kind || a.object == "option");
  };
  const auto describe = [](const PlanLine& line) {
    return line.detail.empty() ? line.method : line.method + " (" + line.detail + ")";
  };
  const auto add = [&](const PlanLine& line, const std::string& now, const std::string& before) {
    const bool is_table = line.object == "table";
    const bool is_self = line.object == "option" && line.name == "optimization_hints";
    if (is_self) return;
    moves = true;
    lines.push_back({"hint", NameOf(hint), is_table ? line.kind : line.object + " " + line.name, now,
                     before.empty() ? "" : "instead of " + before});
  };
  for (const PlanLine& line : with) {
    const auto twin = std::ranges::find_if(without, [&](const PlanLine& other) { return is_twin(line, other); });
    if (twin == without.end())
      add(line, describe(line), line.object == "option" ? "the default" : "");
    else if (describe(*twin) != describe(line))
      add(line, describe(line), describe(*twin));
  }
  for (const PlanLine& line : without)
    if (std::ranges::none_of(with, [&](const PlanLine& other) { return is_twin(line, other); }))
      add(line, "none", describe(line));
  if (!moves) lines.push_back({"hint", NameOf(hint), "", "changes nothing", ""});
}

std::vector<PlanLine> ExplainTarget(Oid target, std::int64_t rows, const RunOptions& given) {
  const RunOptions options = CallServer([&] { return OptionsFor(given, target); });
  std::vector<PlanLine> lines = ExplainWith(target, rows, options);
  const std::vector<PlanLine> with = lines;
  for (int place = 0; place < kHintCount; ++place) {
    const auto hint = static_cast<Hint>(place);
    if (!options.hints.Has(hint)) continue;
    const Hints only = {1U << place};
    const RunOptions less = CallServer([&] { return OptionsWithout(given, target, only); });
    AddHintLines(hint, with, ExplainWith(target, rows, less), lines);
  }
  return lines;
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

// dbmocker.plan_schema(): the order in which generate_schema() would fill the tables, where it breaks circles, how much
// room the rows take, and which tables cannot be filled. Nothing is written: each table is planned against the rows
// that the plans of its parents would make.
// Read first: SchemaPlanner::Plan, then PlanTable.
#include <algorithm>
#include <cmath>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/materialize_rows.h"
#include "server/options_origin.h"
#include "server/plan_ahead.h"
#include "server/schema_request.h"
#include "server/try_call.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

// What is planned for one table.
struct TableOutlook {
  Oid target = InvalidOid;
  std::int64_t rows = 0;
  const char* writer = nullptr;
  double heap_bytes = -1;  // estimated; below 0: not known
  std::string circle;  // how the circles that the table is part of are broken
  std::string problem;  // why it cannot be filled; empty if it can
};

class SchemaPlanner {
 public:
  SchemaPlanner(const SchemaPlan& plan, const RunOptions& options) : plan_(plan), options_(options) {
    for (const ReferenceEdge& reference : plan.order.filled_in_later) left_open_.push_back(reference.constraint);
    options_.open_references = left_open_.data();
    options_.open_reference_count = static_cast<int>(left_open_.size());
  }

  std::vector<TableOutlook> Plan() {
    for (const FillStep& step : plan_.order.steps) PlanStep(step, nullptr);
    return std::move(outlooks_);
  }

 private:
  void PlanStep(const FillStep& step, const FillStep* outer) {
    TableOutlook outlook;
    outlook.target = step.table;
    outlook.rows = plan_.rows.at(step.table);
    outlook.circle = DescribeCircle(step, outer);
    TryFault fault;
    if (!TryCall([&] { PlanTable(step, outlook); }, &fault))
      outlook.problem = std::string(fault.error.message) + ". " + fault.error.detail;
    while (outlook.problem.ends_with(' ')) outlook.problem.pop_back();
    outlooks_.push_back(std::move(outlook));
    for (const FillStep& inner : step.inside) PlanStep(inner, &step);
  }

  std::string DescribeCircle(const FillStep& step, const FillStep* outer) const {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
    for (const ReferenceEdge& edge : plan_.order.filled_in_later)
      if (edge.from == step.table) add("\"" + edge.name + "\" is NULL at first and filled in at the end");
    for (const ReferenceEdge& edge : step.ahead) add("\"" + edge.name + "\" refers to rows that are made after it");
    if (outer != nullptr) add("filled before the statement of the table above ends");
    return text;
  }

  void PlanTable(const FillStep& step, TableOutlook& outlook) {
    Table table = DescribeTable(step.table);
    RunOptions options = CallServer([&] { return OptionsFor(options_, step.table); });
    if (!step.inside.empty()) options.insertion_strategy = WriterChoice::Single;
    std::map<std::uint32_t, ParentKeys> parents = plans_.empty() ? decltype(parents)() : KeysOfParents(table);
    if (!step.inside.empty() && outlook.rows > 0) {
      const ParentsAhead ahead = PlanParentsAhead(step, table, plan_.rows, options_, false);
      for (const auto& [constraint, keys] : ahead.keys) parents[constraint] = keys;
      for (const MutualKey& mutual : ahead.mutual) ReferToNewOnly(table, mutual);
    }
    const std::shared_ptr<const dbmocker::Plan> plan = PlanWithinKeys(table, parents, options, outlook.rows);
    plans_[step.table] = plan;
    Relation const relation =
        CallServer([oid = step.table] { return OpenTarget(oid, AccessShareLock, TargetUse::Describe); });
    const WriterDecision decision = DecideWriter(relation, table, outlook.rows, options);
    outlook.writer = NameOf(ReviewWriter(decision, table, *plan, options, relation).decision.writer);
    if (outlook.rows > 0) {
      constexpr double kPageBytes = BLCKSZ - SizeOfPageHeaderData;
      const double bytes = SampleRows(table, *plan, options, relation).bytes_per_row;
      outlook.heap_bytes = std::ceil(static_cast<double>(outlook.rows) * bytes / kPageBytes) * BLCKSZ;
    } else {
      outlook.heap_bytes = 0;
    }
    CallServer([=] { table_close(relation, NoLock); });
  }

  // With option on_exhausted "cap", `rows` becomes what the keys allow.
  std::shared_ptr<const dbmocker::Plan> PlanWithinKeys(const Table& table,
                                                       const std::map<std::uint32_t, ParentKeys>& parents,
                                                       const RunOptions& options, std::int64_t& rows) {
    for (;;) {
      try {
        return PlanWithParents(table, rows, parents, options, false);
      } catch (const CapacityError& error) {
        if (!options.cap_exhausted || error.capacity() >= static_cast<std::uint64_t>(rows)) throw;
        rows = static_cast<std::int64_t>(error.capacity());
      }
    }
  }

  // The rows that are planned for the tables that this one refers to.
  std::map<std::uint32_t, ParentKeys> KeysOfParents(const Table& table) const {
    std::map<std::uint32_t, ParentKeys> parents;
    for (const ForeignKey& key : table.foreign_keys) {
      const auto plan = plans_.find(key.referenced_oid);
      const bool is_open = std::ranges::count(left_open_, key.constraint_oid) > 0;
      if (plan == plans_.end() || plan->second->rows == 0 || is_open || key.referenced_oid == table.oid) continue;
      ParentKeys& keys = parents[key.constraint_oid];
      keys.count = plan->second->rows;
      keys.description = std::to_string(keys.count) + " keys made before";
      for (std::size_t i = 0; i < key.columns.size(); ++i) {
        ValueSetPointer values = MakePlannedKeys(plan->second, key.referenced_columns[i]);
        if (values == nullptr)
          values = MakeUnknownKeys(*table.FindColumn(key.columns[i])->type, keys.count,
                                   {sqlstate::kFeatureNotSupported,
                                    "the keys of " + key.referenced_table + " are not known before its rows are stored",
                                    "", "Fill that table first."});
        keys.columns.push_back(std::move(values));
      }
    }
    return parents;
  }

  const SchemaPlan& plan_;
  RunOptions options_;
  std::vector<Oid> left_open_;
  std::map<std::uint32_t, std::shared_ptr<const dbmocker::Plan>> plans_;
  std::vector<TableOutlook> outlooks_;
};

// Server style.
void PutOutlook(const ResultSink& sink, int place, const TableOutlook& outlook) {
  Datum values[8] = {};
  bool nulls[8] = {};
  values[0] = Int32GetDatum(place);
  values[1] = ObjectIdGetDatum(outlook.target);
  values[2] = Int64GetDatum(outlook.rows);
  nulls[3] = outlook.writer == nullptr;
  if (!nulls[3]) values[3] = CStringGetTextDatum(outlook.writer);
  nulls[4] = outlook.heap_bytes < 0;
  values[4] = Int64GetDatum(static_cast<std::int64_t>(std::max(0.0, outlook.heap_bytes)));
  nulls[5] = outlook.circle.empty();
  if (!nulls[5]) values[5] = CStringGetTextDatum(outlook.circle.c_str());
  values[6] = BoolGetDatum(outlook.problem.empty());
  nulls[7] = outlook.problem.empty();
  if (!nulls[7]) values[7] = CStringGetTextDatum(outlook.problem.c_str());
  const_cast<ResultSink&>(sink).PutRow(values, nulls);
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_plan_schema) {
  const SchemaArguments arguments = CallServer([=] { return ReadSchemaArguments(fcinfo, SchemaCall::Plan); });
  const std::vector<TableOutlook> outlooks = SchemaPlanner(PlanSchema(arguments), arguments.options).Plan();
  CallServer([&] {
    const ResultSink sink = OpenResultSink(fcinfo);
    int place = 0;
    for (const TableOutlook& outlook : outlooks) PutOutlook(sink, ++place, outlook);
  });
  return Datum{0};
}

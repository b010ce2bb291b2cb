// What the plan says of itself: one line for the table, each column and each constraint. Decides nothing.
// Read first: PlanBuilder::ReportColumns.
#include <cmath>

#include "plan_builder.h"

namespace dbmocker {
namespace {

std::string Percent(std::uint64_t null_below) {
  const double share = std::ldexp(static_cast<double>(null_below), -64) * 100;
  const auto tenths = static_cast<int>(std::lround(share * 10));
  if (tenths == 0) return "";
  return std::to_string(tenths / 10) + (tenths % 10 != 0 ? "." + std::to_string(tenths % 10) : "") + " % NULL";
}

std::string Join(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return a + b;
  return a + "; " + b;
}

std::string TypeName(const Type& type) {
  return type.schema == "pg_catalog" ? type.name : type.schema + "." + type.name;
}

}  // namespace

void PlanBuilder::ReportTable() {
  AddLine("table", table_.qualified_name, "rows", std::to_string(rows_),
          "from row " + std::to_string(facts_.first_ordinal) + ", seed " + std::to_string(options_.seed));
}

void PlanBuilder::ReportColumns() {
  for (const auto& [number, state] : columns_) {
    std::string generator = state.generator;
    std::string detail = state.reason;
    if (state.role == ColumnRole::Generated && state.generator.empty()) {
      generator = "server";
      detail = "generated column: " + state.column->default_text;
    } else if (state.role == ColumnRole::ServerDefault) {
      generator = state.column->default_text.empty() ? "NULL" : "default " + state.column->default_text;
    }
    AddLine("column", state.column->name, TypeName(*state.column->type), std::move(generator),
            Join(detail, state.null_lane >= 0 ? Percent(state.null_below) : ""));
  }
}

// True if the CHECK limits a single column that can only be NULL because its CHECKs contradict each other.
bool PlanBuilder::IsContradicted(const Condition& condition) const {
  const ColumnState* state = condition.columns.size() == 1 ? Find(condition.columns.front()) : nullptr;
  return state != nullptr && !state->limits.contradiction.empty();
}

void PlanBuilder::ReportConstraints() {
  for (const Condition& condition : conditions_) {
    const bool is_domain = condition.domain_column != 0;
    const std::string name =
        is_domain ? condition.name + " of " + table_.FindColumn(condition.domain_column)->name : condition.name;
    const bool is_solved = condition.why_not.empty();
    const bool is_infeasible = is_solved && IsContradicted(condition);
    const char* kind = condition.is_of_trigger ? "TRIGGER" : is_domain ? "DOMAIN CHECK" : "CHECK";
    AddLine("constraint", name, kind,
            is_infeasible ? "infeasible"
            : is_solved   ? "solved"
                          : "rejection",
            condition.text + (is_infeasible ? "; no value satisfies it and the others, only NULL" : "") +
                (is_solved && IsTried(condition) ? "; by values that have passed it" : "") +
                (is_solved ? "" : "; " + condition.why_not));
  }
  for (const UniqueKey& key : table_.unique_keys) {
    const auto& [method, detail] = key_methods_[key.name];
    AddLine("constraint", key.name,
            key.is_primary      ? "PRIMARY KEY"
            : key.is_constraint ? "UNIQUE"
                                : "UNIQUE INDEX",
            method, detail);
  }
  for (const ForeignKey& key : table_.foreign_keys) {
    const auto& [method, detail] = reference_methods_[key.name];
    AddLine("constraint", key.name, "FOREIGN KEY", method, detail);
  }
  for (const ExclusionConstraint& exclusion : table_.exclusions) {
    const auto& [method, detail] = key_methods_[exclusion.name];
    const char* kind = exclusion.is_primary ? "PRIMARY KEY" : exclusion.is_unique ? "UNIQUE" : "EXCLUDE";
    AddLine("constraint", exclusion.name, kind, method, detail);
  }
}

}  // namespace dbmocker

// CHECKs on a single column that cannot be read: values that have passed them take the place of an understanding of
// them. Which to try is decided here, whether they pass by the server (TargetFacts::tried).
// Read first: PlanBuilder::FindUnread, then TakeTried.
#include <algorithm>

#include "candidate_values.h"
#include "dbmocker/error.h"
#include "limit_algebra.h"
#include "plan_builder.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kDraws = 300;

std::vector<std::string> DrawSome(const ValueSet& values) {
  std::vector<std::string> draws;
  const std::uint64_t size = values.Size();
  const std::uint64_t count = std::min(kDraws, size);
  for (std::uint64_t i = 0; i < count; ++i) {
    draws.emplace_back();
    values.AppendText(size == count ? i : size / count * i + i % 7, draws.back());
  }
  return draws;
}

}  // namespace

// Nothing else decides the column: no rule, reference, sequence or default of the server's.
bool PlanBuilder::MayTry(AttributeNumber number) const {
  const ColumnState* state = Find(number);
  if (state == nullptr || state->role != ColumnRole::Undecided || RuleOf(*state) != nullptr) return false;
  if (state->column->sequence || state->limits.limits.has_allowed) return false;
  return std::ranges::none_of(table_.foreign_keys,
                              [&](const ForeignKey& key) { return std::ranges::count(key.columns, number) > 0; });
}

std::vector<UnreadChecks> PlanBuilder::FindUnread() {
  CreateColumns();
  ReadRules();
  ReadLimits();
  std::map<AttributeNumber, UnreadChecks> found;
  std::map<AttributeNumber, std::vector<const Expression*>> checks;
  for (const Condition& condition : conditions_) {
    if (condition.is_of_trigger || condition.why_not.empty() || condition.columns.size() != 1 ||
        !MayTry(condition.columns.front()))
      continue;
    UnreadChecks& unread = found[condition.columns.front()];
    unread.column = condition.columns.front();
    if (condition.domain_column == 0) unread.names.push_back(condition.name);
    checks[unread.column].push_back(condition.check);
  }
  std::vector<UnreadChecks> result;
  for (auto& [number, unread] : found) {
    ColumnState& state = *Find(number);
    const ValueSetPointer values = MakeValues(state, false);
    if (values == nullptr) continue;
    unread.draws = DrawSome(*values);
    unread.candidates = MakeCandidates(state.base, checks[number], context_);
    std::erase_if(unread.candidates,
                  [&](const std::string& text) { return !Satisfies(text, state.limits.limits, state.base); });
    result.push_back(std::move(unread));
  }
  return result;
}

void PlanBuilder::TakeTried() {
  for (const auto& [number, texts] : facts_.tried) {
    ColumnLimits allowed;
    allowed.limits.has_allowed = true;
    allowed.limits.allowed = texts;
    MergeColumnLimits(base_.limits[number], allowed, types_.at(number));
  }
}

bool PlanBuilder::IsTried(const Condition& condition) const {
  return condition.columns.size() == 1 && facts_.tried.contains(condition.columns.front());
}

std::vector<UnreadChecks> FindUnreadChecks(const Table& table, const PlanOptions& options, const TargetFacts& facts) {
  const bool has_checks = !table.checks.empty() || std::ranges::any_of(table.columns, [](const Column& column) {
    return !column.type->constraints.empty();
  });
  if (!has_checks) return {};
  try {
    return PlanBuilder(table, 1, options, facts).FindUnread();
  } catch (const Error&) {
    return {};  // the plan says it better
  }
}

}  // namespace dbmocker

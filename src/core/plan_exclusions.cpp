// Exclusion constraints. Two rows conflict only if every operator of the constraint holds between them; so it is enough
// that no two rows agree in those columns that are compared with "=" or "&&": by slots that do not overlap, by distinct
// values, or by distinct combinations of both. Anything else is left to the constraint's own index.
// Read first: PlanBuilder::PlaceExclusion.
#include <algorithm>

#include "plan_builder.h"

namespace dbmocker {
namespace {

constexpr std::string_view kRangeFunctions[] = {"int4range", "int8range", "numrange",
                                                "daterange", "tsrange",   "tstzrange"};

// The column a or, for an open bound, coalesce(a, constant); zero if the expression is something else.
AttributeNumber ColumnOfBound(const Expression& expression) {
  if (expression.kind == Expression::Kind::Coalesce && expression.arguments.size() == 2 &&
      expression.arguments[1].columns.empty())
    return ColumnOfBound(expression.arguments[0]);
  return expression.kind == Expression::Kind::Column ? expression.column : 0;
}

// The columns a and b of tsrange(a, b) or tsrange(a, b, '…'); zeros if the expression is something else.
std::pair<AttributeNumber, AttributeNumber> ColumnsOfRange(const Expression& expression) {
  const auto& arguments = expression.arguments;
  const bool is_range = expression.kind == Expression::Kind::Function &&
                        std::ranges::count(kRangeFunctions, expression.name) > 0 &&
                        (arguments.size() == 2 || arguments.size() == 3);
  if (!is_range) return {};
  return {ColumnOfBound(arguments[0]), ColumnOfBound(arguments[1])};
}

}  // namespace

void PlanBuilder::PlaceExclusions() {
  for (const ExclusionConstraint& exclusion : table_.exclusions) {
    if (!PlaceExclusion(exclusion)) {
      plan_->checked_keys.push_back(exclusion.name);
      key_methods_[exclusion.name] = {"probing", "conflicts are looked up in the index and drawn again"};
    } else if (facts_.has_rows) {
      plan_->probed_keys.push_back(exclusion.name);
    }
  }
}

bool PlanBuilder::PlaceExclusion(const ExclusionConstraint& exclusion) {
  UniqueKey distinct;  // what no two rows may agree in
  distinct.name = exclusion.name;
  std::size_t next_expression = 0;
  const std::uint64_t needed = facts_.first_ordinal + rows_;
  for (std::size_t place = 0; place < exclusion.columns.size(); ++place) {
    const AttributeNumber number = exclusion.columns[place];
    const bool overlaps = exclusion.operators[place] == "&&";
    if (number == 0) {
      if (next_expression == exclusion.expressions.size()) return false;
      const Expression& expression = exclusion.expressions[next_expression++];
      if (overlaps && PlaceSlotColumns(exclusion.name, ColumnsOfRange(expression), needed)) return true;
      continue;
    }
    ColumnState* state = Find(number);
    if (state == nullptr) continue;
    if (overlaps && state->role == ColumnRole::Generated && state->column->default_expression &&
        PlaceSlotColumns(exclusion.name, ColumnsOfRange(*state->column->default_expression), needed))
      return true;
    if (overlaps) {
      if (state->role == ColumnRole::KeyPart && state->disjoint != nullptr && state->values == state->disjoint) {
        key_methods_[exclusion.name] = {"construction",
                                        "carried by disjoint values of \"" + state->column->name + "\""};
        return true;
      }
      if (PlaceSlots(exclusion.name, *state, needed)) return true;
      if (state->disjoint == nullptr && !IsPeriodOfParent(*state, exclusion)) continue;
    } else if (exclusion.operators[place] != "=") {
      continue;
    }
    distinct.columns.push_back(number);
  }
  if (distinct.columns.empty()) return false;
  // Not the constraint itself, which other values might hold for more rows: too many rows are no reason to refuse.
  if (distinct.columns.size() < exclusion.columns.size() || std::ranges::count(exclusion.operators, "&&") > 0)
    distinct.predicate.emplace();
  return PlaceDistinct(distinct);
}

// True if the column is the period of parents whose other columns the constraint compares as well: periods of the same
// parent key do not overlap, so distinct parents are enough.
bool PlanBuilder::IsPeriodOfParent(const ColumnState& state, const ExclusionConstraint& exclusion) const {
  if (state.role != ColumnRole::Reference || state.values == nullptr) return false;
  const ForeignKey& key = table_.foreign_keys[state.foreign_key];
  return key.has_period && key.columns.back() == state.column->number && key.referenced_oid != table_.oid &&
         std::ranges::all_of(key.columns, [&](AttributeNumber number) {
           return std::ranges::count(exclusion.columns, number) > 0 && Find(number)->foreign_key == state.foreign_key;
         });
}

// A column whose values do not overlap.
bool PlanBuilder::PlaceSlots(const std::string& constraint, ColumnState& state, std::uint64_t needed) {
  if (state.role != ColumnRole::Undecided || RuleOf(state) != nullptr || state.limits.always_null) return false;
  ValueLimits others = state.limits.limits;
  const ValueLimits within = others.elements != nullptr ? *others.elements : ValueLimits();
  others.elements = nullptr;
  if (!others.IsUnlimited()) return false;
  auto made = MakeDisjointSet(*state.base.type, needed, within, context_);
  if (!made) return false;
  state.disjoint = made->values;
  const std::uint64_t size = made->values->Size();
  if (size < needed) return false;
  state.lane = AddSource(MakePermutedSource(KeyFor(state.column->name), std::min(made->usual, size), size));
  state.role = ColumnRole::KeyPart;
  state.values = state.disjoint;
  state.generator = state.values->Describe();
  state.reason = "exclusion constraint \"" + constraint + "\"";
  NoteUnique({state.column->number}, size);
  key_methods_[constraint] = {"construction", "disjoint values of \"" + state.column->name + "\""};
  return true;
}

// Two columns that are the bounds of a range.
bool PlanBuilder::PlaceSlotColumns(const std::string& constraint, std::pair<AttributeNumber, AttributeNumber> columns,
                                   std::uint64_t needed) {
  ColumnState* const states[] = {Find(columns.first), Find(columns.second)};
  if (columns.first == columns.second || states[0] == nullptr || states[1] == nullptr) return false;
  for (const ColumnState* state : states) {
    if (state->role != ColumnRole::Undecided || RuleOf(*state) != nullptr || state->limits.always_null ||
        state->base.type->oid != states[0]->base.type->oid ||
        state->base.type_modifier != states[0]->base.type_modifier)
      return false;
  }
  const ValueLimits within = Intersect(states[0]->limits.limits, states[1]->limits.limits, states[0]->base);
  auto slots = MakeSlots(*states[0]->base.type, states[0]->base.type_modifier, needed, within, context_);
  if (!slots || !slots->leaves_gaps || slots->lowers->Size() < needed) return false;
  const std::uint64_t size = slots->lowers->Size();
  const LaneNumber lane =
      AddSource(MakePermutedSource(KeyFor(states[0]->column->name), std::min(slots->usual, size), size));
  for (ColumnState* state : states) {
    state->lane = lane;
    state->role = ColumnRole::KeyPart;
    state->values = state == states[0] ? slots->lowers : slots->uppers;
    state->generator = state->values->Describe();
    state->reason = "exclusion constraint \"" + constraint + "\"";
    state->limits.not_null = true;  // a range without a bound overlaps others
    NoteUnique({state->column->number}, size);
  }
  if (slots->longest > 0) slot_columns_.push_back({columns.first, columns.second, slots->shortest, slots->longest});
  key_methods_[constraint] = {"construction", "ranges from \"" + states[0]->column->name + "\" to \"" +
                                                  states[1]->column->name + "\" do not overlap"};
  return true;
}

// Distinct values or combinations of the columns, as for a unique key.
bool PlanBuilder::PlaceDistinct(const UniqueKey& key) {
  const std::size_t probed = plan_->probed_keys.size();
  const std::size_t checked = plan_->checked_keys.size();
  PlaceKey(key);
  const bool is_placed = plan_->checked_keys.size() == checked;
  plan_->probed_keys.resize(probed);
  plan_->checked_keys.resize(checked);
  return is_placed;
}

}  // namespace dbmocker

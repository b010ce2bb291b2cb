// Columns that are a function of another column, by a rule's key depends_on: placed last, when it is known from which
// lane and values the other column is made.
// Read first: PlanBuilder::PlaceDependents.
#include <algorithm>

#include "dbmocker/error.h"
#include "dependent_sources.h"
#include "derived_value_set.h"
#include "limit_algebra.h"
#include "plan_builder.h"

namespace dbmocker {
namespace {

Determinant ReadDeterminant(const ColumnState& state) {
  ValueSetPointer values = state.role == ColumnRole::AlwaysNull ? nullptr : state.values;
  return {state.lane, std::move(values), state.null_lane, state.null_below};
}

}  // namespace

const ColumnState& PlanBuilder::DeterminantOf(const ColumnState& state) const {
  const std::string& name = *RuleOf(state)->depends_on;
  const auto column = std::ranges::find(table_.columns, name, &Column::name);
  std::string columns;
  for (const Column& one : table_.columns)
    if (one.number != state.column->number) columns += (columns.empty() ? "" : ", ") + one.name;
  if (column == table_.columns.end() || column->number == state.column->number)
    RefuseRule(state, "depends_on names \"" + name + "\", which is no other column of the table",
               "Those are: " + columns + ".");
  return *Find(column->number);
}

// What can be said against a rule before any column is placed.
void PlanBuilder::RefuseDependent(const ColumnState& state) const {
  const ColumnState& determinant = DeterminantOf(state);
  if (determinant.role == ColumnRole::Generated || determinant.role == ColumnRole::ServerDefault)
    RefuseRule(state, "it depends on column \"" + determinant.column->name + "\", whose values the server makes");
  std::set<AttributeNumber> seen;
  for (const ColumnState* next = &state; seen.insert(next->column->number).second;) {
    const ColumnRule* rule = RuleOf(*next);
    if (rule == nullptr || !rule->depends_on) return;
    next = &DeterminantOf(*next);
  }
  RefuseRule(state, "columns depend on each other in a circle");
}

void PlanBuilder::PlaceDependents() {
  std::set<AttributeNumber> open;
  for (const auto& [number, rule] : rules_)
    if (rule.depends_on && Find(number)->role != ColumnRole::ServerDefault) open.insert(number);
  while (!open.empty()) {
    const auto next = std::ranges::find_if(
        open, [&](AttributeNumber number) { return !open.contains(DeterminantOf(*Find(number)).column->number); });
    if (next == open.end()) RefuseDependent(*Find(*open.begin()));
    PlaceDependent(*Find(*next));
    open.erase(next);
  }
}

void PlanBuilder::PlaceDependent(ColumnState& state) {
  RefuseDependent(state);
  const AttributeNumber number = state.column->number;
  if (state.role == ColumnRole::AlwaysNull) return;  // VerifyRules says why
  if (state.role != ColumnRole::Free)
    RefuseRule(state, "its values are decided by a key, so that they cannot follow another column");
  for (const CheckGroup& group : groups_)
    if (group.columns.contains(number) && !group.checks.empty())
      RefuseRule(state, "constraint \"" + conditions_[static_cast<std::size_t>(*group.checks.begin())].name +
                            "\" binds it to other columns");
  ColumnState& determinant = *Find(DeterminantOf(state).column->number);
  if (determinant.role == ColumnRole::Reference && determinant.values != nullptr) {
    ValueSetPointer decoded = MakeDecodedValueSet(determinant.values, *determinant.base.type);
    if (decoded == nullptr) RefuseRule(state, "the keys in column \"" + determinant.column->name + "\" cannot be read");
    determinant.values = std::move(decoded);
  }
  RuleOf(state)->dependent_values.empty() ? DrawDependent(state, determinant) : ChooseByValue(state, determinant);
  state.generator += ", by " + determinant.column->name;
}

void PlanBuilder::DrawDependent(ColumnState& state, const ColumnState& determinant) {
  const bool is_shared = state.lane == determinant.lane && determinant.values != nullptr;
  state.lane = AddSource(MakeDependentSource(KeyFor(state.column->name), ReadDeterminant(determinant), state.lane,
                                             is_shared ? determinant.values->Size() : 0));
  if (state.rule_lane >= 0) state.rule_lane = state.lane;
  if (state.null_lane >= 0)
    state.null_lane =
        AddSource(MakeDependentNullSource(KeyFor(state.column->name + " IS NULL"), ReadDeterminant(determinant)));
}

// The lists of the rule: one of the values that go with the other column's value.
void PlanBuilder::ChooseByValue(ColumnState& state, const ColumnState& determinant) {
  constexpr std::uint64_t kMostValues = 10'000;
  std::map<std::string, std::uint64_t> places;
  for (std::uint64_t index = 0; index < state.values->Size(); ++index) {
    std::string text;
    state.values->AppendText(index, text);
    places.emplace(std::move(text), index);
  }
  const auto place_of = [&](const std::string& text) {
    if (const auto found = places.find(text); found != places.end()) return found->second;
    for (const auto& [known, index] : places)
      if (CompareValues(known, text, state.base) == 0) return index;
    RefuseRule(state, "the constraints forbid the value \"" + text + "\"");
  };
  ValueChoices choices;
  for (const DependentValues& one : RuleOf(state)->dependent_values) {
    std::vector<std::uint64_t> list;
    for (const std::string& text : one.values) list.push_back(place_of(text));
    if (one.when == "*") {
      choices.others = std::move(list);
      continue;
    }
    ValueLimits only;
    only.has_allowed = true;
    only.allowed = {one.when};
    try {  // as the other column's values are written
      std::string text;
      MakeTypeValueSet(*determinant.base.type, determinant.base.type_modifier, only, false, context_)
          ->AppendText(0, text);
      choices.listed.emplace(std::move(text), list);
    } catch (const Error&) {
      RefuseRule(state, "\"" + one.when + "\" is no value of column \"" + determinant.column->name + "\"");
    }
    choices.listed.emplace(one.when, std::move(list));
  }
  bool is_open = choices.others.empty();
  if (is_open && determinant.values != nullptr && determinant.values->Size() <= kMostValues &&
      determinant.null_lane < 0) {
    is_open = false;
    for (std::uint64_t index = 0; index < determinant.values->Size() && !is_open; ++index) {
      std::string text;
      determinant.values->AppendText(index, text);
      is_open = !choices.listed.contains(text);
    }
  }
  const bool may_be_null = !state.column->not_null && !state.limits.not_null && !state.column->type->not_null;
  if (is_open && !may_be_null)
    RefuseRule(state,
               "it must not be NULL, and possible_values does not say what goes with every value of column \"" +
                   determinant.column->name + "\"",
               "Key \"*\" stands for the values that are not listed, NULL among them.");
  const StreamKey key = KeyFor(state.column->name);
  if (is_open || state.null_lane >= 0) {
    state.null_lane =
        AddSource(MakeChosenNullSource(KeyFor(state.column->name + " IS NULL"), ReadDeterminant(determinant), choices));
    state.null_below = std::max<std::uint64_t>(state.null_below, is_open ? 1 : 0);
  }
  state.lane = AddSource(MakeChosenSource(key, ReadDeterminant(determinant), std::move(choices)));
}

}  // namespace dbmocker

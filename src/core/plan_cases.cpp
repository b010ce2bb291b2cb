// Groups of columns that CHECK constraints bind together: each row draws one of the group's cases, and every column of
// the group takes its value, or NULL, as the case asks. Columns that keys, references or sequences decided before
// decide which cases are left. Relations between columns come last: one column of each gives way.
// Read first: PlanBuilder::PlaceGroup.
#include <algorithm>

#include "case_algebra.h"
#include "derived_value_set.h"
#include "limit_algebra.h"
#include "plan_builder.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kMostJudged = 65'536;
constexpr std::uint64_t kMostPerCase = std::uint64_t{1} << 52;  // indexes, so that all cases have room
constexpr std::uint64_t kMostJoined = ~std::uint64_t{0};

const ColumnLimits& LimitsIn(const CheckCase& one, AttributeNumber column) {
  static const ColumnLimits no_limits;
  const auto found = one.limits.find(column);
  return found == one.limits.end() ? no_limits : found->second;
}

bool HasValueLimits(const CheckGroup& group, AttributeNumber number) {
  return std::ranges::any_of(group.cases,
                             [&](const CheckCase& one) { return !LimitsIn(one, number).limits.IsUnlimited(); });
}

// The relation `interval` of one column.
std::vector<Relation> RelationsOf(const ValueInterval& interval, AttributeNumber column, const TypeOfColumn& type) {
  std::vector<Relation> relations;
  for (const bool upper : {false, true}) {
    const auto& end = upper ? interval.upper : interval.lower;
    const auto position = end ? PositionOfText(*end, type) : std::nullopt;
    if (!position) continue;
    const bool exact = TextOfPosition(*position, type) == *end;
    const bool inclusive = upper ? interval.upper_inclusive || !exact : interval.lower_inclusive && exact;
    Relation relation;
    relation.comparison = inclusive ? Relation::Comparison::LessOrEqual : Relation::Comparison::Less;
    relation.terms = {{upper ? 1 : -1, {column}}, {upper ? -*position : *position, {}}};
    if (*position == 0) relation.terms.pop_back();
    relation.columns = {column};
    relations.push_back(std::move(relation));
  }
  return relations;
}

}  // namespace

void PlanBuilder::PlaceCases() {
  for (CheckGroup& group : groups_) PlaceGroup(group);
}

// True if the case may decide the column's value. A rule that says how often each value comes, or which generator makes
// them, decides the case instead.
bool PlanBuilder::FollowsCase(const ColumnState& state) const {
  return state.role == ColumnRole::Free && !IsDrawnByRule(state);
}

void PlanBuilder::PlaceGroup(CheckGroup& group) {
  PruneCases(group);
  std::vector<CaseDriver> drivers;
  std::string columns;
  for (const AttributeNumber number : group.columns) {
    columns += " " + table_.FindColumn(number)->name;
    if (auto driver = group.cases.size() > 1 ? MakeDriver(group, number) : std::nullopt)
      drivers.push_back(std::move(*driver));
  }
  group.case_lane = AddSource(MakeCaseSource(KeyFor("CHECK" + columns), group.cases.size(), std::move(drivers)));
  for (const AttributeNumber number : group.columns) {
    PlaceCaseValues(group, number);
    PlaceCaseNulls(group, number);
  }
  PlaceRelations(group);
}

// Cases that ask for what a column cannot be: not NULL where it is always NULL, another value than its default.
void PlanBuilder::PruneCases(CheckGroup& group) {
  const CheckCases before = group.cases;
  std::erase_if(group.cases, [&](const CheckCase& one) {
    return std::ranges::any_of(one.limits, [&](const auto& entry) {
      const ColumnState* state = Find(entry.first);
      if (state == nullptr) return false;
      if (state->role == ColumnRole::AlwaysNull) return entry.second.not_null;
      if (state->role != ColumnRole::ServerDefault || state->column->sequence) return false;
      if (state->column->default_text.empty()) return entry.second.not_null;
      const auto& value = state->column->default_expression;
      if (!value || value->kind != Expression::Kind::Constant || !value->value) return false;
      return entry.second.always_null || !Satisfies(*value->value, entry.second.limits, state->base);
    });
  });
  if (!group.cases.empty()) return;
  group.cases = before;
  for (const int check : group.checks) {
    std::string& why_not = conditions_[static_cast<std::size_t>(check)].why_not;
    if (why_not.empty()) why_not = "a column of it is always NULL";
  }
}

// nullopt if the column leaves all cases open, or follows the case itself.
std::optional<CaseDriver> PlanBuilder::MakeDriver(const CheckGroup& group, AttributeNumber number) {
  const ColumnState* state = Find(number);
  if (state == nullptr || FollowsCase(*state) || state->values == nullptr || state->lane < 0) return std::nullopt;
  CaseDriver driver;
  driver.lane = state->lane;
  const bool is_reference = state->role == ColumnRole::Reference;
  const bool null_is_fixed = !state->null_is_usual && (!is_reference || key_references_.contains(state->foreign_key));
  const bool may_be_null =
      !state->column->not_null && !state->limits.not_null && !state->is_referred_to && state->column->identity == '\0';
  if (state->null_lane >= 0 && null_is_fixed) {
    driver.null_lane = state->null_lane;
    driver.null_below = state->null_below;
  }
  const bool follows_null = may_be_null && !(state->null_lane >= 0 && null_is_fixed);
  for (std::size_t i = 0; i < group.cases.size(); ++i) driver.with_null[i] = !LimitsIn(group.cases[i], number).not_null;
  const CheckCases cases = group.cases;
  const TypeOfColumn type = state->base;
  const auto judge = [cases, type, number, follows_null, values = state->values](std::uint64_t index) {
    CaseSet set;
    std::string text;
    values->AppendText(index, text);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const ColumnLimits& limits = LimitsIn(cases[i], number);
      set[i] = limits.always_null ? follows_null : Satisfies(text, limits.limits, type);
    }
    return set;
  };
  if (!HasValueLimits(group, number) || textless_.contains(number)) {
    CaseSet open;
    for (std::size_t i = 0; i < cases.size(); ++i) open[i] = !LimitsIn(cases[i], number).always_null || follows_null;
    driver.judge = [open](std::uint64_t) { return open; };
  } else if (state->values->Size() <= kMostJudged) {
    for (std::uint64_t index = 0; index < state->values->Size(); ++index) driver.by_index.push_back(judge(index));
  } else {
    driver.judge = judge;
  }
  return driver;
}

// Where cases ask for different values, the column's set is joined of one per case.
void PlanBuilder::PlaceCaseValues(CheckGroup& group, AttributeNumber number) {
  ColumnState& state = *Find(number);
  if (!FollowsCase(state) || state.values == nullptr) return;
  std::vector<ValueLimits> variants;
  std::vector<std::size_t> variant_of(group.cases.size(), 0);
  bool differs = false;
  for (std::size_t i = 0; i < group.cases.size(); ++i) {
    const ColumnLimits& limits = LimitsIn(group.cases[i], number);
    if (limits.always_null || SameLimits(limits.limits, state.limits.limits)) continue;
    const auto same =
        std::ranges::find_if(variants, [&](const ValueLimits& one) { return SameLimits(one, limits.limits); });
    variant_of[i] = static_cast<std::size_t>(same - variants.begin()) + 1;
    if (same == variants.end()) variants.push_back(limits.limits);
    differs = true;
  }
  if (!differs) return;
  std::vector<JoinedPart> sets{{state.values, state.values->Size()}};
  std::vector<CaseChoice> of_variant{{}};
  std::uint64_t start = state.values->Size();
  for (const ValueLimits& limits : variants) {
    ColumnState one = state;
    one.lane = 0;  // no lane of its own is wanted
    one.limits.limits = limits;
    ValueSetPointer values = MakeValues(one, false);
    if (values == nullptr) values = state.values;
    const std::uint64_t size = std::min(values->Size(), kMostPerCase);
    of_variant.push_back({start, size});
    start += size;
    sets.push_back({std::move(values), size});
  }
  std::vector<CaseChoice> choices;
  for (const std::size_t variant : variant_of) choices.push_back(of_variant[variant]);
  case_parts_[number] = {choices, state.values->Size()};
  state.lane = AddSource(
      MakeCaseChoiceSource(KeyFor(state.column->name + " by case"), group.case_lane, state.lane, std::move(choices)));
  state.values = MakeJoinedValueSet(std::move(sets));
  state.generator = state.values->Describe();
  state.reason = "CHECK constraints, by case";
}

void PlanBuilder::PlaceCaseNulls(CheckGroup& group, AttributeNumber number) {
  ColumnState& state = *Find(number);
  const bool is_reference = state.role == ColumnRole::Reference;
  if (state.values == nullptr || state.column->identity != '\0') return;
  if (!is_reference && state.role != ColumnRole::Free && state.role != ColumnRole::KeyPart &&
      state.role != ColumnRole::Sequential)
    return;
  if (state.column->not_null || state.limits.not_null || state.is_referred_to) return;
  const bool null_is_fixed = !state.null_is_usual && (!is_reference || key_references_.contains(state.foreign_key));
  if (null_is_fixed && state.role != ColumnRole::Free && state.null_lane >= 0) return;
  std::vector<CaseNull> by_case;
  for (const CheckCase& one : group.cases) {
    const ColumnLimits& limits = LimitsIn(one, number);
    by_case.push_back(limits.always_null ? CaseNull::Always : limits.not_null ? CaseNull::Never : CaseNull::Free);
  }
  if (std::ranges::all_of(by_case, [](CaseNull null) { return null == CaseNull::Free; })) return;
  state.null_lane = AddSource(MakeCaseNullSource(group.case_lane, state.null_lane, std::move(by_case)));
  state.null_below = std::max<std::uint64_t>(state.null_below, 1);
}

// True if another value of the column may be taken without breaking a key.
bool PlanBuilder::MayMove(const ColumnState& state) const {
  if (state.values == nullptr || state.lane < 0 || textless_.contains(state.column->number)) return false;
  if (HasSteps(state.column->number)) return false;
  if (IsDrawnByRule(state)) return false;
  if (state.role == ColumnRole::Free) return true;
  if (state.role != ColumnRole::Reference || key_references_.contains(state.foreign_key)) return false;
  const ForeignKey& key = table_.foreign_keys[state.foreign_key];
  const auto shared = std::ranges::count_if(table_.foreign_keys, [&](const ForeignKey& other) {
    return std::ranges::count(other.columns, key.columns.front()) > 0;
  });
  const bool in_key = std::ranges::any_of(table_.unique_keys, [&](const UniqueKey& unique) {
    return std::ranges::count(unique.columns, key.columns.front()) > 0;
  });
  return key.columns.size() == 1 && shared == 1 && !in_key && key.referenced_oid != table_.oid;
}

namespace {

// True if an equation counts the column several times, so that most places of the others leave it none.
bool IsMultiple(const Relation& relation, AttributeNumber number) {
  if (relation.kind != Relation::Kind::Order || relation.comparison != Relation::Comparison::Equal) return false;
  Int128 own = 0;
  Int128 least = 0;
  for (const Relation::Term& term : relation.terms) {
    if (term.columns.size() != 1) continue;
    const Int128 size = term.coefficient < 0 ? -term.coefficient : term.coefficient;
    if (term.columns.front() == number) own = size;
    if (least == 0 || size < least) least = size;
  }
  return own > least;
}

}  // namespace

// The column of a relation that gives way; 0 if none may. The last one does first, but an equation is solved for a
// column that is not a factor. `depends` says which columns must be known before which.
AttributeNumber PlanBuilder::ChooseTarget(const Relation& relation, const Dependencies& depends) const {
  std::vector<AttributeNumber> candidates = relation.columns;
  const auto rank = [&](AttributeNumber number) {
    const ColumnState* state = Find(number);
    const bool is_factor = std::ranges::any_of(relation.terms, [&](const Relation::Term& term) {
      return term.columns.size() > 1 && std::ranges::count(term.columns, number) > 0;
    });
    const bool has_rule = state != nullptr && RuleOf(*state) != nullptr;
    return std::tuple(is_factor || IsMultiple(relation, number), state == nullptr || state->role != ColumnRole::Free,
                      has_rule, -number);
  };
  std::ranges::sort(candidates, {}, rank);
  const auto reaches = [&](AttributeNumber from, AttributeNumber to, const auto& self) -> bool {
    if (from == to) return true;
    const auto next = depends.find(from);
    return next != depends.end() &&
           std::ranges::any_of(next->second, [&](AttributeNumber one) { return self(one, to, self); });
  };
  const auto is_known = [&](AttributeNumber other, AttributeNumber target) {
    const ColumnState* state = Find(other);
    return state != nullptr && state->role != ColumnRole::Generated && state->role != ColumnRole::ServerDefault &&
           !textless_.contains(other) && !reaches(other, target, reaches);
  };
  for (const AttributeNumber number : candidates) {
    const ColumnState* state = Find(number);
    if (state != nullptr && MayMove(*state) && std::ranges::all_of(relation.columns, [&](AttributeNumber other) {
          return other == number || is_known(other, number);
        }))
      return number;
  }
  return 0;
}

// A reference to the table's own rows is to an earlier one, so it differs from the row's own key.
bool PlanBuilder::IsKeptByReference(const CheckGroup& group, const Relation& relation) const {
  const bool differ = relation.kind == Relation::Kind::DifferentText ||
                      (relation.kind == Relation::Kind::Order && relation.terms.size() == 2 &&
                       relation.comparison == Relation::Comparison::Different &&
                       relation.terms[0].coefficient == -relation.terms[1].coefficient);
  if (!differ || relation.columns.size() != 2) return false;
  return std::ranges::any_of(table_.foreign_keys, [&](const ForeignKey& key) {
    if (key.referenced_oid != table_.oid || key.columns.size() != 1) return false;
    const ColumnState* state = Find(key.columns.front());
    // The first row has nothing to refer to.
    const bool may_be_null =
        state != nullptr && !state->column->not_null && std::ranges::none_of(group.cases, [&](const CheckCase& one) {
          return LimitsIn(one, key.columns.front()).not_null;
        });
    std::vector<AttributeNumber> pair{key.columns.front(), key.referenced_columns.front()};
    std::ranges::sort(pair);
    return may_be_null && pair == relation.columns;
  });
}

// Bounds of ranges that do not overlap, at a distance that the relation allows.
bool PlanBuilder::IsKeptBySlots(const Relation& relation) const {
  const bool is_order =
      relation.kind == Relation::Kind::Order &&
      (relation.comparison == Relation::Comparison::Less || relation.comparison == Relation::Comparison::LessOrEqual);
  if (!is_order || relation.columns.size() != 2) return false;
  return std::ranges::any_of(slot_columns_, [&](const SlotColumns& slots) {
    Int128 lower = 0, upper = 0, constant = 0;
    for (const Relation::Term& term : relation.terms) {
      if (term.columns.size() > 1) return false;
      Int128& sum = term.columns.empty() ? constant : term.columns.front() == slots.lower ? lower : upper;
      if (&sum == &upper && term.columns.front() != slots.upper) return false;
      sum += term.coefficient;
    }
    if (lower != -upper) return false;
    const Int128 most = std::max(upper * slots.shortest, upper * slots.longest) + constant;
    return relation.comparison == Relation::Comparison::Less ? most < 0 : most <= 0;
  });
}

bool PlanBuilder::SaysRelation(std::size_t place, const Relation& relation) const {
  const CheckCases cases = ReadCondition(place);
  return std::ranges::any_of(
      cases, [&](const CheckCase& one) { return std::ranges::find(one.relations, relation) != one.relations.end(); });
}

// No column may give way: the CHECKs that the relation is from are left to the server.
void PlanBuilder::LeaveRelation(const CheckGroup& group, const Relation& relation) {
  if (IsKeptByReference(group, relation) || IsKeptBySlots(relation)) return;
  std::vector<Condition*> sources;  // those that say it; if none does, all that might
  for (const bool says_it : {true, false}) {
    for (const int check : group.checks) {
      const auto place = static_cast<std::size_t>(check);
      Condition& condition = conditions_[place];
      const bool holds_all = std::ranges::all_of(
          relation.columns, [&](AttributeNumber number) { return std::ranges::count(condition.columns, number) > 0; });
      if (holds_all && (!says_it || SaysRelation(place, relation))) sources.push_back(&condition);
    }
    if (!sources.empty()) break;
  }
  for (Condition* condition : sources)
    if (condition->why_not.empty()) condition->why_not = "its columns are decided by keys or defaults";
}

void PlanBuilder::PlaceRelations(CheckGroup& group) {
  std::vector<RelatedRule> rules;
  for (std::size_t i = 0; i < group.cases.size(); ++i)
    for (const Relation& relation : group.cases[i].relations) {
      auto known = std::ranges::find(rules, relation, &RelatedRule::relation);
      if (known == rules.end()) known = rules.insert(rules.end(), {relation, {}});
      known->cases.set(i);
    }
  Dependencies depends;
  std::map<AttributeNumber, std::vector<RelatedRule>> by_target;
  for (const RelatedRule& rule : rules) {
    const AttributeNumber target = ChooseTarget(rule.relation, depends);
    if (target == 0) {
      LeaveRelation(group, rule.relation);
      continue;
    }
    for (const AttributeNumber other : rule.relation.columns)
      if (other != target) depends[target].insert(other);
    by_target[target].push_back(rule);
  }
  std::set<AttributeNumber> done;
  const auto place = [&](AttributeNumber target, const auto& self) -> void {
    if (!done.insert(target).second) return;
    for (const AttributeNumber other : depends[target])
      if (by_target.contains(other)) self(other, self);
    RelateColumn(group, target, by_target[target]);
  };
  for (const auto& entry : by_target) place(entry.first, place);
}

RelatedColumn PlanBuilder::DescribeRelated(AttributeNumber number) const {
  const ColumnState& state = *Find(number);
  return {number,       state.base,      state.values == nullptr ? -1 : state.lane,
          state.values, state.null_lane, state.null_below};
}

// The target's own limits, by case, as relations of it alone.
void PlanBuilder::KeepWithinCases(const CheckGroup& group, AttributeNumber number, RelatedTarget& target) const {
  const TypeOfColumn type = Find(number)->base;
  for (std::size_t i = 0; i < group.cases.size(); ++i) {
    const ValueLimits& limits = LimitsIn(group.cases[i], number).limits;
    if (limits.has_allowed || limits.intervals.size() > 1) target.fixed_values.set(i);
    CaseSet only;
    only.set(i);
    if (limits.intervals.size() == 1)
      for (Relation& relation : RelationsOf(limits.intervals.front(), number, type))
        target.rules.push_back({std::move(relation), only});
    for (const std::string& excluded : limits.excluded)
      if (const auto position = PositionOfText(excluded, type))
        target.rules.push_back(
            {{Relation::Kind::Order, Relation::Comparison::Different, {{1, {number}}, {-*position, {}}}, {number}},
             only});
  }
}

void PlanBuilder::RelateColumn(CheckGroup& group, AttributeNumber number, const std::vector<RelatedRule>& rules) {
  ColumnState& state = *Find(number);
  const bool is_free = state.role == ColumnRole::Free;
  RelatedTarget target;
  target.column = DescribeRelated(number);
  target.rules = rules;
  target.own_size = target.base_size = state.values->Size();
  if (const auto parts = case_parts_.find(number); parts != case_parts_.end()) {
    target.parts = parts->second.first;
    target.base_size = parts->second.second;
  }
  std::vector<JoinedPart> sets{{state.values, state.values->Size()}};
  std::uint64_t size = state.values->Size();
  bool has_order = false;
  std::string names;
  for (const RelatedRule& rule : rules) {
    has_order |= rule.relation.kind == Relation::Kind::Order;
    for (const AttributeNumber other : rule.relation.columns) {
      if (other == number || std::ranges::count(target.others, other, &RelatedColumn::column) > 0) continue;
      names += (names.empty() ? "" : ", ") + table_.FindColumn(other)->name;
      target.others.push_back(DescribeRelated(other));
      target.starts.push_back(0);
      const ValueSetPointer& values = target.others.back().values;
      if (rule.relation.kind != Relation::Kind::SameText || values == nullptr || !is_free ||
          size > kMostJoined - values->Size())
        continue;
      target.starts.back() = size;
      size += values->Size();
      sets.push_back({values, values->Size()});
    }
  }
  const auto positions =
      has_order && is_free ? MakePositionValueSet(state.base, state.limits.limits, context_) : std::nullopt;
  if (positions && size == target.own_size) {
    target.positions = {positions->lower, positions->upper};
    sets.push_back({positions->values, positions->values->Size()});
  }
  KeepWithinCases(group, number, target);
  state.lane =
      AddSource(MakeRelatedSource(KeyFor(state.column->name + " beside others"), group.case_lane, std::move(target)));
  state.values = MakeJoinedValueSet(std::move(sets));
  state.reason += (state.reason.empty() ? "" : "; ") + ("beside " + names);
}

}  // namespace dbmocker

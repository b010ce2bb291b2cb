// CHECK constraints of the table and of its columns' domains, read as cases. Those with a single case become limits of
// columns; the others are grouped by the columns that they share, and each group's cases are worked out together.
// Read first: PlanBuilder::ReadLimits.
#include <algorithm>

#include "case_algebra.h"
#include "dbmocker/error.h"
#include "derived_value_set.h"
#include "limit_algebra.h"
#include "plan_builder.h"
#include "text_language.h"

namespace dbmocker {
namespace {

bool IsPlain(const CheckCases& cases) { return cases.size() == 1 && cases.front().relations.empty(); }

// VALUE of a domain's check is number 0.
void NameColumn(CheckCases& cases, AttributeNumber column) {
  for (CheckCase& one : cases) {
    auto node = one.limits.extract(0);
    if (!node.empty()) {
      node.key() = column;
      one.limits.insert(std::move(node));
    }
    for (auto& residue : one.residues) residue.columns = {column};
  }
}

std::set<AttributeNumber> ColumnsOf(const CheckCases& cases) {
  std::set<AttributeNumber> columns;
  for (const CheckCase& one : cases) {
    for (const auto& entry : one.limits) columns.insert(entry.first);
    for (const Relation& relation : one.relations) columns.insert(relation.columns.begin(), relation.columns.end());
  }
  return columns;
}

constexpr Int128 kFar = static_cast<Int128>(1) << 100;

// Whether the target's bound grows with the other column; nullopt if there is none.
std::optional<bool> BoundRises(const Relation& relation, AttributeNumber target, AttributeNumber other) {
  PositionBounds at_zero{-kFar, kFar, std::nullopt};
  PositionBounds at_far{-kFar, kFar, std::nullopt};
  constexpr std::int64_t kFarPosition = 1'000'000'000'000;
  const ColumnPosition near{other, 0};
  const ColumnPosition far{other, kFarPosition};
  if (!BoundPosition(relation, target, {&near, 1}, at_zero) || !BoundPosition(relation, target, {&far, 1}, at_far))
    return std::nullopt;
  return at_far.upper > at_zero.upper || at_far.lower > at_zero.lower;
}

// What the most generous of the other's ends leaves to the target; an end that is open leaves everything.
ValueInterval WidestInterval(const Relation& relation, AttributeNumber target, const TypeOfColumn& type,
                             AttributeNumber other, const TypeOfColumn& type_of_other, const ValueLimits& of_other) {
  ValueInterval interval;
  const auto rises = BoundRises(relation, target, other);
  if (!rises) return interval;
  std::vector<std::string> ends = of_other.allowed;
  for (const ValueInterval& one : of_other.intervals) {
    if (one.lower) ends.push_back(*one.lower);
    if (one.upper) ends.push_back(*one.upper);
  }
  PositionBounds widest{kFar, -kFar, std::nullopt};
  for (const std::string& end : ends) {
    const auto position = PositionOfText(end, type_of_other);
    PositionBounds bounds{-kFar, kFar, std::nullopt};
    if (!position) continue;
    const ColumnPosition at_end{other, *position};
    if (!BoundPosition(relation, target, {&at_end, 1}, bounds)) continue;
    widest.lower = std::min(widest.lower, bounds.lower);
    widest.upper = std::max(widest.upper, bounds.upper);
  }
  const auto is_open = [&of_other](bool below) {
    return !of_other.has_allowed && std::ranges::any_of(of_other.intervals, [below](const ValueInterval& one) {
      return below ? !one.lower : !one.upper;
    });
  };
  if (widest.upper < kFar && widest.upper > -kFar && !is_open(!*rises))
    interval.upper = TextOfPosition(widest.upper, type);
  if (widest.lower > -kFar && widest.lower < kFar && !is_open(*rises))
    interval.lower = TextOfPosition(widest.lower, type);
  return interval;
}

// What a relation says of one of its two columns, whatever the other takes inside its limits.
ColumnLimits LimitsByRelation(const CheckCase& one, const Relation& relation, std::size_t side,
                              const TypesByColumn& types) {
  ColumnLimits narrowed;
  const AttributeNumber target = relation.columns[side];
  const AttributeNumber other = relation.columns[1 - side];
  const auto known = one.limits.find(other);
  const auto type_of_other = types.find(other);
  const auto type = types.find(target);
  if (known == one.limits.end() || known->second.always_null || type_of_other == types.end() || type == types.end())
    return narrowed;
  if (relation.kind == Relation::Kind::SameText) {
    narrowed.limits = known->second.limits;
  } else if (relation.kind == Relation::Kind::Order && relation.comparison != Relation::Comparison::Different &&
             FindPositionScale(type->second)) {
    ValueInterval interval =
        WidestInterval(relation, target, type->second, other, type_of_other->second, known->second.limits);
    if (interval.lower || interval.upper) narrowed.limits.intervals.push_back(std::move(interval));
  }
  return narrowed;
}

// Narrows limits by what relations between two columns say of each: with a <= b and b <= 10, a is at most 10. False if
// that leaves nothing to a column which must not be NULL, beside another that must not be either.
bool FollowRelations(CheckCase& one, const TypesByColumn& types) {
  bool changed = true;
  for (std::size_t round = 0; changed && round <= one.relations.size(); ++round) {
    changed = false;
    for (const Relation& relation : one.relations) {
      for (std::size_t side = 0; side < 2 && relation.columns.size() == 2; ++side) {
        const ColumnLimits narrowed = LimitsByRelation(one, relation, side, types);
        if (narrowed.limits.IsUnlimited()) continue;
        ColumnLimits& limits = one.limits[relation.columns[side]];
        const ColumnLimits before = limits;
        try {
          MergeColumnLimits(limits, narrowed, types.at(relation.columns[side]));
        } catch (const Error&) {
          limits = before;
          if (one.limits[relation.columns[1 - side]].not_null) return false;
        }
        changed |= !SameColumnLimits(before, limits);
      }
    }
  }
  return true;
}

// The column, if it is generated by an expression that can be put in its place.
const Column* GeneratedColumn(const Table& table, const Expression& expression) {
  if (expression.kind != Expression::Kind::Column) return nullptr;
  const Column* column = table.FindColumn(expression.column);
  return column != nullptr && column->is_generated && column->default_expression ? column : nullptr;
}

bool ReadsGenerated(const Table& table, const Expression& expression) {
  return GeneratedColumn(table, expression) != nullptr ||
         std::ranges::any_of(expression.arguments,
                             [&](const Expression& argument) { return ReadsGenerated(table, argument); });
}

Expression InlineGenerated(const Table& table, const Expression& expression) {
  if (const Column* column = GeneratedColumn(table, expression)) return *column->default_expression;
  Expression inlined = expression;
  if (inlined.arguments.empty()) return inlined;
  std::set<AttributeNumber> columns;
  for (Expression& argument : inlined.arguments) {
    argument = InlineGenerated(table, argument);
    columns.insert(argument.columns.begin(), argument.columns.end());
  }
  inlined.columns.assign(columns.begin(), columns.end());
  return inlined;
}

}  // namespace

void PlanBuilder::ListConditions() {
  for (const CheckConstraint& check : table_.checks) {
    const Expression* expression = &check.check;
    if (ReadsGenerated(table_, *expression)) expression = &inlined_.emplace_back(InlineGenerated(table_, *expression));
    conditions_.push_back({check.name, check.text, 0, expression, expression->columns, ""});
  }
  for (const Column& column : table_.columns)
    if (column.is_generated && column.not_null && column.default_expression) {
      Expression& test = inlined_.emplace_back();
      test.kind = Expression::Kind::IsNotNull;
      test.type = "boolean";
      test.arguments = {*column.default_expression};
      test.columns = column.default_expression->columns;
      conditions_.push_back(
          {"NOT NULL of " + column.name, column.default_text + " IS NOT NULL", 0, &test, test.columns, ""});
    }
  for (const Column& column : table_.columns)
    for (const DomainConstraint& constraint : column.type->constraints)
      if (!constraint.text.empty())
        conditions_.push_back(
            {constraint.name, constraint.text, column.number, &constraint.check, {column.number}, ""});
}

CheckCases PlanBuilder::ReadCondition(std::size_t place) const {
  const Condition& condition = conditions_[place];
  const auto number = static_cast<int>(place);
  const Clock clock{options_.reference_time, options_.present_day.value_or(options_.reference_time)};
  if (condition.domain_column == 0) return ReadCases(*condition.check, types_, number, clock);
  const TypesByColumn value_type{{0, types_.at(condition.domain_column)}};
  CheckCases cases = ReadCases(*condition.check, value_type, number, clock);
  NameColumn(cases, condition.domain_column);
  return cases;
}

void PlanBuilder::ReadLimits() {
  for (const auto& [number, state] : columns_) {
    types_[number] = state.base;
    const bool is_ours = state.role == ColumnRole::Undecided;
    if (is_ours && (state.column->not_null || state.column->type->not_null)) base_.limits[number].not_null = true;
  }
  ListConditions();
  std::map<std::size_t, CheckCases> open;
  for (std::size_t place = 0; place < conditions_.size(); ++place) {
    CheckCases cases = ReadCondition(place);
    if (cases.empty()) RefuseConditions(place, "");
    if (IsPlain(cases)) {
      AddToBase(place, cases);
    } else {
      open.emplace(place, std::move(cases));
    }
  }
  ReadPartitions(base_.limits);
  NarrowByRules();
  GroupConditions(open);
  TakeLimits();
  RefuseForbiddenRules();
}

void PlanBuilder::AddToBase(std::size_t place, const CheckCases& cases) {
  CheckCases both = BothCases({base_}, cases, types_);
  if (both.empty()) {
    std::string detail;
    for (const auto& entry : cases.front().limits) {
      try {
        ColumnLimits merged = base_.limits[entry.first];
        MergeColumnLimits(merged, entry.second, types_.at(entry.first));
      } catch (const Error& error) {
        detail = " Column \"" + table_.FindColumn(entry.first)->name + "\": " + error.report().detail;
      }
    }
    RefuseConditions(place, detail);
  }
  base_ = std::move(both.front());
}

std::string PlanBuilder::NameCondition(const Condition& condition) const {
  const bool is_domain = condition.domain_column != 0;
  return (is_domain ? "domain constraint \"" : "constraint \"") + condition.name + "\" " + condition.text +
         (is_domain ? " of column \"" + table_.FindColumn(condition.domain_column)->name + "\"" : "");
}

void PlanBuilder::RefuseConditions(std::size_t place, const std::string& reason) const {
  constexpr std::size_t kMostNamed = 3;
  const Condition& condition = conditions_[place];
  std::string detail = NameCondition(condition);
  detail.front() = condition.domain_column != 0 ? 'D' : 'C';
  detail += " contradicts itself or the ones before it." + reason;
  std::string others;
  std::size_t named = 0;
  for (std::size_t i = 0; i < place && named < kMostNamed; ++i) {
    const bool shares = std::ranges::any_of(conditions_[i].columns, [&condition](AttributeNumber number) {
      return std::ranges::count(condition.columns, number) > 0;
    });
    if (!shares) continue;
    others += (named++ == 0 ? "" : ", ") + NameCondition(conditions_[i]);
  }
  if (named > 0) detail += " Before it: " + others + ".";
  throw Error(sqlstate::kInvalidParameterValue,
              "cannot generate rows for table \"" + table_.name + "\": no value satisfies its CHECK constraints",
              std::move(detail), "Drop or change one of the constraints.");
}

// Conditions that share a column are worked out together.
void PlanBuilder::GroupConditions(const std::map<std::size_t, CheckCases>& open) {
  std::vector<CheckGroup> groups;
  for (const auto& [place, cases] : open) {
    CheckGroup merged;
    merged.columns = ColumnsOf(cases);
    merged.checks.insert(static_cast<int>(place));
    for (std::size_t i = groups.size(); i-- > 0;) {
      const bool shares =
          std::ranges::any_of(groups[i].columns, [&](AttributeNumber c) { return merged.columns.contains(c); });
      if (!shares) continue;
      merged.columns.insert(groups[i].columns.begin(), groups[i].columns.end());
      merged.checks.insert(groups[i].checks.begin(), groups[i].checks.end());
      groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(i));
    }
    groups.push_back(std::move(merged));
  }
  for (CheckGroup& group : groups) CloseGroup(std::move(group), open);
}

void PlanBuilder::RefuseGroup(const CheckGroup& group, std::size_t place) const {
  for (const AttributeNumber number : group.columns)
    if (const ColumnState* state = Find(number); RuleOf(*state) != nullptr)
      RefuseRule(*state, "no value satisfies both the rule and the constraints of the column");
  RefuseConditions(place, "");
}

// Those with few cases first, so that contradictions cut the product down early.
void PlanBuilder::CloseGroup(CheckGroup group, const std::map<std::size_t, CheckCases>& open) {
  std::vector<std::size_t> places;
  for (const int check : group.checks) places.push_back(static_cast<std::size_t>(check));
  std::ranges::stable_sort(places, {}, [&](std::size_t place) { return open.at(place).size(); });
  CheckCase start;
  for (const AttributeNumber column : group.columns)
    if (const auto found = base_.limits.find(column); found != base_.limits.end()) start.limits[column] = found->second;
  group.cases = {start};
  for (const std::size_t place : places) {
    group.cases = BothCases(group.cases, open.at(place), types_);
    if (group.cases.empty()) RefuseGroup(group, place);
  }
  std::erase_if(group.cases, [this](CheckCase& one) { return !FollowRelations(one, types_); });
  if (group.cases.empty()) RefuseGroup(group, places.back());
  PreferWholeCases(group.cases, types_);
  JoinCases(group.cases, types_);
  if (IsPlain(group.cases)) {
    for (const auto& [column, limits] : group.cases.front().limits) base_.limits[column] = limits;
    base_.residues.insert(base_.residues.end(), group.cases.front().residues.begin(),
                          group.cases.front().residues.end());
    return;
  }
  for (const AttributeNumber column : group.columns) {
    bool is_exact = true;
    ColumnLimits hull = HullOf(group.cases, column, types_.at(column), &is_exact);
    if (!is_exact) hull.limits = base_.limits[column].limits;  // every case keeps to them
    base_.limits[column] = std::move(hull);
  }
  groups_.push_back(std::move(group));
}

void PlanBuilder::NoteResidues(const CheckCase& one) {
  for (const auto& residue : one.residues) {
    if (residue.check < 0) continue;
    conditions_[static_cast<std::size_t>(residue.check)].why_not = residue.why;
    for (const AttributeNumber number : residue.columns)
      if (ColumnState* state = Find(number); state != nullptr) state->is_judged = true;
  }
}

void PlanBuilder::TakeLimits() {
  NoteResidues(base_);
  for (const CheckGroup& group : groups_)
    for (const CheckCase& one : group.cases) NoteResidues(one);
  for (auto& [number, state] : columns_) {
    if (const auto found = base_.limits.find(number); found != base_.limits.end()) state.limits = found->second;
    if (state.role == ColumnRole::Undecided && state.limits.always_null && state.column->not_null)
      RefuseColumn(state, Error(sqlstate::kInvalidParameterValue,
                                "the column is NOT NULL, but a CHECK constraint allows only NULL"));
  }
}

// What a column may be: its own limits, or those of any case of its group; none if it may be anything.
std::vector<const ColumnLimits*> PlanBuilder::ChoicesFor(AttributeNumber number) const {
  const ColumnState* state = Find(number);
  if (state == nullptr) return {};
  std::vector<const ColumnLimits*> choices{&state->limits};
  for (const CheckGroup& group : groups_) {
    if (!group.columns.contains(number)) continue;
    choices.clear();
    for (const CheckCase& one : group.cases) {
      const auto found = one.limits.find(number);
      if (found == one.limits.end())
        choices.push_back(&state->limits);
      else if (!found->second.always_null)
        choices.push_back(&found->second);
    }
  }
  const bool is_open = std::ranges::any_of(choices, [](const ColumnLimits* one) { return one->limits.IsUnlimited(); });
  return is_open ? std::vector<const ColumnLimits*>{} : choices;
}

// Gives the stored keys of columns that CHECKs read their texts. False if they have none.
bool PlanBuilder::ReadParents(const ForeignKey& key, ParentKeys& parents) {
  if (parents.dense_first) return true;
  bool has_texts = true;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const AttributeNumber number = key.columns[i];
    const bool is_read = std::ranges::any_of(conditions_, [number](const Condition& condition) {
      return std::ranges::count(condition.columns, number) > 0;
    });
    if (!is_read) continue;
    if (ValueSetPointer decoded = MakeDecodedValueSet(parents.columns[i], *types_.at(number).type)) {
      parents.columns[i] = std::move(decoded);
    } else {
      textless_.insert(number);
      has_texts = false;
    }
  }
  return has_texts;
}

// Keys of referenced tables that no case allows are not referred to.
void PlanBuilder::FilterParents() {
  constexpr std::uint64_t kMostKeys = 500'000;
  for (std::size_t place = 0; place < table_.foreign_keys.size(); ++place) {
    const ForeignKey& key = table_.foreign_keys[place];
    const auto parents = facts_.parents.find(place);
    if (parents != facts_.parents.end() && parents->second.count == 0) continue;
    const bool has_texts = parents != facts_.parents.end() && ReadParents(key, parents->second);
    if (!has_texts || key.referenced_oid == table_.oid || parents->second.count > kMostKeys) {
      unfiltered_references_.insert(place);
    } else {
      FilterParentsOf(key, parents->second);
    }
  }
}

void PlanBuilder::FilterParentsOf(const ForeignKey& key, ParentKeys& parents) {
  std::vector<std::vector<const ColumnLimits*>> choices;
  for (const AttributeNumber number : key.columns) choices.push_back(ChoicesFor(number));
  if (std::ranges::all_of(choices, [](const auto& one) { return one.empty(); })) return;
  std::vector<std::uint64_t> kept;
  std::string text;
  for (std::uint64_t index = 0; index < parents.count; ++index) {
    bool fits = true;
    for (std::size_t i = 0; i < key.columns.size() && fits; ++i) {
      if (choices[i].empty()) continue;
      text.clear();
      parents.columns[i]->AppendText(index, text);
      const TypeOfColumn type = types_.at(key.columns[i]);
      fits =
          std::ranges::any_of(choices[i], [&](const ColumnLimits* one) { return Satisfies(text, one->limits, type); });
    }
    if (fits) kept.push_back(index);
  }
  if (kept.size() == parents.count) return;
  if (kept.empty() && !ReferenceIsOptional(key))
    throw Error(sqlstate::kForeignKeyViolation,
                "cannot generate rows for table \"" + table_.name + "\": no row of referenced table " +
                    key.referenced_table + " satisfies its CHECK constraints",
                "Foreign key \"" + key.name + "\" (" + JoinColumnNames(table_, key.columns) +
                    ") has to refer to one whose key the CHECK constraints of these columns allow.",
                "Add such rows to " + key.referenced_table + ".");
  for (ValueSetPointer& values : parents.columns)
    if (!kept.empty()) values = MakePickedValueSet(values, kept);
  parents.count = kept.size();
  parents.dense_first.reset();
  parents.description += ", those that CHECKs allow";
}

// A solved CHECK is kept only by columns that the plan draws within limits; on others the server has to judge.
bool PlanBuilder::IsKept(const Condition& condition) const {
  return std::ranges::all_of(condition.columns, [&](AttributeNumber number) {
    const ColumnState* state = Find(number);
    if (state == nullptr || state->role == ColumnRole::Generated || state->role == ColumnRole::ServerDefault)
      return false;
    if (state->role == ColumnRole::AlwaysNull) return !state->limits.not_null;
    if (state->role == ColumnRole::Reference && textless_.contains(number)) return ChoicesFor(number).empty();
    if (state->role == ColumnRole::Reference)
      return state->limits.limits.IsUnlimited() || !unfiltered_references_.contains(state->foreign_key);
    return state->role != ColumnRole::Sequential || SequenceFits(*state);
  });
}

// Patterns of a column that were too large to be held all at once.
bool PlanBuilder::HasPartialPattern(AttributeNumber number) const {
  const auto is_partial = [](const ColumnLimits& one) {
    return one.limits.pattern != nullptr && one.limits.pattern->is_partial;
  };
  const ColumnState* state = Find(number);
  if (state != nullptr && is_partial(state->limits)) return true;
  return std::ranges::any_of(groups_, [&](const CheckGroup& group) {
    return std::ranges::any_of(group.cases, [&](const CheckCase& one) {
      const auto found = one.limits.find(number);
      return found != one.limits.end() && is_partial(found->second);
    });
  });
}

void PlanBuilder::JudgeChecks() {
  for (Condition& condition : conditions_) {
    if (!condition.why_not.empty()) continue;
    if (!IsKept(condition)) {
      condition.why_not = "a column of it is filled by something else";
    } else if (std::ranges::any_of(condition.columns, [this](AttributeNumber n) { return HasPartialPattern(n); })) {
      condition.why_not = "the patterns of a column are too large together";
    }
  }
  for (const Condition& condition : conditions_)
    if (!condition.why_not.empty()) plan_->rejected_checks.push_back(condition.name);
}

}  // namespace dbmocker

// See follow_relations.h. Relations of two columns may be products; of more columns, sums only.
// Read first: FollowRelations at the end.
#include "follow_relations.h"

#include <algorithm>

#include "dbmocker/error.h"
#include "limit_algebra.h"

namespace dbmocker {
namespace {

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

// The first and last position within limits; far away where they are open.
struct Ends {
  Int128 lower = -kFar;
  Int128 upper = kFar;
};

Ends EndsOf(const CheckCase& one, AttributeNumber number, const TypeOfColumn& type) {
  const auto found = one.limits.find(number);
  if (found == one.limits.end()) return {};
  const ValueLimits& limits = found->second.limits;
  Ends ends{kFar, -kFar};
  const auto include = [&](const std::optional<std::string>& lower, const std::optional<std::string>& upper) {
    const auto first = lower ? PositionOfText(*lower, type) : std::nullopt;
    const auto last = upper ? PositionOfText(*upper, type) : std::nullopt;
    ends.lower = std::min(ends.lower, first ? Int128{*first} : -kFar);
    ends.upper = std::max(ends.upper, last ? Int128{*last} : kFar);
  };
  for (const std::string& text : limits.allowed) include(text, text);
  if (!limits.has_allowed)
    for (const ValueInterval& interval : limits.intervals) include(interval.lower, interval.upper);
  return ends.lower > ends.upper ? Ends{} : ends;
}

// The bounds of coefficient * t for the target's term, from the ends of all others; false if the relation is no sum.
bool BoundTerm(const CheckCase& one, const Relation& relation, AttributeNumber target, const TypesByColumn& types,
               Int128& coefficient, Ends& bounds) {
  Int128 least = 0, most = 0;
  bool has_least = true, has_most = true;
  coefficient = 0;
  for (const Relation::Term& term : relation.terms) {
    if (term.columns.size() > 1 || term.coefficient > INT64_MAX || term.coefficient < INT64_MIN) return false;
    if (!term.columns.empty() && term.columns.front() == target) {
      coefficient += term.coefficient;
      continue;
    }
    Ends ends{1, 1};
    if (!term.columns.empty()) ends = EndsOf(one, term.columns.front(), types.at(term.columns.front()));
    const bool rises = term.coefficient > 0;
    const Int128 low = rises ? ends.lower : ends.upper;
    const Int128 high = rises ? ends.upper : ends.lower;
    has_least &= low > -kFar && low < kFar;
    has_most &= high > -kFar && high < kFar;
    if (has_least) least += term.coefficient * low;
    if (has_most) most += term.coefficient * high;
  }
  if (has_least) bounds.upper = -least;
  if (has_most && relation.comparison == Relation::Comparison::Equal) bounds.lower = -most;
  return coefficient != 0;
}

Int128 DivideDown(Int128 number, Int128 divisor) {
  return number / divisor - (number % divisor != 0 && (number < 0) != (divisor < 0) ? 1 : 0);
}

// What a sum of three or more columns says of one of them, whatever the others take inside their limits.
ColumnLimits LimitsBySum(const CheckCase& one, const Relation& relation, AttributeNumber target,
                         const TypesByColumn& types) {
  ColumnLimits narrowed;
  const bool is_sum = relation.kind == Relation::Kind::Order && relation.comparison != Relation::Comparison::Different;
  Int128 coefficient = 0;
  Ends bounds;
  if (!is_sum || !FindPositionScale(types.at(target)) || !BoundTerm(one, relation, target, types, coefficient, bounds))
    return narrowed;
  const bool has_lower = bounds.lower > -kFar;
  const bool has_upper = bounds.upper < kFar;
  ValueInterval interval;
  // Rounded outwards: rows that this lets pass are still related when they are made.
  const auto write = [&](Int128 bound, bool up) {
    return TextOfPosition(DivideDown(bound, coefficient) + (up ? 1 : 0), types.at(target));
  };
  const bool rises = coefficient > 0;
  if (rises ? has_upper : has_lower) interval.upper = write(rises ? bounds.upper : bounds.lower, true);
  if (rises ? has_lower : has_upper) interval.lower = write(rises ? bounds.lower : bounds.upper, false);
  if (interval.lower || interval.upper) narrowed.limits.intervals.push_back(std::move(interval));
  return narrowed;
}

// Adds what the relation says of the target. False if that leaves it nothing, though the others must not be NULL.
bool Narrow(CheckCase& one, const Relation& relation, std::size_t side, const TypesByColumn& types, bool& changed) {
  const AttributeNumber target = relation.columns[side];
  const ColumnLimits narrowed = relation.columns.size() == 2 ? LimitsByRelation(one, relation, side, types)
                                                             : LimitsBySum(one, relation, target, types);
  if (narrowed.limits.IsUnlimited()) return true;
  ColumnLimits& limits = one.limits[target];
  const ColumnLimits before = limits;
  try {
    MergeColumnLimits(limits, narrowed, types.at(target));
  } catch (const Error&) {
    limits = before;
    return std::ranges::any_of(relation.columns,
                               [&](AttributeNumber other) { return other != target && !one.limits[other].not_null; });
  }
  changed |= !SameColumnLimits(before, limits);
  return true;
}

}  // namespace

bool FollowRelations(CheckCase& one, const TypesByColumn& types) {
  bool changed = true;
  for (std::size_t round = 0; changed && round <= one.relations.size(); ++round) {
    changed = false;
    for (const Relation& relation : one.relations)
      for (std::size_t side = 0; side < relation.columns.size() && relation.columns.size() >= 2; ++side)
        if (!Narrow(one, relation, side, types, changed)) return false;
  }
  return true;
}

}  // namespace dbmocker

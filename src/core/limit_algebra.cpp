// See limit_algebra.h. Intervals are intersected pairwise and joined where they meet; lists are compared value by
// value.
// Read first: Intersect.
#include "limit_algebra.h"

#include <algorithm>
#include <cstdlib>

#include "dbmocker/error.h"
#include "temporal_text.h"
#include "text_language.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

[[noreturn]] void ThrowContradiction(const std::string& detail) {
  throw Error(sqlstate::kInvalidParameterValue, "the limits of the column contradict each other", detail);
}

// False if nothing lies in it.
bool IntersectIntervals(const ValueInterval& left, const ValueInterval& right, const TypeOfColumn& type,
                        ValueInterval& out) {
  out = left;
  if (right.lower) {
    const int order = out.lower ? CompareValues(*right.lower, *out.lower, type) : 1;
    if (order > 0 || (order == 0 && !right.lower_inclusive)) {
      out.lower = right.lower;
      out.lower_inclusive = right.lower_inclusive;
    }
  }
  if (right.upper) {
    const int order = out.upper ? CompareValues(*right.upper, *out.upper, type) : -1;
    if (order < 0 || (order == 0 && !right.upper_inclusive)) {
      out.upper = right.upper;
      out.upper_inclusive = right.upper_inclusive;
    }
  }
  if (!out.lower || !out.upper) return true;
  const int order = CompareValues(*out.lower, *out.upper, type);
  return order < 0 || (order == 0 && out.lower_inclusive && out.upper_inclusive);
}

// Joins intervals that overlap or meet without a gap, so that the bounds of neighbouring partitions become one range.
void JoinIntervals(std::vector<ValueInterval>& intervals, const TypeOfColumn& type) {
  std::ranges::stable_sort(intervals, [&](const ValueInterval& a, const ValueInterval& b) {
    if (!a.lower || !b.lower) return !a.lower && b.lower;
    return CompareValues(*a.lower, *b.lower, type) < 0;
  });
  std::vector<ValueInterval> joined;
  for (const ValueInterval& next : intervals) {
    if (!joined.empty()) {
      ValueInterval& last = joined.back();
      const int gap = last.upper && next.lower ? CompareValues(*next.lower, *last.upper, type) : -1;
      if (gap < 0 || (gap == 0 && (last.upper_inclusive || next.lower_inclusive))) {
        if (!last.upper) continue;
        const int order = next.upper ? CompareValues(*next.upper, *last.upper, type) : 1;
        if (order == 0) last.upper_inclusive |= next.upper_inclusive;
        if (order > 0) {
          last.upper = next.upper;
          last.upper_inclusive = next.upper_inclusive;
        }
        continue;
      }
    }
    joined.push_back(next);
  }
  intervals = std::move(joined);
}

bool Contains(const std::vector<std::string>& texts, const std::string& text, const TypeOfColumn& type) {
  return std::ranges::any_of(texts, [&](const std::string& other) { return CompareValues(text, other, type) == 0; });
}

template <class Number>
std::optional<Number> MaxOf(std::optional<Number> a, std::optional<Number> b) {
  return !a ? b : !b ? a : std::optional<Number>(std::max(*a, *b));
}
template <class Number>
std::optional<Number> MinOf(std::optional<Number> a, std::optional<Number> b) {
  return !a ? b : !b ? a : std::optional<Number>(std::min(*a, *b));
}

}  // namespace

int CompareValues(const std::string& left, const std::string& right, const TypeOfColumn& type) {
  if (type.type != nullptr) {
    const auto a = ParseOrderedValue(*type.type, type.type_modifier, left, false);
    const auto b = ParseOrderedValue(*type.type, type.type_modifier, right, false);
    if (a && b && *a != *b) return *a < *b ? -1 : 1;
    if (type.type->schema == "pg_catalog" && type.type->name == "interval") {
      const auto x = ParseInterval(left);
      const auto y = ParseInterval(right);
      if (x && y) return x->floor < y->floor ? -1 : x->floor > y->floor;
    }
    if (type.type->kind == TypeKind::Enum) {
      const auto& labels = type.type->labels;
      const auto rank = [&](const std::string& text) { return std::ranges::find(labels, text) - labels.begin(); };
      return rank(left) < rank(right) ? -1 : rank(left) > rank(right);
    }
    if (type.type->category == 'N') {
      const double x = std::strtod(left.c_str(), nullptr);
      const double y = std::strtod(right.c_str(), nullptr);
      return x < y ? -1 : x > y;
    }
    if (a && b) return 0;
  }
  return left.compare(right);
}

std::optional<ValueLimits> Unite(const std::vector<ValueLimits>& branches, const TypeOfColumn& type) {
  if (branches.size() == 1) return branches.front();
  bool lists_only = true;
  for (const ValueLimits& limits : branches) {
    if (limits.IsUnlimited()) return ValueLimits{};
    if (limits.min_length || limits.max_length || !limits.excluded.empty() || limits.pattern || limits.elements ||
        !limits.members.empty() || limits.json)
      return std::nullopt;
    if (limits.has_allowed && !limits.intervals.empty()) return std::nullopt;
    lists_only &= limits.has_allowed;
  }
  ValueLimits united;
  for (const ValueLimits& limits : branches) {
    if (lists_only) {
      united.has_allowed = true;
      for (const std::string& text : limits.allowed)
        if (!Contains(united.allowed, text, type)) united.allowed.push_back(text);
      continue;
    }
    for (const std::string& text : limits.allowed) united.intervals.push_back({text, text, true, true});
    united.intervals.insert(united.intervals.end(), limits.intervals.begin(), limits.intervals.end());
  }
  JoinIntervals(united.intervals, type);
  return united;
}

namespace {

TextPatternPointer IntersectPatterns(const TextPatternPointer& left, const TextPatternPointer& right) {
  if (left == nullptr || right == nullptr || left == right) return left == nullptr ? right : left;
  auto exact = TextLanguage::Intersect(left->exact, right->exact);
  if (exact && exact->IsEmpty(true)) ThrowContradiction("No text matches all of its patterns at once.");
  // Too large, or only of characters that are not written: the server's check decides.
  if (!exact || exact->IsEmpty()) return std::make_shared<TextPattern>(TextPattern{left->exact, left->preferred, true});
  auto preferred = TextLanguage::Intersect(left->preferred, right->preferred);
  if (!preferred || preferred->IsEmpty()) preferred = TextLanguage::Intersect(left->preferred, right->exact);
  if (!preferred || preferred->IsEmpty()) preferred = TextLanguage::Intersect(left->exact, right->preferred);
  if (!preferred) preferred = exact;
  const bool is_partial = left->is_partial || right->is_partial;
  return std::make_shared<TextPattern>(TextPattern{std::move(*exact), std::move(*preferred), is_partial});
}

std::shared_ptr<const ValueLimits> IntersectElements(const std::shared_ptr<const ValueLimits>& left,
                                                     const std::shared_ptr<const ValueLimits>& right,
                                                     const TypeOfColumn& type) {
  if (left == nullptr || right == nullptr) return left == nullptr ? right : left;
  const bool has_element = type.type != nullptr && type.type->element != nullptr;
  const TypeOfColumn element = has_element ? UnwrapDomains(*type.type->element, type.type_modifier) : TypeOfColumn{};
  return std::make_shared<ValueLimits>(Intersect(*left, *right, element));
}

// Elements that arrays must have must be legal ones, and have room.
void CheckMembers(const ValueLimits& limits, const TypeOfColumn& type) {
  const auto count = static_cast<std::int64_t>(limits.members.size());
  if (limits.max_length && count > *limits.max_length) ThrowContradiction("No array has room for all of its elements.");
  if (limits.elements == nullptr || type.type == nullptr || type.type->element == nullptr) return;
  const TypeOfColumn element = UnwrapDomains(*type.type->element, type.type_modifier);
  for (const std::string& member : limits.members)
    if (!Satisfies(member, *limits.elements, element)) ThrowContradiction("No array may hold all of its elements.");
}

std::shared_ptr<const JsonLimits> IntersectJson(const std::shared_ptr<const JsonLimits>& left,
                                                const std::shared_ptr<const JsonLimits>& right) {
  if (left == nullptr || right == nullptr) return left == nullptr ? right : left;
  JsonLimits both = *left;
  if (both.types.empty()) both.types = right->types;
  if (!left->types.empty() && !right->types.empty()) {
    std::erase_if(both.types,
                  [&](const std::string& one) { return std::ranges::find(right->types, one) == right->types.end(); });
    if (both.types.empty()) ThrowContradiction("No document has all of its types at once.");
  }
  for (const std::string& key : right->keys)
    if (std::ranges::find(both.keys, key) == both.keys.end()) both.keys.push_back(key);
  both.min_items = std::max(both.min_items, right->min_items);
  both.max_items = MinOf(both.max_items, right->max_items);
  if (both.max_items && *both.max_items < both.min_items) ThrowContradiction("No array has so many and so few items.");
  return std::make_shared<JsonLimits>(std::move(both));
}

// Lists keep only what the rest allows, so that contradictions show at once.
void FilterAllowed(ValueLimits& limits, const TypeOfColumn& type) {
  if (!limits.has_allowed) return;
  ValueLimits rest = limits;
  rest.has_allowed = false;
  std::erase_if(limits.allowed, [&](const std::string& text) { return !Satisfies(text, rest, type); });
  if (limits.allowed.empty()) ThrowContradiction("None of its listed values satisfies the rest.");
  limits.intervals.clear();
  limits.excluded.clear();
  if (type.type == nullptr || type.type->category != 'S') return;
  limits.min_length.reset();
  limits.max_length.reset();
  if (limits.pattern != nullptr && !limits.pattern->is_partial) limits.pattern = nullptr;
}

bool LiesIn(const std::string& text, const ValueInterval& interval, const TypeOfColumn& type) {
  const int above = interval.lower ? CompareValues(text, *interval.lower, type) : 1;
  const int below = interval.upper ? CompareValues(*interval.upper, text, type) : 1;
  return (above > 0 || (above == 0 && interval.lower_inclusive)) &&
         (below > 0 || (below == 0 && interval.upper_inclusive));
}

}  // namespace

bool Satisfies(const std::string& text, const ValueLimits& limits, const TypeOfColumn& type) {
  if (limits.has_allowed && !Contains(limits.allowed, text, type)) return false;
  if (!limits.intervals.empty() &&
      std::ranges::none_of(limits.intervals, [&](const ValueInterval& one) { return LiesIn(text, one, type); }))
    return false;
  if (Contains(limits.excluded, text, type)) return false;
  const bool is_text = type.type != nullptr && type.type->category == 'S';
  if (!is_text) return true;
  const std::int64_t length = CountCharacters(text);
  if (length < limits.min_length.value_or(0) || length > limits.max_length.value_or(length)) return false;
  return limits.pattern == nullptr || limits.pattern->exact.Matches(text);
}

bool SameLimits(const ValueLimits& a, const ValueLimits& b) {
  const auto same_interval = [](const ValueInterval& x, const ValueInterval& y) {
    return x.lower == y.lower && x.upper == y.upper && (!x.lower || x.lower_inclusive == y.lower_inclusive) &&
           (!x.upper || x.upper_inclusive == y.upper_inclusive);
  };
  return std::ranges::equal(a.intervals, b.intervals, same_interval) && a.has_allowed == b.has_allowed &&
         a.allowed == b.allowed && a.excluded == b.excluded && a.min_length == b.min_length &&
         a.max_length == b.max_length &&
         (a.pattern == b.pattern || (a.pattern && b.pattern && *a.pattern == *b.pattern)) &&
         (a.elements == b.elements || (a.elements && b.elements && SameLimits(*a.elements, *b.elements))) &&
         a.members == b.members && (a.json == b.json || (a.json && b.json && *a.json == *b.json));
}

bool SameColumnLimits(const ColumnLimits& a, const ColumnLimits& b) {
  return a.not_null == b.not_null && a.always_null == b.always_null && SameLimits(a.limits, b.limits);
}

ValueLimits Intersect(const ValueLimits& left, const ValueLimits& right, const TypeOfColumn& type) {
  ValueLimits result = left;
  if (left.intervals.empty()) {
    result.intervals = right.intervals;
  } else if (!right.intervals.empty()) {
    result.intervals.clear();
    for (const ValueInterval& a : left.intervals)
      for (const ValueInterval& b : right.intervals)
        if (ValueInterval both; IntersectIntervals(a, b, type, both)) result.intervals.push_back(both);
    if (result.intervals.empty()) ThrowContradiction("No value lies in all of its ranges at once.");
  }
  if (!left.has_allowed) {
    result.has_allowed = right.has_allowed;
    result.allowed = right.allowed;
  } else if (right.has_allowed) {
    std::erase_if(result.allowed, [&](const std::string& text) { return !Contains(right.allowed, text, type); });
  }
  if (result.has_allowed && result.allowed.empty()) ThrowContradiction("No value is in all of its lists at once.");
  for (const std::string& text : right.excluded)
    if (std::ranges::find(result.excluded, text) == result.excluded.end()) result.excluded.push_back(text);
  result.min_length = MaxOf(left.min_length, right.min_length);
  result.max_length = MinOf(left.max_length, right.max_length);
  if (result.min_length && result.max_length && *result.min_length > *result.max_length)
    ThrowContradiction("The shortest legal length is " + std::to_string(*result.min_length) + ", the longest " +
                       std::to_string(*result.max_length) + ".");
  result.pattern = IntersectPatterns(left.pattern, right.pattern);
  result.elements = IntersectElements(left.elements, right.elements, type);
  for (const std::string& member : right.members)
    if (std::ranges::find(result.members, member) == result.members.end()) result.members.push_back(member);
  CheckMembers(result, type);
  result.json = IntersectJson(left.json, right.json);
  FilterAllowed(result, type);
  return result;
}

void MergeColumnLimits(ColumnLimits& into, const ColumnLimits& from, const TypeOfColumn& type) {
  into.not_null |= from.not_null;
  into.always_null |= from.always_null;
  if (into.contradiction.empty()) into.contradiction = from.contradiction;
  if (into.not_null && into.always_null)
    ThrowContradiction(into.contradiction.empty() ? "It must be NULL and must not be NULL." : into.contradiction);
  if (into.always_null) {
    into.limits = {};
    return;
  }
  try {
    into.limits = Intersect(into.limits, from.limits, type);
  } catch (const Error& error) {
    if (into.not_null) throw;
    into.always_null = true;
    into.contradiction = error.report().detail;
    into.limits = {};
  }
}

}  // namespace dbmocker

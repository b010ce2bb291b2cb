// See limit_algebra.h. Intervals are intersected pairwise and joined where they meet; lists are compared value by
// value.
// Read first: Intersect.
#include "limit_algebra.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <numeric>

#include "dbmocker/error.h"
#include "decimal_text.h"
#include "json_shape.h"
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

namespace {

// Spans in order, those that meet joined.
void SortSpans(std::vector<PeriodicLimits::Span>& spans) {
  std::ranges::sort(spans, {}, &PeriodicLimits::Span::first);
  std::vector<PeriodicLimits::Span> joined;
  for (const PeriodicLimits::Span& span : spans) {
    if (!joined.empty() && span.first <= joined.back().last + 1)
      joined.back().last = std::max(joined.back().last, span.last);
    else
      joined.push_back(span);
  }
  spans = std::move(joined);
}

// Limits that differ only in the remainders that they allow.
std::optional<ValueLimits> UnitePeriods(const std::vector<ValueLimits>& branches) {
  ValueLimits first = branches.front();
  if (first.periodic == nullptr) return std::nullopt;
  PeriodicLimits united = *first.periodic;
  first.periodic = nullptr;
  for (const ValueLimits& limits : branches) {
    if (limits.periodic == nullptr || limits.periodic->period != united.period) return std::nullopt;
    ValueLimits rest = limits;
    rest.periodic = nullptr;
    if (!SameLimits(first, rest)) return std::nullopt;
    united.remainders.insert(united.remainders.end(), limits.periodic->remainders.begin(),
                             limits.periodic->remainders.end());
  }
  SortSpans(united.remainders);
  first.periodic = std::make_shared<PeriodicLimits>(std::move(united));
  return first;
}

// Both at once; nullopt if that takes too many spans to say.
std::optional<PeriodicLimits> IntersectPeriods(const PeriodicLimits& left, const PeriodicLimits& right) {
  constexpr std::size_t kMostSpans = 200'000;
  const std::int64_t common = std::gcd(left.period, right.period);
  std::int64_t period = 0;
  if (__builtin_mul_overflow(left.period / common, right.period, &period)) return std::nullopt;
  const std::int64_t copies_of_left = period / left.period;
  const std::int64_t copies_of_right = period / right.period;
  const auto count = [](const PeriodicLimits& limits, std::int64_t copies) {
    return static_cast<double>(limits.remainders.size()) * static_cast<double>(copies);
  };
  if (count(left, copies_of_left) > kMostSpans || count(right, copies_of_right) > kMostSpans) return std::nullopt;
  const auto repeat = [](const PeriodicLimits& limits, std::int64_t copies) {
    std::vector<PeriodicLimits::Span> spans;
    for (std::int64_t i = 0; i < copies; ++i)
      for (const PeriodicLimits::Span& span : limits.remainders)
        spans.push_back({span.first + i * limits.period, span.last + i * limits.period});
    return spans;
  };
  const auto a = repeat(left, copies_of_left);
  const auto b = repeat(right, copies_of_right);
  PeriodicLimits both{period, {}};
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const std::int64_t first = std::max(a[i].first, b[j].first);
    const std::int64_t last = std::min(a[i].last, b[j].last);
    if (first <= last) both.remainders.push_back({first, last});
    a[i].last < b[j].last ? ++i : ++j;
  }
  return both;
}

std::shared_ptr<const PeriodicLimits> IntersectPeriodic(const std::shared_ptr<const PeriodicLimits>& left,
                                                        const std::shared_ptr<const PeriodicLimits>& right) {
  if (left == nullptr || right == nullptr || *left == *right) return left == nullptr ? right : left;
  auto both = IntersectPeriods(*left, *right);
  if (!both || both->remainders.empty()) ThrowContradiction("No value has all of its remainders at once.");
  return std::make_shared<PeriodicLimits>(std::move(*both));
}

bool HasRemainder(const std::string& text, const PeriodicLimits& periodic, const TypeOfColumn& type) {
  const auto position =
      type.type == nullptr ? std::nullopt : ParseOrderedValue(*type.type, type.type_modifier, text, false);
  if (!position) return false;
  const std::int64_t remainder = (*position % periodic.period + periodic.period) % periodic.period;
  return std::ranges::any_of(periodic.remainders, [remainder](const PeriodicLimits::Span& span) {
    return remainder >= span.first && remainder <= span.last;
  });
}

}  // namespace

std::optional<ValueLimits> Unite(const std::vector<ValueLimits>& branches, const TypeOfColumn& type) {
  if (branches.size() == 1) return branches.front();
  if (auto periods = UnitePeriods(branches)) return periods;
  bool lists_only = true;
  for (const ValueLimits& limits : branches) {
    if (limits.IsUnlimited()) return ValueLimits{};
    if (limits.min_length || limits.max_length || !limits.excluded.empty() || limits.pattern || limits.elements ||
        !limits.members.empty() || limits.json || limits.periodic || limits.max_decimals)
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
  auto both = IntersectJsonLimits(*left, *right);
  if (!both) ThrowContradiction("No document has all of its shapes at once.");
  return std::make_shared<JsonLimits>(std::move(*both));
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
  limits.periodic = nullptr;
  limits.max_decimals.reset();
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
  if (limits.periodic != nullptr && !HasRemainder(text, *limits.periodic, type)) return false;
  if (limits.max_decimals && CountDecimals(text).value_or(INT_MAX) > *limits.max_decimals) return false;
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
         a.members == b.members && (a.json == b.json || (a.json && b.json && *a.json == *b.json)) &&
         (a.periodic == b.periodic || (a.periodic && b.periodic && *a.periodic == *b.periodic)) &&
         a.max_decimals == b.max_decimals;
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
  result.periodic = IntersectPeriodic(left.periodic, right.periodic);
  result.max_decimals = MinOf(left.max_decimals, right.max_decimals);
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

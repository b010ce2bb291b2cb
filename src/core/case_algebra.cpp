// See case_algebra.h. Limits of one column in two cases are joined by limit_algebra's Unite where that can say it.
// Read first: JoinCases.
#include "case_algebra.h"

#include <algorithm>
#include <optional>
#include <set>

#include "dbmocker/error.h"
#include "limit_algebra.h"
#include "text_language.h"

namespace dbmocker {
namespace {

TypeOfColumn TypeIn(const TypesByColumn& types, AttributeNumber column) {
  const auto found = types.find(column);
  return found == types.end() ? TypeOfColumn{} : found->second;
}

// False if nothing satisfies both.
bool AddCase(CheckCase& into, const CheckCase& from, const TypesByColumn& types) {
  try {
    for (const auto& [column, limits] : from.limits)
      MergeColumnLimits(into.limits[column], limits, TypeIn(types, column));
  } catch (const Error&) {
    return false;
  }
  for (const Relation& relation : from.relations)
    if (std::ranges::find(into.relations, relation) == into.relations.end()) into.relations.push_back(relation);
  into.residues.insert(into.residues.end(), from.residues.begin(), from.residues.end());
  return true;
}

bool SameResidues(const CheckCase& a, const CheckCase& b) {
  return std::ranges::equal(a.residues, b.residues, [](const auto& x, const auto& y) {
    return x.check == y.check && x.why == y.why && x.columns == y.columns;
  });
}

// The columns in which the limits differ; a column that one of them does not name is unlimited there.
std::vector<AttributeNumber> Differences(const CheckCase& a, const CheckCase& b) {
  std::set<AttributeNumber> columns;
  for (const auto& entry : a.limits) columns.insert(entry.first);
  for (const auto& entry : b.limits) columns.insert(entry.first);
  static const ColumnLimits no_limits;
  const auto limits_in = [](const CheckCase& one, AttributeNumber column) -> const ColumnLimits& {
    const auto found = one.limits.find(column);
    return found == one.limits.end() ? no_limits : found->second;
  };
  std::vector<AttributeNumber> result;
  for (const AttributeNumber column : columns)
    if (!SameColumnLimits(limits_in(a, column), limits_in(b, column))) result.push_back(column);
  return result;
}

// The limits of the one column as a union; nullopt if limits cannot say it.
std::optional<ColumnLimits> UniteColumns(const ColumnLimits& a, const ColumnLimits& b, const TypeOfColumn& type) {
  ColumnLimits united;
  united.not_null = a.not_null && b.not_null;
  united.always_null = a.always_null && b.always_null;
  if (!a.contradiction.empty() && !b.contradiction.empty()) united.contradiction = a.contradiction;
  if (united.always_null) return united;
  if (a.always_null || b.always_null) {
    united.limits = a.always_null ? b.limits : a.limits;
    return united;
  }
  if (SameLimits(a.limits, b.limits)) {
    united.limits = a.limits;
    return united;
  }
  auto limits = Unite({a.limits, b.limits}, type);
  if (!limits) return std::nullopt;
  united.limits = std::move(*limits);
  return united;
}

// Patterns and lists of texts as one pattern. The cases stay apart all the same, so that each comes as often as others;
// but a key has one set of values for all of them.
std::optional<ValueLimits> UniteTexts(const ValueLimits& a, const ValueLimits& b) {
  const auto rest_of = [](ValueLimits limits) {
    limits.pattern = nullptr;
    limits.allowed.clear();
    limits.has_allowed = false;
    return limits;
  };
  if (a.pattern == nullptr && b.pattern == nullptr) return std::nullopt;
  ValueLimits united = rest_of(a);
  if (!SameLimits(united, rest_of(b))) return std::nullopt;
  const auto languages = [](const ValueLimits& limits) -> std::optional<TextPattern> {
    if (limits.pattern != nullptr) return *limits.pattern;
    auto listed = limits.has_allowed ? TextLanguage::OfTexts(limits.allowed) : std::nullopt;
    return listed ? std::optional(TextPattern{*listed, *listed}) : std::nullopt;
  };
  const auto left = languages(a);
  const auto right = languages(b);
  if (!left || !right || left->is_partial || right->is_partial) return std::nullopt;
  auto exact = TextLanguage::Unite(left->exact, right->exact);
  auto preferred = TextLanguage::Unite(left->preferred, right->preferred);
  if (!exact || !preferred) return std::nullopt;
  united.pattern = std::make_shared<TextPattern>(TextPattern{std::move(*exact), std::move(*preferred)});
  return united;
}

bool Join(CheckCase& into, const CheckCase& from, const TypesByColumn& types) {
  if (into.relations != from.relations || !SameResidues(into, from)) return false;
  const std::vector<AttributeNumber> columns = Differences(into, from);
  if (columns.empty()) return true;
  if (columns.size() > 1) return false;
  const auto a = into.limits.find(columns.front());
  const auto b = from.limits.find(columns.front());
  const auto united = UniteColumns(a == into.limits.end() ? ColumnLimits{} : a->second,
                                   b == from.limits.end() ? ColumnLimits{} : b->second, TypeIn(types, columns.front()));
  if (!united) return false;
  into.limits[columns.front()] = *united;
  return true;
}

// True if every row of `inner` is one of `outer`: the same or fewer conditions on each column.
bool Contains(const CheckCase& outer, const CheckCase& inner) {
  if (!outer.residues.empty()) return false;
  for (const auto& [column, limits] : outer.limits) {
    const bool asks_nothing = !limits.not_null && !limits.always_null && limits.limits.IsUnlimited();
    if (asks_nothing) continue;
    const auto found = inner.limits.find(column);
    if (found == inner.limits.end()) return false;
    const bool only_null = !limits.always_null && limits.not_null && limits.limits.IsUnlimited();
    const bool kept = SameColumnLimits(limits, found->second) || (only_null && found->second.not_null) ||
                      (found->second.always_null && !limits.not_null) ||
                      (!limits.not_null && !limits.always_null && SameLimits(limits.limits, found->second.limits));
    if (!kept) return false;
  }
  return std::ranges::all_of(outer.relations, [&](const Relation& relation) {
    return std::ranges::find(inner.relations, relation) != inner.relations.end();
  });
}

}  // namespace

CheckCases AnyCase() { return CheckCases(1); }

CheckCases BothCases(const CheckCases& left, const CheckCases& right, const TypesByColumn& types) {
  if (left.size() == 1 && left.front().limits.empty() && left.front().relations.empty() &&
      left.front().residues.empty())
    return right;
  CheckCases result;
  for (const CheckCase& a : left)
    for (const CheckCase& b : right) {
      CheckCase both = a;
      if (AddCase(both, b, types)) result.push_back(std::move(both));
      if (result.size() >= kMaxCases * 4) break;
    }
  JoinCases(result, types);
  return result;
}

CheckCases EitherCases(CheckCases left, CheckCases right, const TypesByColumn& types) {
  left.insert(left.end(), std::make_move_iterator(right.begin()), std::make_move_iterator(right.end()));
  JoinCases(left, types);
  return left;
}

void JoinCases(CheckCases& cases, const TypesByColumn& types) {
  for (bool changed = true; changed && cases.size() > 1;) {
    changed = false;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      for (std::size_t j = cases.size(); j-- > 0;) {
        if (i == j) continue;
        if (!Contains(cases[i], cases[j]) && !Join(cases[i], cases[j], types)) continue;
        cases.erase(cases.begin() + static_cast<std::ptrdiff_t>(j));
        if (j < i) --i;
        changed = true;
      }
    }
  }
  if (cases.size() > kMaxCases) cases.resize(kMaxCases);
}

void PreferWholeCases(CheckCases& cases, const TypesByColumn& types) {
  CheckCases whole;
  for (const CheckCase& one : cases)
    if (one.residues.empty()) whole.push_back(one);
  if (whole.empty() || whole.size() == cases.size()) return;
  for (const CheckCase& one : cases)
    for (const auto& entry : one.limits) {
      const TypeOfColumn type = TypeIn(types, entry.first);
      if (HullOf(whole, entry.first, type).always_null && !HullOf(cases, entry.first, type).always_null) return;
    }
  cases = std::move(whole);
}

ColumnLimits HullOf(const CheckCases& cases, AttributeNumber column, const TypeOfColumn& type, bool* exact) {
  ColumnLimits hull;
  bool is_exact = true;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto found = cases[i].limits.find(column);
    const ColumnLimits here = found == cases[i].limits.end() ? ColumnLimits{} : found->second;
    if (i == 0) {
      hull = here;
      continue;
    }
    if (const auto united = UniteColumns(hull, here, type)) {
      hull = *united;
      continue;
    }
    if (const auto united = UniteTexts(hull.limits, here.limits)) {
      hull.limits = *united;
      hull.always_null = false;
      hull.not_null &= here.not_null;
      continue;
    }
    is_exact = false;
    hull.limits = {};
    hull.always_null = false;
    hull.not_null &= here.not_null;
  }
  if (!is_exact) hull.limits = {};
  if (exact != nullptr) *exact = is_exact;
  return hull;
}

}  // namespace dbmocker

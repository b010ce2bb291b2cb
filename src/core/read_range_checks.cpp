// See read_range_checks.h. What is asked of one bound is asked of both: that leaves enough to choose from.
// Read first: ReadRangeComparison.
#include "read_range_checks.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

namespace dbmocker {
namespace {

using Kind = Expression::Kind;

// A column of ranges over a subtype whose bounds have an order that is known, so that a range is [lower,upper).
std::optional<ColumnReading> AsRange(const Expression& expression, const TypesByColumn& types) {
  const Expression& inner = StripCasts(expression);
  if (inner.kind != Kind::Column && inner.kind != Kind::Value) return std::nullopt;
  const auto found = types.find(inner.column);
  if (found == types.end() || found->second.type == nullptr || found->second.type->kind != TypeKind::Range ||
      found->second.type->element == nullptr)
    return std::nullopt;
  static constexpr std::string_view kOrdered[] = {"int4", "int8", "numeric", "date", "timestamp", "timestamptz"};
  const Type& subtype = *found->second.type->element;
  if (subtype.schema != "pg_catalog" || std::ranges::find(kOrdered, subtype.name) == std::end(kOrdered))
    return std::nullopt;
  return ColumnReading{inner.column, found->second, false};
}

std::optional<ColumnReading> AsBound(const Expression& expression, std::string_view name, const TypesByColumn& types) {
  const Expression& call = StripCasts(expression);
  if (call.kind != Kind::Function || call.name != name || call.arguments.size() != 1) return std::nullopt;
  return AsRange(call.arguments.front(), types);
}

Atom OfColumn(AttributeNumber column) {
  Atom atom;
  atom.columns = {column};
  return atom;
}

Atom BetweenBounds(AttributeNumber column, ValueInterval interval) {
  ValueLimits bounds;
  bounds.intervals.push_back(std::move(interval));
  Atom atom = OfColumn(column);
  atom.limits[column].limits.elements = std::make_shared<ValueLimits>(std::move(bounds));
  return atom;
}

// The bounds of a range in text syntax: [1,5), ["2024-01-01 00:00:00",). nullopt if it is empty.
std::optional<ValueInterval> ParseRange(const std::string& text) {
  const bool is_range = text.size() >= 3 && (text.front() == '[' || text.front() == '(');
  if (!is_range) return std::nullopt;
  std::string bounds[2];
  int place = 0;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == ',' && place == 0)  // ordered types have none within their texts
      place = 1;
    else if (text[i] != '"')
      bounds[place] += text[i];
  }
  ValueInterval interval;
  if (!bounds[0].empty() && !bounds[0].ends_with("infinity")) interval.lower = bounds[0];
  if (!bounds[1].empty() && !bounds[1].ends_with("infinity")) interval.upper = bounds[1];
  interval.lower_inclusive = text.front() == '[';
  interval.upper_inclusive = true;  // upper bounds of ranges that are made are outside of them
  return interval.lower || interval.upper ? std::optional(interval) : std::nullopt;
}

}  // namespace

std::optional<Atom> ReadRangeComparison(const Expression& left, const std::string& name, const Expression& right,
                                        const TypesByColumn& types) {
  const auto lower = AsBound(left, "lower", types);
  const auto upper = lower ? std::nullopt : AsBound(left, "upper", types);
  if (!lower && !upper) return std::nullopt;
  const AttributeNumber column = lower ? lower->column : upper->column;
  if (const auto other = AsBound(right, lower ? "upper" : "lower", types)) {
    const bool holds = name == "<>" || name == (lower ? "<" : ">") || name == (lower ? "<=" : ">=");
    return other->column == column && holds ? std::optional(OfColumn(column)) : std::nullopt;
  }
  const auto constant = AsConstant(right);
  if (!constant || constant->is_null || constant->text.ends_with("infinity")) return std::nullopt;
  const bool is_upper = name == "<" || name == "<=";
  if (!is_upper && name != ">" && name != ">=") return std::nullopt;
  ValueInterval interval;
  (is_upper ? interval.upper : interval.lower) = constant->text;
  (is_upper ? interval.upper_inclusive : interval.lower_inclusive) = name.size() == 2;
  return BetweenBounds(column, std::move(interval));
}

std::optional<Atom> ReadRangeWithin(const Expression& left, const std::string& name, const Expression& right,
                                    const TypesByColumn& types) {
  if (name != "<@" && name != "@>") return std::nullopt;
  const auto range = AsRange(name == "<@" ? left : right, types);
  const auto within = TextOf(name == "<@" ? right : left);
  auto interval = range && within ? ParseRange(*within) : std::nullopt;
  return interval ? std::optional(BetweenBounds(range->column, std::move(*interval))) : std::nullopt;
}

std::optional<Atom> ReadRangeTruth(const Expression& call, bool value, const TypesByColumn& types) {
  if (call.kind != Kind::Function || call.arguments.size() != 1) return std::nullopt;
  static constexpr std::pair<std::string_view, bool> kFacts[] = {
      {"isempty", false}, {"lower_inc", true}, {"upper_inc", false}, {"lower_inf", false}, {"upper_inf", false}};
  for (const auto& [name, holds] : kFacts) {
    if (call.name != name || value != holds) continue;
    const auto range = AsRange(call.arguments.front(), types);
    return range ? std::optional(OfColumn(range->column)) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace dbmocker

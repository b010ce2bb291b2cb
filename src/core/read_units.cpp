// See read_units.h. Cutting off keeps the order: what is compared with the cut moment is compared with the start of a
// unit, or of the one behind it.
// Read first: ReadUnits.
#include "read_units.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "read_expression.h"
#include "temporal_text.h"
#include "unit_value_set.h"

namespace dbmocker {
namespace {

using Kind = Expression::Kind;

struct UnitReading {
  ColumnReading column;
  std::optional<TimeUnit> unit;
  bool is_year = false;  // the year's number
  bool is_zoned = false;  // which unit a moment is in is the session's time zone's to say
};

std::optional<UnitReading> ReadColumn(const Expression& expression, const TypesByColumn& types) {
  const bool is_cut = expression.kind == Kind::Cast && expression.type == "date" && expression.arguments.size() == 1 &&
                      expression.arguments[0].type.starts_with("timestamp");
  if (expression.kind == Kind::Cast && !is_cut && expression.arguments.size() == 1) {
    auto inner = ReadColumn(expression.arguments[0], types);
    const bool is_zoned = expression.type.ends_with("with time zone");
    return inner && is_zoned && !inner->is_year ? std::nullopt : inner;
  }
  if (is_cut && expression.arguments[0].type.ends_with("without time zone")) {
    auto inner = ReadColumn(expression.arguments[0], types);
    if (inner && inner->is_zoned) return std::nullopt;
    if (inner) inner->unit = std::max(inner->unit.value_or(TimeUnit::Day), TimeUnit::Day);
    return inner;
  }
  if (expression.kind == Kind::Column || expression.kind == Kind::Value) {
    const auto column = AsColumn(expression, types);
    if (!column) return std::nullopt;
    const bool is_zoned = column->type.type != nullptr && column->type.type->name == "timestamptz";
    return UnitReading{*column, std::nullopt, false, is_zoned};
  }
  if (expression.kind != Kind::Function || expression.arguments.size() != 2) return std::nullopt;
  const Expression& first = StripCasts(expression.arguments[0]);
  if (first.kind != Kind::Constant || !first.value) return std::nullopt;
  auto inner = ReadColumn(expression.arguments[1], types);
  if (!inner || inner->is_year) return std::nullopt;
  if (expression.name == "timezone") {
    if (!inner->is_zoned || *first.value != "UTC") return std::nullopt;
    inner->is_zoned = false;
    return inner;
  }
  if (inner->is_zoned) return std::nullopt;
  if (expression.name == "date_trunc") {
    const auto unit = FindTimeUnit(*first.value);
    if (!unit) return std::nullopt;
    inner->unit = std::max(inner->unit.value_or(*unit), *unit);
    return inner;
  }
  if ((expression.name != "extract" && expression.name != "date_part") || *first.value != "year") return std::nullopt;
  inner->is_year = true;
  inner->unit = TimeUnit::Year;
  return inner;
}

std::string TextOf(std::int64_t moment, const Type& type) {
  std::string text;
  if (type.name == "date")
    AppendDate(moment / kMicrosPerDay - (moment % kMicrosPerDay < 0 ? 1 : 0), text);
  else
    AppendTimestamp(moment, type.name == "timestamptz" ? "+00" : "", text);
  return text;
}

}  // namespace

std::optional<Atom> ReadUnits(const Expression& left, const std::string& name, const std::string& constant,
                              const TypesByColumn& types) {
  const auto reading = ReadColumn(left, types);
  if (!reading || !reading->unit) return std::nullopt;
  const Type& type = *reading->column.type.type;
  if (type.name != "date" && type.name != "timestamp" && type.name != "timestamptz") return std::nullopt;
  std::int64_t moment = 0;
  if (reading->is_year) {
    const auto year = AsInteger(constant);
    if (!year || *year < 1 || *year > 9999) return std::nullopt;
    moment = DaysFromCivil(*year, 1, 1) * kMicrosPerDay;
  } else {
    const auto point = ParseTimestamp(constant, false);
    if (!point || !point->exact) return std::nullopt;
    moment = static_cast<std::int64_t>(point->floor);
  }
  const auto [start, next] = FindUnitBounds(*reading->unit, moment);
  const bool is_aligned = start == moment;
  const std::string here = TextOf(start, type), behind = TextOf(next, type);
  Atom atom;
  atom.columns = {reading->column.column};
  std::vector<ValueInterval>& intervals = atom.limits[reading->column.column].limits.intervals;
  const ValueInterval from_here{here, std::nullopt, true, true}, from_behind{behind, std::nullopt, true, true};
  const ValueInterval to_here{std::nullopt, here, true, false}, to_behind{std::nullopt, behind, true, false};
  if (name == ">=" || name == ">") {
    intervals = {name == ">=" && is_aligned ? from_here : from_behind};
  } else if (name == "<" || name == "<=") {
    intervals = {name == "<" && is_aligned ? to_here : to_behind};
  } else if (name == "=") {
    intervals = {{here, behind, true, false}};
    atom.is_impossible = !is_aligned;
  } else if (name == "<>" && is_aligned) {
    intervals = {to_here, from_behind};
  } else {
    return std::nullopt;
  }
  return atom;
}

}  // namespace dbmocker

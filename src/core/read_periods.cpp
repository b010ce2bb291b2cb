// See read_periods.h. Everything is said of positions: integers themselves, days since 2000-01-01 (a Saturday),
// microseconds.
// Read first: ReadPeriodic.
#include "read_periods.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>

#include "temporal_text.h"

namespace dbmocker {
namespace {

using Kind = Expression::Kind;

constexpr std::int64_t kMostEnumerated = 1 << 16;

// The whole number that the expression is; `otherwise` if it is none.
std::int64_t IntegerOf(const Expression& expression, std::int64_t otherwise) {
  const auto text = TextOf(expression);
  return text ? AsInteger(*text).value_or(otherwise) : otherwise;
}

bool IsNamed(const ColumnReading& column, std::string_view name) {
  return column.type.type->schema == "pg_catalog" && column.type.type->name == name;
}

bool IsInteger(const ColumnReading& column) {
  return IsNamed(column, "int2") || IsNamed(column, "int4") || IsNamed(column, "int8");
}

// The remainders of `period` numbers, each standing for `width` positions, that satisfy the condition.
Atom OfPeriod(AttributeNumber column, std::int64_t period, std::int64_t width,
              const std::function<bool(std::int64_t)>& holds) {
  PeriodicLimits limits{period * width, {}};
  for (std::int64_t number = 0; number < period; ++number) {
    if (!holds(number)) continue;
    if (!limits.remainders.empty() && limits.remainders.back().last + 1 == number * width)
      limits.remainders.back().last += width;
    else
      limits.remainders.push_back({number * width, (number + 1) * width - 1});
  }
  Atom atom;
  atom.columns = {column};
  if (limits.remainders.empty()) {
    atom.is_impossible = true;
  } else if (limits.remainders.front().last - limits.remainders.front().first + 1 < limits.period) {
    atom.limits[column].limits.periodic = std::make_shared<PeriodicLimits>(std::move(limits));
  }
  return atom;
}

// a % n and mod(a, n): the remainder has the sign of a, so what is not zero is asked of numbers above zero only.
std::optional<Atom> ReadModulo(const Expression& call, const std::string& name, std::int64_t number,
                               const TypesByColumn& types) {
  const bool is_modulo =
      (call.kind == Kind::Operator && call.name == "%") || (call.kind == Kind::Function && call.name == "mod");
  if (!is_modulo || call.arguments.size() != 2) return std::nullopt;
  const auto column = AsColumn(call.arguments[0], types);
  const std::int64_t divisor = IntegerOf(call.arguments[1], 0);
  if (!column || !IsInteger(*column) || divisor < 1 || divisor > kMostEnumerated) return std::nullopt;
  Atom atom = OfPeriod(column->column, divisor, 1, [&](std::int64_t rest) { return HoldsFor(rest, name, number); });
  const bool for_all = number == 0 && (name == "=" || name == "<>");
  if (!for_all && !atom.is_impossible)
    atom.limits[column->column].limits.intervals.push_back({"0", std::nullopt, true, true});
  return atom;
}

// a & mask: bits that repeat with the power of two above the mask.
std::optional<Atom> ReadBits(const Expression& call, const std::string& name, std::int64_t number,
                             const TypesByColumn& types) {
  if (call.kind != Kind::Operator || call.name != "&" || call.arguments.size() != 2) return std::nullopt;
  const bool mask_first = AsConstant(call.arguments[0]).has_value();
  const auto column = AsColumn(call.arguments[mask_first ? 1 : 0], types);
  const std::int64_t mask = IntegerOf(call.arguments[mask_first ? 0 : 1], -1);
  if (!column || !IsInteger(*column) || mask < 0 || mask >= kMostEnumerated) return std::nullopt;
  std::int64_t period = 1;
  while (period <= mask) period *= 2;
  return OfPeriod(column->column, period, 1, [&](std::int64_t rest) { return HoldsFor(rest & mask, name, number); });
}

// ------------------------------------------------------------------------------------------------------------- moments

constexpr std::int64_t kSecond = 1'000'000;

// A field of a moment: so many numbers, so many positions each, and what the field says of a number.
struct Field {
  std::int64_t count;
  std::int64_t width;
  std::int64_t (*value)(std::int64_t number);
};

std::int64_t Itself(std::int64_t number) { return number; }
std::int64_t DayOfWeek(std::int64_t day) { return (day + 6) % 7; }
std::int64_t IsoDayOfWeek(std::int64_t day) { return (day + 5) % 7 + 1; }

std::optional<Field> FindField(const std::string& field, const ColumnReading& column) {
  const bool is_date = IsNamed(column, "date");
  const bool is_moment = IsNamed(column, "timestamp");
  const bool has_time = is_moment || IsNamed(column, "time");
  const std::int64_t day = is_date ? 1 : kMicrosPerDay;
  if ((field == "dow" || field == "isodow") && (is_date || is_moment))
    return Field{7, day, field == "dow" ? DayOfWeek : IsoDayOfWeek};
  if (!has_time) return std::nullopt;
  if (field == "hour") return Field{24, 3600 * kSecond, Itself};
  if (field == "minute") return Field{60, 60 * kSecond, Itself};
  return std::nullopt;
}

// extract(field FROM x).
std::optional<Atom> ReadField(const Expression& call, const std::string& name, std::int64_t number,
                              const TypesByColumn& types) {
  if (call.kind != Kind::Function || (call.name != "extract" && call.name != "date_part") || call.arguments.size() != 2)
    return std::nullopt;
  const auto field_name = TextOf(call.arguments[0]);
  const auto column = AsColumn(call.arguments[1], types);
  if (!field_name || !column) return std::nullopt;
  const auto field = FindField(*field_name, *column);
  if (!field) return std::nullopt;
  return OfPeriod(column->column, field->count, field->width,
                  [&](std::int64_t one) { return HoldsFor(field->value(one), name, number); });
}

// The positions from one whole unit to the next; 0 if the zone decides, or months do.
std::int64_t UnitOf(const std::string& unit, const ColumnReading& column) {
  const bool is_zoned = IsNamed(column, "timestamptz");
  if (!is_zoned && !IsNamed(column, "timestamp")) return 0;
  if (unit == "second" || unit == "seconds") return kSecond;
  if (unit == "minute") return 60 * kSecond;
  if (is_zoned) return 0;
  return unit == "hour" ? 3600 * kSecond : unit == "day" ? kMicrosPerDay : 0;
}

Atom OfMultiples(AttributeNumber column, std::int64_t unit) {
  Atom atom;
  atom.columns = {column};
  atom.limits[column].limits.periodic =
      std::make_shared<PeriodicLimits>(PeriodicLimits{unit, {PeriodicLimits::Span{0, 0}}});
  return atom;
}

// ------------------------------------------------------------------------------------------------------------ decimals

// At most so many; numbers of a type with more are always written with all of them, which only scale() sees.
std::optional<Atom> OfDecimals(const ColumnReading& column, std::int64_t decimals, bool is_written) {
  if (!IsNamed(column, "numeric") || decimals < 0 || decimals > 15) return std::nullopt;
  const auto scale = FindPositionScale(column.type);
  const bool has_modifier = column.type.type_modifier >= 0;
  Atom atom;
  atom.columns = {column.column};
  if (has_modifier && scale && scale->decimals <= decimals) return atom;
  if (has_modifier && is_written) return std::nullopt;
  atom.limits[column.column].limits.max_decimals = static_cast<int>(decimals);
  return atom;
}

std::optional<Atom> ReadScale(const Expression& call, const std::string& name, std::int64_t number,
                              const TypesByColumn& types) {
  const bool is_scale = call.name == "scale" || call.name == "min_scale";
  if (call.kind != Kind::Function || !is_scale || call.arguments.size() != 1) return std::nullopt;
  const auto column = AsColumn(call.arguments.front(), types);
  if (!column || (name != "<=" && name != "<")) return std::nullopt;
  return OfDecimals(*column, name == "<" ? number - 1 : number, call.name == "scale");
}

// x % 1 = 0 of decimals.
std::optional<Atom> ReadWhole(const Expression& call, const std::string& name, std::int64_t number,
                              const TypesByColumn& types) {
  const bool is_modulo =
      (call.kind == Kind::Operator && call.name == "%") || (call.kind == Kind::Function && call.name == "mod");
  if (!is_modulo || call.arguments.size() != 2 || name != "=" || number != 0) return std::nullopt;
  const auto column = AsColumn(call.arguments[0], types);
  const auto text = TextOf(call.arguments[1]);
  if (!column || !text) return std::nullopt;
  std::int64_t decimals = 0;
  if (text->starts_with("0.")) {
    decimals = static_cast<std::int64_t>(text->size()) - 2;
    if (text->substr(2) != std::string(static_cast<std::size_t>(decimals - 1), '0') + "1") return std::nullopt;
  } else if (*text != "1") {
    return std::nullopt;
  }
  return OfDecimals(*column, decimals, false);
}

}  // namespace

std::optional<Atom> ReadPeriodic(const Expression& left, const std::string& name, const std::string& constant,
                                 const TypesByColumn& types) {
  const Expression& call = StripCasts(left);
  const auto number = AsInteger(constant);
  if (!number || FlipComparison(name).empty()) return std::nullopt;
  if (auto atom = ReadModulo(call, name, *number, types)) return atom;
  if (auto atom = ReadBits(call, name, *number, types)) return atom;
  if (auto atom = ReadField(call, name, *number, types)) return atom;
  if (auto atom = ReadScale(call, name, *number, types)) return atom;
  return ReadWhole(call, name, *number, types);
}

std::optional<Atom> ReadSameRounded(const Expression& left, const std::string& name, const Expression& right,
                                    const TypesByColumn& types) {
  if (name != "=") return std::nullopt;
  for (const auto& [one, other] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
    const auto column = AsColumn(*other, types);
    const Expression& call = StripCasts(*one);
    if (!column || call.kind != Kind::Function || call.arguments.size() != 2) continue;
    const bool is_truncated = call.name == "date_trunc";
    const auto inner = AsColumn(call.arguments[is_truncated ? 1 : 0], types);
    const auto text = TextOf(call.arguments[is_truncated ? 0 : 1]);
    if (!inner || !text || inner->column != column->column) continue;
    if (is_truncated) {
      if (const std::int64_t unit = UnitOf(*text, *column)) return OfMultiples(column->column, unit);
    } else if (call.name == "round" || call.name == "trunc") {
      if (const auto decimals = AsInteger(*text)) return OfDecimals(*column, *decimals, false);
    }
  }
  return std::nullopt;
}

}  // namespace dbmocker

// See read_atoms.h. Tried in turn: a column against a constant, the length of a column, text conditions, relations.
// Read first: ReadComparison.
#include "read_atoms.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "dbmocker/error.h"
#include "limit_algebra.h"
#include "read_json_checks.h"
#include "read_periods.h"
#include "read_range_checks.h"
#include "read_units.h"
#include "spatial_checks.h"
#include "text_conditions.h"

namespace dbmocker {
namespace {

// Types whose value sets keep to intervals and leave out excluded values.
bool IsOrdered(const Type& type) {
  if (type.kind == TypeKind::Enum) return true;
  if (type.schema != "pg_catalog") return false;
  static constexpr const char* kNames[] = {"int2",   "int4", "int8", "oid",       "money",       "numeric", "float4",
                                           "float8", "date", "time", "timestamp", "timestamptz", "interval"};
  return std::ranges::any_of(kNames, [&](const char* name) { return type.name == name; });
}

Atom Unread(const Expression& expression, std::string why) {
  Atom atom;
  atom.columns = expression.columns;
  if (atom.columns.empty()) atom.columns = {0};
  atom.why_not = std::move(why);
  return atom;
}

Atom OfColumn(AttributeNumber column) {
  Atom atom;
  atom.columns = {column};
  return atom;
}

Atom Allowed(AttributeNumber column, std::vector<std::string> texts) {
  Atom atom = OfColumn(column);
  ValueLimits& limits = atom.limits[column].limits;
  limits.has_allowed = true;
  limits.allowed = std::move(texts);
  atom.is_impossible = limits.allowed.empty();
  return atom;
}

// Blank text is left out by its length: that leaves the choice of values open.
Atom Excluded(const ColumnReading& column, const std::vector<std::string>& texts) {
  Atom atom = OfColumn(column.column);
  ValueLimits& limits = atom.limits[column.column].limits;
  for (const std::string& text : texts) {
    if (text.empty() && column.type.type->category == 'S') {
      limits.min_length = 1;
    } else {
      limits.excluded.push_back(text);
    }
  }
  return atom;
}

Atom CompareColumn(const ColumnReading& column, const std::string& name, const std::string& text) {
  if (name == "=") return Allowed(column.column, {text});
  if (name == "<>") return Excluded(column, {text});
  Atom atom = OfColumn(column.column);
  const bool is_upper = name == "<" || name == "<=";
  if (!is_upper && name != ">" && name != ">=") {
    atom.why_not = "operator " + name + " is not read";
  } else if (!column.keeps_order || !IsOrdered(*column.type.type)) {
    atom.why_not = "the order of the type's values is not known";  // that of text is its collation's
  } else if (text == (is_upper ? "infinity" : "-infinity")) {
    return atom;  // no value set goes that far
  } else if (text.ends_with("infinity") || text == "NaN") {
    atom.why_not = "infinity";
  } else {
    ValueInterval interval;
    (is_upper ? interval.upper : interval.lower) = text;
    (is_upper ? interval.upper_inclusive : interval.lower_inclusive) = name.size() == 2;
    atom.limits[column.column].limits.intervals.push_back(std::move(interval));
  }
  return atom;
}

// No generator makes blank text or puts blanks around a text.
Atom CompareLength(const LengthReading& length, const std::string& name, const std::string& text) {
  Atom atom = OfColumn(length.column.column);
  const auto number = AsInteger(text);
  ValueLimits& limits = atom.limits[length.column.column].limits;
  if (number && name == "=") {
    limits.min_length = limits.max_length = number;
  } else if (number && (name == "<" || name == "<=")) {
    limits.max_length = name == "<" ? *number - 1 : *number;
    atom.is_impossible = *limits.max_length < 0;
  } else if (number && (name == ">" || name == ">=")) {
    limits.min_length = name == ">" ? *number + 1 : *number;
  } else if (number && name == "<>" && *number == 0) {
    limits.min_length = 1;
  } else {
    atom.why_not = "the length is compared by " + name;
  }
  return atom;
}

// A column whose type never writes an empty or blank text, below a cast to text.
std::optional<ColumnReading> AsWrittenColumn(const Expression& expression, const TypesByColumn& types) {
  const Expression* inner = &StripCasts(expression);
  while (inner->kind == Expression::Kind::Function && inner->name.ends_with("trim") && !inner->arguments.empty())
    inner = &StripCasts(inner->arguments.front());
  if (inner->kind != Expression::Kind::Column && inner->kind != Expression::Kind::Value) return std::nullopt;
  const auto type = types.find(inner->column);
  if (type == types.end() || type->second.type == nullptr) return std::nullopt;
  const Type& base = *type->second.type;
  static constexpr std::string_view kNames[] = {"json", "jsonb", "uuid",      "bool",       "inet",
                                                "cidr", "date",  "timestamp", "timestamptz"};
  const bool never_blank = base.category == 'N' || base.kind == TypeKind::Array || base.kind == TypeKind::Enum ||
                           (base.schema == "pg_catalog" && std::ranges::find(kNames, base.name) != std::end(kNames));
  return never_blank ? std::optional(ColumnReading{inner->column, type->second, false}) : std::nullopt;
}

// x::text <> '' and length(x::text) > 0, where that cannot be otherwise.
std::optional<Atom> ReadNeverBlank(const Expression& left, const std::string& name, const std::string& text,
                                   const TypesByColumn& types) {
  const Expression& call = StripCasts(left);
  static constexpr std::string_view kLengths[] = {"length", "char_length", "character_length", "octet_length"};
  const bool of_length = call.kind == Expression::Kind::Function && call.arguments.size() == 1 &&
                         std::ranges::find(kLengths, call.name) != std::end(kLengths);
  const auto column = AsWrittenColumn(of_length ? call.arguments.front() : left, types);
  if (!column) return std::nullopt;
  const bool holds =
      of_length ? (name == ">" && text == "0") || (name == ">=" && text == "1") || (name == "<>" && text == "0")
                : name == "<>" && text.find_first_not_of(' ') == std::string::npos;
  return holds ? std::optional(OfColumn(column->column)) : std::nullopt;
}

// What holds for all shapes of a spatial column.
std::optional<Atom> ReadShape(const Expression& left, const std::vector<std::string>& values, bool inside,
                              const TypesByColumn& types) {
  AttributeNumber column = 0;
  const auto holds = ShapeHolds(left, values, inside, types, &column);
  return holds.value_or(false) ? std::optional(OfColumn(column)) : std::nullopt;
}

// abs(x) compared with a number that is not negative.
std::optional<Atom> ReadAbsolute(const Expression& left, const std::string& name, const std::string& text,
                                 const TypesByColumn& types) {
  const Expression& call = StripCasts(left);
  const bool is_negative = text.starts_with('-');
  if (call.kind != Expression::Kind::Function || call.name != "abs" || call.arguments.size() != 1 || is_negative)
    return std::nullopt;
  const auto column = AsColumn(call.arguments.front(), types);
  if (!column || !column->keeps_order || !IsOrdered(*column->type.type)) return std::nullopt;
  Atom atom = OfColumn(column->column);
  std::vector<ValueInterval>& intervals = atom.limits[column->column].limits.intervals;
  const bool is_inclusive = name.size() == 2;
  if (name == "<" || name == "<=") {
    intervals = {{"-" + text, text, is_inclusive, is_inclusive}};
  } else if (name == ">" || name == ">=") {
    intervals = {{std::nullopt, "-" + text, true, is_inclusive}, {text, std::nullopt, is_inclusive, true}};
  } else {
    return std::nullopt;
  }
  return atom;
}

// Limits of every element of an array column.
Atom OfElements(AttributeNumber column, ValueLimits limits) {
  Atom atom = OfColumn(column);
  atom.limits[column].limits.elements = std::make_shared<ValueLimits>(std::move(limits));
  return atom;
}

std::optional<ColumnReading> AsArray(const Expression& expression, const TypesByColumn& types) {
  const Expression& inner = StripCasts(expression);
  if (inner.kind != Expression::Kind::Column && inner.kind != Expression::Kind::Value) return std::nullopt;
  const auto type = types.find(inner.column);
  if (type == types.end() || type->second.type == nullptr || type->second.type->kind != TypeKind::Array ||
      type->second.type->element == nullptr)
    return std::nullopt;
  return ColumnReading{inner.column, type->second, false};
}

Atom HasMembers(AttributeNumber column, std::vector<std::string> members) {
  Atom atom = OfColumn(column);
  atom.limits[column].limits.members = std::move(members);
  return atom;
}

// x @> ARRAY[…]: all of these elements. x <@ ARRAY[…]: only these.
std::optional<Atom> ReadContained(const Expression& left, const std::string& name, const Expression& right,
                                  const TypesByColumn& types) {
  if (const auto whole = name == "@>" ? AsArray(left, types) : name == "<@" ? AsArray(right, types) : std::nullopt) {
    const auto members = AsConstantList(name == "@>" ? right : left);
    return members ? std::optional(HasMembers(whole->column, *members)) : std::nullopt;
  }
  const auto array = name == "<@" ? AsArray(left, types) : name == "@>" ? AsArray(right, types) : std::nullopt;
  const auto list = array ? AsConstantList(name == "<@" ? right : left) : std::nullopt;
  if (!list || list->empty()) return std::nullopt;
  ValueLimits limits;
  limits.has_allowed = true;
  limits.allowed = *list;
  return OfElements(array->column, std::move(limits));
}

// constant <> ALL (x) and the like, x an array: what holds of every element. constant = ANY (x): one that there is.
std::optional<Atom> ReadElement(const Expression& list, bool negated, const TypesByColumn& types) {
  const bool every = (list.kind == Expression::Kind::AllOf) != negated;
  const auto constant = AsConstant(list.arguments[0]);
  const bool is_equal = (negated ? NegateComparison(list.name) : list.name) == "=";
  if (const auto holder =
          !every && is_equal && constant && !constant->is_null ? AsArray(list.arguments[1], types) : std::nullopt)
    return HasMembers(holder->column, {constant->text});
  const auto array = every && constant && !constant->is_null ? AsArray(list.arguments[1], types) : std::nullopt;
  if (!array) return std::nullopt;
  const std::string name = FlipComparison(negated ? NegateComparison(list.name) : list.name);
  if (name.empty()) return std::nullopt;
  const ColumnReading element{0, UnwrapDomains(*array->type.type->element, array->type.type_modifier), true};
  Atom atom = CompareColumn(element, name, constant->text);
  if (!atom.why_not.empty()) return std::nullopt;
  return OfElements(array->column, atom.limits[0].limits);
}

// A relation over one column as limits of it, where its values can be said.
std::optional<Atom> AsLimits(const Relation& relation, const TypesByColumn& types) {
  const AttributeNumber column = relation.columns.front();
  const auto type = types.find(column);
  const auto scale = type == types.end() ? std::nullopt : FindPositionScale(type->second);
  if (!scale) return std::nullopt;
  constexpr Int128 kFar = static_cast<Int128>(1) << 100;
  PositionBounds bounds{-kFar, kFar, std::nullopt};
  if (!BoundPosition(relation, column, {}, bounds)) return std::nullopt;
  Atom atom = OfColumn(column);
  if (bounds.lower > bounds.upper) {
    atom.is_impossible = true;
    return atom;
  }
  ValueLimits& limits = atom.limits[column].limits;
  if (bounds.without) limits.excluded.push_back(TextOfPosition(*bounds.without, type->second));
  ValueInterval interval;
  if (bounds.lower > -kFar) interval.lower = TextOfPosition(bounds.lower, type->second);
  if (bounds.upper < kFar) interval.upper = TextOfPosition(bounds.upper, type->second);
  if (interval.lower && interval.lower == interval.upper) {
    limits.has_allowed = true;
    limits.allowed = {*interval.lower};
  } else if (interval.lower || interval.upper) {
    limits.intervals.push_back(std::move(interval));
  }
  return atom;
}

Atom FromTextCondition(TextCondition condition) {
  Atom atom = OfColumn(condition.column.column);
  if (condition.pattern == nullptr) {
    atom.why_not = std::move(condition.why_not);
  } else if (condition.pattern->exact.IsEmpty(true)) {
    atom.is_impossible = true;
  } else if (condition.pattern->exact.IsEmpty()) {
    atom.why_not = "it asks for characters beyond ASCII";
  } else {
    atom.limits[condition.column.column].limits.pattern = std::move(condition.pattern);
  }
  return atom;
}

// A condition on the text of an enum's labels: the labels that satisfy it.
std::optional<Atom> CompareLabels(const Expression& left, const std::string& name, const Expression& right,
                                  const TypesByColumn& types) {
  const auto column = AsColumn(left, types);
  if (!column || column->type.type->kind != TypeKind::Enum) return std::nullopt;
  static const Type text_type = [] {
    Type type;
    type.schema = "pg_catalog";
    type.name = "text";
    type.category = 'S';
    return type;
  }();
  const TypesByColumn as_text{{column->column, {&text_type, -1}}};
  Expression plain;
  plain.kind = Expression::Kind::Column;
  plain.column = column->column;
  const auto condition = ReadTextCondition(plain, name, right, as_text);
  if (!condition || condition->pattern == nullptr) return std::nullopt;
  std::vector<std::string> labels = column->type.type->labels;
  std::erase_if(labels, [&](const std::string& label) { return !condition->pattern->exact.Matches(label); });
  return Allowed(column->column, std::move(labels));
}

Atom ReadSides(const Expression& comparison, const Expression& left, const std::string& name, const Expression& right,
               const TypesByColumn& types, const Clock& clock) {
  const auto constant = AsConstant(right);
  if (constant && !constant->is_null && !FlipComparison(name).empty()) {
    if (const auto column = AsColumn(left, types)) {
      Atom atom = CompareColumn(*column, name, constant->text);
      if (atom.why_not.empty()) return atom;
    }
    if (const auto length = AsLength(left, types)) {
      Atom atom = CompareLength(*length, name, constant->text);
      if (atom.why_not.empty()) return atom;
    }
    if (const auto trimmed = AsTrimmed(left, types); trimmed && name == "<>" && constant->text.empty())
      return CompareLength({*trimmed, true}, ">", "0");
  }
  std::string why = "it is not read";
  if (constant && !constant->is_null) {
    if (auto atom = ReadNeverBlank(left, name, constant->text, types)) return *atom;
    if (auto atom = ReadAbsolute(left, name, constant->text, types)) return *atom;
    if (auto atom = ReadUnits(left, name, constant->text, types)) return *atom;
    if (auto atom = ReadPeriodic(left, name, constant->text, types)) return *atom;
  }
  if (auto atom = ReadJsonComparison(left, name, right, false, types)) return *atom;
  if (auto atom = ReadSameRounded(left, name, right, types)) return *atom;
  if (constant && !constant->is_null && (name == "=" || name == "<>"))
    if (auto atom = ReadShape(left, {constant->text}, name == "=", types)) return *atom;
  if (auto atom = ReadContained(left, name, right, types)) return *atom;
  if (auto atom = ReadRangeComparison(left, name, right, types)) return *atom;
  if (auto atom = ReadRangeWithin(left, name, right, types)) return *atom;
  if (auto labels = constant ? CompareLabels(left, name, right, types) : std::nullopt) return *labels;
  if (auto condition = ReadTextCondition(left, name, right, types)) {
    if (condition->pattern != nullptr) return FromTextCondition(std::move(*condition));
    why = condition->why_not;
  }
  if (const auto relation = ReadRelation(left, name, right, types, clock)) {
    if (relation->columns.size() == 1) {
      if (auto atom = AsLimits(*relation, types)) return *atom;
    } else {
      Atom atom;
      atom.columns = relation->columns;
      atom.relations.push_back(*relation);
      AddProductLimits(comparison, types, atom.relations);
      return atom;
    }
  }
  if (const auto pair = ReadTextPair(left, name, right, types)) {
    Atom atom;
    atom.columns = {std::min(pair->one, pair->other), std::max(pair->one, pair->other)};
    for (const AttributeNumber column : atom.columns) atom.limits[column].limits.pattern = pair->pattern;
    Relation relation;
    relation.kind = Relation::Kind::SameText;
    relation.columns = atom.columns;
    atom.relations.push_back(std::move(relation));
    return atom;
  }
  return Unread(comparison, std::move(why));
}

}  // namespace

Atom ReadComparison(const Expression& comparison, bool negated, const TypesByColumn& types, const Clock& clock) {
  const Expression* left = &comparison.arguments[0];
  const Expression* right = &comparison.arguments[1];
  std::string name = comparison.name == "!=" ? "<>" : comparison.name;
  if (AsConstant(*left) && !AsConstant(*right) && !FlipComparison(name).empty()) {
    std::swap(left, right);
    name = FlipComparison(name);
  }
  if (negated) {
    const std::string opposite = NegateComparison(name).empty() ? NegateTextOperator(name) : NegateComparison(name);
    if (opposite.empty()) {
      if (auto atom = ReadJsonComparison(*left, name, *right, true, types)) return *atom;
      return Unread(comparison, "operator " + name + " is not read");
    }
    name = opposite;
  }
  return ReadSides(comparison, *left, name, *right, types, clock);
}

Atom ReadListAtom(const Expression& list, bool negated, const TypesByColumn& types) {
  const auto texts = AsConstantList(list.arguments[1]);
  if (auto atom = ReadElement(list, negated, types)) return *atom;
  if (!texts) return Unread(list, "the list is not constant");
  const bool any = (list.kind == Expression::Kind::AnyOf) != negated;
  const std::string name = negated ? NegateComparison(list.name) : list.name;
  const bool inside = any && name == "=";
  const bool outside = !any && (name == "<>" || name == "!=");
  if (!inside && !outside) return Unread(list, "operator " + list.name + " is not read");
  if (const auto column = AsColumn(list.arguments[0], types))
    return inside ? Allowed(column->column, *texts) : Excluded(*column, *texts);
  if (auto atom = ReadJsonList(list.arguments[0], *texts, inside, types)) return *atom;
  if (auto atom = ReadShape(list.arguments[0], *texts, inside, types)) return *atom;
  if (auto condition = ReadTextList(list.arguments[0], *texts, inside, types))
    return FromTextCondition(std::move(*condition));
  return Unread(list, "the left side is not read");
}

Atom ReadTruth(const Expression& expression, bool value, const TypesByColumn& types) {
  if (const auto column = AsColumn(expression, types)) {
    if (column->type.type->schema == "pg_catalog" && column->type.type->name == "bool")
      return Allowed(column->column, {value ? "t" : "f"});
  }
  if (auto atom = ReadJsonTruth(expression, value, types)) return *atom;
  const Expression& call = StripCasts(expression);
  if (auto atom = ReadRangeTruth(call, value, types)) return *atom;
  if (auto atom = ReadShape(call, {"t"}, value, types)) return *atom;
  if (auto condition = ReadTextCall(call, !value, types)) return FromTextCondition(std::move(*condition));
  return Unread(expression, call.kind == Expression::Kind::Function ? "function " + call.name + " is not seen through"
                                                                    : "it is not read");
}

}  // namespace dbmocker

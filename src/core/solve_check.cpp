// See solve_check.h. A check is solved when every conjunct reads as a limit on one column; a disjunction when all of
// its branches limit the same column in a way whose union is a limit again. What is read of an unsolved check still
// narrows the draws, so that few rows are rejected.
// Read first: SolveCheck at the end, then Solver::Read.
#include "solve_check.h"

#include <algorithm>
#include <optional>

#include "dbmocker/error.h"
#include "limit_algebra.h"
#include "read_expression.h"

namespace dbmocker {
namespace {

// Types whose value sets keep to intervals and leave out excluded values.
bool IsOrdered(const Type& type) {
  if (type.kind == TypeKind::Enum) return true;
  if (type.schema != "pg_catalog") return false;
  static constexpr const char* kNames[] = {"int2",   "int4",   "int8", "oid",  "money",     "numeric",
                                           "float4", "float8", "date", "time", "timestamp", "timestamptz"};
  return std::ranges::any_of(kNames, [&](const char* name) { return type.name == name; });
}

bool KeepsExclusions(const Type& type) {
  return IsOrdered(type) || type.category == 'S' || (type.schema == "pg_catalog" && type.name == "bool");
}

// What one conjunct or branch says: limits by column, and whether that is all of it.
struct Reading {
  LimitsByColumn limits;
  bool complete = true;
};

class Solver {
 public:
  explicit Solver(const TypesByColumn& types) : types_(types) {}

  // `negated`: read NOT expression.
  Reading Read(const Expression& expression, bool negated) const {
    using Kind = Expression::Kind;
    switch (expression.kind) {
      case Kind::Cast:
        if (const auto column = AsColumn(expression, types_)) return Boolean(*column, !negated);
        return expression.type.empty() || expression.type == "boolean" ? Read(StripCasts(expression), negated)
                                                                       : Unknown();
      case Kind::Not:
        return Read(expression.arguments.front(), !negated);
      case Kind::And:
        return negated ? Any(expression.arguments, true) : All(expression.arguments, false);
      case Kind::Or:
        return negated ? All(expression.arguments, true) : Any(expression.arguments, false);
      case Kind::IsNull:
      case Kind::IsNotNull:
        return NullTest(expression, (expression.kind == Kind::IsNull) != negated);
      case Kind::Column:
      case Kind::Value:
        if (const auto column = AsColumn(expression, types_)) return Boolean(*column, !negated);
        return Unknown();
      case Kind::BooleanTest:
        return BooleanTest(expression, negated);
      case Kind::Operator:
        return expression.arguments.size() == 2 ? Comparison(expression, negated) : Unknown();
      case Kind::Distinct:
        return expression.arguments.size() == 2 ? Distinct(expression, negated) : Unknown();
      case Kind::AnyOf:
      case Kind::AllOf:
        return List(expression, negated);
      case Kind::Constant:
        return Literal(expression, negated);
      default:
        return Unknown();
    }
  }

 private:
  static Reading Unknown() { return Reading{{}, false}; }

  TypeOfColumn TypeOf(AttributeNumber column) const {
    const auto found = types_.find(column);
    return found == types_.end() ? TypeOfColumn{} : found->second;
  }

  Reading All(const std::vector<Expression>& arguments, bool negated) const {
    Reading result;
    for (const Expression& argument : arguments) {
      const Reading part = Read(argument, negated);
      for (const auto& [column, limits] : part.limits) MergeColumnLimits(result.limits[column], limits, TypeOf(column));
      result.complete &= part.complete;
    }
    return result;
  }

  // A column that every branch limits is limited by their union; the disjunction is solved if the branches say no more
  // than that. Branches that nothing satisfies count for nothing.
  Reading Any(const std::vector<Expression>& arguments, bool negated) const {
    std::vector<Reading> branches;
    std::optional<Error> impossible;
    for (const Expression& argument : arguments) {
      try {
        branches.push_back(Read(argument, negated));
      } catch (const Error& error) {
        impossible = error;
        continue;
      }
      if (branches.back().limits.empty()) return Reading{{}, branches.back().complete};
    }
    if (branches.empty() && impossible) throw Error(*impossible);
    if (branches.empty()) return Unknown();
    Reading result;
    result.complete = std::ranges::all_of(branches, [&](const Reading& branch) {
      return branch.complete && branch.limits.size() == 1 &&
             branch.limits.begin()->first == branches.front().limits.begin()->first;
    });
    for (const auto& [column, limits] : branches.front().limits) {
      if (!UniteColumn(branches, column, result.limits)) result.complete = false;
    }
    return result;
  }

  // `c IS NULL` as a branch leaves NULL legal beside the values of the others.
  bool UniteColumn(const std::vector<Reading>& branches, AttributeNumber column, LimitsByColumn& out) const {
    ColumnLimits merged;
    merged.not_null = true;
    std::vector<ValueLimits> values;
    for (const Reading& branch : branches) {
      const auto found = branch.limits.find(column);
      if (found == branch.limits.end()) return false;
      merged.not_null &= found->second.not_null;
      if (!found->second.always_null) values.push_back(found->second.limits);
    }
    if (values.empty()) {
      merged.always_null = true;
    } else {
      auto united = Unite(values, TypeOf(column));
      if (!united) return false;
      merged.limits = std::move(*united);
    }
    out[column] = std::move(merged);
    return true;
  }

  Reading NullTest(const Expression& expression, bool is_null) const {
    const Expression& operand = StripCasts(expression.arguments.front());
    if (operand.kind != Expression::Kind::Column && operand.kind != Expression::Kind::Value) return Unknown();
    return NullReading(operand.column, is_null);
  }

  static Reading NullReading(AttributeNumber column, bool is_null) {
    Reading result;
    (is_null ? result.limits[column].always_null : result.limits[column].not_null) = true;
    return result;
  }

  static Reading Allowed(AttributeNumber column, std::vector<std::string> texts) {
    Reading result;
    result.limits[column].limits.has_allowed = true;
    result.limits[column].limits.allowed = std::move(texts);
    return result;
  }

  // Blank text is left out by its length: that leaves the choice of values open.
  static Reading Excluded(const ColumnReading& column, const std::vector<std::string>& texts) {
    Reading result;
    ValueLimits& limits = result.limits[column.column].limits;
    for (const std::string& text : texts) {
      if (text.empty() && column.type.type->category == 'S') {
        limits.min_length = 1;
      } else {
        limits.excluded.push_back(text);
      }
    }
    result.complete = limits.excluded.empty() || KeepsExclusions(*column.type.type);
    return result;
  }

  static Reading Boolean(const ColumnReading& column, bool value) {
    if (column.type.type->schema != "pg_catalog" || column.type.type->name != "bool") return Unknown();
    return Allowed(column.column, {value ? "t" : "f"});
  }

  Reading BooleanTest(const Expression& test, bool negated) const {
    const auto column = AsColumn(test.arguments.front(), types_);
    if (!column) return Unknown();
    const bool is_not = test.name.find("NOT") != std::string::npos;
    const bool must_be = is_not == negated;  // x IS TRUE, or NOT (x IS NOT TRUE)
    if (test.name.find("UNKNOWN") != std::string::npos) return NullReading(column->column, must_be);
    const bool about_true = test.name.find("TRUE") != std::string::npos;
    Reading result = Boolean(*column, about_true == must_be);
    if (result.complete) result.limits[column->column].not_null = must_be;  // x IS NOT TRUE holds for NULL too
    return result;
  }

  Reading Comparison(const Expression& comparison, bool negated) const {
    const Expression* left = &comparison.arguments[0];
    const Expression* right = &comparison.arguments[1];
    std::string name = comparison.name == "!=" ? "<>" : comparison.name;
    if (AsConstant(*left) && !AsConstant(*right)) {
      std::swap(left, right);
      name = FlipComparison(name);
    }
    if (negated) name = NegateComparison(name);
    const auto constant = AsConstant(*right);
    if (!constant || name.empty()) return Unknown();
    if (constant->is_null) return FlipComparison(name).empty() ? Unknown() : Reading{};  // NULL, which a CHECK accepts
    if (const auto column = AsColumn(*left, types_)) return CompareColumn(*column, name, constant->text);
    if (const auto length = AsLength(*left, types_)) return CompareLength(*length, name, constant->text);
    if (const auto trimmed = AsTrimmed(*left, types_); trimmed && name == "<>" && constant->text.empty())
      return CompareLength({*trimmed, true}, ">", "0");
    return Unknown();
  }

  Reading Distinct(const Expression& distinct, bool negated) const {
    const bool swapped = AsConstant(distinct.arguments[0]).has_value();
    const auto column = AsColumn(distinct.arguments[swapped ? 1 : 0], types_);
    const auto constant = AsConstant(distinct.arguments[swapped ? 0 : 1]);
    if (!column || !constant) return Unknown();
    if (constant->is_null) return NullReading(column->column, negated);
    if (!negated) return Excluded(*column, {constant->text});
    Reading result = Allowed(column->column, {constant->text});
    result.limits[column->column].not_null = true;
    return result;
  }

  static Reading CompareColumn(const ColumnReading& column, const std::string& name, const std::string& text) {
    if (name == "=") return Allowed(column.column, {text});
    if (name == "<>") return Excluded(column, {text});
    const bool is_upper = name == "<" || name == "<=";
    if (!is_upper && name != ">" && name != ">=") return Unknown();
    // The order of text is its collation's.
    if (!column.keeps_order || !IsOrdered(*column.type.type)) return Unknown();
    if (text == (is_upper ? "infinity" : "-infinity")) return Reading{};  // no value set goes that far
    if (text.ends_with("infinity")) return Unknown();
    ValueInterval interval;
    (is_upper ? interval.upper : interval.lower) = text;
    (is_upper ? interval.upper_inclusive : interval.lower_inclusive) = name.size() == 2;
    Reading result;
    result.limits[column.column].limits.intervals.push_back(std::move(interval));
    return result;
  }

  // No generator makes blank text, but blanks around a text may shorten it.
  static Reading CompareLength(const LengthReading& length, const std::string& name, const std::string& text) {
    const auto number = AsInteger(text);
    if (!number) return Unknown();
    std::optional<std::int64_t> least;
    std::optional<std::int64_t> most;
    if (name == "=") {
      least = most = number;
    } else if (name == "<") {
      most = *number - 1;
    } else if (name == "<=") {
      most = number;
    } else if (name == ">") {
      least = *number + 1;
    } else if (name == ">=") {
      least = number;
    } else if (name == "<>" && *number == 0) {
      least = 1;
    } else {
      return Unknown();
    }
    if (most && *most < 0) throw Error(sqlstate::kInvalidParameterValue, "no value is that short");
    Reading result;
    ValueLimits& limits = result.limits[length.column.column].limits;
    limits.min_length = least;
    if (!length.is_trimmed) limits.max_length = most;
    result.complete = !length.is_trimmed || (!most && least.value_or(0) <= 1);
    return result;
  }

  Reading List(const Expression& list, bool negated) const {
    if (list.arguments.size() != 2) return Unknown();
    const auto column = AsColumn(list.arguments[0], types_);
    const auto texts = AsConstantList(list.arguments[1]);
    if (!column || !texts) return Unknown();
    const bool any = (list.kind == Expression::Kind::AnyOf) != negated;
    const std::string name = negated ? NegateComparison(list.name) : list.name;
    if (any && name == "=") {
      Reading result = Allowed(column->column, *texts);
      if (texts->empty()) result = Unknown();  // only NULL in it: never false, or never true
      return result;
    }
    if (!any && (name == "<>" || name == "!=")) return Excluded(*column, *texts);
    return Unknown();
  }

  static Reading Literal(const Expression& constant, bool negated) {
    if (!constant.value) return Reading{};
    const bool holds = (*constant.value == "t") != negated;
    if (holds) return Reading{};
    throw Error(sqlstate::kInvalidParameterValue, "a CHECK constraint is never true");
  }

  const TypesByColumn& types_;
};

}  // namespace

TypeOfColumn UnwrapDomains(const Type& type, int type_modifier) {
  TypeOfColumn result{&type, type_modifier};
  while (result.type->kind == TypeKind::Domain && result.type->element != nullptr) {
    if (result.type->element_modifier != -1) result.type_modifier = result.type->element_modifier;
    result.type = result.type->element.get();
  }
  return result;
}

bool SolveCheck(const Expression& check, const TypesByColumn& types, LimitsByColumn& limits) {
  const Solver solver(types);
  const Reading reading = solver.Read(check, false);
  for (const auto& [column, found] : reading.limits) {
    const auto type = types.find(column);
    MergeColumnLimits(limits[column], found, type == types.end() ? TypeOfColumn{} : type->second);
  }
  return reading.complete;
}

}  // namespace dbmocker

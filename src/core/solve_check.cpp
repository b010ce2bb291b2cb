// See solve_check.h. A check is solved when every conjunct reads as a limit on one column; a disjunction when all of its
// branches limit the same column in a way whose union is a limit again.
// Read first: SolveCheck at the end, then Solver::Conjunct.
#include "solve_check.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

#include "dbmocker/error.h"

namespace dbmocker {
namespace {

// ---------------------------------------------------------------------------------------------- reading expressions

const Expression& StripCasts(const Expression& expression) {
  const Expression* inner = &expression;
  while (inner->kind == Expression::Kind::Cast && inner->arguments.size() == 1) inner = &inner->arguments.front();
  return *inner;
}

// The column that an expression is, casts set aside; nullopt if it is something else.
std::optional<AttributeNumber> AsColumn(const Expression& expression) {
  const Expression& inner = StripCasts(expression);
  if (inner.kind == Expression::Kind::Column) return inner.column;
  if (inner.kind == Expression::Kind::Value) return 0;
  return std::nullopt;
}

struct ConstantText {
  bool is_null = false;
  std::string text;
};

std::optional<ConstantText> AsConstant(const Expression& expression) {
  const Expression& inner = StripCasts(expression);
  if (inner.kind == Expression::Kind::Constant) return ConstantText{!inner.value, inner.value.value_or("")};
  if (inner.kind == Expression::Kind::Operator && inner.name == "-" && inner.arguments.size() == 1) {
    const auto operand = AsConstant(inner.arguments.front());
    if (!operand || operand->is_null || operand->text.empty()) return std::nullopt;
    if (operand->text.front() == '-') return ConstantText{false, operand->text.substr(1)};
    if (std::isdigit(static_cast<unsigned char>(operand->text.front()))) return ConstantText{false, "-" + operand->text};
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> AsConstantList(const Expression& expression) {
  const Expression& inner = StripCasts(expression);
  std::vector<std::string> texts;
  if (inner.kind == Expression::Kind::ArrayConst) {
    for (const auto& element : inner.elements)
      if (element) texts.push_back(*element);
    return texts;
  }
  if (inner.kind != Expression::Kind::Array) return std::nullopt;
  for (const Expression& argument : inner.arguments) {
    const auto constant = AsConstant(argument);
    if (!constant) return std::nullopt;
    if (!constant->is_null) texts.push_back(constant->text);
  }
  return texts;
}

std::optional<std::int64_t> AsInteger(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0' || value < -9e15 || value > 9e15) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

bool IsLengthFunction(const Expression& call) {
  static constexpr const char* kNames[] = {"length", "char_length", "character_length", "cardinality", "array_length"};
  if (call.kind != Expression::Kind::Function || call.arguments.empty()) return false;
  if (std::none_of(std::begin(kNames), std::end(kNames), [&](const char* name) { return call.name == name; })) return false;
  if (call.name != "array_length") return call.arguments.size() == 1;
  const auto dimension = AsConstant(call.arguments.back());
  return call.arguments.size() == 2 && dimension && dimension->text == "1";
}

bool IsTrimFunction(const Expression& call) {
  return call.kind == Expression::Kind::Function && call.arguments.size() == 1 &&
         (call.name == "btrim" || call.name == "ltrim" || call.name == "rtrim");
}

const char* Flip(const std::string& comparison) {
  if (comparison == "<") return ">";
  if (comparison == "<=") return ">=";
  if (comparison == ">") return "<";
  if (comparison == ">=") return "<=";
  return comparison.c_str();
}

const char* Negate(const std::string& comparison) {
  if (comparison == "<") return ">=";
  if (comparison == "<=") return ">";
  if (comparison == ">") return "<=";
  if (comparison == ">=") return "<";
  if (comparison == "=") return "<>";
  if (comparison == "<>") return "=";
  return nullptr;
}

// ------------------------------------------------------------------------------------------------- ordering of texts

int CompareTexts(const std::string& left, const std::string& right, const TypeOfColumn& type) {
  if (type.type != nullptr) {
    const auto a = ParseOrderedValue(*type.type, type.type_modifier, left, false);
    const auto b = ParseOrderedValue(*type.type, type.type_modifier, right, false);
    if (a && b && *a != *b) return *a < *b ? -1 : 1;
    if (type.type->kind == TypeKind::Enum) {
      const auto& labels = type.type->labels;
      const auto rank = [&](const std::string& text) { return std::find(labels.begin(), labels.end(), text) - labels.begin(); };
      return rank(left) < rank(right) ? -1 : rank(left) > rank(right);
    }
    if (type.type->category == 'N') {
      const double x = std::strtod(left.c_str(), nullptr), y = std::strtod(right.c_str(), nullptr);
      return x < y ? -1 : x > y;
    }
  }
  return left.compare(right);
}

// False if nothing lies in it.
bool IntersectIntervals(const ValueInterval& left, const ValueInterval& right, const TypeOfColumn& type, ValueInterval& out) {
  out = left;
  if (right.lower) {
    const int order = out.lower ? CompareTexts(*right.lower, *out.lower, type) : 1;
    if (order > 0 || (order == 0 && !right.lower_inclusive)) out.lower = right.lower, out.lower_inclusive = right.lower_inclusive;
  }
  if (right.upper) {
    const int order = out.upper ? CompareTexts(*right.upper, *out.upper, type) : -1;
    if (order < 0 || (order == 0 && !right.upper_inclusive)) out.upper = right.upper, out.upper_inclusive = right.upper_inclusive;
  }
  if (!out.lower || !out.upper) return true;
  const int order = CompareTexts(*out.lower, *out.upper, type);
  return order < 0 || (order == 0 && out.lower_inclusive && out.upper_inclusive);
}

template <class Number>
std::optional<Number> MaxOf(std::optional<Number> a, std::optional<Number> b) {
  return !a ? b : !b ? a : std::optional<Number>(std::max(*a, *b));
}
template <class Number>
std::optional<Number> MinOf(std::optional<Number> a, std::optional<Number> b) {
  return !a ? b : !b ? a : std::optional<Number>(std::min(*a, *b));
}

// ------------------------------------------------------------------------------------------------------------- solver

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
        return Read(StripCasts(expression), negated);
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
        return Boolean(expression, !negated);
      case Kind::BooleanTest:
        return BooleanTest(expression, negated);
      case Kind::Operator:
        return expression.arguments.size() == 2 ? Comparison(expression, negated) : Unknown();
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

  void Merge(LimitsByColumn& into, const LimitsByColumn& from) const {
    for (const auto& [column, limits] : from) {
      ColumnLimits& target = into[column];
      target.limits = Intersect(target.limits, limits.limits, TypeOf(column));
      target.not_null |= limits.not_null;
      target.always_null |= limits.always_null;
    }
  }

  Reading All(const std::vector<Expression>& arguments, bool negated) const {
    Reading result;
    for (const Expression& argument : arguments) {
      const Reading part = Read(argument, negated);
      Merge(result.limits, part.limits);
      result.complete &= part.complete;
    }
    return result;
  }

  // A disjunction is a limit only if every branch limits one and the same column; `c IS NULL` as a branch leaves NULL legal.
  Reading Any(const std::vector<Expression>& arguments, bool negated) const {
    std::optional<AttributeNumber> column;
    std::vector<ColumnLimits> branches;
    bool null_is_legal = false;
    for (const Expression& argument : arguments) {
      const Reading branch = Read(argument, negated);
      if (!branch.complete || branch.limits.size() != 1) return Unknown();
      const auto& [number, limits] = *branch.limits.begin();
      if (column && *column != number) return Unknown();
      column = number;
      if (limits.always_null) {
        null_is_legal = true;
      } else {
        branches.push_back(limits);
      }
    }
    if (!column) return Unknown();
    Reading result;
    ColumnLimits& merged = result.limits[*column];
    if (branches.empty()) {
      merged.always_null = true;
      return result;
    }
    if (!Unite(branches, merged, TypeOf(*column))) return Unknown();
    merged.not_null = !null_is_legal && std::all_of(branches.begin(), branches.end(), [](const auto& b) { return b.not_null; });
    return result;
  }

  // Union of branches of one form: all intervals, all lists, lists among intervals (as one-point intervals), or lengths.
  static bool Unite(const std::vector<ColumnLimits>& branches, ColumnLimits& merged, const TypeOfColumn&) {
    if (branches.size() == 1) {
      merged.limits = branches.front().limits;
      return true;
    }
    bool lists_only = true;
    for (const ColumnLimits& branch : branches) {
      const ValueLimits& limits = branch.limits;
      if (limits.min_length || limits.max_length || !limits.excluded.empty()) return false;
      if (limits.has_allowed && !limits.intervals.empty()) return false;
      if (limits.IsUnlimited()) {  // e.g. x IS NOT NULL OR …: every value is legal
        merged.limits = ValueLimits{};
        return true;
      }
      lists_only &= limits.has_allowed;
    }
    for (const ColumnLimits& branch : branches) {
      const ValueLimits& limits = branch.limits;
      if (lists_only) {
        merged.limits.has_allowed = true;
        for (const std::string& text : limits.allowed)
          if (std::find(merged.limits.allowed.begin(), merged.limits.allowed.end(), text) == merged.limits.allowed.end())
            merged.limits.allowed.push_back(text);
        continue;
      }
      for (const std::string& text : limits.allowed) merged.limits.intervals.push_back({text, text, true, true});
      merged.limits.intervals.insert(merged.limits.intervals.end(), limits.intervals.begin(), limits.intervals.end());
    }
    return true;
  }

  Reading NullTest(const Expression& expression, bool is_null) const {
    const auto column = AsColumn(expression.arguments.front());
    if (!column) return Unknown();
    Reading result;
    (is_null ? result.limits[*column].always_null : result.limits[*column].not_null) = true;
    return result;
  }

  static Reading Allowed(AttributeNumber column, std::vector<std::string> texts) {
    Reading result;
    result.limits[column].limits.has_allowed = true;
    result.limits[column].limits.allowed = std::move(texts);
    return result;
  }

  Reading Boolean(const Expression& expression, bool value) const {
    const auto column = AsColumn(expression);
    return column ? Allowed(*column, {value ? "t" : "f"}) : Unknown();
  }

  Reading BooleanTest(const Expression& test, bool negated) const {
    const auto column = AsColumn(test.arguments.front());
    if (!column) return Unknown();
    const bool is_not = test.name.find("NOT") != std::string::npos;
    const bool must_be = is_not == negated;  // x IS TRUE, or NOT (x IS NOT TRUE)
    if (test.name.find("UNKNOWN") != std::string::npos) {
      Reading result;
      (must_be ? result.limits[*column].always_null : result.limits[*column].not_null) = true;
      return result;
    }
    const bool about_true = test.name.find("TRUE") != std::string::npos;
    Reading result = Allowed(*column, {about_true == must_be ? "t" : "f"});
    result.limits[*column].not_null = must_be;  // x IS NOT TRUE holds for NULL too
    return result;
  }

  Reading Comparison(const Expression& comparison, bool negated) const {
    const Expression* left = &comparison.arguments[0];
    const Expression* right = &comparison.arguments[1];
    std::string name = comparison.name;
    if (AsConstant(*left) && !AsConstant(*right)) {
      std::swap(left, right);
      name = Flip(name);
    }
    if (negated) {
      const char* opposite = Negate(name);
      if (opposite == nullptr) return Unknown();
      name = opposite;
    }
    const auto constant = AsConstant(*right);
    if (!constant) return Unknown();
    if (constant->is_null) return Reading{};  // comparison with NULL is NULL, which a CHECK accepts
    const Expression& operand = StripCasts(*left);
    if (const auto column = AsColumn(*left)) return CompareColumn(*column, name, constant->text);
    if (IsLengthFunction(operand)) {
      if (const auto column = AsColumn(operand.arguments.front())) return CompareLength(*column, name, constant->text);
    }
    if (IsTrimFunction(operand) && name == "<>" && constant->text.empty()) {
      if (const auto column = AsColumn(operand.arguments.front())) return CompareLength(*column, ">", "0");
    }
    return Unknown();
  }

  Reading CompareColumn(AttributeNumber column, const std::string& name, const std::string& text) const {
    Reading result;
    ValueLimits& limits = result.limits[column].limits;
    if (name == "=") return Allowed(column, {text});
    if (name == "<>" || name == "!=") {
      limits.excluded.push_back(text);
      if (text.empty()) limits.min_length = 1;
      return result;
    }
    ValueInterval interval;
    if (name == "<" || name == "<=") {
      interval.upper = text;
      interval.upper_inclusive = name == "<=";
    } else if (name == ">" || name == ">=") {
      interval.lower = text;
      interval.lower_inclusive = name == ">=";
    } else {
      return Unknown();
    }
    const TypeOfColumn type = TypeOf(column);
    if (type.type != nullptr && type.type->category == 'S') return Unknown();  // the order of text is the collation's
    limits.intervals.push_back(interval);
    return result;
  }

  static Reading CompareLength(AttributeNumber column, const std::string& name, const std::string& text) {
    const auto number = AsInteger(text);
    if (!number) return Unknown();
    Reading result;
    ValueLimits& limits = result.limits[column].limits;
    if (name == "=") limits.min_length = limits.max_length = number;
    else if (name == "<") limits.max_length = *number - 1;
    else if (name == "<=") limits.max_length = number;
    else if (name == ">") limits.min_length = *number + 1;
    else if (name == ">=") limits.min_length = number;
    else if ((name == "<>" || name == "!=") && *number == 0) limits.min_length = 1;
    else return Unknown();
    return result;
  }

  Reading List(const Expression& list, bool negated) const {
    if (list.arguments.size() != 2) return Unknown();
    const auto column = AsColumn(list.arguments[0]);
    const auto texts = AsConstantList(list.arguments[1]);
    if (!column || !texts) return Unknown();
    const bool any = (list.kind == Expression::Kind::AnyOf) != negated;
    std::string name = list.name;
    if (negated) {
      const char* opposite = Negate(name);
      if (opposite == nullptr) return Unknown();
      name = opposite;
    }
    if (any && name == "=") return Allowed(*column, *texts);
    if (!any && (name == "<>" || name == "!=")) {
      Reading result;
      result.limits[*column].limits.excluded = *texts;
      return result;
    }
    return Unknown();
  }

  static Reading Literal(const Expression& constant, bool negated) {
    if (!constant.value) return Reading{};
    const bool holds = (*constant.value == "t") != negated;
    if (holds) return Reading{};
    throw Error(sqlstate::kCheckViolation, "a CHECK constraint is never true");
  }

  const TypesByColumn& types_;
};

}  // namespace

ValueLimits Intersect(const ValueLimits& left, const ValueLimits& right, const TypeOfColumn& type) {
  ValueLimits result = left;
  if (left.intervals.empty()) {
    result.intervals = right.intervals;
  } else if (!right.intervals.empty()) {
    result.intervals.clear();
    for (const ValueInterval& a : left.intervals)
      for (const ValueInterval& b : right.intervals)
        if (ValueInterval both; IntersectIntervals(a, b, type, both)) result.intervals.push_back(both);
    if (result.intervals.empty())
      throw Error(sqlstate::kInvalidParameterValue, "the limits of the column contradict each other",
                  "No value lies in all of its ranges at once.");
  }
  if (!left.has_allowed) {
    result.has_allowed = right.has_allowed;
    result.allowed = right.allowed;
  } else if (right.has_allowed) {
    result.allowed.clear();
    for (const std::string& text : left.allowed)
      if (std::find(right.allowed.begin(), right.allowed.end(), text) != right.allowed.end()) result.allowed.push_back(text);
  }
  if (result.has_allowed && result.allowed.empty())
    throw Error(sqlstate::kInvalidParameterValue, "the limits of the column contradict each other",
                "No value is in all of its lists at once.");
  result.excluded.insert(result.excluded.end(), right.excluded.begin(), right.excluded.end());
  result.min_length = MaxOf(left.min_length, right.min_length);
  result.max_length = MinOf(left.max_length, right.max_length);
  if (result.min_length && result.max_length && *result.min_length > *result.max_length)
    throw Error(sqlstate::kInvalidParameterValue, "the limits of the column contradict each other",
                "The shortest legal length is " + std::to_string(*result.min_length) + ", the longest " +
                    std::to_string(*result.max_length) + ".");
  return result;
}

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
    ColumnLimits& target = limits[column];
    const auto type = types.find(column);
    target.limits = Intersect(target.limits, found.limits, type == types.end() ? TypeOfColumn{} : type->second);
    target.not_null |= found.not_null;
    target.always_null |= found.always_null;
  }
  return reading.complete;
}

}  // namespace dbmocker

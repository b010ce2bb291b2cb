// See take_apart.h.
// Read first: FindChoice, then ChooseParts.
#include "take_apart.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "make_expression.h"
#include "read_expression.h"

namespace dbmocker {
namespace {

using Kind = Expression::Kind;

bool IsTruthAsNumber(const Expression& cast) {
  if (cast.type != "integer" && cast.type != "smallint" && cast.type != "bigint") return false;
  const Expression& inner = cast.arguments.front();
  return inner.type == "boolean" && inner.kind != Kind::Constant && inner.kind != Kind::Opaque;
}

bool IsChoice(const Expression& expression) {
  switch (expression.kind) {
    case Kind::Coalesce:
    case Kind::Case:
      return !expression.arguments.empty();
    case Kind::Function:
      return (expression.name == "nullif" || expression.name == "greatest" || expression.name == "least") &&
             expression.arguments.size() >= 2;
    case Kind::Cast:
      return IsTruthAsNumber(expression);
    default:
      return false;
  }
}

// The place of a choice as a path of argument numbers; false if there is none.
bool FindChoice(const Expression& expression, std::vector<std::size_t>& path) {
  if (IsChoice(expression)) return true;
  if (expression.kind != Kind::Operator && expression.kind != Kind::Cast && expression.kind != Kind::Function)
    return false;
  for (std::size_t i = 0; i < expression.arguments.size(); ++i) {
    path.push_back(i);
    if (FindChoice(expression.arguments[i], path)) return true;
    path.pop_back();
  }
  return false;
}

void CollectColumns(Expression& expression) {
  if (expression.arguments.empty()) return;
  std::set<AttributeNumber> columns;
  for (const Expression& argument : expression.arguments)
    columns.insert(argument.columns.begin(), argument.columns.end());
  expression.columns.assign(columns.begin(), columns.end());
}

Expression Replace(const Expression& root, const std::vector<std::size_t>& path, std::size_t depth,
                   const Expression& replacement) {
  if (depth == path.size()) return replacement;
  Expression result = root;
  result.arguments[path[depth]] = Replace(root.arguments[path[depth]], path, depth + 1, replacement);
  CollectColumns(result);
  return result;
}

// What the choice stands for, and when.
std::vector<ExpressionPart> ChooseParts(const Expression& choice) {
  std::vector<ExpressionPart> parts;
  std::vector<std::pair<Expression, PartCondition>> before;
  const auto add = [&](const Expression& condition, const Expression& value) {
    parts.push_back({before, value});
    parts.back().conditions.emplace_back(condition, PartCondition::Holds);
    before.emplace_back(condition, PartCondition::DoesNotHold);
  };
  const auto is_null = [](const Expression& operand) { return MakeCondition(Kind::IsNull, "", {operand}); };
  const std::vector<Expression>& arguments = choice.arguments;
  if (choice.kind == Kind::Coalesce) {
    for (std::size_t i = 0; i + 1 < arguments.size(); ++i)
      add(MakeCondition(Kind::IsNotNull, "", {arguments[i]}), arguments[i]);
    parts.push_back({before, arguments.back()});
  } else if (choice.kind == Kind::Case) {
    for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) add(arguments[i], arguments[i + 1]);
    parts.push_back({before, arguments.size() % 2 == 1 ? arguments.back() : MakeNull(choice.type)});
  } else if (choice.kind == Kind::Cast) {
    const Expression& truth = arguments.front();
    add(truth, MakeConstant("integer", "1"));
    add(is_null(truth), MakeNull(choice.type));
    parts.push_back({before, MakeConstant("integer", "0")});
  } else if (choice.name == "nullif") {
    add(MakeCondition(Kind::Operator, "=", {arguments[0], arguments[1]}), MakeNull(choice.type));
    parts.push_back({before, arguments[0]});
  } else {  // GREATEST and LEAST leave NULLs out
    Expression rest = arguments[1];
    if (arguments.size() > 2) {
      rest = choice;
      rest.arguments.erase(rest.arguments.begin());
      CollectColumns(rest);
    }
    add(is_null(arguments[0]), rest);
    add(is_null(rest), arguments[0]);
    add(MakeCondition(Kind::Operator, choice.name == "greatest" ? ">=" : "<=", {arguments[0], rest}), arguments[0]);
    parts.push_back({before, rest});
  }
  return parts;
}

}  // namespace

std::optional<std::vector<ExpressionPart>> TakeApart(const Expression& expression) {
  std::vector<std::size_t> path;
  if (!FindChoice(expression, path)) return std::nullopt;
  const Expression* choice = &expression;
  for (const std::size_t step : path) choice = &choice->arguments[step];
  std::vector<ExpressionPart> parts = ChooseParts(*choice);
  for (ExpressionPart& part : parts) part.expression = Replace(expression, path, 0, part.expression);
  return parts;
}

bool NullCount::Holds(std::size_t nonnulls) const {
  const auto count = static_cast<long>(counts_nulls ? arguments.size() - nonnulls : nonnulls);
  if (comparison == "=") return count == number;
  if (comparison == "<>" || comparison == "!=") return count != number;
  if (comparison == "<") return count < number;
  if (comparison == "<=") return count <= number;
  if (comparison == ">") return count > number;
  return count >= number;
}

std::optional<NullCount> CountNulls(const Expression& comparison) {
  const Expression* left = &comparison.arguments[0];
  const Expression* right = &comparison.arguments[1];
  NullCount count;
  count.comparison = comparison.name;
  if (AsConstant(*left)) {
    std::swap(left, right);
    count.comparison = FlipComparison(count.comparison);
  }
  const auto constant = AsConstant(*right);
  const auto number = constant && !constant->is_null ? AsInteger(constant->text) : std::nullopt;
  const Expression& call = StripCasts(*left);
  if (!number || call.kind != Kind::Function || (FlipComparison(count.comparison).empty() && count.comparison != "!="))
    return std::nullopt;
  count.number = static_cast<long>(*number);
  if (call.name == "num_nonnulls" || call.name == "num_nulls") {
    count.counts_nulls = call.name == "num_nulls";
    count.arguments = call.arguments;
  } else if (call.name == "cardinality" && !call.arguments.empty()) {
    const Expression& inner = StripCasts(call.arguments.front());
    if (inner.kind != Kind::Function || inner.name != "array_remove" || inner.arguments.size() != 2)
      return std::nullopt;
    const Expression& array = StripCasts(inner.arguments[0]);
    const auto removed = AsConstant(inner.arguments[1]);
    if (array.kind != Kind::Array || !removed || !removed->is_null) return std::nullopt;
    count.arguments = array.arguments;
  } else {
    return std::nullopt;
  }
  // A VARIADIC array is one argument that is not a plain value.
  const bool plain = std::ranges::none_of(count.arguments, [](const Expression& argument) {
    return argument.kind == Kind::Array || argument.kind == Kind::ArrayConst;
  });
  return plain && !count.arguments.empty() ? std::optional(std::move(count)) : std::nullopt;
}

bool IsStrict(const Expression& expression) {
  if (expression.kind == Kind::Operator) return expression.name != "||" || !expression.type.ends_with("[]");
  static const std::set<std::string> strict_functions = {"length",       "char_length", "character_length",
                                                         "octet_length", "lower",       "upper",
                                                         "btrim",        "ltrim",       "rtrim",
                                                         "left",         "right",       "substr",
                                                         "abs",          "round",       "floor",
                                                         "ceil",         "position",    "strpos",
                                                         "replace",      "date_part",   "trunc",
                                                         "mod",          "extract",     "cardinality",
                                                         "substring",    "date_trunc",  "jsonb_typeof",
                                                         "reverse",      "sign",        "initcap",
                                                         "timezone"};
  return expression.kind == Kind::Function && strict_functions.contains(expression.name);
}

bool MayBeNull(const Expression& expression) {
  static const std::set<std::string> operators = {"->", "->>", "#>", "#>>"};
  static const std::set<std::string> functions = {"substring"};
  if (expression.kind == Expression::Kind::Operator) return operators.contains(expression.name);
  return expression.kind == Expression::Kind::Function && functions.contains(expression.name);
}

}  // namespace dbmocker

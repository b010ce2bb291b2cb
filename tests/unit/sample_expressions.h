// Expression trees as the server's describe step would hand them over, for tests of CHECK constraints and indexes.
// Read first: Compare.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "dbmocker/schema.h"

namespace dbmocker::sample {

using Kind = Expression::Kind;

inline Expression Node(Kind kind, std::vector<Expression> arguments, std::string name = "") {
  Expression node;
  node.kind = kind;
  node.name = std::move(name);
  node.type = "boolean";
  for (const Expression& argument : arguments)
    for (const AttributeNumber column : argument.columns)
      if (std::find(node.columns.begin(), node.columns.end(), column) == node.columns.end())
        node.columns.push_back(column);
  std::sort(node.columns.begin(), node.columns.end());
  node.arguments = std::move(arguments);
  return node;
}

inline Expression ColumnAt(AttributeNumber number) {
  Expression node = Node(Kind::Column, {});
  node.column = number;
  node.columns = {number};
  return node;
}
inline Expression ValueOfDomain() { return Node(Kind::Value, {}); }

inline Expression Constant(const std::string& text) {
  Expression node = Node(Kind::Constant, {});
  node.value = text;
  return node;
}
inline Expression NullConstant() { return Node(Kind::Constant, {}); }

inline Expression Compare(Expression left, const std::string& name, Expression right) {
  return Node(Kind::Operator, {std::move(left), std::move(right)}, name);
}
inline Expression Compare(Expression left, const std::string& name, const std::string& constant) {
  return Compare(std::move(left), name, Constant(constant));
}
inline Expression All(std::vector<Expression> arguments) { return Node(Kind::And, std::move(arguments)); }
inline Expression Any(std::vector<Expression> arguments) { return Node(Kind::Or, std::move(arguments)); }
inline Expression Not(Expression argument) { return Node(Kind::Not, {std::move(argument)}); }
inline Expression IsNull(Expression argument) { return Node(Kind::IsNull, {std::move(argument)}); }
inline Expression IsNotNull(Expression argument) { return Node(Kind::IsNotNull, {std::move(argument)}); }
inline Expression Call(const std::string& name, Expression argument) {
  return Node(Kind::Function, {std::move(argument)}, name);
}
inline Expression CastTo(const std::string& type, Expression argument) {
  Expression node = Node(Kind::Cast, {std::move(argument)});
  node.type = type;
  return node;
}
inline Expression In(Expression scalar, std::vector<std::string> texts) {
  Expression list = Node(Kind::ArrayConst, {});
  for (std::string& text : texts) list.elements.emplace_back(std::move(text));
  return Node(Kind::AnyOf, {std::move(scalar), std::move(list)}, "=");
}
inline Expression Between(Expression scalar, const std::string& lower, const std::string& upper) {
  return All({Compare(scalar, ">=", lower), Compare(scalar, "<=", upper)});
}

}  // namespace dbmocker::sample

// See make_expression.h.
// Read first: MakeCondition.
#include "make_expression.h"

#include <set>
#include <utility>

namespace dbmocker {

Expression MakeNull(std::string type) {
  Expression constant;
  constant.kind = Expression::Kind::Constant;
  constant.type = std::move(type);
  return constant;
}

Expression MakeConstant(std::string type, std::string text) {
  Expression constant = MakeNull(std::move(type));
  constant.value = std::move(text);
  return constant;
}

Expression MakeCondition(Expression::Kind kind, std::string name, std::vector<Expression> arguments) {
  Expression condition;
  condition.kind = kind;
  condition.name = std::move(name);
  condition.type = "boolean";
  std::set<AttributeNumber> columns;
  for (const Expression& argument : arguments) columns.insert(argument.columns.begin(), argument.columns.end());
  condition.columns.assign(columns.begin(), columns.end());
  condition.arguments = std::move(arguments);
  return condition;
}

}  // namespace dbmocker

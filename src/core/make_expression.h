// Expression trees that stand for others, as conditions in a form that the solver reads.
// Read first: MakeCondition.
#pragma once

#include <string>
#include <vector>

#include "dbmocker/schema.h"

namespace dbmocker {

// Types are named as format_type() does.
Expression MakeNull(std::string type);
Expression MakeConstant(std::string type, std::string text);

// A boolean expression over the arguments' columns. `name`: the operator's; empty for AND and OR.
Expression MakeCondition(Expression::Kind kind, std::string name, std::vector<Expression> arguments);

}  // namespace dbmocker

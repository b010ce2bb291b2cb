// Single comparisons as conditions: limits on one column, or a relation between several. Knows nothing of NULL and of
// AND, OR, NOT. Read first: Atom.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "read_expression.h"
#include "solve_check.h"

namespace dbmocker {

// What must hold, where none of its columns is NULL, for a comparison to be true.
struct Atom {
  std::vector<AttributeNumber> columns;
  LimitsByColumn limits;
  std::vector<Relation> relations;
  bool is_impossible = false;
  std::string why_not;  // not empty: the limits are necessary only, the rest is left to the server's evaluator
};

// left `name` right; "" where an operator has no name for its opposite gives an unread atom.
Atom ReadComparison(const Expression& comparison, bool negated, const TypesByColumn& types, const Clock& clock);
// scalar op ANY/ALL (constant list).
Atom ReadListAtom(const Expression& list, bool negated, const TypesByColumn& types);
// A boolean column, or any other expression that is true or false by itself.
Atom ReadTruth(const Expression& expression, bool value, const TypesByColumn& types);

}  // namespace dbmocker

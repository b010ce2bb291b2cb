// Expressions that choose between others (COALESCE, CASE, NULLIF, GREATEST, LEAST, a truth value as a number) taken
// apart: under which conditions they are which plain expression. And counts of NULLs. Decides nothing.
// Read first: TakeApart.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dbmocker/schema.h"

namespace dbmocker {

enum class PartCondition { Holds, DoesNotHold };  // true, or: false or NULL

struct ExpressionPart {
  std::vector<std::pair<Expression, PartCondition>> conditions;
  Expression expression;
};

// The first choice inside of the expression, made in every way; nullopt if there is none. Looks through operators,
// casts and functions, not into conditions.
std::optional<std::vector<ExpressionPart>> TakeApart(const Expression& expression);

// num_nonnulls(…), num_nulls(…), cardinality(array_remove(ARRAY[…], NULL)) compared with a number.
struct NullCount {
  std::vector<Expression> arguments;
  std::string comparison;
  long number = 0;
  bool counts_nulls = false;

  bool Holds(std::size_t nonnulls) const;
};
std::optional<NullCount> CountNulls(const Expression& comparison);

// True if the result is NULL wherever an argument is: operators and the usual functions.
bool IsStrict(const Expression& expression);

// True if it may be NULL where no argument is: what is looked up in a document, or found by a pattern.
bool MayBeNull(const Expression& expression);

}  // namespace dbmocker

// Reads CHECK expression trees as limits on single columns, so that values are right when they are made. What it cannot
// read stays for rejection by the server's evaluator. Must never claim an expression solved that it only guessed.
// Read first: SolveCheck.
#pragma once

#include <map>

#include "dbmocker/schema.h"
#include "dbmocker/value_set.h"

namespace dbmocker {

// What is known of one column's values from constraints.
struct ColumnLimits {
  ValueLimits limits;
  bool not_null = false;
  bool always_null = false;
};

using LimitsByColumn = std::map<AttributeNumber, ColumnLimits>;

// Adds to `limits` what `check` says of each column (number 0 stands for VALUE in a domain's check); `types` gives the
// type of a column and its modifier. Returns true if rows within the limits always satisfy the check; on false the
// limits still hold what could be read of it (necessary conditions only).
// Throws Error 22023 when the limits contradict each other.
struct TypeOfColumn {
  const Type* type = nullptr;
  int type_modifier = -1;
};
using TypesByColumn = std::map<AttributeNumber, TypeOfColumn>;

bool SolveCheck(const Expression& check, const TypesByColumn& types, LimitsByColumn& limits);

// Both limits at once. Values are compared as the type orders them.
ValueLimits Intersect(const ValueLimits& left, const ValueLimits& right, const TypeOfColumn& type);

// The base type below a chain of domains, with the modifier that applies to it.
TypeOfColumn UnwrapDomains(const Type& type, int type_modifier);

}  // namespace dbmocker

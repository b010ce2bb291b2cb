// Reads CHECK expression trees as cases: limits on columns and relations between them, so that values are right when
// they are made. What it cannot read stays for rejection by the server's evaluator. Must never claim an expression
// solved that it only guessed.
// Read first: CheckCase, then ReadCases.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dbmocker/schema.h"
#include "dbmocker/value_set.h"
#include "relation.h"

namespace dbmocker {

// What is known of one column's values from constraints.
struct ColumnLimits {
  ValueLimits limits;
  bool not_null = false;
  bool always_null = false;
  std::string contradiction;  // not empty: always_null because no value satisfies all that is asked, and why
};

using LimitsByColumn = std::map<AttributeNumber, ColumnLimits>;

// One way to satisfy a check: limits on single columns, relations between columns that hold where none of them is NULL,
// and what remains to be judged row by row.
struct CheckCase {
  struct Residue {
    int check = 0;  // place of the check, as the caller counts them
    std::string why;
    std::vector<AttributeNumber> columns;
  };
  LimitsByColumn limits;
  std::vector<Relation> relations;
  std::vector<Residue> residues;
};
// Any one of them; none = nothing satisfies the check.
using CheckCases = std::vector<CheckCase>;

// All ways to satisfy `check`, where number 0 stands for VALUE in a domain's check; `number` goes into residues.
CheckCases ReadCases(const Expression& check, const TypesByColumn& types, int number, const Clock& clock);

// Adds to `limits` what `check` says of each column alone; `types` gives the type of a column and its modifier. Returns
// true if rows within the limits always satisfy the check; on false the limits still hold what could be read of it
// (necessary conditions only).
// Throws Error 22023 when the limits contradict each other.
bool SolveCheck(const Expression& check, const TypesByColumn& types, LimitsByColumn& limits);

// Both limits at once. Values are compared as the type orders them. Throws Error 22023 if nothing satisfies both.
ValueLimits Intersect(const ValueLimits& left, const ValueLimits& right, const TypeOfColumn& type);

// The base type below a chain of domains, with the modifier that applies to it.
TypeOfColumn UnwrapDomains(const Type& type, int type_modifier);

}  // namespace dbmocker

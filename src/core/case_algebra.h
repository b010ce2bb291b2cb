// Cases combined: both conditions, either of them; what is left after contradictions are dropped and alike ones joined.
// Must not know where cases come from.
// Read first: BothCases, EitherCases.
#pragma once

#include <cstddef>

#include "solve_check.h"

namespace dbmocker {

// More cases than these are cut off: what is left still satisfies the check.
inline constexpr std::size_t kMaxCases = 256;

// The case that anything satisfies.
CheckCases AnyCase();
CheckCases BothCases(const CheckCases& left, const CheckCases& right, const TypesByColumn& types);
CheckCases EitherCases(CheckCases left, CheckCases right, const TypesByColumn& types);

// Joins cases that differ in the limits of one column only, where their union is one limit again; drops cases that
// another one contains.
void JoinCases(CheckCases& cases, const TypesByColumn& types);

// Leaves out the cases that keep a residue, where the others leave every column as many kinds of values: none of them
// becomes NULL for good.
void PreferWholeCases(CheckCases& cases, const TypesByColumn& types);

// What all cases have in common for one column: every value of every case lies within it. `exact` tells if it holds
// nothing else.
ColumnLimits HullOf(const CheckCases& cases, AttributeNumber column, const TypeOfColumn& type, bool* exact = nullptr);

}  // namespace dbmocker

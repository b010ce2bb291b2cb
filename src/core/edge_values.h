// Edge cases: the values of a type that programs trip over (extremes, empty and longest texts, quotes, leap days, hours
// that clocks skip, infinities), as far as limits allow them, beside a column's usual values.
// Read first: ListEdgeTexts, then MakeEdgeValueSet.
#pragma once

#include <string>
#include <vector>

#include "dbmocker/index_source.h"
#include "dbmocker/value_set.h"
#include "solve_check.h"

namespace dbmocker {

// Candidates, in the type's input syntax; not yet judged by limits.
std::vector<std::string> ListEdgeTexts(const TypeOfColumn& type, const ValueLimits& limits);

// `base` followed by the edge cases that satisfy the limits. nullptr if there is none.
ValueSetPointer MakeEdgeValueSet(const ValueSetPointer& base, const TypeOfColumn& type, const ValueLimits& limits,
                                 const ValueContext& context);

// The index of `lane`, or with the given probability one of base_size … base_size + edges - 1. Rows that are drawn
// again take none.
IndexSourcePointer MakeEdgeSource(StreamKey key, LaneNumber lane, double probability, std::uint64_t base_size,
                                  std::uint64_t edges);

}  // namespace dbmocker

// Index sources that are not uniform: weights by an alias table, Zipf's law over ranks, and distributions of numbers
// over a value set whose values rise with their indexes. Pure functions of (key, ordinal, attempt), as all sources.
// Read first: MakeWeightedSource, then MakeDistributedSource.
#pragma once

#include <vector>

#include "dbmocker/index_source.h"
#include "rule.h"
#include "solve_check.h"

namespace dbmocker {

// Index i with weights[i] of the sum; weights are 0 or more and not all 0.
IndexSourcePointer MakeWeightedSource(StreamKey key, const std::vector<double>& weights);

// Index i of [0, size) in proportion to (i + 1)^-exponent; exponent > 0. O(1) memory, by rejection-inversion.
IndexSourcePointer MakeZipfSource(StreamKey key, double exponent, std::uint64_t size);

// The range that a distribution's numbers lie in but for one in a thousand million; nullopt if it takes the column's.
struct NumberRange {
  double lower = 0;
  double upper = 0;
};
std::optional<NumberRange> UsualRange(const DistributionRule& rule);

// True if the distribution is one of ranks (uniform, zipf) and so serves every value set.
bool IsOfRanks(DistributionRule::Kind kind);

// True if values of the type can be taken as numbers: integers, numeric, money, floats as they are; dates and
// timestamps as days since 2000-01-01, times as seconds.
bool IsMeasurable(const Type& type);
std::optional<double> Measure(const TypeOfColumn& type, const std::string& text);

// Draws a number, drawn again while outside of the values' range, and takes the value nearest to it. `values` must rise
// with their indexes. Throws Error 22023 if they do not, or if the distribution cannot reach their range.
IndexSourcePointer MakeDistributedSource(StreamKey key, const DistributionRule& rule, const TypeOfColumn& type,
                                         const ValueSetPointer& values);

}  // namespace dbmocker

// Rules that stored values suggest: the same patterns, ranges, lengths, shares of NULL and frequencies.
// Read first: SuggestRule.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dbmocker/plan.h"
#include "dbmocker/schema.h"

namespace dbmocker {

// The rule as JSON for a column whose stored values are given, in the type's output syntax; "" where they suggest none:
// columns of keys and references, and those that the server fills or that a CHECK binds to others. The rule is
// plausible, not yet judged.
std::string SuggestRule(const Table& table, const Column& column,
                        const std::vector<std::optional<std::string>>& values);

}  // namespace dbmocker

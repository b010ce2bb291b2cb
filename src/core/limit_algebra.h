// Limits combined: both at once, or either of them. Values are compared as their type orders them, so that 1 and 1.0
// are one number. Must not know where limits come from.
// Read first: Intersect (solve_check.h), then Unite.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "solve_check.h"

namespace dbmocker {

// Below, at or above zero as `left` is before, at or after `right` in the type's order; by bytes where it is not known.
int CompareValues(const std::string& left, const std::string& right, const TypeOfColumn& type);

// Limits that hold exactly the values that at least one of `branches` holds; nullopt where limits cannot say that.
std::optional<ValueLimits> Unite(const std::vector<ValueLimits>& branches, const TypeOfColumn& type);

// Adds `from` to `into`. Values that contradict each other leave NULL, where that is allowed. Throws Error 22023 if
// nothing satisfies both.
void MergeColumnLimits(ColumnLimits& into, const ColumnLimits& from, const TypeOfColumn& type);

// True if the value lies within the limits.
bool Satisfies(const std::string& text, const ValueLimits& limits, const TypeOfColumn& type);

bool SameLimits(const ValueLimits& a, const ValueLimits& b);
bool SameColumnLimits(const ColumnLimits& a, const ColumnLimits& b);

}  // namespace dbmocker

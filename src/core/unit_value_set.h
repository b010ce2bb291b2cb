// Moments of which no two lie in the same unit of time: for unique keys over days, months and other parts of a time.
// Read first: MakeUnitValueSet.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "dbmocker/value_set.h"

namespace dbmocker {

enum class TimeUnit { Second, Minute, Hour, Day, Week, Month, Quarter, Year };

// By the names that date_trunc() takes.
std::optional<TimeUnit> FindTimeUnit(std::string_view name);

// The start of the unit in which a moment lies, and that of the next one; all in microseconds since 2000-01-01 (UTC).
std::pair<std::int64_t, std::int64_t> FindUnitBounds(TimeUnit unit, std::int64_t moment);

struct UnitSet {
  ValueSetPointer values;  // index 0 is the unit of the reference time; then back to 1900, then on to 2999
  std::uint64_t usual = 0;  // those of the last three years
};

// One moment per unit, for date, timestamp and timestamptz (in UTC). nullopt for other types.
std::optional<UnitSet> MakeUnitValueSet(const Type& type, TimeUnit unit, const ValueContext& context);

}  // namespace dbmocker

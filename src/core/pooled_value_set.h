// A value set of which some values are made once and kept.
// Read first: MakePooledValueSet.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dbmocker/value_cache.h"
#include "dbmocker/value_set.h"

namespace dbmocker {

// The same set as `inner`, with the values at these indexes kept in memory that the cache counts.
ValueSetPointer MakePooledValueSet(ValueSetPointer inner, const std::vector<std::uint64_t>& indexes,
                                   std::shared_ptr<ValueCache> cache);

}  // namespace dbmocker

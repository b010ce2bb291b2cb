// Value sets made of other ones: some of their values, several sets in a row, the positions of an ordered type, values
// filtered by a pattern. Read first: MakeJoinedValueSet.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dbmocker/value_set.h"
#include "relation.h"
#include "text_language.h"

namespace dbmocker {

// The values of `inner` at these indexes.
ValueSetPointer MakePickedValueSet(ValueSetPointer inner, std::vector<std::uint64_t> indexes);

// The sets one behind the other, `size` indexes of each: set k starts at the sum of the sizes before it, which may be
// more than kMaxValueSetSize. Sets of different encodings are all written as input text.
struct JoinedPart {
  ValueSetPointer values;
  std::uint64_t size = 0;
};
ValueSetPointer MakeJoinedValueSet(std::vector<JoinedPart> parts);

// The positions lower … upper of an ordered type: index i is position lower + i. nullptr if the type has none.
struct PositionSet {
  ValueSetPointer values;
  std::int64_t lower = 0;
  std::int64_t upper = 0;
};
std::optional<PositionSet> MakePositionValueSet(const TypeOfColumn& type, const ValueLimits& limits,
                                                const ValueContext& context);

// Fits a provider's values to a pattern: the set itself if a sample satisfies it, a set without the values that do not
// satisfy it (injective where `inner` is, but then of another size), or nullptr if too few do.
ValueSetPointer FitToPattern(ValueSetPointer inner, const TextPattern& pattern, bool unique);

// The set without these texts: itself if none of them shows up in a sample.
ValueSetPointer LeaveOut(ValueSetPointer inner, const std::vector<std::string>& texts);

}  // namespace dbmocker

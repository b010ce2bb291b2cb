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

// Values stored in the form of the (base) type, with their texts; nullptr for types whose form is not known.
ValueSetPointer MakeDecodedValueSet(ValueSetPointer stored, const Type& type);

// Fits a set's values to a pattern: the set itself if it is known that all match; else, of a small set, those that do
// (injective where `inner` is); else a set that is not injective, in which those that match stand in for the others.
// nullptr if too few match, or if only the last would do and `unique` is asked for.
ValueSetPointer FitToPattern(ValueSetPointer inner, const TextPattern& pattern, bool unique);

// The set without these texts, injective where it is; nullptr if nothing is left.
ValueSetPointer LeaveOut(ValueSetPointer inner, const std::vector<std::string>& texts);

}  // namespace dbmocker

// Values that cannot overlap, for exclusion constraints: the type's order (or the plane) is cut into slots of one
// width, and each index has a slot of its own, within which the value lies. Knows nothing of constraints.
// Read first: MakeSlots.
#pragma once

#include <cstdint>
#include <optional>

#include "dbmocker/value_set.h"

namespace dbmocker {

// Sets of the same size: index i of each lies in slot i.
struct Slots {
  ValueSetPointer lowers;
  ValueSetPointer uppers;  // above the lower by at least one step, within the slot
  bool leaves_gaps = false;  // no upper equals the next slot's lower
  std::uint64_t usual = 0;  // so many slots come first because they look plausible: those near the reference time
  // Distances from lower to upper in positions of the type; 0: not known.
  std::int64_t shortest = 0;
  std::int64_t longest = 0;
};

// Slots of an ordered type, `within` an interval (or all of it). As wide as looks natural for the type, and narrower
// where `needed` of them would not fit; there are fewer than `needed` only where there are no more. nullopt if the type
// has no order that is known here, or if the limits are more than one interval.
std::optional<Slots> MakeSlots(const Type& type, int type_modifier, std::uint64_t needed, const ValueLimits& within,
                               const ValueContext& context);

// Values of which no two overlap: ranges, multiranges, boxes, circles and polygons, "[lower,upper)" for ranges, both
// bounds `within` the limits. nullopt as for MakeSlots.
struct DisjointSet {
  ValueSetPointer values;
  std::uint64_t usual = 0;
};
std::optional<DisjointSet> MakeDisjointSet(const Type& type, std::uint64_t needed, const ValueLimits& within,
                                           const ValueContext& context);

}  // namespace dbmocker

// Value sets of numbers with a fixed number of decimals within a range, in the encodings of the integer types, numeric,
// money and the float types. Must not know what the numbers mean. Read first: DecimalTraits, then MakeDecimalSet.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "core/provider_registry.h"

namespace dbmocker {

// How values spread over the range.
enum class DecimalShape {
  Uniform,  // every value once: injective
  Logarithmic,  // small values often
  Price,  // as Logarithmic; two decimals that often are .99, .50 or .00
  Bell,  // around the middle
};

// A range of value * 10^scale; scale 0 … 9.
struct DecimalTraits {
  std::string_view description;
  std::int64_t lower = 0;
  std::int64_t upper = 0;
  int scale = 0;
  DecimalShape shape = DecimalShape::Uniform;
};

// The numbers of the range that also satisfy the type, its modifier and the limits. Returns nullptr if there are none,
// or if the limits have a form that is left to MakeTypeValueSet (lists, excluded values inside the range).
ValueSetPointer MakeDecimalSet(const ProviderRequest& request, const DecimalTraits& traits);

// Index -> value * 10^scale, always within the range of the traits. Returns nullptr unless the limits allow the whole
// range and the type can hold it.
using DecimalMap = std::function<std::int64_t(std::uint64_t index)>;
ValueSetPointer MakeMappedDecimalSet(const ProviderRequest& request, const DecimalTraits& traits, std::uint64_t size,
                                     DecimalMap map);

// The range of a request: `traits` cut to what type, modifier and limits allow; nullopt if nothing is left.
std::optional<DecimalTraits> CutToLimits(const ProviderRequest& request, const DecimalTraits& traits);

// value * 10^scale of a plain decimal number ("-12.50"), rounded down or up; nullopt for another form or overflow.
std::optional<std::int64_t> ParseScaled(std::string_view text, int scale, bool round_up);

}  // namespace dbmocker

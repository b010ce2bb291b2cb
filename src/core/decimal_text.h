// Decimal numbers as text: parsing into scaled whole numbers with known rounding, and writing them. No locale.
// Read first: ParseDecimal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ordered_range.h"

namespace dbmocker {

// "12.34", "-.5", "1e6" times 10^scale, rounded down, saturated at about 10^36; nullopt for any other form.
std::optional<OrderedPoint> ParseDecimal(std::string_view text, int scale);

// How many decimals the number really has ("1.50" has 1, "1e3" has 0); nullopt if it is no decimal number.
std::optional<int> CountDecimals(std::string_view text);

std::string_view TrimSpaces(std::string_view text);
void AppendInteger(std::int64_t value, std::string& out);
void AppendUnsigned(std::uint64_t value, std::string& out);
// `value` in decimal with at least `width` digits, zeros in front.
void AppendPadded(std::uint64_t value, int width, std::string& out);
// value / 10^scale, with at least `shown` decimals; a negative scale multiplies.
void AppendScaled(std::int64_t value, int scale, int shown, std::string& out);
void AppendHex(std::uint64_t value, int width, std::string& out);

// |value|, right for the smallest int64 too.
inline std::uint64_t Magnitude(std::int64_t value) {
  return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

// 10^exponent, saturated at 10^36; exponent >= 0.
Int128 PowerOfTen(int exponent);

}  // namespace dbmocker

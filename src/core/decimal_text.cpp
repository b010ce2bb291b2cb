// Decimal text, independent of any locale. Must not use floating point: bounds have to be exact.
// Read first: SplitDecimal, then ParseDecimal.
#include "decimal_text.h"

#include <algorithm>
#include <charconv>

namespace dbmocker {
namespace {

constexpr int kMaxPower = 36;

struct DecimalParts {
  bool negative = false;
  std::string digits;  // no leading and no trailing zeros; empty for zero
  int exponent = 0;  // value = digits * 10^exponent
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads "e+12" at `place`; false if it is malformed.
bool ReadExponent(std::string_view text, std::size_t place, int& exponent) {
  ++place;
  bool negative = false;
  if (place < text.size() && (text[place] == '+' || text[place] == '-')) negative = text[place++] == '-';
  if (place == text.size()) return false;
  int value = 0;
  for (; place < text.size(); ++place) {
    if (!IsDigit(text[place])) return false;
    value = std::min(value * 10 + (text[place] - '0'), 100000);
  }
  exponent = negative ? -value : value;
  return true;
}

std::optional<DecimalParts> SplitDecimal(std::string_view text) {
  text = TrimSpaces(text);
  DecimalParts parts;
  std::size_t place = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) parts.negative = text[place++] == '-';
  bool has_digits = false;
  bool after_point = false;
  int decimals = 0;
  for (; place < text.size(); ++place) {
    const char c = text[place];
    if (IsDigit(c)) {
      has_digits = true;
      if (!parts.digits.empty() || c != '0') parts.digits.push_back(c);
      if (after_point) ++decimals;
    } else if (c == '.' && !after_point) {
      after_point = true;
    } else {
      break;
    }
  }
  if (!has_digits) return std::nullopt;
  if (place < text.size()) {
    if (text[place] != 'e' && text[place] != 'E') return std::nullopt;
    if (!ReadExponent(text, place, parts.exponent)) return std::nullopt;
  }
  parts.exponent -= decimals;
  while (!parts.digits.empty() && parts.digits.back() == '0') {
    parts.digits.pop_back();
    ++parts.exponent;
  }
  return parts;
}

}  // namespace

std::string_view TrimSpaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

Int128 PowerOfTen(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < std::min(exponent, kMaxPower); ++i) power *= 10;
  return power;
}

std::optional<OrderedPoint> ParseDecimal(std::string_view text, int scale) {
  const auto parts = SplitDecimal(text);
  if (!parts) return std::nullopt;
  OrderedPoint point;
  if (parts->digits.empty()) return point;
  // Keep the digits in front of the scaled number's point.
  const auto digit_count = static_cast<int>(parts->digits.size());
  const int shift = parts->exponent + scale;
  const int kept = std::clamp(digit_count + shift, 0, kMaxPower + 1);
  if (kept > kMaxPower) {
    point.floor = PowerOfTen(kMaxPower);
  } else {
    for (int i = 0; i < kept; ++i) {
      point.floor = point.floor * 10 + (i < digit_count ? parts->digits[static_cast<std::size_t>(i)] - '0' : 0);
    }
    point.exact = kept >= digit_count;
  }
  if (parts->negative) point.floor = -point.floor - (point.exact ? 0 : 1);
  return point;
}

std::optional<int> CountDecimals(std::string_view text) {
  const auto parts = SplitDecimal(text);
  if (!parts) return std::nullopt;
  return parts->digits.empty() ? 0 : std::max(0, -parts->exponent);
}

void AppendInteger(std::int64_t value, std::string& out) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

void AppendUnsigned(std::uint64_t value, std::string& out) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

void AppendPadded(std::uint64_t value, int width, std::string& out) {
  char buffer[24];
  const auto length = static_cast<int>(std::to_chars(buffer, buffer + sizeof buffer, value).ptr - buffer);
  if (length < width) out.append(static_cast<std::size_t>(width - length), '0');
  out.append(buffer, static_cast<std::size_t>(length));
}

void AppendHex(std::uint64_t value, int width, std::string& out) {
  for (int shift = (width - 1) * 4; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[(value >> shift) & 0xFU]);
}

void AppendScaled(std::int64_t value, int scale, int shown, std::string& out) {
  if (value < 0) out.push_back('-');
  std::string digits;
  AppendUnsigned(Magnitude(value), digits);
  if (scale < 0 && value != 0) digits.append(static_cast<std::size_t>(-scale), '0');
  const auto decimals = static_cast<std::size_t>(std::max(scale, 0));
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  out.append(digits, 0, digits.size() - decimals);
  const std::size_t wanted = std::max(decimals, static_cast<std::size_t>(std::max(shown, 0)));
  if (wanted == 0) return;
  out.push_back('.');
  out.append(digits, digits.size() - decimals, decimals);
  out.append(wanted - decimals, '0');
}

}  // namespace dbmocker

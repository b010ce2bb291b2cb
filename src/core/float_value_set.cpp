// float4 and float8: finite values on a decimal grid k / 10^d that are exactly what the decimal text would parse to.
// Limits: intervals and excluded values. Bounds too far apart for a grid of 2^51 steps (2^22 for float4) are served by
// even steps of the interval instead; those sets are not injective.
// Read first: MakeFloatValueSet.
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>

#include "decimal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr int kMaxDecimals = 10;  // 10^10 is exact in float4 too

void AppendFloat(double value, bool is_single, std::string& out) {
  char buffer[32];
  const auto result = is_single ? std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(value))
                                : std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, result.ptr);
}

std::uint64_t FloatWord(double value, bool is_single) {
  if (!is_single) return std::bit_cast<std::uint64_t>(value);
  const auto bits = std::bit_cast<std::int32_t>(static_cast<float>(value));
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(bits));
}

class GridFloatValueSet final : public OrderedValueSet {
 public:
  GridFloatValueSet(OrderedRange range, int decimals, bool is_single)
      : range_(std::move(range)), divisor_(static_cast<double>(PowerOfTen(decimals))), is_single_(is_single) {}

  std::uint64_t Size() const override { return range_.size(); }
  bool IsInjective(bool /*ignoring_case*/) const override { return true; }
  bool IsAscending() const override { return range_.IsAscending(); }
  Encoding encoding() const override { return Encoding::Word; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    AppendFloat(ValueOf(range_.At(index)), is_single_, out);
  }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    const std::span<std::uint64_t> words = out.words();
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      words[row] = FloatWord(ValueOf(range_.At(indexes[row])), is_single_);
    }
  }
  std::string Describe() const override {
    std::string text = is_single_ ? "real " : "double precision ";
    AppendFloat(ValueOf(range_.minimum()), is_single_, text);
    text += " … ";
    AppendFloat(ValueOf(range_.maximum()), is_single_, text);
    return text;
  }

 private:
  // Both operands are exact, so that the quotient is the nearest value to the decimal number.
  double ValueOf(std::int64_t number) const {
    if (is_single_) return static_cast<double>(static_cast<float>(number) / static_cast<float>(divisor_));
    return static_cast<double>(number) / divisor_;
  }

  OrderedRange range_;
  double divisor_;
  bool is_single_;
};

// Steps of an interval that no decimal grid serves.
class SteppedFloatValueSet final : public ValueSet {
 public:
  SteppedFloatValueSet(double lower, double upper, bool is_single)
      : lower_(lower), upper_(upper), is_single_(is_single) {}

  std::uint64_t Size() const override { return lower_ == upper_ ? 1 : std::uint64_t{1} << 52; }
  bool IsInjective(bool /*ignoring_case*/) const override { return lower_ == upper_; }
  Encoding encoding() const override { return Encoding::Word; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    AppendFloat(ValueOf(index), is_single_, out);
  }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    const std::span<std::uint64_t> words = out.words();
    for (std::size_t row = 0; row < indexes.size(); ++row) words[row] = FloatWord(ValueOf(indexes[row]), is_single_);
  }
  std::string Describe() const override {
    std::string text = is_single_ ? "real " : "double precision ";
    AppendFloat(lower_, is_single_, text);
    text += " … ";
    AppendFloat(upper_, is_single_, text);
    return text;
  }

 private:
  double ValueOf(std::uint64_t index) const {
    // A weighted mean cannot overflow as the difference of the bounds could.
    const double share = static_cast<double>(index) * 0x1.0p-52;
    double value = lower_ * (1 - share) + upper_ * share;
    if (is_single_) value = static_cast<double>(static_cast<float>(value));
    return value < lower_ ? lower_ : value > upper_ ? upper_ : value;
  }

  double lower_;
  double upper_;
  bool is_single_;
};

std::optional<double> ParseFloat(const std::optional<std::string>& text, bool is_single) {
  if (!text) return std::nullopt;
  std::string_view digits = TrimSpaces(*text);
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  double value = 0;
  float single = 0;
  const auto result = is_single ? std::from_chars(digits.data(), digits.data() + digits.size(), single)
                                : std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (result.ec != std::errc() || result.ptr != digits.data() + digits.size()) return std::nullopt;
  if (is_single) value = static_cast<double>(single);
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

double StepTowards(double value, double target, bool is_single) {
  if (is_single) return static_cast<double>(std::nextafter(static_cast<float>(value), static_cast<float>(target)));
  return std::nextafter(value, target);
}

// The interval as floating-point bounds; the first that has any value.
ValueSetPointer MakeStepped(const TypeRequest& request, bool is_single) {
  const double largest =
      is_single ? static_cast<double>(std::numeric_limits<float>::max()) : std::numeric_limits<double>::max();
  for (const ValueInterval& interval : request.limits.intervals) {
    const auto lower = ParseFloat(interval.lower, is_single);
    const auto upper = ParseFloat(interval.upper, is_single);
    double low = lower.value_or(upper ? std::max(-largest, *upper - std::fabs(*upper) - 1000) : 0);
    double high = upper.value_or(lower ? std::min(largest, *lower + std::fabs(*lower) + 1000) : 1000);
    if (lower && !interval.lower_inclusive) low = StepTowards(low, largest, is_single);
    if (upper && !interval.upper_inclusive) high = StepTowards(high, -largest, is_single);
    if (low <= high) return std::make_shared<SteppedFloatValueSet>(low, high, is_single);
  }
  ThrowNoValue(request.type, request.limits);
}

bool BoundsFit(const ValueLimits& limits, int decimals, std::int64_t largest) {
  for (const ValueInterval& interval : limits.intervals) {
    for (const auto* bound : {&interval.lower, &interval.upper}) {
      if (!*bound) continue;
      const auto point = ParseDecimal(**bound, decimals);
      if (point && (point->floor > largest || point->floor < -largest)) return false;
    }
  }
  return true;
}

}  // namespace

ValueSetPointer MakeFloatValueSet(const TypeRequest& request) {
  const bool is_single = IsBuiltIn(request.type, "float4");
  if (!is_single && !IsBuiltIn(request.type, "float8")) return nullptr;
  const std::int64_t largest = std::int64_t{1} << (is_single ? 22 : 51);
  constexpr std::uint64_t kEnoughSteps = 10'000;

  std::optional<OrderedRange> best;
  int best_decimals = 0;
  int first_decimals = request.unique && !is_single ? 4 : 2;
  while (first_decimals > 0 && !BoundsFit(request.limits, first_decimals, largest)) --first_decimals;
  for (int decimals = first_decimals; decimals <= kMaxDecimals; ++decimals) {
    if (!BoundsFit(request.limits, decimals, largest)) break;
    OrderedSpace space;
    const auto unit = static_cast<std::int64_t>(PowerOfTen(decimals));
    space.legal = {-largest, largest};
    space.usual = {0, std::min(largest, 1000 * unit)};
    space.usual_width = space.usual.last;
    space.preferred = {{1, largest}, {0, 0}, {-largest, -1}};
    auto range = ResolveOrderedRange(space, request.limits, request.unique,
                                     [decimals](std::string_view text) { return ParseDecimal(text, decimals); });
    if (range && (!best || range->size() > best->size())) {
      best = std::move(range);
      best_decimals = decimals;
    }
    if (best && best->size() >= kEnoughSteps) break;
  }
  if (!best) return MakeStepped(request, is_single);
  return std::make_shared<GridFloatValueSet>(std::move(*best), best_decimals, is_single);
}

}  // namespace dbmocker

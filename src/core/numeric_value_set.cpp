// numeric: decimal values on a grid of whole multiples of 10^-grid_scale, written in PostgreSQL's own varlena form.
// Limits: intervals and excluded values. A documented subset: |value| * 10^grid_scale stays below 10^18, so numerics of
// more than 18 digits get a coarser grid than their scale would allow, chosen so that given bounds still fit.
//
// The form (src/backend/utils/adt/numeric.c): a varlena whose payload is a 16-bit header and base-10000 digits, most
// significant first, without zero digits at either end. Short header: 1 0 sign, 6 bits of display scale, 7 bits of
// signed weight; long header: 2 bits of sign and 14 of display scale, then a 16-bit weight. The weight is the power of
// 10000 of the first digit.
// Read first: WriteNumericPayload, then MakeNumericValueSet.
#include <algorithm>
#include <climits>
#include <cstring>
#include <memory>

#include "decimal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

__extension__ typedef unsigned __int128 Unsigned128;

constexpr std::int64_t kLargestScaled = 999'999'999'999'999'999;
constexpr int kMaxGroups = 7;
constexpr std::size_t kMaxPayload = 4 + 2 * kMaxGroups;

inline void PutUnsigned16(std::byte* out, unsigned value) {
  const auto narrow = static_cast<std::uint16_t>(value);
  std::memcpy(out, &narrow, sizeof narrow);
}

inline std::size_t WriteNumericHeader(bool negative, int weight, int display_scale, std::byte* out) {
  if (display_scale <= 63 && weight >= -64 && weight <= 63) {
    PutUnsigned16(out, 0x8000U | (negative ? 0x2000U : 0U) | static_cast<unsigned>(display_scale) << 7 |
                           (static_cast<unsigned>(weight) & 0x7FU));
    return 2;
  }
  PutUnsigned16(out, (negative ? 0x4000U : 0U) | static_cast<unsigned>(display_scale));
  PutUnsigned16(out + 2, static_cast<unsigned>(weight) & 0xFFFFU);
  return 4;
}

// `aligned` is the magnitude times 10000^fraction_groups, a whole number. Returns the bytes written.
template <typename Unsigned>
std::size_t WriteNumericPayload(bool negative, Unsigned aligned, int fraction_groups, int display_scale,
                                std::byte* out) {
  int skipped = 0;
  while (aligned != 0 && aligned % 10000 == 0) {
    aligned /= 10000;
    ++skipped;
  }
  std::uint16_t groups[kMaxGroups];
  int count = 0;
  for (; aligned != 0; aligned /= 10000) groups[count++] = static_cast<std::uint16_t>(aligned % 10000);
  const int weight = count == 0 ? 0 : count + skipped - fraction_groups - 1;
  std::size_t written = WriteNumericHeader(negative, weight, display_scale, out);
  while (count > 0) {
    PutUnsigned16(out + written, groups[--count]);
    written += 2;
  }
  return written;
}

class NumericValueSet final : public OrderedValueSet {
 public:
  NumericValueSet(OrderedRange range, int grid_scale, int display_scale)
      : range_(std::move(range)), grid_scale_(grid_scale), display_scale_(display_scale) {
    const int padding = grid_scale >= 0 ? (4 - grid_scale % 4) % 4 : -grid_scale % 4;
    fraction_groups_ = grid_scale >= 0 ? (grid_scale + padding) / 4 : -(-grid_scale / 4);
    factor_ = static_cast<std::uint64_t>(PowerOfTen(padding));
    const std::uint64_t largest = std::max(Magnitude(range_.minimum()), Magnitude(range_.maximum()));
    is_wide_ = largest > UINT64_MAX / factor_;
  }

  std::uint64_t Size() const override { return range_.size(); }
  bool IsInjective(bool /*ignoring_case*/) const override { return true; }
  bool IsAscending() const override { return range_.IsAscending(); }
  Encoding encoding() const override { return Encoding::Varlena; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    AppendScaled(range_.At(index), grid_scale_, display_scale_, out);
  }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    constexpr std::size_t kRoom = varlena::kShortHeader + kMaxPayload;
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      std::byte* start = out.arena().Allocate(kRoom);
      const std::size_t payload = WritePayload(range_.At(indexes[row]), start + varlena::kShortHeader);
      varlena::WriteHeader(start, payload);
      out.arena().Shrink(kMaxPayload - payload);
      out.SetBytes(row, start);
    }
  }
  std::string Describe() const override {
    std::string text = "numeric ";
    AppendScaled(range_.minimum(), grid_scale_, display_scale_, text);
    text += " … ";
    AppendScaled(range_.maximum(), grid_scale_, display_scale_, text);
    return text;
  }

 private:
  std::size_t WritePayload(std::int64_t value, std::byte* out) const {
    const std::uint64_t magnitude = Magnitude(value);
    if (is_wide_) {
      return WriteNumericPayload(value < 0, static_cast<Unsigned128>(magnitude) * factor_, fraction_groups_,
                                 display_scale_, out);
    }
    return WriteNumericPayload(value < 0, magnitude * factor_, fraction_groups_, display_scale_, out);
  }

  OrderedRange range_;
  int grid_scale_;
  int display_scale_;
  int fraction_groups_ = 0;
  std::uint64_t factor_ = 1;
  bool is_wide_ = false;
};

// ---------------------------------------------------------------------------------------------------------- grids

constexpr int kUnknownPrecision = 0;  // numeric without a modifier
constexpr int kUsualScale = 2;
constexpr int kLargestUsual = 10'000;
constexpr int kMaxUniqueScale = 12;  // of a unique numeric without a modifier
constexpr std::uint64_t kEnoughUnique = 1'000'000'000;

struct NumericGrid {
  int scale;  // of the grid
  int max_scale;  // the finest grid that the type allows
  int precision;
  int type_scale;
};

// Calls `visit` with the text of every bound.
template <typename Visit>
void VisitBounds(const ValueLimits& limits, Visit visit) {
  for (const ValueInterval& interval : limits.intervals) {
    if (interval.lower) visit(*interval.lower);
    if (interval.upper) visit(*interval.upper);
  }
}

bool BoundsFit(const ValueLimits& limits, int scale) {
  bool fit = true;
  VisitBounds(limits, [&](const std::string& text) {
    const auto point = ParseDecimal(text, scale);
    if (point && (point->floor > kLargestScaled || point->floor < -kLargestScaled)) fit = false;
  });
  return fit;
}

NumericGrid ChooseGrid(const TypeRequest& request) {
  int needed = 0;
  VisitBounds(request.limits,
              [&](const std::string& text) { needed = std::max(needed, CountDecimals(text).value_or(0)); });
  needed = std::min(needed, 17);
  const auto modifier = ReadNumericModifier(request.modifier);
  if (!modifier) return {std::max(kUsualScale, needed), 0, kUnknownPrecision, kUsualScale};
  const auto [precision, scale] = *modifier;
  if (precision <= 18) return {scale, scale, precision, scale};
  // Too many digits for the whole scale: as fine as leaves 17 digits of the legal values, or as the bounds ask for.
  return {std::min(scale, std::max({6, needed, 17 - (precision - scale)})), scale, precision, scale};
}

OrderedSpace MakeSpace(const NumericGrid& grid, bool bounded_precision) {
  OrderedSpace space;
  const int whole_digits = bounded_precision ? grid.precision - grid.type_scale + grid.scale : 18;
  const auto largest = static_cast<std::int64_t>(whole_digits >= 18 ? Int128{kLargestScaled}
                                                                    : PowerOfTen(std::max(whole_digits, 0)) - 1);
  // Beyond 30 digits the product would only be cut to the largest value anyway.
  Int128 usual = grid.scale >= 0 ? kLargestUsual * PowerOfTen(std::min(grid.scale, 30))
                                 : std::max<Int128>(kLargestUsual / PowerOfTen(-grid.scale), 99);
  usual = std::min<Int128>(usual, largest);
  space.legal = {-largest, largest};
  space.usual = {0, static_cast<std::int64_t>(usual)};
  space.usual_width = space.usual.last;
  if (largest == 0) {
    space.preferred = {{0, 0}};
  } else {
    space.preferred = {{1, largest}, {0, 0}, {-largest, -1}};
  }
  return space;
}

}  // namespace

ValueSetPointer MakeNumericValueSet(const TypeRequest& request) {
  if (!IsBuiltIn(request.type, "numeric")) return nullptr;
  NumericGrid grid = ChooseGrid(request);
  const int coarsest = request.limits.max_decimals.value_or(INT_MAX);
  grid.scale = std::min(grid.scale, coarsest);
  const bool has_modifier = grid.precision != kUnknownPrecision;
  while (!BoundsFit(request.limits, grid.scale) && grid.scale > -36) --grid.scale;
  const int finest = std::min(coarsest, has_modifier ? grid.max_scale : std::max(grid.scale, 17));
  // Narrow intervals may need a finer grid than usual.
  for (;; ++grid.scale) {
    const int scale = grid.scale;
    auto range = ResolveOrderedRange(MakeSpace(grid, has_modifier), request.limits, request.unique,
                                     [scale](std::string_view text) { return ParseDecimal(text, scale); });
    const bool may_refine = request.unique && !has_modifier && scale < std::min(kMaxUniqueScale, coarsest) && range &&
                            range->size() > 1 && range->size() < kEnoughUnique && BoundsFit(request.limits, scale + 1);
    if (range && !may_refine) {
      const int display_scale = std::max(0, has_modifier ? grid.type_scale : scale);
      return std::make_shared<NumericValueSet>(std::move(*range), scale, display_scale);
    }
    if (!range && (scale >= finest || !BoundsFit(request.limits, scale + 1)))
      ThrowNoValue(request.type, request.limits);
  }
}

}  // namespace dbmocker

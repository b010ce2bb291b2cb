// date, time, timestamp and timestamptz in their native words, and interval in its native 16 bytes.
// Limits: intervals and excluded values. Without limits: the five years before the reference time; of time, the day; of
// interval, up to 30 days. Interval values stay on the grid of the type's last field, so that nothing is truncated.
// Read first: MakeTemporalValueSet.
#include <algorithm>
#include <cstring>
#include <memory>

#include "decimal_text.h"
#include "temporal_text.h"
#include "type_value_sets.h"
#include "word_value_set.h"

namespace dbmocker {
namespace {

constexpr std::int64_t kUsualDays = 1826;
constexpr std::int64_t kFirstDate = -2'451'545;  // 4714-11-24 BC
constexpr std::int64_t kLastDate = 2'145'031'948;
constexpr std::int64_t kFirstTimestamp = -211'813'488'000'000'000;
constexpr std::int64_t kEndTimestamp = 9'223'371'331'200'000'000;

std::int64_t DivideDown(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

std::int64_t DivideUp(std::int64_t value, std::int64_t divisor) {
  return value / divisor + (value % divisor > 0 ? 1 : 0);
}

// A parser of microseconds made one of units.
PointParser InUnits(PointParser parse, std::int64_t unit) {
  return [parse = std::move(parse), unit](std::string_view text) -> std::optional<OrderedPoint> {
    auto point = parse(text);
    if (!point || unit == 1) return point;
    const Int128 rest = point->floor % unit;
    const Int128 quotient = point->floor / unit - (rest < 0 ? 1 : 0);
    return OrderedPoint{quotient, point->exact && rest == 0};
  };
}

// The usual years first, then back to 1900, then on to 9999, then everything else.
std::vector<Span64> PreferNear(const Span64& legal, const Span64& usual, std::int64_t units_per_day,
                               std::int64_t day_unit) {
  const auto at = [&](std::int64_t year) { return DaysFromCivil(year, 1, 1) * units_per_day / day_unit; };
  const std::int64_t edges[] = {legal.first, at(1), at(1900), usual.first, usual.last + 1, at(10000), legal.last + 1};
  constexpr int kOrder[] = {3, 2, 4, 1, 0, 5};
  std::vector<Span64> parts;
  if (!std::is_sorted(std::begin(edges), std::end(edges))) {
    parts.push_back(usual);
    if (legal.first < usual.first) parts.push_back({legal.first, usual.first - 1});
    if (legal.last > usual.last) parts.push_back({usual.last + 1, legal.last});
    return parts;
  }
  for (const int part : kOrder) {
    if (edges[part] < edges[part + 1]) parts.push_back({edges[part], edges[part + 1] - 1});
  }
  return parts;
}

OrderedSpace MakeDateSpace(std::int64_t reference_time) {
  OrderedSpace space;
  const std::int64_t today = std::clamp(DivideDown(reference_time, kMicrosPerDay), kFirstDate + kUsualDays, kLastDate);
  space.legal = {kFirstDate, kLastDate};
  space.usual = {today - kUsualDays, today};
  space.usual_width = kUsualDays;
  space.is_anchored = true;
  space.preferred = PreferNear(space.legal, space.usual, 1, 1);
  return space;
}

OrderedSpace MakeTimestampSpace(std::int64_t reference_time, std::int64_t unit) {
  OrderedSpace space;
  space.legal = {DivideUp(kFirstTimestamp, unit), DivideDown(kEndTimestamp - 1, unit)};
  space.usual_width = kUsualDays * (kMicrosPerDay / unit);
  const std::int64_t now =
      std::clamp(DivideDown(reference_time, unit), space.legal.first + space.usual_width, space.legal.last);
  space.usual = {now - space.usual_width, now};
  space.is_anchored = true;
  space.preferred = PreferNear(space.legal, space.usual, kMicrosPerDay, unit);
  return space;
}

OrderedSpace MakeTimeSpace(std::int64_t unit) {
  OrderedSpace space;
  space.legal = {0, kMicrosPerDay / unit};  // 24:00:00 is legal, but only on request
  space.usual = {0, (kMicrosPerDay - 1) / unit};
  space.usual_width = space.usual.last;
  space.is_anchored = true;
  space.preferred = {space.usual, {space.usual.last + 1, space.legal.last}};
  return space;
}

// Whole seconds read better where nothing asks for more.
bool WantsWholeSeconds(const TypeRequest& request) {
  constexpr std::int64_t kEnough = 600 * kMicrosPerSecond;
  const bool is_interval = IsBuiltIn(request.type, "interval");
  const auto parse = [&](const std::string& text) { return is_interval ? ParseInterval(text) : ParseTime(text); };
  return !request.unique && std::ranges::all_of(request.limits.intervals, [&](const ValueInterval& one) {
    const auto lower = one.lower ? parse(*one.lower) : std::nullopt;
    const auto upper = one.upper ? parse(*one.upper) : std::nullopt;
    return (!one.lower && !one.upper) || (lower && upper && upper->floor - lower->floor >= kEnough);
  });
}

void AppendPlainTimestamp(std::int64_t micros, std::string& out) { AppendTimestamp(micros, "", out); }
void AppendZonedTimestamp(std::int64_t micros, std::string& out) { AppendTimestamp(micros, "+00", out); }

// ------------------------------------------------------------------------------------------------------- interval

constexpr int kMonthBit = 1, kYearBit = 2, kDayBit = 3, kHourBit = 10, kMinuteBit = 11, kSecondBit = 12;
constexpr int kAllFields = 0x7FFF;
constexpr std::int64_t kDaysPerMonth = 30;

// The grid of an interval type: the unit of its last field. A month counts 30 days, as intervals compare.
struct IntervalGrid {
  std::int64_t unit = 1;  // microseconds
  bool in_months = false;
};

IntervalGrid ReadIntervalGrid(int modifier) {
  const int fields = modifier < 0 ? kAllFields : (modifier >> 16) & 0x7FFF;
  const int precision = modifier < 0 ? 6 : modifier & 0xFFFF;
  const auto has = [fields](int bit) { return (fields >> bit & 1) != 0; };
  if (fields == kAllFields || has(kSecondBit)) return {TemporalUnit(precision > 6 ? 6 : precision), false};
  if (has(kMinuteBit)) return {60 * kMicrosPerSecond, false};
  if (has(kHourBit)) return {3600 * kMicrosPerSecond, false};
  if (has(kDayBit)) return {kMicrosPerDay, false};
  if (has(kMonthBit)) return {kDaysPerMonth * kMicrosPerDay, true};
  if (has(kYearBit)) return {12 * kDaysPerMonth * kMicrosPerDay, true};
  return {};
}

class IntervalValueSet final : public OrderedValueSet {
 public:
  IntervalValueSet(OrderedRange range, IntervalGrid grid) : range_(std::move(range)), grid_(grid) {}

  std::uint64_t Size() const override { return range_.size(); }
  bool IsInjective(bool /*ignoring_case*/) const override { return true; }
  bool IsAscending() const override { return range_.IsAscending(); }
  Encoding encoding() const override { return Encoding::Fixed; }
  void AppendText(std::uint64_t index, std::string& out) const override { AppendInterval(range_.At(index), out); }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      const Parts parts = Split(range_.At(indexes[row]));
      std::byte* bytes = out.arena().Allocate(16, 8);
      std::memcpy(bytes, &parts.micros, 8);
      std::memcpy(bytes + 8, &parts.days, 4);
      std::memcpy(bytes + 12, &parts.months, 4);
      out.SetBytes(row, bytes);
    }
  }
  std::string Describe() const override {
    std::string text = "interval ";
    AppendInterval(range_.minimum(), text);
    text += " … ";
    AppendInterval(range_.maximum(), text);
    return text;
  }

 private:
  struct Parts {
    std::int64_t micros = 0;
    std::int32_t days = 0;
    std::int32_t months = 0;
  };

  // The range is cut so that the products fit.
  Parts Split(std::int64_t number) const {
    Parts parts;
    const std::int64_t total = number * grid_.unit;
    const std::int64_t days = total / kMicrosPerDay;
    parts.micros = total % kMicrosPerDay;
    if (grid_.in_months) {
      parts.months = static_cast<std::int32_t>(days / kDaysPerMonth);
    } else {
      parts.days = static_cast<std::int32_t>(days);
    }
    return parts;
  }
  // Each field carries its own sign: IntervalStyle sql_standard reads a single sign in front as that of all fields.
  void AppendInterval(std::int64_t number, std::string& out) const {
    const Parts parts = Split(number);
    const char* sign = number < 0 ? "-" : "";
    if (parts.months != 0) {
      out.append(sign);
      AppendUnsigned(Magnitude(parts.months), out);
      out.append(" mons");
      return;
    }
    if (parts.days != 0) {
      out.append(sign);
      AppendUnsigned(Magnitude(parts.days), out);
      out.append(" days ");
    }
    out.append(sign);
    AppendTime(static_cast<std::int64_t>(Magnitude(parts.micros)), out);
  }

  OrderedRange range_;
  IntervalGrid grid_;
};

}  // namespace

ValueSetPointer MakeTemporalValueSet(const TypeRequest& request) {
  const PointParser parse = FindPointParser(request.type, request.modifier);
  OrderedSpace space;
  AppendWord append = nullptr;
  std::int64_t unit = TemporalUnit(request.modifier);
  const std::int64_t reference_time = request.context.reference_time;
  if (IsBuiltIn(request.type, "date")) {
    unit = 1;
    space = MakeDateSpace(reference_time);
    append = AppendDate;
  } else if (IsBuiltIn(request.type, "time")) {
    if (WantsWholeSeconds(request)) unit = kMicrosPerSecond;
    space = MakeTimeSpace(unit);
    append = AppendTime;
  } else if (IsBuiltIn(request.type, "timestamp")) {
    space = MakeTimestampSpace(reference_time, unit);
    append = AppendPlainTimestamp;
  } else if (IsBuiltIn(request.type, "timestamptz")) {
    space = MakeTimestampSpace(reference_time, unit);
    append = AppendZonedTimestamp;
  } else {
    return nullptr;
  }
  auto range = ResolveOrderedRange(space, request.limits, request.unique, InUnits(parse, unit), unit);
  if (!range) ThrowNoValue(request.type, request.limits);
  return std::make_shared<OrderedWordValueSet>(std::move(*range), unit, append, request.type.name);
}

ValueSetPointer MakeIntervalValueSet(const TypeRequest& request) {
  if (!IsBuiltIn(request.type, "interval")) return nullptr;
  IntervalGrid grid = ReadIntervalGrid(request.modifier);
  if (WantsWholeSeconds(request)) grid.unit = std::max(grid.unit, kMicrosPerSecond);
  OrderedSpace space;
  constexpr std::int64_t kMost = INT64_MAX / kMicrosPerDay * kMicrosPerDay;
  space.legal = {-(kMost / grid.unit), kMost / grid.unit};
  const std::int64_t usual = grid.in_months ? 24 * kDaysPerMonth * kMicrosPerDay : 30 * kMicrosPerDay;
  space.usual = {0, usual / grid.unit};
  space.usual_width = space.usual.last;
  space.is_anchored = true;
  space.preferred = {{1, space.legal.last}, {0, 0}, {space.legal.first, -1}};
  auto range = ResolveOrderedRange(space, request.limits, request.unique, InUnits(ParseInterval, grid.unit));
  if (!range) ThrowNoValue(request.type, request.limits);
  return std::make_shared<IntervalValueSet>(std::move(*range), grid);
}

}  // namespace dbmocker

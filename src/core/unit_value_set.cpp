// See unit_value_set.h. Units are numbered: months since 2000 for months and longer ones, lengths since 2000 for the
// others.
// Read first: UnitValueSet::AppendText.
#include "unit_value_set.h"

#include <algorithm>
#include <memory>
#include <string>

#include "temporal_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::int64_t kFirstYear = 1900;
constexpr std::int64_t kLastYear = 2999;
constexpr std::int64_t kUsualYears = 3;

struct NamedUnit {
  std::string_view name;
  TimeUnit unit;
};
constexpr NamedUnit kUnits[] = {
    {"second", TimeUnit::Second},   {"minute", TimeUnit::Minute}, {"hour", TimeUnit::Hour},
    {"day", TimeUnit::Day},         {"week", TimeUnit::Week},     {"month", TimeUnit::Month},
    {"quarter", TimeUnit::Quarter}, {"year", TimeUnit::Year},
};

std::int64_t FloorDivide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Months of a long unit; 0 of the others.
std::int64_t MonthsOf(TimeUnit unit) {
  return unit == TimeUnit::Year ? 12 : unit == TimeUnit::Quarter ? 3 : unit == TimeUnit::Month ? 1 : 0;
}

std::int64_t MicrosOf(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::Second:
      return kMicrosPerSecond;
    case TimeUnit::Minute:
      return 60 * kMicrosPerSecond;
    case TimeUnit::Hour:
      return 3600 * kMicrosPerSecond;
    case TimeUnit::Week:
      return 7 * kMicrosPerDay;
    default:
      return kMicrosPerDay;
  }
}

// Numbers units, and says where each begins, in microseconds since 2000.
class UnitScale {
 public:
  explicit UnitScale(TimeUnit unit) : months_(MonthsOf(unit)), length_(MicrosOf(unit)) {
    if (unit == TimeUnit::Week) offset_ = 2 * kMicrosPerDay;  // 2000-01-03 was a Monday
  }
  std::int64_t StartOf(std::int64_t number) const {
    if (months_ == 0) return number * length_ + offset_;
    const std::int64_t month = number * months_;
    const std::int64_t year = FloorDivide(month, 12);
    return DaysFromCivil(2000 + year, static_cast<int>(month - year * 12) + 1, 1) * kMicrosPerDay;
  }
  std::int64_t NumberOf(std::int64_t moment) const {
    if (months_ == 0) return FloorDivide(moment - offset_, length_);
    // A guess by the mean length, put right.
    std::int64_t number = FloorDivide(moment, months_ * 2'629'746 * kMicrosPerSecond);
    while (StartOf(number) > moment) --number;
    while (StartOf(number + 1) <= moment) ++number;
    return number;
  }

 private:
  std::int64_t months_;
  std::int64_t length_;
  std::int64_t offset_ = 0;
};

class UnitValueSet final : public ValueSet {
 public:
  UnitValueSet(const Type& type, TimeUnit unit, std::int64_t reference)
      : scale_(unit), is_date_(type.name == "date"), has_zone_(type.name == "timestamptz") {
    now_ = scale_.NumberOf(reference);
    past_ = now_ - scale_.NumberOf(DaysFromCivil(kFirstYear, 1, 1) * kMicrosPerDay);
    future_ = scale_.NumberOf(DaysFromCivil(kLastYear, 12, 1) * kMicrosPerDay) - now_;
  }

  std::uint64_t Size() const override { return static_cast<std::uint64_t>(past_ + future_); }
  bool IsInjective(bool) const override { return true; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    const auto place = static_cast<std::int64_t>(index % Size());
    const std::int64_t number = place < past_ ? now_ - place : now_ + 1 + (place - past_);
    const std::int64_t start = scale_.StartOf(number);
    const std::int64_t step = is_date_ ? kMicrosPerDay : kMicrosPerSecond;
    const auto steps = static_cast<std::uint64_t>((scale_.StartOf(number + 1) - start) / step);
    const std::int64_t moment = start + static_cast<std::int64_t>(HashIndex(index, 0) % steps) * step;
    if (is_date_)
      AppendDate(FloorDivide(moment, kMicrosPerDay), out);
    else
      AppendTimestamp(moment, has_zone_ ? "+00" : "", out);
  }
  std::string Describe() const override { return "moment in a unit of time of its own"; }

 private:
  UnitScale scale_;
  bool is_date_;
  bool has_zone_;
  std::int64_t now_;
  std::int64_t past_;
  std::int64_t future_;
};

}  // namespace

std::optional<TimeUnit> FindTimeUnit(std::string_view name) {
  for (const NamedUnit& named : kUnits)
    if (named.name == name) return named.unit;
  return std::nullopt;
}

std::pair<std::int64_t, std::int64_t> FindUnitBounds(TimeUnit unit, std::int64_t moment) {
  const UnitScale scale(unit);
  const std::int64_t number = scale.NumberOf(moment);
  return {scale.StartOf(number), scale.StartOf(number + 1)};
}

std::optional<UnitSet> MakeUnitValueSet(const Type& type, TimeUnit unit, const ValueContext& context) {
  const bool is_date = IsBuiltIn(type, "date");
  if (!is_date && !IsBuiltIn(type, "timestamp") && !IsBuiltIn(type, "timestamptz")) return std::nullopt;
  if (is_date) unit = std::max(unit, TimeUnit::Day);
  const UnitScale scale(unit);
  const std::int64_t reference = context.reference_time;
  const std::int64_t before = scale.NumberOf(reference) - scale.NumberOf(reference - kUsualYears * 366 * kMicrosPerDay);
  auto values = std::make_shared<UnitValueSet>(type, unit, reference);
  return UnitSet{std::move(values), static_cast<std::uint64_t>(std::max<std::int64_t>(before, 1))};
}

}  // namespace dbmocker

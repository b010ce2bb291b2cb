// See slot_value_set.h. A slot's place is its index, moved so that the first slots are near the reference time where
// the type is one of time. How much of its slot a value fills is drawn from the index.
// Read first: SlotLayout.
#include "slot_value_set.h"

#include <algorithm>
#include <string>
#include <utility>

#include "composed_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kDay = 1440 * kMinute;

// The part of an ordered type that is cut into slots. Widths are in steps of the type (days, microseconds, units).
struct SlotSpace {
  std::string_view type_name;
  const char* lower;
  const char* upper;
  std::int64_t width;  // of a slot
  std::int64_t unit;  // values fill whole units of it
};

constexpr SlotSpace kSlotSpaces[] = {
    {"int2", "0", "32767", 10, 1},
    {"int4", "0", "2147483647", 100, 1},
    {"int8", "0", "1000000000000000", 1000, 10},
    {"numeric", "0", "1000000000000", 100, 1},
    {"date", "1900-01-01", "2999-12-31", 7, 1},
    {"time", "00:00:00", "23:59:59.999999", 15 * kMinute, kMinute},
    {"timestamp", "1900-01-01 00:00:00", "2999-12-31 00:00:00", 60 * kMinute, 5 * kMinute},
    {"timestamptz", "1900-01-01 00:00:00+00", "2999-12-31 00:00:00+00", 60 * kMinute, 5 * kMinute},
};

struct SlotLayout {
  std::uint64_t count = 0;
  std::uint64_t first = 0;  // the slot of index 0
  std::uint64_t width = 0;  // steps of the bounds' set
  std::uint64_t unit = 0;

  std::uint64_t Lower(std::uint64_t index) const { return (index + first) % count * width; }
  // Whole units, below the slot's width where that is more than one.
  std::uint64_t Length(std::uint64_t index) const {
    const std::uint64_t units = std::max<std::uint64_t>((width - 1) / unit, 1);
    return std::min(unit * (1 + HashIndex(index, 0) % units), std::max<std::uint64_t>(width - 1, 1));
  }
};

class SlotBoundSet final : public ValueSet {
 public:
  SlotBoundSet(ValueSetPointer bounds, const SlotLayout& layout, bool is_upper)
      : bounds_(std::move(bounds)), layout_(layout), is_upper_(is_upper) {}

  std::uint64_t Size() const override { return layout_.count; }
  bool IsInjective(bool ignoring_case) const override { return bounds_->IsInjective(ignoring_case); }
  Encoding encoding() const override { return bounds_->encoding(); }
  void AppendText(std::uint64_t index, std::string& out) const override { bounds_->AppendText(Place(index), out); }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    std::vector<std::uint64_t> places(indexes.size());
    std::ranges::transform(indexes, places.begin(), [this](std::uint64_t index) { return Place(index); });
    bounds_->Emit(places, out);
  }
  std::string Describe() const override {
    return std::string(is_upper_ ? "end" : "start") + " of a slot of its own, " + bounds_->Describe();
  }

 private:
  std::uint64_t Place(std::uint64_t index) const {
    return layout_.Lower(index) + (is_upper_ ? layout_.Length(index) : 0);
  }

  ValueSetPointer bounds_;
  SlotLayout layout_;
  bool is_upper_;
};

class DisjointRangeSet final : public ValueSet {
 public:
  DisjointRangeSet(Slots slots, bool is_multirange) : slots_(std::move(slots)), is_multirange_(is_multirange) {}

  std::uint64_t Size() const override { return slots_.lowers->Size(); }
  bool IsInjective(bool) const override { return true; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    std::string text;
    out += is_multirange_ ? "{[" : "[";
    slots_.lowers->AppendText(index, text);
    AppendRangeBound(text, out);
    out.push_back(',');
    text.clear();
    slots_.uppers->AppendText(index, text);
    AppendRangeBound(text, out);
    out += is_multirange_ ? ")}" : ")";
  }
  std::string Describe() const override { return "disjoint ranges, each with the " + slots_.lowers->Describe(); }

 private:
  Slots slots_;
  bool is_multirange_;
};

// Shapes in the cells of a grid of the plane, which fills up square by square.
class DisjointShapeSet final : public ValueSet {
 public:
  explicit DisjointShapeSet(std::string shape) : shape_(std::move(shape)) {}

  static constexpr std::uint64_t kSide = 100;  // cells of a square's side, and length of a cell's
  static constexpr std::uint64_t kSquares = 10'000'000;

  std::uint64_t Size() const override { return kSide * kSide * kSquares; }
  bool IsInjective(bool) const override { return true; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    const std::uint64_t cell = index % (kSide * kSide);
    const std::uint64_t x = (index / (kSide * kSide) * kSide + cell % kSide) * kSide + kSide / 2;
    const std::uint64_t y = cell / kSide * kSide + kSide / 2;
    const std::uint64_t reach = 5 + HashIndex(index, 0) % 40;  // below half a cell
    const auto point = [&out](std::uint64_t across, std::uint64_t up) {
      out += '(' + std::to_string(across) + ',' + std::to_string(up) + ')';
    };
    if (shape_ == "circle") {
      out += '<';
      point(x, y);
      out += ',' + std::to_string(reach) + '>';
      return;
    }
    const bool is_polygon = shape_ == "polygon";
    if (is_polygon) out += '(';
    point(x + reach, y + reach);
    out += ',';
    if (is_polygon) {
      point(x + reach, y - reach);
      out += ',';
    }
    point(x - reach, y - reach);
    if (is_polygon) out += ')';
  }
  std::string Describe() const override { return "disjoint shapes, each in a cell of a grid"; }

 private:
  std::string shape_;
};

// The interval of the space that is within the limits. nullopt if it is empty or not known.
std::optional<ValueInterval> NarrowSpace(const Type& type, int modifier, const SlotSpace& space,
                                         const ValueLimits& within) {
  ValueInterval interval{space.lower, space.upper, true, true};
  if (within.IsUnlimited()) return interval;
  ValueLimits others = within;
  others.intervals.clear();
  if (!others.IsUnlimited() || within.intervals.size() > 1) return std::nullopt;
  const ValueInterval& given = within.intervals.front();
  if (given.lower) interval.lower = given.lower, interval.lower_inclusive = given.lower_inclusive;
  if (given.upper) interval.upper = given.upper, interval.upper_inclusive = given.upper_inclusive;
  const auto lower = ParseOrderedValue(type, modifier, *interval.lower, false);
  const auto upper = ParseOrderedValue(type, modifier, *interval.upper, false);
  return lower && upper && *upper - 1 > *lower ? std::optional(interval) : std::nullopt;
}

// For types of time: the slot in which the reference time less two years lies, and how many slots four years have.
void PlaceInTime(const Type& type, int modifier, const ValueInterval& space, std::uint64_t steps,
                 const ValueContext& context, SlotLayout& layout, Slots& slots) {
  constexpr std::int64_t kBefore = 730 * kDay;
  const auto lower = ParseOrderedValue(type, modifier, *space.lower, false);
  const auto upper = ParseOrderedValue(type, modifier, *space.upper, false);
  if (!lower || !upper || *upper <= *lower) return;
  const std::int64_t unit = type.name == "date" ? kDay : 1;
  const double length = static_cast<double>(*upper) - static_cast<double>(*lower);
  const std::int64_t first = (context.reference_time - kBefore) / unit;
  const std::int64_t four_years = 2 * kBefore / unit;
  const double share = static_cast<double>(first - *lower) / length;
  const double usual = std::min(1.0, static_cast<double>(four_years) / length);
  slots.usual = std::max<std::uint64_t>(static_cast<std::uint64_t>(usual * static_cast<double>(layout.count)), 1);
  if (share > 0 && share < 1)
    layout.first = static_cast<std::uint64_t>(share * static_cast<double>(steps)) / layout.width;
}

}  // namespace

std::optional<Slots> MakeSlots(const Type& type, int type_modifier, std::uint64_t needed, const ValueLimits& within,
                               const ValueContext& context) {
  int modifier = type_modifier;
  const Type& base = UnwrapDomains(type, modifier);
  if (!type.constraints.empty()) return std::nullopt;
  const auto* space =
      std::ranges::find_if(kSlotSpaces, [&](const SlotSpace& s) { return IsBuiltIn(base, s.type_name); });
  if (space == std::end(kSlotSpaces)) return std::nullopt;
  const auto interval = NarrowSpace(base, modifier, *space, within);
  if (!interval) return std::nullopt;
  ValueLimits limits;
  limits.intervals.push_back(*interval);
  ValueSetPointer bounds = MakeTypeValueSet(base, modifier, limits, false, context);
  const auto* ordered = dynamic_cast<const OrderedValueSet*>(bounds.get());
  if (ordered == nullptr || !ordered->IsAscending() || bounds->Size() < 2) return std::nullopt;

  const std::uint64_t steps = bounds->Size() - 1;
  const bool is_timestamp = base.name.starts_with("time");
  const auto step = static_cast<std::uint64_t>(is_timestamp ? TemporalUnit(modifier) : 1);
  SlotLayout layout;
  layout.width = std::max<std::uint64_t>(static_cast<std::uint64_t>(space->width) / step, 1);
  layout.width = std::clamp<std::uint64_t>(steps / std::max<std::uint64_t>(needed, 1), 1, layout.width);
  layout.unit = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(space->unit) / step, 1, layout.width);
  layout.count = steps / layout.width;
  Slots slots;
  slots.leaves_gaps = layout.width > 1;
  if (base.name != "numeric") {
    slots.shortest =
        static_cast<std::int64_t>(std::min(layout.unit, std::max<std::uint64_t>(layout.width - 1, 1)) * step);
    slots.longest = static_cast<std::int64_t>(std::max<std::uint64_t>(layout.width - 1, 1) * step);
  }
  slots.usual = layout.count;
  if (base.name == "date" || base.name.starts_with("timestamp"))
    PlaceInTime(base, modifier, *interval, steps, context, layout, slots);
  slots.lowers = std::make_shared<SlotBoundSet>(bounds, layout, false);
  slots.uppers = std::make_shared<SlotBoundSet>(std::move(bounds), layout, true);
  return slots;
}

std::optional<DisjointSet> MakeDisjointSet(const Type& type, std::uint64_t needed, const ValueLimits& within,
                                           const ValueContext& context) {
  const bool is_multirange = type.kind == TypeKind::Multirange;
  if ((is_multirange || type.kind == TypeKind::Range) && type.element != nullptr) {
    auto slots = MakeSlots(*type.element, type.element_modifier, needed, within, context);
    if (!slots) return std::nullopt;
    const std::uint64_t usual = slots->usual;
    return DisjointSet{std::make_shared<DisjointRangeSet>(std::move(*slots), is_multirange), usual};
  }
  for (const char* shape : {"box", "circle", "polygon"}) {
    if (!IsBuiltIn(type, shape) || !within.IsUnlimited()) continue;
    return DisjointSet{std::make_shared<DisjointShapeSet>(shape), DisjointShapeSet::kSide * DisjointShapeSet::kSide};
  }
  return std::nullopt;
}

}  // namespace dbmocker

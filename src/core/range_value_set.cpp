// Ranges and multiranges, written as input text. Where the subtype's values come in order, a range is a lower bound and
// a width: "[lower,upper)", the form that discrete ranges are stored in, so that distinct stays distinct. Of other
// subtypes a range is a single point, which is legal under any ordering.
// Limits of elements are those of both bounds; others than these and lists are ignored (the server's check rejects).
// Read first: RangeValueSet::AppendText.
#include <algorithm>
#include <memory>

#include "composed_text.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

// Above it (timestamps in microseconds) one step is too narrow a width.
constexpr std::uint64_t kManyBounds = 10'000'000'000;

class RangeValueSet final : public ValueSet {
 public:
  RangeValueSet(ValueSetPointer bounds, std::uint64_t wanted_widths, bool is_ascending) : bounds_(std::move(bounds)) {
    const std::uint64_t size = bounds_->Size();
    if (!is_ascending || size < 2) return;
    widths_ = std::min(wanted_widths, (size + 1) / 2);
    if (size > kManyBounds) width_unit_ = size / (widths_ * 10);
    while (widths_ * width_unit_ >= size) --width_unit_;
    lowers_ = size - widths_ * width_unit_;
  }

  std::uint64_t Size() const override { return widths_ == 0 ? bounds_->Size() : MultiplySizes(lowers_, widths_); }
  bool IsInjective(bool ignoring_case) const override { return bounds_->IsInjective(ignoring_case); }
  void AppendText(std::uint64_t index, std::string& out) const override {
    std::string text;
    out.push_back('[');
    if (widths_ == 0) {
      bounds_->AppendText(index, text);
      AppendRangeBound(text, out);
      out.push_back(',');
      AppendRangeBound(text, out);
      out.push_back(']');
      return;
    }
    const std::uint64_t lower = index % lowers_;
    const std::uint64_t width = (index / lowers_ + 1) * width_unit_;
    bounds_->AppendText(lower, text);
    AppendRangeBound(text, out);
    out.push_back(',');
    text.clear();
    bounds_->AppendText(lower + width, text);
    AppendRangeBound(text, out);
    out.push_back(')');
  }
  std::string Describe() const override { return "range of " + bounds_->Describe(); }

 private:
  ValueSetPointer bounds_;
  std::uint64_t widths_ = 0;  // 0: single points
  std::uint64_t width_unit_ = 1;
  std::uint64_t lowers_ = 0;
};

// One range where distinct values are wanted, else up to three; the input function sorts and merges them.
class MultirangeValueSet final : public ValueSet {
 public:
  MultirangeValueSet(ValueSetPointer ranges, bool unique) : ranges_(std::move(ranges)), unique_(unique) {}

  std::uint64_t Size() const override { return unique_ ? ranges_->Size() : kMaxValueSetSize; }
  bool IsInjective(bool ignoring_case) const override { return unique_ && ranges_->IsInjective(ignoring_case); }
  void AppendText(std::uint64_t index, std::string& out) const override {
    out.push_back('{');
    const std::uint64_t count = unique_ ? 1 : 1 + HashIndex(index, 0) % 3;
    for (std::uint64_t place = 0; place < count; ++place) {
      if (place > 0) out.push_back(',');
      ranges_->AppendText(unique_ ? index : Scale(HashIndex(index, place + 1), ranges_->Size()), out);
    }
    out.push_back('}');
  }
  std::string Describe() const override { return "multirange: " + ranges_->Describe(); }

 private:
  ValueSetPointer ranges_;
  bool unique_;
};

// Bounds of distinct ranges: a plausible wide interval, since all of a type's values would begin at its far end.
struct WideBounds {
  std::string_view type_name;
  const char* lower;
  const char* upper;
};

constexpr WideBounds kWideBounds[] = {
    {"int2", "0", "32767"},
    {"int4", "0", "2147483647"},
    {"int8", "0", "1000000000000000"},
    {"numeric", "0", "1000000000000"},
    {"date", "1900-01-01", "2999-12-31"},
    {"time", "00:00:00", "23:59:59.999999"},
    {"timestamp", "1900-01-01 00:00:00", "2999-12-31 00:00:00"},
    {"timestamptz", "1900-01-01 00:00:00+00", "2999-12-31 00:00:00+00"},
    {"float4", "0", "40000"},
    {"float8", "0", "100000000000"},
};

ValueSetPointer MakeBounds(const TypeRequest& request, const Type& subtype) {
  ValueLimits limits;
  int modifier = -1;
  const Type& base = UnwrapDomains(subtype, modifier);
  if (request.limits.elements != nullptr) {
    limits = *request.limits.elements;
  } else if (request.unique) {
    for (const WideBounds& wide : kWideBounds) {
      if (IsBuiltIn(base, wide.type_name)) limits.intervals.push_back({wide.lower, wide.upper, true, true});
    }
  }
  const bool is_ordered = !limits.intervals.empty() || request.limits.elements != nullptr;
  // An explicit interval is in ascending order only without the preferences of unique sets.
  return MakeTypeValueSet(subtype, request.type.element_modifier, limits, request.unique && !is_ordered,
                          request.context);
}

}  // namespace

ValueSetPointer MakeRangeValueSet(const TypeRequest& request) {
  const TypeKind kind = request.type.kind;
  if ((kind != TypeKind::Range && kind != TypeKind::Multirange) || request.type.element == nullptr) return nullptr;
  ValueSetPointer bounds = MakeBounds(request, *request.type.element);
  if (bounds == nullptr) return nullptr;
  const auto* ordered = dynamic_cast<const OrderedValueSet*>(bounds.get());
  const bool is_ascending = ordered != nullptr && ordered->IsAscending();
  constexpr std::uint64_t kWidths = 100;
  constexpr std::uint64_t kUniqueWidths = 3650;
  ValueSetPointer ranges =
      std::make_shared<RangeValueSet>(std::move(bounds), request.unique ? kUniqueWidths : kWidths, is_ascending);
  if (kind == TypeKind::Range) return ranges;
  return std::make_shared<MultirangeValueSet>(std::move(ranges), request.unique);
}

}  // namespace dbmocker

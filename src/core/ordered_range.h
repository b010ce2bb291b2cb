// Whole numbers of an ordered type as an indexable set: a union of intervals without excluded points. The base of
// integers, money, numeric, dates, times, timestamps and enums. Knows nothing of types or text.
// Read first: OrderedRange, then ResolveOrderedRange.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dbmocker/value_set.h"

namespace dbmocker {

__extension__ typedef __int128 Int128;

// A position on the scale of an ordered type; `exact` is false if the text lay between `floor` and `floor` + 1.
struct OrderedPoint {
  Int128 floor = 0;
  bool exact = true;
};

// A closed interval of whole numbers, first <= last.
struct Span64 {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

class OrderedRange {
 public:
  // Disjoint spans in the order in which they are to be used. A total above kMaxValueSetSize is cut at the end, or with
  // `spread` thinned out evenly.
  OrderedRange(const std::vector<Span64>& spans, bool spread);
  // Of the spans only what `periodic` allows; nullopt if that is nothing.
  static std::optional<OrderedRange> WithPeriods(const std::vector<Span64>& spans, bool spread,
                                                 const PeriodicLimits& periodic);

  std::uint64_t size() const { return size_; }
  std::int64_t At(std::uint64_t index) const {
    const std::uint64_t position = index * stride_;
    const Segment& segment = segments_.size() == 1 ? segments_.front() : FindSegment(position);
    const auto value = static_cast<std::int64_t>(segment.first + (position - segment.start));
    return period_ == 0 ? value : Unpack(value);
  }
  // True if At(i) == first() + i for all i.
  bool IsContiguous() const { return segments_.size() == 1 && stride_ == 1 && period_ == 0; }
  std::int64_t first() const { return At(0); }
  // True if a larger index always means a larger value.
  bool IsAscending() const;
  std::int64_t minimum() const { return minimum_; }
  std::int64_t maximum() const { return maximum_; }

 private:
  struct Segment {
    std::uint64_t first;  // the value's bits, so that sums wrap instead of overflowing
    std::uint64_t start;  // position of the first value
  };
  // What periods leave is numbered through; the number -> the value.
  struct Remainders {
    std::int64_t first;
    std::int64_t start;  // how many there are before it
  };
  const Segment& FindSegment(std::uint64_t position) const;
  std::int64_t Unpack(std::int64_t number) const;

  std::vector<Segment> segments_;
  std::uint64_t stride_ = 1;
  std::uint64_t size_ = 0;
  std::int64_t minimum_ = 0;
  std::int64_t maximum_ = 0;
  std::int64_t period_ = 0;  // 0: none
  std::int64_t kept_ = 0;  // values of a period that are kept
  std::vector<Remainders> remainders_;
};

// What is legal in a type and what looks plausible where limits say nothing.
struct OrderedSpace {
  Span64 legal;
  Span64 usual;
  std::int64_t usual_width = 0;  // of an interval with one open end
  bool is_anchored = false;  // with one open end, stay inside `usual` where possible (dates near today)
  std::vector<Span64> preferred;  // disjoint parts of `legal`, in the order in which unique values should use them
};

using PointParser = std::function<std::optional<OrderedPoint>(std::string_view)>;

// The set that intervals and excluded values leave; nullopt if nothing is left. Bounds that do not parse are taken as
// absent (the server's own check then decides). `unit`: positions that one number of the space stands for.
std::optional<OrderedRange> ResolveOrderedRange(const OrderedSpace& space, const ValueLimits& limits, bool unique,
                                                const PointParser& parse, std::int64_t unit = 1);

// A value set whose larger indexes may be known to be larger values; ranges are built from those.
class OrderedValueSet : public ValueSet {
 public:
  virtual bool IsAscending() const = 0;
};

}  // namespace dbmocker

// Interval arithmetic behind the ordered types: bounds in, disjoint spans of whole numbers out. All sums are made in
// 128 bits or on unsigned words, so that the ends of int64 need no special case.
// Read first: ResolveOrderedRange.
#include "ordered_range.h"

#include <algorithm>

namespace dbmocker {
namespace {

struct WideSpan {
  Int128 first;
  Int128 last;
};

std::optional<WideSpan> Intersect(const WideSpan& a, const WideSpan& b) {
  const WideSpan both{std::max(a.first, b.first), std::min(a.last, b.last)};
  if (both.first > both.last) return std::nullopt;
  return both;
}

Span64 Narrow(const WideSpan& span) {
  return Span64{static_cast<std::int64_t>(span.first), static_cast<std::int64_t>(span.last)};
}

WideSpan Widen(const Span64& span) { return WideSpan{span.first, span.last}; }

struct Bounds {
  std::optional<Int128> lower;
  std::optional<Int128> upper;
};

Bounds ReadBounds(const ValueInterval& interval, const PointParser& parse) {
  Bounds bounds;
  if (interval.lower) {
    if (const auto point = parse(*interval.lower)) {
      bounds.lower = point->floor + (interval.lower_inclusive && point->exact ? 0 : 1);
    }
  }
  if (interval.upper) {
    if (const auto point = parse(*interval.upper)) {
      bounds.upper = point->floor - (!interval.upper_inclusive && point->exact ? 1 : 0);
    }
  }
  return bounds;
}

// An interval without a lower end.
WideSpan CloseBelow(const OrderedSpace& space, Int128 upper) {
  const WideSpan usual = Widen(space.usual);
  if (space.is_anchored && upper > usual.first) return WideSpan{usual.first, std::min(upper, usual.last)};
  if (!space.is_anchored && upper > 0 && usual.first >= 0) return WideSpan{0, upper};
  return WideSpan{upper - space.usual_width, upper};
}

// An interval without an upper end.
WideSpan CloseAbove(const OrderedSpace& space, Int128 lower) {
  const WideSpan usual = Widen(space.usual);
  if (space.is_anchored && lower < usual.last) return WideSpan{std::max(lower, usual.first), usual.last};
  return WideSpan{lower, lower + space.usual_width};
}

WideSpan CloseInterval(const OrderedSpace& space, const Bounds& bounds, bool unique) {
  const WideSpan legal = Widen(space.legal);
  if (bounds.lower && bounds.upper) return WideSpan{*bounds.lower, *bounds.upper};
  if (unique) return WideSpan{bounds.lower.value_or(legal.first), bounds.upper.value_or(legal.last)};
  if (!bounds.lower && !bounds.upper) return Widen(space.usual);
  // A bound outside the legal values says nothing on its side, or leaves nothing.
  if (bounds.lower) {
    return *bounds.lower <= legal.first && !space.is_anchored && legal.first < 0
               ? WideSpan{space.usual.first, space.usual.last}
               : CloseAbove(space, *bounds.lower);
  }
  return *bounds.upper >= legal.last ? Widen(space.usual) : CloseBelow(space, *bounds.upper);
}

void MergeOverlapping(std::vector<WideSpan>& spans) {
  std::sort(spans.begin(), spans.end(), [](const WideSpan& a, const WideSpan& b) { return a.first < b.first; });
  std::vector<WideSpan> merged;
  for (const WideSpan& span : spans) {
    if (!merged.empty() && span.first <= merged.back().last + 1) {
      merged.back().last = std::max(merged.back().last, span.last);
    } else {
      merged.push_back(span);
    }
  }
  spans = std::move(merged);
}

std::vector<std::int64_t> ReadExcluded(const ValueLimits& limits, const WideSpan& legal, const PointParser& parse) {
  std::vector<std::int64_t> points;
  for (const std::string& text : limits.excluded) {
    const auto point = parse(text);
    if (point && point->exact && point->floor >= legal.first && point->floor <= legal.last) {
      points.push_back(static_cast<std::int64_t>(point->floor));
    }
  }
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
}

// Adds `span` without the excluded points, which are sorted.
void AddWithout(const Span64& span, const std::vector<std::int64_t>& excluded, std::vector<Span64>& out) {
  std::int64_t first = span.first;
  for (auto point = std::lower_bound(excluded.begin(), excluded.end(), first);
       point != excluded.end() && *point <= span.last; ++point) {
    if (*point > first) out.push_back(Span64{first, *point - 1});
    if (*point == span.last) return;
    first = *point + 1;
  }
  out.push_back(Span64{first, span.last});
}

}  // namespace

OrderedRange::OrderedRange(const std::vector<Span64>& spans, bool spread) {
  Int128 total = 0;
  minimum_ = spans.front().first;
  maximum_ = spans.front().last;
  for (const Span64& span : spans) {
    if (!spread && total >= static_cast<Int128>(kMaxValueSetSize)) break;
    segments_.push_back(Segment{static_cast<std::uint64_t>(span.first), static_cast<std::uint64_t>(total)});
    total += static_cast<Int128>(span.last) - span.first + 1;
    minimum_ = std::min(minimum_, span.first);
    maximum_ = std::max(maximum_, span.last);
  }
  const auto last_position = static_cast<std::uint64_t>(total - 1);
  if (spread) stride_ = last_position / kMaxValueSetSize + 1;
  size_ = std::min(last_position / stride_ + 1, kMaxValueSetSize);
}

bool OrderedRange::IsAscending() const {
  for (std::size_t i = 1; i < segments_.size(); ++i) {
    if (static_cast<std::int64_t>(segments_[i].first) < static_cast<std::int64_t>(segments_[i - 1].first)) return false;
  }
  return true;
}

std::int64_t OrderedRange::Unpack(std::int64_t number) const {
  std::int64_t periods = number / kept_;
  std::int64_t rest = number % kept_;
  if (rest < 0) {
    rest += kept_;
    --periods;
  }
  const auto after = std::upper_bound(remainders_.begin(), remainders_.end(), rest,
                                      [](std::int64_t wanted, const Remainders& one) { return wanted < one.start; });
  const Remainders& found = *(after - 1);
  return periods * period_ + found.first + (rest - found.start);
}

std::optional<OrderedRange> OrderedRange::WithPeriods(const std::vector<Span64>& spans, bool spread,
                                                      const PeriodicLimits& periodic) {
  std::vector<Remainders> remainders;
  std::int64_t kept = 0;
  for (const PeriodicLimits::Span& span : periodic.remainders) {
    remainders.push_back({span.first, kept});
    kept += span.last - span.first + 1;
  }
  if (kept == 0) return std::nullopt;
  // How many values are kept in [0, value), negative below zero.
  const auto count_below = [&](Int128 value) {
    Int128 periods = value / periodic.period;
    Int128 rest = value % periodic.period;
    if (rest < 0) {
      rest += periodic.period;
      --periods;
    }
    Int128 count = periods * kept;
    for (const PeriodicLimits::Span& span : periodic.remainders)
      if (rest > span.first) count += std::min<Int128>(rest, span.last + 1) - span.first;
    return count;
  };
  std::vector<Span64> packed;
  for (const Span64& span : spans) {
    const Int128 first = count_below(span.first);
    const Int128 last = count_below(Int128{span.last} + 1) - 1;
    if (first <= last) packed.push_back(Narrow(WideSpan{first, last}));
  }
  if (packed.empty()) return std::nullopt;
  OrderedRange range(packed, spread);
  range.period_ = periodic.period;
  range.kept_ = kept;
  range.remainders_ = std::move(remainders);
  range.minimum_ = range.Unpack(range.minimum_);
  range.maximum_ = range.Unpack(range.maximum_);
  return range;
}

const OrderedRange::Segment& OrderedRange::FindSegment(std::uint64_t position) const {
  const auto after =
      std::upper_bound(segments_.begin(), segments_.end(), position,
                       [](std::uint64_t wanted, const Segment& segment) { return wanted < segment.start; });
  return *(after - 1);
}

namespace {

// The same in numbers that stand for `unit` positions each; nullptr if no such number lies in a span.
std::shared_ptr<const PeriodicLimits> InUnits(const std::shared_ptr<const PeriodicLimits>& periodic,
                                              std::int64_t unit) {
  if (periodic == nullptr || unit == 1) return periodic;
  PeriodicLimits coarse;
  coarse.period = std::max<std::int64_t>(periodic->period / unit, 1);
  for (const PeriodicLimits::Span& span : periodic->remainders) {
    const std::int64_t first = (span.first + unit - 1) / unit;
    const std::int64_t last = std::min(span.last / unit, coarse.period - 1);
    if (first <= last) coarse.remainders.push_back({first, last});
  }
  return std::make_shared<PeriodicLimits>(std::move(coarse));
}

}  // namespace

std::optional<OrderedRange> ResolveOrderedRange(const OrderedSpace& space, const ValueLimits& limits, bool unique,
                                                const PointParser& parse, std::int64_t unit) {
  const auto periodic = InUnits(limits.periodic, unit);
  const WideSpan legal = Widen(space.legal);
  const std::vector<std::int64_t> excluded = ReadExcluded(limits, legal, parse);
  // The usual values first; if the excluded ones leave none of them, the whole legal range.
  for (const bool wide : {unique, true}) {
    std::vector<WideSpan> wanted;
    for (const ValueInterval& interval : limits.intervals) {
      const auto span = Intersect(CloseInterval(space, ReadBounds(interval, parse), wide), legal);
      if (span) wanted.push_back(*span);
    }
    if (limits.intervals.empty()) wanted.push_back(wide ? legal : Widen(space.usual));
    MergeOverlapping(wanted);

    std::vector<Span64> spans;
    if (wide) {
      for (const Span64& preferred : space.preferred) {
        for (const WideSpan& span : wanted) {
          if (const auto part = Intersect(span, Widen(preferred))) AddWithout(Narrow(*part), excluded, spans);
        }
      }
    } else {
      for (const WideSpan& span : wanted) AddWithout(Narrow(span), excluded, spans);
    }
    if (spans.empty()) continue;
    if (periodic == nullptr) return OrderedRange(spans, !wide);
    if (auto range = OrderedRange::WithPeriods(spans, !wide, *periodic)) return range;
  }
  return std::nullopt;
}

}  // namespace dbmocker

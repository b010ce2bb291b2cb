// Lists of allowed values (IN lists, CHECKs of equality) after everything else that the limits say: intervals,
// excluded values and lengths. Duplicates are dropped; the order is kept.
// Read first: MakeAllowedValueSet.
#include <algorithm>
#include <memory>
#include <unordered_set>

#include "type_value_sets.h"

namespace dbmocker {
namespace {

bool IsInside(const OrderedPoint& value, const ValueInterval& interval, const PointParser& parse) {
  // Compare twice the position, with the half step of an inexact one in between.
  const auto place = [](const OrderedPoint& point) { return point.floor * 2 + (point.exact ? 0 : 1); };
  if (interval.lower) {
    const auto lower = parse(*interval.lower);
    if (lower && (place(value) < place(*lower) || (place(value) == place(*lower) && !interval.lower_inclusive))) {
      return false;
    }
  }
  if (interval.upper) {
    const auto upper = parse(*interval.upper);
    if (upper && (place(value) > place(*upper) || (place(value) == place(*upper) && !interval.upper_inclusive))) {
      return false;
    }
  }
  return true;
}

PointParser MakeParser(const TypeRequest& request) {
  if (request.type.kind == TypeKind::Enum) {
    return [&labels = request.type.labels](std::string_view text) -> std::optional<OrderedPoint> {
      const auto found = std::find(labels.begin(), labels.end(), text);
      if (found == labels.end()) return std::nullopt;
      return OrderedPoint{found - labels.begin(), true};
    };
  }
  return FindPointParser(request.type, request.modifier);
}

bool HasTextLength(const Type& type) {
  return IsBuiltIn(type, "text") || IsBuiltIn(type, "varchar") || IsBuiltIn(type, "bpchar") || IsBuiltIn(type, "name");
}

bool FitsLengths(const std::string& text, const TypeRequest& request, const LengthLimits& lengths) {
  if (!HasTextLength(request.type)) return true;
  std::string_view counted = text;
  if (IsBuiltIn(request.type, "bpchar")) counted = counted.substr(0, counted.find_last_not_of(' ') + 1);
  const std::int64_t length = CountCharacters(counted);
  return length >= lengths.minimum && (!lengths.maximum || length <= *lengths.maximum);
}

bool IsExcluded(const std::string& text, const std::optional<OrderedPoint>& point, const TypeRequest& request,
                const PointParser& parse) {
  for (const std::string& excluded : request.limits.excluded) {
    if (excluded == text) return true;
    if (!point) continue;
    const auto other = parse(excluded);
    if (other && other->floor == point->floor && other->exact && point->exact) return true;
  }
  return false;
}

}  // namespace

ValueSetPointer MakeAllowedValueSet(const TypeRequest& request) {
  const PointParser parse = MakeParser(request);
  const LengthLimits lengths = HasTextLength(request.type) ? ResolveLengths(request) : LengthLimits{};
  std::vector<std::string> kept;
  std::unordered_set<std::string> seen;
  for (const std::string& text : request.limits.allowed) {
    const auto point = parse ? parse(text) : std::nullopt;
    const auto& intervals = request.limits.intervals;
    const bool inside = !point || intervals.empty() ||
                        std::any_of(intervals.begin(), intervals.end(),
                                    [&](const ValueInterval& interval) { return IsInside(*point, interval, parse); });
    if (!inside || !FitsLengths(text, request, lengths) || IsExcluded(text, point, request, parse)) continue;
    // "1" and "1.0" are one value of an ordered type.
    std::string key = text;
    if (point && point->exact) {
      key.assign(reinterpret_cast<const char*>(&point->floor), sizeof point->floor);
    }
    if (seen.insert(std::move(key)).second) kept.push_back(text);
  }
  if (kept.empty()) ThrowNoValue(request.type, request.limits);
  return MakeModifiedListValueSet(request.type, request.modifier, std::move(kept));
}

}  // namespace dbmocker

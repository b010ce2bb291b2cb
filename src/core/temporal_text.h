// Dates and times as text: the proleptic Gregorian calendar, ISO forms in and out. No time zones but fixed offsets.
// Must not depend on DateStyle, IntervalStyle or TimeZone. Read first: ParseTimestamp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ordered_range.h"

namespace dbmocker {

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// Days since 2000-01-01; year 0 is 1 BC.
std::int64_t DaysFromCivil(std::int64_t year, int month, int day);

// "2024-01-31", "2024-01-31 13:05:07.25", "… +02", "… BC"; microseconds since 2000-01-01. An offset counts only if
// `with_zone`. nullopt for any other form ("infinity", "now").
std::optional<OrderedPoint> ParseTimestamp(std::string_view text, bool with_zone);
// The same forms, in days.
std::optional<OrderedPoint> ParseDate(std::string_view text);
// "13:05", "13:05:07.25"; microseconds of the day, up to 24:00:00.
std::optional<OrderedPoint> ParseTime(std::string_view text);
// "1 year 2 mons -3 days 04:05:06.7"; microseconds with months of 30 days and days of 24 hours, as intervals compare.
std::optional<OrderedPoint> ParseInterval(std::string_view text);

void AppendDate(std::int64_t days, std::string& out);
void AppendTime(std::int64_t micros, std::string& out);
// `zone` follows the time: "" or "+00".
void AppendTimestamp(std::int64_t micros, std::string_view zone, std::string& out);

}  // namespace dbmocker

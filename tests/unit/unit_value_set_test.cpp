// Moments in units of time of their own: no two in one unit, whatever the type; the first ones near the reference time.
// And documents with a distinct member. Read first: NoTwoMomentsLieInOneUnit.
#include "../../src/core/unit_value_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

#include "../../src/core/keyed_json_set.h"
#include "../../src/core/temporal_text.h"
#include "../../src/core/type_value_sets.h"
#include "sample_types.h"

namespace dbmocker::sample {
namespace {

constexpr TimeUnit kAllUnits[] = {TimeUnit::Second, TimeUnit::Minute, TimeUnit::Hour,    TimeUnit::Day,
                                  TimeUnit::Week,   TimeUnit::Month,  TimeUnit::Quarter, TimeUnit::Year};

std::int64_t MomentAt(const ValueSet& values, std::uint64_t index) {
  std::string text;
  values.AppendText(index, text);
  return static_cast<std::int64_t>(ParseTimestamp(text, true)->floor);
}

TEST(UnitValueSetTest, NoTwoMomentsLieInOneUnit) {
  ValueContext context;
  context.reference_time = DaysFromCivil(2025, 6, 15) * kMicrosPerDay + 12'345'678;
  for (const char* name : {"date", "timestamp", "timestamptz"}) {
    for (const TimeUnit unit : kAllUnits) {
      const auto made = MakeUnitValueSet(*BaseType(name), unit, context);
      ASSERT_TRUE(made) << name;
      const std::uint64_t count = std::min<std::uint64_t>(made->values->Size(), 3000);
      std::set<std::int64_t> starts;
      const auto step = made->values->Size() / count;
      for (std::uint64_t i = 0; i < count; ++i)
        starts.insert(FindUnitBounds(unit, MomentAt(*made->values, i * step)).first);
      EXPECT_EQ(starts.size(), count) << name << " " << static_cast<int>(unit);
      EXPECT_LE(made->usual, made->values->Size());
    }
  }
  EXPECT_FALSE(MakeUnitValueSet(*BaseType("time"), TimeUnit::Hour, context));
}

TEST(UnitValueSetTest, TheFirstMomentsAreThoseBeforeTheReferenceTime) {
  ValueContext context;
  context.reference_time = DaysFromCivil(2025, 6, 15) * kMicrosPerDay;
  const auto made = MakeUnitValueSet(*BaseType("timestamp"), TimeUnit::Day, context);
  for (std::uint64_t i = 0; i < made->usual; ++i) {
    const std::int64_t days = (context.reference_time - MomentAt(*made->values, i)) / kMicrosPerDay;
    ASSERT_GE(days, -1);
    ASSERT_LE(days, 3 * 366);
  }
}

TEST(UnitValueSetTest, BoundsAreThoseOfTheCalendar) {
  const auto bounds = [](TimeUnit unit, const char* text) {
    const auto [start, next] = FindUnitBounds(unit, static_cast<std::int64_t>(ParseTimestamp(text, false)->floor));
    std::string out;
    AppendTimestamp(start, "", out);
    out += " … ";
    AppendTimestamp(next, "", out);
    return out;
  };
  EXPECT_EQ(bounds(TimeUnit::Month, "2024-02-29 23:59:59"), "2024-02-01 00:00:00 … 2024-03-01 00:00:00");
  EXPECT_EQ(bounds(TimeUnit::Quarter, "1999-12-31 00:00:00"), "1999-10-01 00:00:00 … 2000-01-01 00:00:00");
  EXPECT_EQ(bounds(TimeUnit::Year, "1970-01-01 00:00:00"), "1970-01-01 00:00:00 … 1971-01-01 00:00:00");
  EXPECT_EQ(bounds(TimeUnit::Week, "2025-01-05 10:00:00"), "2024-12-30 00:00:00 … 2025-01-06 00:00:00");
  EXPECT_EQ(bounds(TimeUnit::Hour, "1999-12-31 23:30:00"), "1999-12-31 23:00:00 … 2000-01-01 00:00:00");
}

TEST(KeyedJsonSetTest, TheMemberStandsLastInAnObject) {
  ValueLimits no_limits;
  const auto inner = MakeTypeValueSet(*BaseType("jsonb"), -1, no_limits, false, ValueContext{});
  const auto values = MakeKeyedJsonSet(inner, {"a", "b\"c"}, true);
  std::set<std::string> texts;
  for (std::uint64_t i = 0; i < 500; ++i) {
    std::string text;
    values->AppendText(i, text);
    EXPECT_TRUE(text.starts_with("{")) << text;
    EXPECT_TRUE(text.ends_with(", \"a\": {\"b\\\"c\": " + std::to_string(i + 1) + "}}")) << text;
    texts.insert(text);
  }
  EXPECT_EQ(texts.size(), 500u);
}

}  // namespace
}  // namespace dbmocker::sample

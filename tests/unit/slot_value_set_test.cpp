// Slots: whatever indexes are taken, no two values overlap, and the first ones are near the reference time.
// Read first: NoTwoSlotsOverlap.
#include "../../src/core/slot_value_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sample_types.h"

namespace dbmocker::sample {
namespace {

std::string TextOf(const ValueSet& values, std::uint64_t index) {
  std::string text;
  values.AppendText(index, text);
  return text;
}

std::int64_t Position(const Type& type, const std::string& text) {
  const auto position = ParseOrderedValue(type, -1, text, false);
  EXPECT_TRUE(position.has_value()) << text;
  return position.value_or(0);
}

// The first, the last and spread-out indexes.
std::vector<std::uint64_t> SomeIndexes(std::uint64_t size) {
  std::vector<std::uint64_t> indexes;
  for (std::uint64_t i = 0; i < 500; ++i) {
    indexes.insert(indexes.end(), {i, size - 1 - i, size / 500 * i + i % 7});
  }
  std::erase_if(indexes, [size](std::uint64_t index) { return index >= size; });
  std::ranges::sort(indexes);
  indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end());
  return indexes;
}

TEST(SlotValueSet, NoTwoSlotsOverlap) {
  for (const char* name : {"int2", "int4", "int8", "date", "time", "timestamp", "timestamptz"}) {
    for (const std::uint64_t needed : {1, 3'000, 400'000}) {
      const TypePointer type = BaseType(name);
      const auto slots = MakeSlots(*type, -1, needed, {}, kContext);
      ASSERT_TRUE(slots) << name;
      std::vector<std::pair<std::int64_t, std::int64_t>> spans;
      for (const std::uint64_t index : SomeIndexes(slots->lowers->Size())) {
        spans.emplace_back(Position(*type, TextOf(*slots->lowers, index)),
                           Position(*type, TextOf(*slots->uppers, index)));
      }
      std::ranges::sort(spans);
      for (std::size_t i = 0; i < spans.size(); ++i) {
        EXPECT_LT(spans[i].first, spans[i].second) << name;
        if (i == 0) continue;
        EXPECT_LE(spans[i - 1].second, spans[i].first) << name;
        EXPECT_TRUE(!slots->leaves_gaps || spans[i - 1].second < spans[i].first) << name;
      }
    }
  }
}

TEST(SlotValueSet, HoldsAsManyAsAreNeededWhereTheTypeDoes) {
  EXPECT_GE(MakeSlots(*BaseType("date"), -1, 300'000, {}, kContext)->lowers->Size(), 300'000U);
  EXPECT_LT(MakeSlots(*BaseType("int2"), -1, 300'000, {}, kContext)->lowers->Size(), 300'000U);
  EXPECT_GE(MakeSlots(*BaseType("timestamp"), -1, 1'000'000'000, {}, kContext)->lowers->Size(), 1'000'000'000U);
  EXPECT_FALSE(MakeSlots(*BaseType("text"), -1, 1, {}, kContext));
}

TEST(SlotValueSet, TheFirstSlotsAreNearTheReferenceTime) {
  const TypePointer type = BaseType("timestamptz");
  const auto slots = MakeSlots(*type, -1, 1'000, {}, kContext);
  constexpr std::int64_t kYear = 366LL * 86'400'000'000;
  for (std::uint64_t index = 0; index < slots->usual; ++index) {
    const std::int64_t lower = Position(*type, TextOf(*slots->lowers, index));
    EXPECT_LT(std::abs(lower - kContext.reference_time), 3 * kYear);
  }
}

TEST(SlotValueSet, DisjointSetsOfRangesAndShapes) {
  const TypePointer range = Over(TypeKind::Range, "pg_catalog", "daterange", BaseType("date"));
  const auto ranges = MakeDisjointSet(*range, 10, {}, kContext);
  ASSERT_TRUE(ranges);
  EXPECT_EQ(TextOf(*ranges->values, 0).front(), '[');
  EXPECT_EQ(TextOf(*ranges->values, 0).back(), ')');
  const auto circles = MakeDisjointSet(*BaseType("circle"), 10, {}, kContext);
  ASSERT_TRUE(circles);
  EXPECT_EQ(TextOf(*circles->values, 0).substr(0, 8), "<(50,50)");
  EXPECT_EQ(TextOf(*circles->values, 10'101).substr(0, 12), "<(10150,150)");
  EXPECT_FALSE(MakeDisjointSet(*BaseType("point"), 10, {}, kContext));
}

TEST(SlotValueSet, StaysWithinAnInterval) {
  ValueLimits within;
  within.intervals.push_back({"2024-03-01", "2024-03-31", true, false});
  const auto slots = MakeSlots(*BaseType("date"), -1, 10, within, kContext);
  ASSERT_TRUE(slots);
  EXPECT_GE(slots->lowers->Size(), 10U);
  EXPECT_EQ(slots->usual, slots->lowers->Size());
  std::string lower, upper;
  for (std::uint64_t index = 0; index < slots->lowers->Size(); ++index) {
    lower.clear();
    upper.clear();
    slots->lowers->AppendText(index, lower);
    slots->uppers->AppendText(index, upper);
    EXPECT_GE(lower, "2024-03-01");
    EXPECT_LT(lower, upper);
    EXPECT_LT(upper, "2024-03-31");
  }
  EXPECT_LT(MakeSlots(*BaseType("date"), -1, 100, within, kContext)->lowers->Size(), 100U);
  within.intervals.push_back({"2025-03-01", "2025-03-31", true, false});
  EXPECT_FALSE(MakeSlots(*BaseType("date"), -1, 10, within, kContext));
  ValueLimits nothing;
  nothing.intervals.push_back({"5", "5", true, true});
  EXPECT_FALSE(MakeSlots(*BaseType("int4"), -1, 1, nothing, kContext));
}

}  // namespace
}  // namespace dbmocker::sample

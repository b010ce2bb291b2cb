// Timelines: the order of moments holds for every pair of types, as PostgreSQL compares them in any time zone.
// Read first: EarliestOf.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "decode_values.h"
#include "sample_tables.h"

namespace dbmocker {
namespace {

using sample::kContext;
using sample::MakeProvided;

constexpr std::int64_t kDay = 86400000000;
constexpr const char* kTypes[] = {"date", "timestamp", "timestamptz"};

// Microseconds since 2000 of one value; dates at midnight.
std::int64_t MomentAt(const ValueSet& values, std::uint64_t index, bool is_date) {
  const ColumnBuffer buffer = sample::EmitAll(values, {index});
  return static_cast<std::int64_t>(buffer.words()[0]) * (is_date ? kDay : 1);
}

// A date compared with a timestamp with time zone is midnight of the session's zone: up to 14 hours earlier or 12
// later.
void ExpectOrder(const char* earlier, const char* later, bool strictly) {
  for (const char* first_type : kTypes) {
    for (const char* second_type : kTypes) {
      const auto first = MakeProvided(earlier, first_type);
      const auto second = MakeProvided(later, second_type);
      if (!first || !second) continue;
      const bool first_is_date = std::string(first_type) == "date";
      const bool second_is_date = std::string(second_type) == "date";
      const std::int64_t shift = first_is_date != second_is_date ? 14 * kDay / 24 : 0;
      for (std::uint64_t i = 0; i < 3000; ++i) {
        const std::uint64_t index = Scale(Mix(i), GroupSize(GroupKind::Timeline));
        const std::int64_t from = MomentAt(*first, index, first_is_date) + (strictly ? 1 : 0);
        ASSERT_LE(from + shift, MomentAt(*second, index, second_is_date))
            << earlier << " " << first_type << " " << later << " " << second_type << " " << index;
      }
    }
  }
}

TEST(TimelineProvider, StepsAreInOrder) {
  const char* steps[] = {"created_at",   "ordered_at", "confirmed_at", "paid_at",    "shipped_at",
                         "delivered_at", "closed_at",  "event_at",     "updated_at", "deleted_at"};
  for (std::size_t i = 0; i + 1 < std::size(steps); ++i) ExpectOrder(steps[i], steps[i + 1], false);
  ExpectOrder("created_at", "updated_at", false);
  ExpectOrder("created_at", "deleted_at", false);
  ExpectOrder("ordered_at", "due_at", true);
  ExpectOrder("created_at", "expires_at", true);
}

TEST(TimelineProvider, PeriodsEndAfterTheyStart) {
  ExpectOrder("start_date", "end_date", true);
  ExpectOrder("start_time", "end_time", true);
  ExpectOrder("created_at", "start_date", true);
}

TEST(TimelineProvider, TimesOfDayEndAfterTheyStart) {
  for (const auto& [from, to] : {std::pair{"start_time", "end_time"}, std::pair{"start_date", "end_date"}}) {
    const auto start = MakeProvided(from, "time");
    const auto end = MakeProvided(to, "time");
    for (std::uint64_t i = 0; i < 5000; ++i) {
      EXPECT_LT(MomentAt(*start, i, false), MomentAt(*end, i, false));
      EXPECT_LT(MomentAt(*end, i, false), kDay);
      EXPECT_GE(MomentAt(*start, i, false), 0);
    }
  }
}

TEST(TimelineProvider, PastMomentsLieBeforeTheReference) {
  for (const char* name : {"created_at", "ordered_at", "closed_at", "event_at", "updated_at", "deleted_at"}) {
    const auto values = MakeProvided(name, "timestamptz");
    for (std::uint64_t i = 0; i < 20000; ++i) {
      const std::int64_t moment = MomentAt(*values, Scale(Mix(i), values->Size()), false);
      ASSERT_LE(moment, kContext.reference_time) << name;
      ASSERT_GE(moment, kContext.reference_time - 3 * 366 * kDay) << name;
      ASSERT_EQ(moment % 1000000, 0);
    }
  }
  for (const char* name : {"expires_at", "scheduled_at"}) {
    const auto values = MakeProvided(name, "date");
    for (std::uint64_t i = 0; i < 5000; ++i)
      ASSERT_GT(MomentAt(*values, Scale(Mix(i), values->Size()), true), kContext.reference_time) << name;
  }
}

TEST(TimelineProvider, TextAndNativeFormAgree) {
  for (const std::string& name : ProviderNames()) {
    for (const char* type : {"date", "timestamp", "timestamptz", "time"}) {
      const auto values = MakeProvided(name, type);
      if (!values) continue;
      Column column;
      sample::SetType(column, type);
      const auto indexes = sample::SampleIndexes(*values, 200);
      const ColumnBuffer buffer = sample::EmitAll(*values, indexes);
      for (std::size_t i = 0; i < indexes.size(); ++i) {
        const std::string text = sample::TextOf(*values, indexes[i]);
        const auto parsed = ParseOrderedValue(*column.type, -1, text, false);
        ASSERT_TRUE(parsed) << name << " " << text;
        ASSERT_EQ(*parsed, static_cast<std::int64_t>(buffer.words()[i])) << name << " " << type << " " << text;
      }
    }
  }
}

TEST(TimelineProvider, BirthDatesAreOfAdults) {
  const auto values = MakeProvided("birth_date", "date");
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const std::int64_t age = kContext.reference_time - MomentAt(*values, Scale(Mix(i), values->Size()), true);
    EXPECT_GE(age, 18 * 365 * kDay + 4 * kDay);
    EXPECT_LE(age, 90 * 366 * kDay);
  }
}

TEST(TimelineProvider, RespectsIntervals) {
  EXPECT_NE(MakeProvided("created_at", "date", sample::Between("1990-01-01", "2100-01-01")), nullptr);
  EXPECT_EQ(MakeProvided("created_at", "date", sample::Between("2023-01-01", "2100-01-01")), nullptr);
  EXPECT_EQ(MakeProvided("created_at", "timestamptz", sample::Between("1990-01-01", "2000-01-01")), nullptr);
}

TEST(TimelineProvider, NumbersCountFrom1970) {
  constexpr std::int64_t kEpoch = 946'684'800;
  const auto moments = MakeProvided("updated_at", "timestamptz");
  ValueLimits late;
  late.intervals.push_back({"1000000000000", std::nullopt, true, true});
  const auto seconds = MakeProvided("updated_at", "int8");
  const auto narrow = MakeProvided("updated_at", "int4");
  const auto milliseconds =
      MakeProviderValueSet(sample::MeaningOf("updated_at"), *sample::BaseType("int8"), -1, late, kContext);
  ASSERT_TRUE(seconds && narrow && milliseconds);
  for (std::uint64_t index = 0; index < 1000; ++index) {
    const std::int64_t expected = MomentAt(*moments, index, false) / 1'000'000 + kEpoch;
    ASSERT_EQ(MomentAt(*seconds, index, false), expected);
    ASSERT_EQ(MomentAt(*narrow, index, false), expected);
    ASSERT_EQ(MomentAt(*milliseconds, index, false), expected * 1000);
    std::string text;
    seconds->AppendText(index, text);
    ASSERT_EQ(text, std::to_string(expected));
  }
  EXPECT_EQ(MakeProvided("updated_at", "int2"), nullptr);
}

TEST(TimelineProvider, FollowsTheClock) {
  ValueContext context = kContext;
  context.follows_clock = true;
  std::int64_t last = context.reference_time - 11 * 1000000;
  for (const char* provider : {"created_at", "ordered_at", "paid_at", "shipped_at", "updated_at", "deleted_at"}) {
    const auto set =
        MakeProviderValueSet(sample::MeaningOf(provider), *sample::BaseType("timestamptz"), -1, {}, context);
    ASSERT_NE(set, nullptr) << provider;
    const std::int64_t moment = MomentAt(*set, 12345, false);
    EXPECT_GT(moment, last) << provider;
    last = moment;
  }
  EXPECT_LE(last, context.reference_time);
}

}  // namespace
}  // namespace dbmocker

// Value sets of ordered types: integers, money, numeric, floats, dates and times. Properties over many limits, the ends
// of every type, native encodings against an independent decoder, contradictions.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <set>

#include "dbmocker/error.h"
#include "decode_values.h"
#include "sample_types.h"

namespace dbmocker::sample {
namespace {

std::int64_t WordAt(const ValueSet& values, std::uint64_t index) {
  return static_cast<std::int64_t>(EmitAll(values, {index}).words()[0]);
}

void ExpectContradiction(const TypePointer& type, const ValueLimits& limits, int modifier = -1) {
  for (const bool unique : {false, true}) {
    try {
      const auto values = MakeSet(type, modifier, limits, unique);
      ADD_FAILURE() << type->name << " gave " << values->Describe();
    } catch (const Error& error) {
      EXPECT_EQ(error.report().sqlstate, "22023");
      EXPECT_FALSE(error.report().detail.empty());
    }
  }
}

// Distinct indexes give distinct texts, and the whole set if it is small.
void ExpectInjective(const ValueSet& values) {
  ASSERT_TRUE(values.IsInjective());
  std::set<std::string> texts;
  std::set<std::uint64_t> indexes;
  if (values.Size() <= 5000) {
    for (std::uint64_t i = 0; i < values.Size(); ++i) indexes.insert(i);
  } else {
    for (const std::uint64_t index : SampleIndexes(values, 2000)) indexes.insert(index);
  }
  for (const std::uint64_t index : indexes) texts.insert(TextOf(values, index));
  EXPECT_EQ(texts.size(), indexes.size()) << values.Describe();
}

struct IntegerCase {
  const char* name;
  std::int64_t first;
  std::int64_t last;
};

constexpr IntegerCase kIntegers[] = {{"int2", INT16_MIN, INT16_MAX},
                                     {"int4", INT32_MIN, INT32_MAX},
                                     {"int8", INT64_MIN, INT64_MAX},
                                     {"oid", 0, 0xFFFFFFFF}};

TEST(IntegerValueSet, IsSmallAndPositiveByDefault) {
  for (const IntegerCase& integer : kIntegers) {
    const auto values = MakeSet(BaseType(integer.name));
    EXPECT_GE(WordAt(*values, 0), 0);
    EXPECT_LE(WordAt(*values, values->Size() - 1), 1'000'000);
    EXPECT_GE(values->Size(), 1000U);
    ExpectInjective(*values);
  }
}

TEST(IntegerValueSet, UniqueStartsAtOneAndHoldsTheWholeType) {
  for (const IntegerCase& integer : kIntegers) {
    const auto values = MakeUniqueSet(BaseType(integer.name));
    EXPECT_EQ(WordAt(*values, 0), 1);
    EXPECT_EQ(values->Size(), integer.first == INT64_MIN ? kMaxValueSetSize
                                                         : static_cast<std::uint64_t>(integer.last) -
                                                               static_cast<std::uint64_t>(integer.first) + 1);
    ExpectInjective(*values);
  }
}

TEST(IntegerValueSet, ReachesBothEndsOfAnInterval) {
  for (const IntegerCase& integer : kIntegers) {
    for (const bool unique : {false, true}) {
      const auto lowest = MakeSet(BaseType(integer.name), -1,
                                  Between(std::to_string(integer.first), std::to_string(integer.first)), unique);
      EXPECT_EQ(lowest->Size(), 1U);
      EXPECT_EQ(WordAt(*lowest, 0), integer.first);
      const auto highest = MakeSet(BaseType(integer.name), -1,
                                   Between(std::to_string(integer.last - 2), std::to_string(integer.last)), unique);
      ASSERT_EQ(highest->Size(), 3U);
      EXPECT_EQ(WordAt(*highest, 2), integer.last);
    }
  }
}

TEST(IntegerValueSet, TheWidestIntervalDoesNotOverflow) {
  const auto values = MakeSet(BaseType("int8"), -1, Between("-9223372036854775808", "9223372036854775807"));
  EXPECT_EQ(values->Size(), kMaxValueSetSize);
  EXPECT_EQ(WordAt(*values, 0), INT64_MIN);
  EXPECT_GT(WordAt(*values, values->Size() - 1), INT64_MAX - 10);
  ExpectInjective(*values);
}

TEST(IntegerValueSet, BoundsBeyondTheTypeAreCut) {
  const auto values = MakeSet(BaseType("int2"), -1, Between("-99999999999999999999999999", "1e30"));
  EXPECT_EQ(values->Size(), 65'536U);
  ValueLimits above;
  above.intervals.push_back({"1e30", std::nullopt, true, true});
  ExpectContradiction(BaseType("int8"), above);
}

TEST(IntegerValueSet, OpenEndsStaySensible) {
  ValueLimits limits;
  limits.intervals.push_back({"18", std::nullopt, true, true});
  EXPECT_EQ(WordAt(*MakeSet(BaseType("int4"), -1, limits), 0), 18);
  limits.intervals = {{std::nullopt, "150", true, false}};
  const auto ages = MakeSet(BaseType("int4"), -1, limits);
  EXPECT_EQ(WordAt(*ages, 0), 0);
  EXPECT_EQ(WordAt(*ages, ages->Size() - 1), 149);
  limits.intervals = {{std::nullopt, "-5", true, true}};
  const auto negative = MakeSet(BaseType("int4"), -1, limits);
  EXPECT_EQ(WordAt(*negative, negative->Size() - 1), -5);
  limits.intervals = {{"2147483640", std::nullopt, false, true}};
  EXPECT_EQ(MakeSet(BaseType("int4"), -1, limits)->Size(), 7U);
}

TEST(IntegerValueSet, FractionalBoundsRoundInwards) {
  ValueLimits limits;
  limits.intervals.push_back({"10.5", "11.5", false, false});
  const auto values = MakeSet(BaseType("int4"), -1, limits);
  ASSERT_EQ(values->Size(), 1U);
  EXPECT_EQ(WordAt(*values, 0), 11);
  limits.intervals = {{"-11.5", "-10.5", true, true}};
  EXPECT_EQ(WordAt(*MakeSet(BaseType("int4"), -1, limits), 0), -11);
}

TEST(IntegerValueSet, HonoursRandomUnionsAndExclusions) {
  for (std::uint64_t round = 0; round < 300; ++round) {
    const auto number = [round](std::uint64_t k, std::uint64_t n) {
      return static_cast<std::int64_t>(Scale(Word({round}, 0, k), n));
    };
    ValueLimits limits;
    std::set<std::int64_t> expected;
    for (std::uint64_t k = 0; k < 1 + round % 3; ++k) {
      const std::int64_t lower = number(4 * k, 200) - 100;
      const std::int64_t upper = lower + number(4 * k + 1, 40);
      const bool lower_inclusive = number(4 * k + 2, 2) == 0;
      const bool upper_inclusive = number(4 * k + 3, 2) == 0;
      limits.intervals.push_back({std::to_string(lower), std::to_string(upper), lower_inclusive, upper_inclusive});
      for (std::int64_t v = lower + (lower_inclusive ? 0 : 1); v <= upper - (upper_inclusive ? 0 : 1); ++v)
        expected.insert(v);
    }
    for (std::uint64_t k = 0; k < round % 5; ++k) {
      const std::int64_t excluded = number(50 + k, 200) - 100;
      limits.excluded.push_back(std::to_string(excluded));
      expected.erase(excluded);
    }
    for (const bool unique : {false, true}) {
      if (expected.empty()) {
        ExpectContradiction(BaseType("int4"), limits);
        continue;
      }
      const auto values = MakeSet(BaseType("int4"), -1, limits, unique);
      ASSERT_EQ(values->Size(), expected.size());
      std::set<std::int64_t> found;
      std::vector<std::uint64_t> indexes;
      for (std::uint64_t i = 0; i < values->Size(); ++i) indexes.push_back(i);
      const ColumnBuffer buffer = EmitAll(*values, indexes);
      for (const std::uint64_t word : buffer.words()) found.insert(static_cast<std::int64_t>(word));
      ASSERT_EQ(found, expected);
    }
  }
}

TEST(OrderedValueSets, ContradictionsAreErrors) {
  ExpectContradiction(BaseType("int4"), Between("5", "3"));
  ExpectContradiction(BaseType("numeric"), Between("0.3", "0.2"), NumericModifierOf(5, 2));
  ExpectContradiction(BaseType("numeric"), Between("0.001", "0.009"), NumericModifierOf(5, 2));
  ExpectContradiction(BaseType("date"), Between("2024-02-02", "2024-02-01"));
  ExpectContradiction(BaseType("timestamptz"), Between("2024-02-02 00:00:00+00", "2024-02-02 00:30:00+01"));
  ExpectContradiction(BaseType("float8"), Between("1", "-1"));
  ExpectContradiction(BaseType("float8"), Between("1e300", "1e299"));
  ValueLimits nothing;
  nothing.has_allowed = true;
  ExpectContradiction(BaseType("int4"), nothing);
  ValueLimits both;
  both.excluded = {"t", "false"};
  ExpectContradiction(BaseType("bool"), both);
}

TEST(BooleanValueSet, HasTwoWords) {
  const auto values = MakeSet(BaseType("bool"));
  ASSERT_EQ(values->Size(), 2U);
  EXPECT_EQ(WordAt(*values, 0), 0);
  EXPECT_EQ(WordAt(*values, 1), 1);
  ValueLimits limits;
  limits.excluded = {"f"};
  EXPECT_EQ(TextOf(*MakeSet(BaseType("bool"), -1, limits), 0), "t");
}

// -------------------------------------------------------------------------------------------------------- numeric

void ExpectNumericRoundTrip(const ValueSet& values) {
  const auto indexes = SampleIndexes(values, 100);
  const ColumnBuffer buffer = EmitAll(values, indexes);
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    ASSERT_EQ(DecodeNumeric(DecodeVarlena(buffer.words()[i])), TextOf(values, indexes[i])) << values.Describe();
  }
}

TEST(NumericValueSet, EncodesEveryScale) {
  constexpr std::pair<int, int> kModifiers[] = {
      {1, 0},  {5, 2},   {10, 0},      {10, 4},     {18, 18}, {18, 9}, {3, 5},   {4, -2}, {4, -5},      {38, 30},
      {30, 2}, {20, 25}, {1000, 1000}, {1000, 500}, {40, -7}, {2, 70}, {18, 17}, {18, 1}, {1000, -1000}};
  for (const auto& [precision, scale] : kModifiers) {
    for (const bool unique : {false, true}) {
      const auto values = MakeSet(BaseType("numeric"), NumericModifierOf(precision, scale), {}, unique);
      ExpectNumericRoundTrip(*values);
      ExpectInjective(*values);
    }
  }
  ExpectNumericRoundTrip(*MakeSet(BaseType("numeric")));
  ExpectNumericRoundTrip(*MakeUniqueSet(BaseType("numeric")));
}

TEST(NumericValueSet, KnownValues) {
  const auto text_of = [](const char* value, int precision, int scale) {
    const auto values = MakeSet(BaseType("numeric"), NumericModifierOf(precision, scale), Between(value, value));
    EXPECT_EQ(values->Size(), 1U);
    const std::string decoded = DecodeNumeric(DecodeVarlena(EmitAll(*values, {0}).words()[0]));
    EXPECT_EQ(decoded, TextOf(*values, 0));
    return decoded;
  };
  EXPECT_EQ(text_of("0", 5, 2), "0.00");
  EXPECT_EQ(text_of("10", 5, 2), "10.00");
  EXPECT_EQ(text_of("-0.05", 5, 2), "-0.05");
  EXPECT_EQ(text_of("10000", 9, 3), "10000.000");
  EXPECT_EQ(text_of("100000000", 9, 0), "100000000");
  EXPECT_EQ(text_of("-999999999999999999", 18, 0), "-999999999999999999");
  EXPECT_EQ(text_of("123400", 4, -2), "123400");
  EXPECT_EQ(text_of("0.000000000000000000000001", 38, 24), "0.000000000000000000000001");
  EXPECT_EQ(text_of("1e25", 30, 2), "10000000000000000000000000.00");
}

TEST(NumericValueSet, IntervalsReachTheirLastValue) {
  const auto values = MakeSet(BaseType("numeric"), NumericModifierOf(10, 2), Between("0.01", "99.99"));
  EXPECT_EQ(values->Size(), 9999U);
  EXPECT_EQ(TextOf(*values, 0), "0.01");
  EXPECT_EQ(TextOf(*values, 9998), "99.99");
  const auto shares = MakeSet(BaseType("numeric"), NumericModifierOf(38, 30), Between("0", "1"));
  EXPECT_EQ(TextOf(*shares, shares->Size() - 1), "1.000000000000000000000000000000");
}

TEST(NumericValueSet, NarrowOpenIntervalsGetAFinerGrid) {
  ValueLimits limits;
  limits.intervals.push_back({"0", "0.01", false, false});
  const auto values = MakeSet(BaseType("numeric"), -1, limits);
  EXPECT_EQ(TextOf(*values, 0), "0.001");
  ExpectNumericRoundTrip(*values);
}

// -------------------------------------------------------------------------------------------------------- floats

TEST(FloatValueSet, StaysFiniteAndInside) {
  const std::pair<const char*, const char*> kIntervals[] = {
      {"0", "1"},          {"-90", "90"}, {"0.1", "0.2"},     {"1e300", "2e300"},
      {"-1e308", "1e308"}, {"3", "3"},    {"1e-20", "2e-20"}, {"123456.789", "123456.790"}};
  for (const auto& [lower, upper] : kIntervals) {
    for (const bool unique : {false, true}) {
      const auto values = MakeSet(BaseType("float8"), -1, Between(lower, upper), unique);
      const auto indexes = SampleIndexes(*values, 100);
      const ColumnBuffer buffer = EmitAll(*values, indexes);
      for (const std::uint64_t word : buffer.words()) {
        const double value = std::bit_cast<double>(word);
        ASSERT_GE(value, std::stod(lower));
        ASSERT_LE(value, std::stod(upper));
      }
      if (values->IsInjective()) ExpectInjective(*values);
    }
  }
}

TEST(FloatValueSet, TextIsTheExactValue) {
  for (const char* name : {"float4", "float8"}) {
    for (const bool unique : {false, true}) {
      const auto values = MakeSet(BaseType(name), -1, {}, unique);
      const auto indexes = SampleIndexes(*values, 300);
      const ColumnBuffer buffer = EmitAll(*values, indexes);
      for (std::size_t i = 0; i < indexes.size(); ++i) {
        const std::string text = TextOf(*values, indexes[i]);
        if (std::string(name) == "float8") {
          ASSERT_EQ(std::bit_cast<double>(buffer.words()[i]), std::stod(text));
        } else {
          const auto word = static_cast<std::int64_t>(buffer.words()[i]);
          ASSERT_EQ(word, static_cast<std::int32_t>(word));  // sign-extended
          ASSERT_EQ(std::bit_cast<float>(static_cast<std::int32_t>(word)), std::stof(text));
        }
      }
      ExpectInjective(*values);
    }
  }
}

TEST(FloatValueSet, ExclusiveBoundsAreNeverTaken) {
  ValueLimits limits;
  limits.intervals.push_back({"0", "0.05", false, false});
  const auto values = MakeSet(BaseType("float8"), -1, limits);
  for (const std::uint64_t index : SampleIndexes(*values)) {
    const double value = std::stod(TextOf(*values, index));
    ASSERT_GT(value, 0);
    ASSERT_LT(value, 0.05);
  }
}

// ------------------------------------------------------------------------------------------------------- temporal

TEST(TemporalValueSet, EndsAtTheReferenceTimeByDefault) {
  const auto dates = MakeSet(BaseType("date"));
  EXPECT_EQ(TextOf(*dates, 0), "2019-03-02");
  EXPECT_EQ(TextOf(*dates, dates->Size() - 1), "2024-03-01");
  EXPECT_EQ(WordAt(*dates, dates->Size() - 1), 8826);
  const auto moments = MakeSet(BaseType("timestamptz"));
  EXPECT_EQ(TextOf(*moments, moments->Size() - 1), "2024-03-01 12:00:00+00");
  EXPECT_EQ(WordAt(*moments, moments->Size() - 1), kContext.reference_time);
}

TEST(TemporalValueSet, KnownDates) {
  const auto day = [](const char* text) {
    const auto values = MakeSet(BaseType("date"), -1, Between(text, text));
    EXPECT_EQ(values->Size(), 1U);
    EXPECT_EQ(TextOf(*values, 0), text);
    return WordAt(*values, 0);
  };
  EXPECT_EQ(day("2000-01-01"), 0);
  EXPECT_EQ(day("1999-12-31"), -1);
  EXPECT_EQ(day("1970-01-01"), -10957);
  EXPECT_EQ(day("2000-02-29"), 59);
  EXPECT_EQ(day("1900-03-01"), -36465);
  EXPECT_EQ(day("4714-11-24 BC"), -2451545);
  EXPECT_EQ(day("5874897-12-31"), 2145031948);
}

TEST(TemporalValueSet, PrecisionIsKept) {
  for (int precision = 0; precision <= 6; ++precision) {
    const auto unit = static_cast<std::int64_t>(std::llround(std::pow(10, 6 - precision)));
    for (const char* name : {"time", "timestamp", "timestamptz"}) {
      for (const bool unique : {false, true}) {
        const auto values = MakeSet(BaseType(name), precision, {}, unique);
        const ColumnBuffer buffer = EmitAll(*values, SampleIndexes(*values, 50));
        for (const std::uint64_t word : buffer.words()) ASSERT_EQ(static_cast<std::int64_t>(word) % unit, 0);
        ExpectInjective(*values);
      }
    }
  }
}

TEST(TemporalValueSet, LimitsAreExactMoments) {
  const auto shift = MakeSet(BaseType("time"), -1, Between("09:00:00", "09:00:00.000002"));
  EXPECT_EQ(shift->Size(), 3U);
  EXPECT_EQ(TextOf(*shift, 2), "09:00:00.000002");
  const auto last = MakeSet(BaseType("time"), 0, Between("23:59:59", "24:00:00"));
  ASSERT_EQ(last->Size(), 2U);
  EXPECT_EQ(TextOf(*last, 1), "24:00:00");
  const auto zoned = MakeSet(BaseType("timestamptz"), 0, Between("2024-01-01 02:00:00+02", "2024-01-01 02:00:01+02"));
  ASSERT_EQ(zoned->Size(), 2U);
  EXPECT_EQ(TextOf(*zoned, 0), "2024-01-01 00:00:00+00");
}

TEST(TemporalValueSet, OpenEndsStayNearTheReferenceTime) {
  ValueLimits limits;
  limits.intervals.push_back({"1900-01-01", std::nullopt, false, true});
  const auto births = MakeSet(BaseType("date"), -1, limits);
  EXPECT_EQ(TextOf(*births, births->Size() - 1), "2024-03-01");
  limits.intervals = {{"2030-01-01", std::nullopt, true, true}};
  EXPECT_EQ(TextOf(*MakeSet(BaseType("date"), -1, limits), 0), "2030-01-01");
  limits.intervals = {{std::nullopt, "1990-01-01", true, true}};
  const auto old = MakeSet(BaseType("date"), -1, limits);
  EXPECT_EQ(TextOf(*old, old->Size() - 1), "1990-01-01");
}

TEST(IntervalValueSet, EncodesTimeDaysAndMonths) {
  constexpr int kYearToMonth = 3 << 1;
  const auto months =
      MakeSet(BaseType("interval"), IntervalModifier(kYearToMonth, 0xFFFF), Between("14 mons", "14 mons"));
  ASSERT_EQ(months->Size(), 1U);
  EXPECT_EQ(TextOf(*months, 0), "14 mons");
  const auto values = MakeSet(BaseType("interval"), -1, Between("2 days 03:04:05.5", "2 days 03:04:05.5"));
  ASSERT_EQ(values->Size(), 1U);
  const ColumnBuffer buffer = EmitAll(*values, {0});
  struct {
    std::int64_t micros;
    std::int32_t days;
    std::int32_t months;
  } parts{};
  std::memcpy(&parts, reinterpret_cast<const void*>(static_cast<std::uintptr_t>(buffer.words()[0])), 16);
  EXPECT_EQ(parts.micros, 11'045'500'000);
  EXPECT_EQ(parts.days, 2);
  EXPECT_EQ(parts.months, 0);
  EXPECT_EQ(TextOf(*values, 0), "2 days 03:04:05.500000");
  ValueLimits positive;
  positive.intervals.push_back({"00:00:00", std::nullopt, false, true});
  EXPECT_EQ(TextOf(*MakeSet(BaseType("interval"), IntervalModifier(0x7FFF, 0), positive), 0), "00:00:01");
}

TEST(ParseOrderedValue, ReadsPositions) {
  const auto parse = [](const char* type, const char* text, bool up = false, int modifier = -1) {
    return ParseOrderedValue(*BaseType(type), modifier, text, up);
  };
  EXPECT_EQ(parse("int4", "42"), 42);
  EXPECT_EQ(parse("int4", " -7 "), -7);
  EXPECT_EQ(parse("int4", "2.5"), 2);
  EXPECT_EQ(parse("int4", "2.5", true), 3);
  EXPECT_EQ(parse("int8", "1e40"), INT64_MAX);
  EXPECT_EQ(parse("int8", "-1e40"), INT64_MIN);
  EXPECT_EQ(parse("numeric", "1.005", false, NumericModifierOf(6, 2)), 100);
  EXPECT_EQ(parse("numeric", "-1.005", false, NumericModifierOf(6, 2)), -101);
  EXPECT_EQ(parse("numeric", "1.005", true, NumericModifierOf(6, 2)), 101);
  EXPECT_EQ(parse("money", "$1,234.50"), 123450);
  EXPECT_EQ(parse("date", "2000-01-11"), 10);
  EXPECT_EQ(parse("date", "1999-12-31 12:00:00"), -1);
  EXPECT_EQ(parse("date", "1999-12-31 12:00:00", true), 0);
  EXPECT_EQ(parse("timestamptz", "2000-01-01 01:00:00+01"), 0);
  EXPECT_EQ(parse("timestamp", "2000-01-01 00:00:01.5"), 1'500'000);
  EXPECT_EQ(parse("time", "01:00"), 3'600'000'000);
  EXPECT_EQ(parse("time", "00:00:00.123456"), 123'456);
  EXPECT_EQ(parse("time", "00:00:00.1234567", true), 123'457);
  for (const char* bad : {"", "x", "infinity", "NaN", "1e", "--1", "2024-13-01", "2024-02-30", "12"}) {
    EXPECT_EQ(parse("date", bad), std::nullopt) << bad;
  }
  EXPECT_EQ(parse("float8", "1"), std::nullopt);
  EXPECT_EQ(parse("numeric", "NaN"), std::nullopt);
}

}  // namespace
}  // namespace dbmocker::sample

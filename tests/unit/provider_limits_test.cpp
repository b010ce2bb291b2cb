// Every provider under every limit: no value is longer than allowed or ends in a blank, native form and text agree,
// injective sets give distinct values, numbers stay in their interval. Read first: EveryProviderRespectsLengths.
#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>

#include "../../src/core/read_regex.h"
#include "decode_values.h"
#include "sample_tables.h"

namespace dbmocker {
namespace {

using sample::MakeProvided;
using sample::TextOf;

TEST(ProviderLimits, EveryProviderRespectsLengths) {
  for (const std::string& name : ProviderNames()) {
    for (int room = 1; room <= 80; ++room) {
      const auto values = MakeProvided(name, "varchar(" + std::to_string(room) + ")");
      if (!values) continue;
      ASSERT_GE(values->Size(), 1U);
      for (std::uint64_t index : sample::SampleIndexes(*values, 60)) {
        const std::string text = TextOf(*values, index);
        ASSERT_LE(text.size(), static_cast<std::size_t>(room)) << name << " " << text;
        ASSERT_FALSE(text.empty()) << name << " " << room;
        ASSERT_NE(text.back(), ' ') << name << " " << text;
      }
    }
  }
}

TEST(ProviderLimits, EveryProviderRespectsMinimalLengths) {
  for (const std::string& name : ProviderNames()) {
    for (int least : {1, 2, 3, 5, 8, 13, 30, 100, 1000}) {
      ValueLimits limits;
      limits.min_length = least;
      limits.max_length = least + 20;
      const auto values = MakeProvided(name, "text", limits);
      if (!values) continue;
      for (std::uint64_t index : sample::SampleIndexes(*values, 60)) {
        const std::string text = TextOf(*values, index);
        ASSERT_GE(text.size(), static_cast<std::size_t>(least)) << name << " " << text;
        ASSERT_LE(text.size(), static_cast<std::size_t>(least + 20)) << name << " " << text;
      }
    }
  }
}

// What a set promises of its texts is the ground of proofs.
TEST(ProviderLimits, ShapesHold) {
  std::size_t shapes = 0;
  for (const std::string& name : ProviderNames()) {
    for (const char* type : {"text", "varchar(8)", "varchar(14)", "varchar(22)", "varchar(40)"}) {
      const auto values = MakeProvided(name, type);
      if (!values || values->Shape().empty()) continue;
      ++shapes;
      const auto shape = ReadRegex(values->Shape(), false).pattern;
      ASSERT_TRUE(shape) << values->Shape();
      for (std::uint64_t index : sample::SampleIndexes(*values, 500))
        ASSERT_TRUE(shape->exact.Matches(TextOf(*values, index))) << name << ": " << TextOf(*values, index);
    }
  }
  EXPECT_GT(shapes, 20U);
}

std::string NativeText(const ValueSet& values, std::uint64_t word, const std::string& type) {
  if (values.encoding() == Encoding::InputText) return sample::DecodeInputText(word);
  if (values.encoding() == Encoding::Fixed)  // name
    return sample::DecodeInputText(word);
  if (values.encoding() == Encoding::Varlena) {
    const std::string payload = sample::DecodeVarlena(word);
    return type.starts_with("numeric") ? sample::DecodeNumeric(payload) : payload;
  }
  if (type == "bool") return word == 1 ? "true" : "false";
  return std::to_string(static_cast<std::int64_t>(word));
}

TEST(ProviderLimits, NativeFormAndTextAgree) {
  for (const std::string& name : ProviderNames()) {
    for (const char* type : {"text", "varchar(300)", "citext", "name", "int2", "int4", "int8", "numeric", "bool",
                             "inet", "macaddr", "json", "jsonb", "text[]"}) {
      const auto values = MakeProvided(name, type);
      if (!values) continue;
      const auto indexes = sample::SampleIndexes(*values, 100);
      const ColumnBuffer buffer = sample::EmitAll(*values, indexes);
      for (std::size_t i = 0; i < indexes.size(); ++i)
        ASSERT_EQ(NativeText(*values, buffer.words()[i], type), TextOf(*values, indexes[i])) << name << " " << type;
    }
  }
}

TEST(ProviderLimits, CharIsPadded) {
  for (const std::string& name : ProviderNames()) {
    const auto values = MakeProvided(name, "char(70)");
    if (!values) continue;
    const auto indexes = sample::SampleIndexes(*values, 20);
    const ColumnBuffer buffer = sample::EmitAll(*values, indexes);
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      const std::string stored = sample::DecodeVarlena(buffer.words()[i]);
      ASSERT_EQ(stored.size(), 70U) << name;
      ASSERT_TRUE(stored.starts_with(TextOf(*values, indexes[i])));
    }
  }
}

TEST(ProviderLimits, InjectiveSetsAreDistinct) {
  for (const std::string& name : ProviderNames()) {
    for (const char* type : {"text", "varchar(12)", "varchar(25)", "int4", "numeric", "inet"}) {
      const auto values = MakeProvided(name, type);
      if (!values || !values->IsInjective(true)) continue;
      std::set<std::uint64_t> indexes;
      for (std::uint64_t index : sample::SampleIndexes(*values, 2000)) indexes.insert(index);
      std::set<std::string> texts;
      for (std::uint64_t index : indexes) {
        std::string text = TextOf(*values, index);
        for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        texts.insert(text);
      }
      ASSERT_EQ(texts.size(), indexes.size()) << name << " " << type;
    }
  }
}

TEST(ProviderLimits, ListsAndTextIntervalsAreLeftToThePlanner) {
  ValueLimits allowed;
  allowed.has_allowed = true;
  allowed.allowed = {"a", "b"};
  ValueLimits excluded;
  excluded.excluded = {"admin"};
  ValueLimits empty_excluded;
  empty_excluded.excluded = {""};
  for (const char* name : {"email", "first_name", "title", "color", "description"}) {
    EXPECT_EQ(MakeProvided(name, "text", allowed), nullptr) << name;
    EXPECT_EQ(MakeProvided(name, "text", sample::Between("a", "b")), nullptr) << name;
    EXPECT_NE(MakeProvided(name, "text", empty_excluded), nullptr) << name;
  }
  EXPECT_EQ(MakeProvided("email", "text", excluded), nullptr);
  EXPECT_EQ(MakeProvided("age", "int4", allowed), nullptr);
}

TEST(ProviderLimits, ExcludedWordsAreLeftOut) {
  ValueLimits limits;
  limits.excluded = {"red", "green"};
  const auto values = MakeProvided("color", "text", limits);
  ASSERT_NE(values, nullptr);
  for (std::uint64_t i = 0; i < values->Size(); ++i) {
    EXPECT_NE(TextOf(*values, i), "red");
    EXPECT_NE(TextOf(*values, i), "green");
  }
}

TEST(ProviderLimits, NumbersStayInTheirInterval) {
  for (const std::string& name : ProviderNames()) {
    for (const char* type : {"int2", "int4", "int8", "numeric", "numeric(6,2)", "numeric(5,0)", "float8", "money"}) {
      for (const auto& limits :
           {sample::Between("1", "40"), sample::Between("5", "5"), sample::Between("30", "3000")}) {
        const auto values = MakeProvided(name, type, limits);
        if (!values) continue;
        for (std::uint64_t index : sample::SampleIndexes(*values, 100)) {
          const double value = std::stod(TextOf(*values, index));
          ASSERT_GE(value, std::stod(*limits.intervals[0].lower)) << name << " " << type;
          ASSERT_LE(value, std::stod(*limits.intervals[0].upper)) << name << " " << type;
        }
      }
    }
  }
}

TEST(ProviderLimits, OpenAndExcludedEndsAreLeftOut) {
  ValueLimits limits = sample::Between("0", "5");
  limits.intervals[0].lower_inclusive = false;
  limits.intervals[0].upper_inclusive = false;
  const auto open = MakeProvided("quantity", "int4", limits);
  ASSERT_NE(open, nullptr);
  for (std::uint64_t index : sample::SampleIndexes(*open, 500)) {
    const int value = std::stoi(TextOf(*open, index));
    EXPECT_TRUE(value >= 1 && value <= 4) << value;
  }
  ValueLimits excluded;
  excluded.excluded = {"0"};
  const auto positive = MakeProvided("balance", "numeric(10,2)", excluded);
  ASSERT_NE(positive, nullptr);
  for (std::uint64_t index : sample::SampleIndexes(*positive, 500)) EXPECT_GT(std::stod(TextOf(*positive, index)), 0.0);
}

TEST(ProviderLimits, NumbersFitPrecision) {
  for (const std::string& name : ProviderNames()) {
    const auto values = MakeProvided(name, "numeric(3,1)");
    if (!values) continue;
    for (std::uint64_t index : sample::SampleIndexes(*values, 200))
      ASSERT_LE(std::abs(std::stod(TextOf(*values, index))), 99.9) << name;
  }
}

TEST(ProviderLimits, PricesLookLikePrices) {
  const auto values = MakeProvided("price", "numeric(10,2)");
  int round = 0;
  int small = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    const std::string text = TextOf(*values, Scale(Mix(i), values->Size()));
    const std::string cents = text.substr(text.size() - 2);
    if (cents == "99" || cents == "50" || cents == "00") ++round;
    if (std::stod(text) < 100) ++small;
    EXPECT_GE(std::stod(text), 0.99);
    EXPECT_LE(std::stod(text), 999.99);
  }
  EXPECT_GT(round, 7000);
  EXPECT_GT(small, 5000);
}

TEST(ProviderLimits, UnknownProvidersAndTypesGiveNothing) {
  EXPECT_EQ(MakeProvided("no such provider", "text"), nullptr);
  EXPECT_EQ(MakeProvided("email", "int4"), nullptr);
  EXPECT_EQ(MakeProvided("age", "text"), nullptr);
  EXPECT_EQ(MakeProvided("email", "point"), nullptr);
}

}  // namespace
}  // namespace dbmocker

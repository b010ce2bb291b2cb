// Value sets of text, bytes, bits, uuid, lists, sequences and suffixed text: lengths, distinctness with and without
// regard to case, storage forms, exclusions.
#include <gtest/gtest.h>

#include <cctype>
#include <cstring>
#include <set>

#include "dbmocker/error.h"
#include "decode_values.h"
#include "sample_types.h"

namespace dbmocker::sample {
namespace {

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

void ExpectDistinctIgnoringCase(const ValueSet& values) {
  ASSERT_TRUE(values.IsInjective(true));
  std::set<std::uint64_t> indexes;
  for (const std::uint64_t index : SampleIndexes(values, 3000)) indexes.insert(index);
  std::set<std::string> texts;
  for (const std::uint64_t index : indexes) texts.insert(Lower(TextOf(values, index)));
  EXPECT_EQ(texts.size(), indexes.size()) << values.Describe();
}

TEST(TextValueSet, EmitsItsTextAsVarlena) {
  for (const int length : {-1, 1, 5, 30, 100, 255, 5000}) {
    for (const bool unique : {false, true}) {
      const int modifier = length < 0 ? -1 : CharacterModifier(length);
      const auto values = MakeSet(BaseType("varchar"), modifier, {}, unique);
      ASSERT_EQ(values->encoding(), Encoding::Varlena);
      const auto indexes = SampleIndexes(*values);
      const ColumnBuffer buffer = EmitAll(*values, indexes);
      for (std::size_t i = 0; i < indexes.size(); ++i) {
        ASSERT_EQ(DecodeVarlena(buffer.words()[i]), TextOf(*values, indexes[i])) << length;
      }
    }
  }
}

TEST(TextValueSet, LengthsAreHonouredAndReached) {
  for (std::int64_t minimum = 0; minimum <= 60; minimum += 4) {
    for (std::int64_t maximum = std::max<std::int64_t>(minimum, 1); maximum <= 80; maximum += 3) {
      ValueLimits limits;
      limits.min_length = minimum;
      limits.max_length = maximum;
      for (const bool unique : {false, true}) {
        const auto values = MakeSet(BaseType("text"), -1, limits, unique);
        std::int64_t longest = 0;
        for (const std::uint64_t index : SampleIndexes(*values, 60)) {
          const std::string text = TextOf(*values, index);
          const auto length = static_cast<std::int64_t>(text.size());
          ASSERT_GE(length, std::max<std::int64_t>(minimum, 1)) << text;
          ASSERT_LE(length, maximum) << text;
          ASSERT_NE(text.back(), ' ');
          longest = std::max(longest, length);
        }
        if (!unique) {
          EXPECT_EQ(longest, maximum) << "never filled";
        }
        if (unique && values->Size() > 1) ExpectDistinctIgnoringCase(*values);
      }
    }
  }
}

TEST(TextValueSet, SizeOfShortUniqueTextIsTrue) {
  EXPECT_EQ(MakeUniqueSet(BaseType("varchar"), CharacterModifier(1))->Size(), 36U);
  EXPECT_EQ(MakeUniqueSet(BaseType("varchar"), CharacterModifier(2))->Size(), 36U + 36 * 36);
  EXPECT_EQ(MakeUniqueSet(BaseType("text"))->Size(), kMaxValueSetSize);
  for (const int length : {1, 2, 3}) {
    const auto values = MakeUniqueSet(BaseType("varchar"), CharacterModifier(length));
    std::set<std::string> texts;
    for (std::uint64_t i = 0; i < values->Size(); ++i) texts.insert(TextOf(*values, i));
    EXPECT_EQ(texts.size(), values->Size());
  }
}

TEST(TextValueSet, CharacterIsBlankPadded) {
  for (const int length : {1, 8, 126, 127, 200}) {
    for (const bool unique : {false, true}) {
      const auto values = MakeSet(BaseType("bpchar"), CharacterModifier(length), {}, unique);
      const auto indexes = SampleIndexes(*values, 50);
      const ColumnBuffer buffer = EmitAll(*values, indexes);
      for (std::size_t i = 0; i < indexes.size(); ++i) {
        std::string text = TextOf(*values, indexes[i]);
        text.resize(static_cast<std::size_t>(length), ' ');
        ASSERT_EQ(DecodeVarlena(buffer.words()[i]), text);
      }
    }
  }
}

TEST(TextValueSet, NameHasSixtyFourBytes) {
  const auto values = MakeUniqueSet(BaseType("name"));
  ASSERT_EQ(values->encoding(), Encoding::Fixed);
  const ColumnBuffer buffer = EmitAll(*values, {5});
  const char* bytes = reinterpret_cast<const char*>(static_cast<std::uintptr_t>(buffer.words()[0]));
  EXPECT_EQ(std::string(bytes), TextOf(*values, 5));
  for (std::size_t i = std::strlen(bytes); i < 64; ++i) EXPECT_EQ(bytes[i], '\0');
}

TEST(TextValueSet, ExcludedTextIsNeverGiven) {
  const auto plain = MakeSet(BaseType("text"));
  const auto coded = MakeUniqueSet(BaseType("text"));
  ValueLimits limits;
  for (std::uint64_t i = 0; i < 20; ++i) {
    limits.excluded.push_back(TextOf(*plain, i));
    limits.excluded.push_back(TextOf(*coded, i * i));
  }
  const std::set<std::string> excluded(limits.excluded.begin(), limits.excluded.end());
  for (const bool unique : {false, true}) {
    const auto values = MakeSet(BaseType("text"), -1, limits, unique);
    const auto indexes = SampleIndexes(*values);
    for (const std::uint64_t index : indexes) ASSERT_FALSE(excluded.contains(TextOf(*values, index)));
    if (unique) ExpectDistinctIgnoringCase(*values);
  }
  EXPECT_EQ(MakeSet(BaseType("text"), -1, limits, true)->Size(), kMaxValueSetSize - 20);
}

TEST(TextValueSet, TinyLimitsAreExact) {
  ValueLimits limits;
  limits.max_length = 0;
  EXPECT_EQ(TextOf(*MakeSet(BaseType("text"), -1, limits), 0), "");
  limits.excluded = {""};
  EXPECT_THROW(MakeSet(BaseType("text"), -1, limits), Error);
  limits.max_length = 1;
  limits.excluded.clear();
  for (char c = '0'; c <= 'z'; ++c) {
    if (c != 'q') limits.excluded.emplace_back(1, c);
  }
  const auto values = MakeSet(BaseType("text"), -1, limits);
  ASSERT_EQ(values->Size(), 1U);
  EXPECT_EQ(TextOf(*values, 0), "q");
  limits.min_length = 5;
  EXPECT_THROW(MakeSet(BaseType("text"), -1, limits), Error);
  ValueLimits longer;
  longer.min_length = 6;
  EXPECT_THROW(MakeSet(BaseType("varchar"), CharacterModifier(5), longer), Error);
}

TEST(BytesValueSet, LengthsCountBytes) {
  for (const bool unique : {false, true}) {
    ValueLimits limits;
    limits.min_length = 3;
    limits.max_length = 5;
    const auto values = MakeSet(BaseType("bytea"), -1, limits, unique);
    EXPECT_EQ(values->IsInjective(), unique);
    std::set<std::string> seen;
    std::set<std::uint64_t> indexes;
    for (const std::uint64_t index : SampleIndexes(*values)) indexes.insert(index);
    for (const std::uint64_t index : indexes) {
      const ColumnBuffer buffer = EmitAll(*values, {index});
      const std::string bytes = DecodeVarlena(buffer.words()[0]);
      ASSERT_GE(bytes.size(), 3U);
      ASSERT_LE(bytes.size(), 5U);
      ASSERT_EQ(TextOf(*values, index).size(), 2 + 2 * bytes.size());
      seen.insert(bytes);
    }
    if (unique) {
      EXPECT_EQ(seen.size(), indexes.size());
    }
  }
  EXPECT_EQ(MakeUniqueSet(BaseType("bytea"))->Size(), kMaxValueSetSize);
}

TEST(BitValueSet, HasExactlyItsBits) {
  for (const int bits : {1, 3, 62, 63, 64, 200}) {
    const auto values = MakeSet(BaseType("bit"), bits);
    std::set<std::string> texts;
    std::set<std::uint64_t> indexes;
    for (const std::uint64_t index : SampleIndexes(*values)) indexes.insert(index);
    for (const std::uint64_t index : indexes) {
      const std::string text = TextOf(*values, index);
      ASSERT_EQ(text.size(), static_cast<std::size_t>(bits));
      texts.insert(text);
    }
    EXPECT_EQ(texts.size(), indexes.size());
  }
}

TEST(UuidValueSet, HasVersionFourAndDistinctValues) {
  const auto values = MakeUniqueSet(BaseType("uuid"));
  std::set<std::string> texts;
  const auto indexes = SampleIndexes(*values, 1000);
  const ColumnBuffer buffer = EmitAll(*values, indexes);
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    const std::string text = TextOf(*values, indexes[i]);
    ASSERT_EQ(text.size(), 36U);
    ASSERT_EQ(text[14], '4');
    ASSERT_NE(std::string("89ab").find(text[19]), std::string::npos);
    texts.insert(text);
    ASSERT_EQ(buffer.words()[i] % 8, 0U);
    const auto* bytes = reinterpret_cast<const unsigned char*>(static_cast<std::uintptr_t>(buffer.words()[i]));
    std::string digits;
    for (int place = 0; place < 16; ++place) {
      digits += "0123456789abcdef"[bytes[place] >> 4];
      digits += "0123456789abcdef"[bytes[place] & 15];
      if (place == 3 || place == 5 || place == 7 || place == 9) digits += '-';
    }
    ASSERT_EQ(digits, text);
  }
  EXPECT_EQ(texts.size(), std::set<std::uint64_t>(indexes.begin(), indexes.end()).size());
}

// ---------------------------------------------------------------------------------------------------------- lists

ValueLimits Allow(std::vector<std::string> texts) {
  ValueLimits limits;
  limits.has_allowed = true;
  limits.allowed = std::move(texts);
  return limits;
}

TEST(ListValueSet, AllowedValuesPassTheOtherLimits) {
  ValueLimits limits = Allow({"1", "5", "10", "10", "1e1", "30"});
  limits.intervals.push_back({"2", "30", true, false});
  limits.excluded = {"5"};
  const auto values = MakeSet(BaseType("int4"), -1, limits);
  ASSERT_EQ(values->Size(), 1U);
  EXPECT_EQ(EmitAll(*values, {0}).words()[0], 10U);

  limits = Allow({"a", "bb", "Ä€ß", "dddd"});
  limits.min_length = 2;
  const auto texts = MakeSet(BaseType("varchar"), CharacterModifier(3), limits);
  ASSERT_EQ(texts->Size(), 2U);
  EXPECT_EQ(DecodeVarlena(EmitAll(*texts, {1}).words()[0]), "Ä€ß");
  limits.excluded = {"bb", "Ä€ß"};
  EXPECT_THROW(MakeSet(BaseType("varchar"), CharacterModifier(3), limits), Error);
}

TEST(ListValueSet, UsesNativeWordsWhereTheyAreExact) {
  const auto word_of = [](const char* type, const char* text) {
    const auto values = MakeListValueSet(*BaseType(type), {text});
    EXPECT_EQ(values->encoding(), Encoding::Word) << type;
    return static_cast<std::int64_t>(EmitAll(*values, {0}).words()[0]);
  };
  EXPECT_EQ(word_of("int2", "-5"), -5);
  EXPECT_EQ(word_of("int8", "-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(word_of("bool", "true"), 1);
  EXPECT_EQ(word_of("date", "2000-01-02"), 1);
  EXPECT_EQ(word_of("oid", "4294967295"), 0xFFFFFFFF);
  EXPECT_EQ(MakeListValueSet(*BaseType("int4"), {"2147483648"})->encoding(), Encoding::InputText);
  EXPECT_EQ(MakeListValueSet(*BaseType("timestamptz"), {"infinity"})->encoding(), Encoding::InputText);
  EXPECT_EQ(MakeListValueSet(*BaseType("bpchar"), {"a"})->encoding(), Encoding::InputText);
  EXPECT_EQ(MakeListValueSet(*BaseType("json"), {"{}"})->encoding(), Encoding::InputText);
  const auto inputs = MakeListValueSet(*BaseType("inet"), {"10.0.0.1"});
  EXPECT_EQ(DecodeInputText(EmitAll(*inputs, {0}).words()[0]), "10.0.0.1");
  EXPECT_THROW(MakeListValueSet(*BaseType("int4"), {}), Error);
}

TEST(ListValueSet, KnowsWhatIsDistinct) {
  const auto distinct = [](const char* type, std::vector<std::string> texts, bool ignoring_case = false) {
    return MakeListValueSet(*BaseType(type), std::move(texts))->IsInjective(ignoring_case);
  };
  EXPECT_TRUE(distinct("text", {"a", "A"}));
  EXPECT_FALSE(distinct("text", {"a", "A"}, true));
  EXPECT_FALSE(distinct("text", {"É", "é"}, true));
  EXPECT_FALSE(distinct("text", {"a", "a"}));
  EXPECT_FALSE(distinct("bpchar", {"a", "a "}));
  EXPECT_FALSE(distinct("numeric", {"1.0", "1"}));
  EXPECT_TRUE(distinct("numeric", {"1.0", "1.01"}));
  EXPECT_FALSE(distinct("int4", {"1", "01"}));
  EXPECT_FALSE(distinct("timestamptz", {"2024-01-01 00:00:00+00", "2024-01-01 01:00:00+01"}));
  EXPECT_FALSE(distinct("jsonb", {"{}", "{ }"}));
  EXPECT_FALSE(distinct("float8", {"1", "1.0"}));
}

TEST(EnumValueSet, UsesLabelOidsAndTheirOrder) {
  const auto mood = EnumOf("mood", {"sad", "ok", "happy", "thrilled"});
  const auto all = MakeSet(mood);
  ASSERT_EQ(all->Size(), 4U);
  EXPECT_EQ(EmitAll(*all, {2}).words()[0], 70'004U);
  ValueLimits limits;
  limits.intervals.push_back({"sad", "thrilled", false, true});
  limits.excluded = {"happy"};
  for (const bool unique : {false, true}) {
    const auto some = MakeSet(mood, -1, limits, unique);
    ASSERT_EQ(some->Size(), 2U);
    EXPECT_EQ(TextOf(*some, 0), "ok");
    EXPECT_EQ(TextOf(*some, 1), "thrilled");
  }
  limits.has_allowed = true;
  limits.allowed = {"happy", "sad"};
  EXPECT_THROW(MakeSet(mood, -1, limits), Error);
}

// ------------------------------------------------------------------------------------------- sequences and suffixes

TEST(SequenceValueSet, StepsWithinItsType) {
  const auto values = MakeSequenceValueSet(*BaseType("int4"), 10, -3, 5);
  const ColumnBuffer buffer = EmitAll(*values, {0, 4});
  EXPECT_EQ(static_cast<std::int64_t>(buffer.words()[0]), 10);
  EXPECT_EQ(static_cast<std::int64_t>(buffer.words()[1]), -2);
  EXPECT_EQ(TextOf(*MakeSequenceValueSet(*BaseType("int8"), INT64_MAX - 1, 1, 2), 1), "9223372036854775807");
  EXPECT_THROW(MakeSequenceValueSet(*BaseType("int8"), INT64_MAX - 1, 1, 3), Error);
  EXPECT_THROW(MakeSequenceValueSet(*BaseType("int2"), 32'760, 1, 9), Error);
  EXPECT_EQ(MakeSequenceValueSet(*BaseType("text"), 1, 1, 9), nullptr);
  EXPECT_EQ(DecodeInputText(EmitAll(*MakeSequenceValueSet(*BaseType("numeric"), 7, 1, 3), {2}).words()[0]), "9");
}

TEST(SuffixedTextValueSet, MakesEveryValueDistinct) {
  for (const std::int64_t length : {0, 4, 10, 40}) {
    const auto inner = MakeListValueSet(*BaseType("text"), {"Müller", "müller-0", "x", "X-1"});
    const auto values = MakeSuffixedTextValueSet(inner, length, 1000);
    ASSERT_NE(values, nullptr);
    ExpectDistinctIgnoringCase(*values);
    for (const std::uint64_t index : SampleIndexes(*values)) {
      const std::string text = TextOf(*values, index);
      std::int64_t characters = 0;
      for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
      if (length > 0) {
        ASSERT_LE(characters, length) << text;
      }
    }
  }
  EXPECT_EQ(MakeSuffixedTextValueSet(MakeSet(BaseType("text")), 2, 37), nullptr);
  EXPECT_NE(MakeSuffixedTextValueSet(MakeSet(BaseType("text")), 2, 36), nullptr);
  EXPECT_EQ(MakeSuffixedTextValueSet(MakeSet(BaseType("text")), 1, 1), nullptr);
  const auto padded = MakeSet(BaseType("bpchar"), CharacterModifier(9));
  EXPECT_EQ(MakeSuffixedTextValueSet(padded, 9, 100)->encoding(), Encoding::InputText);
}

TEST(MaxLengthOfModifier, ReadsLengths) {
  EXPECT_EQ(MaxLengthOfModifier(*BaseType("varchar"), CharacterModifier(7)), 7);
  EXPECT_EQ(MaxLengthOfModifier(*BaseType("bpchar"), CharacterModifier(1)), 1);
  EXPECT_EQ(MaxLengthOfModifier(*BaseType("bit"), 3), 3);
  EXPECT_EQ(MaxLengthOfModifier(*BaseType("varchar"), -1), std::nullopt);
  EXPECT_EQ(MaxLengthOfModifier(*BaseType("numeric"), NumericModifierOf(5, 2)), std::nullopt);
}

}  // namespace
}  // namespace dbmocker::sample

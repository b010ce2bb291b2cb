// Patterns as countable sets of texts: what matches is judged by std::regex and by a matcher of LIKE written here.
// Read first: TextLanguageTest.
#include "../../src/core/text_language.h"

#include <gtest/gtest.h>

#include <random>
#include <regex>
#include <set>

#include "../../src/core/derived_value_set.h"
#include "../../src/core/read_regex.h"
#include "dbmocker/error.h"
#include "sample_types.h"

namespace dbmocker::sample {
namespace {

// Patterns that PostgreSQL and ECMAScript read alike.
constexpr const char* kPatterns[] = {
    "^[a-z0-9_]{1,100}$",
    "^[A-Z]{3}-\\d{4}$",
    "https?://[^/]+",
    "^[^@ ]+@[^@ ]+\\.[a-z]{2,}$",
    "^(a|bc)*d?$",
    "^#[0-9a-fA-F]{6}$",
    "^[a-z]{2}(_[A-Z]{2})?$",
    "a{2,3}b+|^x",
    "^[a-zA-Z]([_]?[a-zA-Z0-9])+$",
    "[[:alnum:]_]",
    "^[[:upper:]][[:lower:]]*$",
    "^\\+?[1-9]\\d{1,14}$",
    "^(?:19|20)\\d{2}-(0[1-9]|1[0-2])$",
    "^$|^\\S.*\\S$",
    "(^a|b$)",
    "^[0-9A-F]{40}$",
    "^[\\w.-]+$",
    "^.{3,5}$",
};

TextPattern Read(const std::string& pattern, bool ignoring_case = false) {
  const PatternReading reading = ReadRegex(pattern, ignoring_case);
  if (!reading.pattern) throw std::runtime_error(pattern + ": " + reading.why_not);
  return *reading.pattern;
}

std::string RandomText(std::mt19937& random) {
  static const std::string kLetters = "abcdxyzABC019_-@./:# +";
  std::string text(random() % 9, ' ');
  for (char& c : text) c = kLetters[random() % kLetters.size()];
  return text;
}

ValueLimits LimitsOf(const TextPattern& pattern) {
  ValueLimits limits;
  limits.pattern = std::make_shared<TextPattern>(pattern);
  return limits;
}

TEST(TextLanguageTest, MatchesAsRegularExpressionsDo) {
  std::mt19937 random(7);
  for (const char* pattern : kPatterns) {
    const TextPattern language = Read(pattern);
    const TextLanguage opposite = language.exact.Complement();
    const std::regex oracle(pattern);
    for (int i = 0; i < 4000; ++i) {
      const std::string text = RandomText(random);
      ASSERT_EQ(language.exact.Matches(text), std::regex_search(text, oracle)) << pattern << " on " << text;
      ASSERT_NE(language.exact.Matches(text), opposite.Matches(text));
      ASSERT_TRUE(language.exact.Matches(text) || !language.preferred.Matches(text)) << pattern << " on " << text;
    }
  }
}

TEST(TextLanguageTest, CaseCanBeIgnored) {
  std::mt19937 random(8);
  const TextPattern language = Read("^ab+c?[x-z]$", true);
  const std::regex oracle("^ab+c?[x-z]$", std::regex::icase);
  for (const char* text : {"abx", "ABBCZ", "aBcy", "abcx ", "acx"})
    EXPECT_EQ(language.exact.Matches(text), std::regex_search(text, oracle)) << text;
}

TEST(TextLanguageTest, ValuesMatchAndAreDistinct) {
  for (const char* pattern : kPatterns) {
    const std::regex oracle(pattern);
    for (const bool unique : {false, true}) {
      const auto values = MakeSet(BaseType("text"), -1, LimitsOf(Read(pattern)), unique);
      std::set<std::string> seen;
      const std::uint64_t count = std::min<std::uint64_t>(values->Size(), 3000);
      for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t index = i % 2 == 0 || values->Size() < 2 * count ? i : values->Size() - 1 - i;
        const std::string text = TextOf(*values, index);
        ASSERT_TRUE(std::regex_search(text, oracle)) << pattern << " gave " << text;
        seen.insert(text);
      }
      if (unique) {
        EXPECT_TRUE(values->IsInjective()) << pattern;
        EXPECT_EQ(seen.size(), count) << pattern;
      }
    }
  }
}

TEST(TextLanguageTest, EveryTextOfASmallSetComesOnce) {
  const auto values = MakeSet(BaseType("text"), -1, LimitsOf(Read("^[ab]{0,3}c?$")), true);
  EXPECT_EQ(values->Size(), 30U);  // (1 + 2 + 4 + 8) * 2
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < values->Size(); ++i) seen.insert(TextOf(*values, i));
  EXPECT_EQ(seen.size(), 30U);
}

TEST(TextLanguageTest, LengthsAndModifiersHold) {
  ValueLimits limits = LimitsOf(Read("^[a-z]+[0-9]+$"));
  limits.min_length = 6;
  const auto values = MakeSet(BaseType("varchar"), CharacterModifier(8), limits, true);
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::string text = TextOf(*values, i * 7919 % values->Size());
    ASSERT_TRUE(text.size() >= 6 && text.size() <= 8) << text;
  }
  limits = LimitsOf(Read("^[A-Z]{9}$"));
  EXPECT_THROW(MakeSet(BaseType("varchar"), CharacterModifier(8), limits), Error);
}

bool IsLike(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') return IsLike(text, pattern.substr(1)) || (!text.empty() && IsLike(text.substr(1), pattern));
  if (text.empty()) return false;
  if (pattern[0] == '\\') return text[0] == pattern[1] && IsLike(text.substr(1), pattern.substr(2));
  return (pattern[0] == '_' || pattern[0] == text[0]) && IsLike(text.substr(1), pattern.substr(1));
}

TEST(TextLanguageTest, LikeIsRead) {
  std::mt19937 random(9);
  for (const char* pattern : {"a%", "%b", "%a%b%", "_a_", "a\\_%", "", "%", "abc"}) {
    const auto reading = ReadLike(pattern, false);
    for (int i = 0; i < 4000; ++i) {
      const std::string text = RandomText(random);
      ASSERT_EQ(reading.pattern->exact.Matches(text), IsLike(text, pattern)) << pattern << " on " << text;
    }
  }
}

TEST(TextLanguageTest, WhatIsNoLanguageIsRefusedWithAWord) {
  EXPECT_NE(ReadRegex("(a)\\1", false).why_not.find("back-reference"), std::string::npos);
  EXPECT_NE(ReadRegex("a(?=b)", false).why_not.find("ahead"), std::string::npos);
  EXPECT_NE(ReadRegex("\\mword", false).why_not.find("word boundaries"), std::string::npos);
  EXPECT_NE(ReadRegex("[a-", false).why_not, "");
  EXPECT_NE(ReadRegex("a{3,1}", false).why_not, "");
  EXPECT_NE(ReadRegex("(a", false).why_not, "");
  EXPECT_NE(ReadRegex("((a{200}){200}){200}", false).why_not.find("too large"), std::string::npos);
}

TEST(TextLanguageTest, LookingAheadAtTheStartAndBehindAtTheEnd) {
  const TextPattern ahead = Read("^(?!ab)(?=.*c)[a-c]+$");
  EXPECT_TRUE(ahead.exact.Matches("bac"));
  EXPECT_FALSE(ahead.exact.Matches("abc"));
  EXPECT_FALSE(ahead.exact.Matches("baa"));
  const TextPattern behind = Read("^[a-z-]+(?<!-)$");
  EXPECT_TRUE(behind.exact.Matches("a-b"));
  EXPECT_FALSE(behind.exact.Matches("a-b-"));
  EXPECT_TRUE(Read("^[a-z]+(?<=[xy])$").exact.Matches("abx"));
  EXPECT_FALSE(Read("^[a-z]+(?<=[xy])$").exact.Matches("abc"));
  // A branch apart is not under the condition, so this is not taken for one that is.
  EXPECT_NE(ReadRegex("^(?!a)b|c$", false).why_not.find("ahead"), std::string::npos);
  EXPECT_NE(ReadRegex("x(?<!y)$|z", false).why_not.find("behind"), std::string::npos);
}

TEST(TextLanguageTest, FoldingAndSetsOfTexts) {
  const auto few = TextLanguage::OfTexts({"open", "closed", "é"});
  ASSERT_TRUE(few);
  EXPECT_TRUE(few->Matches("open") && few->Matches("closed") && !few->Matches("Open") && !few->Matches("clos"));
  const TextLanguage folded = few->BeforeFolding(true);
  EXPECT_TRUE(folded.Matches("OPEN") && folded.Matches("Closed") && !folded.Matches("opened"));
  const auto both = TextLanguage::Intersect(*few, Read("^c").exact);
  EXPECT_TRUE(both->Matches("closed") && !both->Matches("open"));
  EXPECT_TRUE(TextLanguage::Intersect(Read("^a").exact, Read("^b").exact)->IsEmpty());
  EXPECT_EQ(TextLanguage::Unite(Read("^a$").exact, Read("^b$").exact), Read("^[ab]$").exact);
}

TEST(TextLanguageTest, LargeSetsAreKeptWhereTheirShapeProvesIt) {
  const auto words = MakeSet(BaseType("text"), -1, {}, true);
  ASSERT_GT(words->Size(), 1'000'000U);
  EXPECT_EQ(FitToPattern(words, Read("^[a-z]"), true), words);
  EXPECT_EQ(FitToPattern(words, Read("^[^x]*$"), true), nullptr);  // most match, but some do not
  const auto filtered = FitToPattern(words, Read("^[^x]*$"), false);
  ASSERT_NE(filtered, nullptr);
  for (std::uint64_t i = 0; i < 5000; ++i)
    ASSERT_EQ(TextOf(*filtered, i * 7919).find('x'), std::string::npos) << TextOf(*filtered, i * 7919);
}

TEST(TextLanguageTest, PlainTextKeepsItsShape) {
  for (const int length : {-1, 1, 2, 5, 14, 20, 30, 300})
    for (const bool unique : {false, true}) {
      const auto values = MakeSet(BaseType("varchar"), length < 0 ? -1 : CharacterModifier(length), {}, unique);
      const TextPattern shape = Read(values->Shape());
      for (std::uint64_t i = 0; i < 3000; ++i) {
        const std::string text = TextOf(*values, i * 7919 % values->Size());
        ASSERT_TRUE(shape.exact.Matches(text)) << text;
      }
    }
}

TEST(TextLanguageTest, LeavingOutKeepsValuesDistinct) {
  const TypePointer type = BaseType("int4");
  const auto numbers = MakeSequenceValueSet(*type, 1, 1, 30'000);
  const std::set<std::string> texts{"1", "77", "29998", "29999", "30000"};
  const auto rest = LeaveOut(numbers, {texts.begin(), texts.end()});
  ASSERT_EQ(rest->Size(), 29'995U);
  EXPECT_TRUE(rest->IsInjective());
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < rest->Size(); ++i) {
    seen.insert(TextOf(*rest, i));
    ASSERT_FALSE(texts.contains(TextOf(*rest, i)));
  }
  EXPECT_EQ(seen.size(), rest->Size());
  const auto few = MakeListValueSet(*BaseType("text"), {"a", "b", "c"});
  EXPECT_EQ(LeaveOut(few, {"b"})->Size(), 2U);
  EXPECT_EQ(LeaveOut(few, {"a", "b", "c"}), nullptr);
}

TEST(TextLanguageTest, ProvidersAreKeptWhereTheyMatch) {
  const auto words = MakeListValueSet(*BaseType("text"), {"red", "green", "blue", "gray", "gold", "Blue"});
  const auto fitting = FitToPattern(words, Read("^g"), true);
  ASSERT_NE(fitting, nullptr);
  EXPECT_EQ(fitting->Size(), 3U);
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(TextOf(*fitting, i)[0], 'g');
  EXPECT_EQ(FitToPattern(words, Read("."), true), words);
  EXPECT_EQ(FitToPattern(words, Read("^[0-9]+$"), true), nullptr);
}

}  // namespace
}  // namespace dbmocker::sample

// Patterns of texts: what each name reads and what it must not, and summaries of samples.
// Read first: NamesWhatATextIs.
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "dbmocker/sample.h"

namespace dbmocker {
namespace {

TEST(DetectPattern, NamesWhatATextIs) {
  const std::pair<const char*, const char*> cases[] = {
      {"ada.lovelace+list@mail.example.org", "email"},
      {"@example.org", ""},
      {"a..b@example.org", ""},
      {"someone@localhost", ""},
      {"https://example.org/a?b=c#d", "url"},
      {"https://exa mple.org", ""},
      {"f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "uuid"},
      {"f81d4fae7dec11d0a76500a0c91e6bf6", ""},
      {"192.168.17.255", "ipv4"},
      {"192.168.0.0/16", "ipv4"},
      {"192.168.17.256", ""},
      {"2001:db8::ff00:42:8329", "ipv6"},
      {"::1", "ipv6"},
      {"1:2:3:4:5:6:7:8", "ipv6"},
      {"1:2:3:4:5:6:7", ""},
      {"2001::db8::1", ""},
      {"4111 1111 1111 1111", "credit_card"},
      {"4111111111111112", ""},
      {"2024-02-29", "date"},
      {"2024-13-29", ""},
      {"2024-02-29T12:30:00Z", "timestamp"},
      {"+44 20 7946 0958", "phone"},
      {"(555) 010-4477 x12", "phone"},
      {"12345678", ""},
      {"Germany", "country"},
      {"nothing of the kind", ""},
      {"", ""},
  };
  for (const auto& [text, name] : cases) EXPECT_EQ(NamePattern(text), name) << text;
}

TEST(DetectPattern, CodesOfOneShape) {
  std::vector<std::string> values;
  for (int i = 0; i < 100; ++i)
    values.push_back("AB" + std::string(1, static_cast<char>('C' + i % 20)) + "-" + std::to_string(1000 + 37 * i) +
                     ".x");
  const TextSummary summary = SummarizeTexts(values, true);
  EXPECT_EQ(summary.pattern.name, "code");
  EXPECT_EQ(summary.pattern.regex, "[A-Z]{3}-\\d{4}\\.[a-z]");
  const std::regex regex(summary.pattern.regex);
  for (const std::string& value : values) EXPECT_TRUE(std::regex_match(value, regex)) << value;
  EXPECT_EQ(SummarizeTexts({"lorem", "ipsum", "dolor", "magna"}, true).pattern.name, "");
  EXPECT_EQ(SummarizeTexts({"A-1", "A-1", "A-1"}, true).pattern.name, "");
}

TEST(DetectPattern, NineOfTenHaveToAgree) {
  std::vector<std::string> values(90, "someone@example.org");
  values.resize(100, "none");
  EXPECT_EQ(SummarizeTexts(values, true).pattern.name, "email");
  EXPECT_DOUBLE_EQ(SummarizeTexts(values, true).pattern.share, 0.9);
  values.resize(101, "none");
  EXPECT_EQ(SummarizeTexts(values, true).pattern.name, "");
  EXPECT_EQ(SummarizeTexts(values, false).pattern.name, "");
}

TEST(DetectPattern, LengthsAndFrequencies) {
  const TextSummary summary = SummarizeTexts({"b", "a", "b", "\xC3\xA9t\xC3\xA9", "c", "a", "b"}, true);
  EXPECT_EQ(summary.values, 7U);
  EXPECT_EQ(summary.distinct, 4U);
  EXPECT_EQ(summary.min_length, 1);
  EXPECT_EQ(summary.max_length, 3);
  ASSERT_EQ(summary.frequent.size(), 2U);
  EXPECT_EQ(summary.frequent[0], std::make_pair(std::string("b"), std::uint64_t{3}));
  EXPECT_EQ(summary.frequent[1].first, "a");
  EXPECT_EQ(SummarizeTexts({}, true).distinct, 0U);
}

}  // namespace
}  // namespace dbmocker

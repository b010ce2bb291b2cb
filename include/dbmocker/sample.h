// What stored values look like: the texts of a sample of one column, summed up. Knows nothing of servers or plans.
// Read first: SummarizeTexts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbmocker {

// Names of patterns: "email", "url", "uuid", "ipv4", "ipv6", "credit_card" (13 to 19 digits with Luhn's check digit),
// "phone", "date" and "timestamp" (ISO 8601), "country", "city", "code" (one shape, such as AAA-9999).
struct TextPatternFound {
  std::string name;  // empty: none that at least nine of ten values have
  double share = 0;  // of the values that have it: 0.9 … 1
  std::string regex;  // of a code: a regular expression that all values of the shape match, e.g. "[A-Z]{3}-\d{4}"
};

struct TextSummary {
  std::uint64_t values = 0;
  std::uint64_t distinct = 0;
  std::int64_t min_length = 0;  // characters
  std::int64_t max_length = 0;
  TextPatternFound pattern;
  // The values that come most often and more than once, most frequent first, at most kMostFrequent; and how often.
  std::vector<std::pair<std::string, std::uint64_t>> frequent;

  static constexpr std::size_t kMostFrequent = 20;
};

// `values`: the texts of a sample, NULLs left out. `seek_pattern`: false for types whose texts say nothing new.
TextSummary SummarizeTexts(const std::vector<std::string>& values, bool seek_pattern);

// The pattern of a single text, by the same names; "" if it has none. Codes need more than one text.
std::string_view NamePattern(std::string_view text);

}  // namespace dbmocker

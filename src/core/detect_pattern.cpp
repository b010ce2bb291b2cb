// Patterns in texts, by small hand-written readers: a regular expression engine would cost more than it says. A text
// has the first pattern in the table below that reads it wholly.
// Read first: FindPattern.
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <set>

#include "dbmocker/sample.h"
#include "type_value_sets.h"
#include "word_lists.h"

namespace dbmocker {
namespace {

constexpr double kShare = 0.9;  // of the values that have to agree

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsLetter(char c) { return IsUpper(c) || IsLower(c); }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// A number of `digits` digits at `at`, moved past it; -1 if there is none.
int ReadNumber(std::string_view text, std::size_t& at, std::size_t digits) {
  if (text.size() < at + digits) return -1;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!IsDigit(text[at + i])) return -1;
    number = number * 10 + (text[at + i] - '0');
  }
  at += digits;
  return number;
}

bool Skip(std::string_view text, std::size_t& at, std::string_view any_of) {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

// RFC 5321's usual form: dot-separated atoms, a domain of two labels at least.
bool IsEmail(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  const auto is_atom = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("!#$%&'*+/=?^_`{|}~.-").find(c) != std::string_view::npos;
  };
  const auto is_label = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' ||
           c == '.';
  };
  const auto has_dots_between = [](std::string_view part) {
    return !part.starts_with('.') && !part.ends_with('.') && part.find("..") == std::string_view::npos;
  };
  return std::ranges::all_of(local, is_atom) && std::ranges::all_of(domain, is_label) && has_dots_between(local) &&
         has_dots_between(domain) && domain.find('.') != std::string_view::npos;
}

bool IsUrl(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon < 2 || colon + 3 >= text.size()) return false;
  return std::ranges::all_of(text.substr(0, colon), IsLetter) &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : !IsHex(text[i])) return false;
  }
  return true;
}

// With or without a mask.
bool IsIpv4(std::string_view text) {
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && !Skip(text, at, ".")) return false;
    std::size_t digits = 0;
    while (at + digits < text.size() && IsDigit(text[at + digits]) && digits < 4) ++digits;
    const int number = digits == 0 || digits > 3 ? -1 : ReadNumber(text, at, digits);
    if (number < 0 || number > 255) return false;
  }
  if (!Skip(text, at, "/")) return at == text.size();
  const std::size_t digits = text.size() - at;
  const int mask = digits == 1 || digits == 2 ? ReadNumber(text, at, digits) : -1;
  return mask >= 0 && mask <= 32;
}

// Groups of hexadecimal digits, at most one run of them left out.
bool IsIpv6(std::string_view text) {
  text = text.substr(0, text.find('/'));
  int groups = 0;
  std::size_t digits = 0;
  const bool is_short = text.find("::") != std::string_view::npos;
  if (text.size() < 2 || text.find(":::") != std::string_view::npos) return false;
  if (is_short && text.find("::", text.find("::") + 1) != std::string_view::npos) return false;
  for (const char c : text) {
    if (c == ':') {
      groups += digits > 0 ? 1 : 0;
      digits = 0;
    } else if (!IsHex(c) || ++digits > 4) {
      return false;
    }
  }
  groups += digits > 0 ? 1 : 0;
  return is_short ? groups < 8 : groups == 8 && IsHex(text.front()) && IsHex(text.back());
}

// 13 to 19 digits, in groups or not, that end in Luhn's check digit (ISO/IEC 7812-1).
bool IsCardNumber(std::string_view text) {
  int sum = 0;
  int digits = 0;
  for (std::size_t i = text.size(); i-- > 0;) {
    if (text[i] == ' ' || text[i] == '-') continue;
    if (!IsDigit(text[i])) return false;
    const int digit = (text[i] - '0') * (digits % 2 == 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
    ++digits;
  }
  return digits >= 13 && digits <= 19 && sum % 10 == 0 && sum > 0;
}

// Seven to fifteen digits with the marks that telephone numbers are written with, of which there is at least one; not
// what is written like a date or an address, right or wrong.
bool IsPhone(std::string_view text) {
  int digits = 0;
  int marks = 0;
  int dots = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (IsDigit(c)) {
      ++digits;
    } else if ((c == '+' && i == 0) || std::string_view(" ()-./").find(c) != std::string_view::npos) {
      ++marks;
      dots += c == '.' ? 1 : 0;
    } else if (c == 'x' && digits >= 7) {  // an extension
      ++marks;
    } else {
      return false;
    }
  }
  const bool is_dated = text.size() == 10 && digits == 8 && !IsDigit(text[4]) && text[4] == text[7];
  return digits >= 7 && digits <= 18 && marks > 0 && dots < 3 && !is_dated && !text.starts_with('-');
}

// YYYY-MM-DD; returns the place behind it, 0 if it is none.
std::size_t ReadDate(std::string_view text) {
  std::size_t at = 0;
  const int year = ReadNumber(text, at, 4);
  if (year < 0 || !Skip(text, at, "-/.")) return 0;
  const int month = ReadNumber(text, at, 2);
  if (month < 1 || month > 12 || !Skip(text, at, "-/.")) return 0;
  const int day = ReadNumber(text, at, 2);
  return day < 1 || day > 31 ? 0 : at;
}

bool IsDate(std::string_view text) { return !text.empty() && ReadDate(text) == text.size(); }

// A date and a time, whatever follows the minutes.
bool IsTimestamp(std::string_view text) {
  std::size_t at = ReadDate(text);
  if (at == 0 || !Skip(text, at, "T ")) return false;
  const int hour = ReadNumber(text, at, 2);
  if (hour < 0 || hour > 24 || !Skip(text, at, ":")) return false;
  const int minute = ReadNumber(text, at, 2);
  return minute >= 0 && minute < 60 && std::ranges::all_of(text.substr(at), [](char c) {
           return IsDigit(c) || IsLetter(c) || c == ':' || c == '.' || c == '+' || c == '-' || c == ' ';
         });
}

bool IsCountry(std::string_view text) {
  static const std::set<std::string_view> names = [] {
    std::set<std::string_view> result;
    for (const auto& country : kCountries) result.insert(country[country_field::kName]);
    return result;
  }();
  return names.contains(text);
}

bool IsCity(std::string_view text) {
  static const std::set<std::string_view> names = [] {
    std::set<std::string_view> result;
    for (const auto& place : kPlaces) result.insert(place[place_field::kCity]);
    return result;
  }();
  return names.contains(text);
}

struct NamedPattern {
  std::string_view name;
  bool (*reads)(std::string_view);
};

constexpr NamedPattern kPatterns[] = {
    {"email", IsEmail}, {"url", IsUrl},
    {"uuid", IsUuid},   {"ipv4", IsIpv4},
    {"ipv6", IsIpv6},   {"credit_card", IsCardNumber},
    {"date", IsDate},   {"timestamp", IsTimestamp},
    {"phone", IsPhone}, {"country", IsCountry},
    {"city", IsCity},
};

// 'A' for capitals, 'a' for small letters, '9' for digits, other characters as they are.
std::string ShapeOf(std::string_view text) {
  std::string shape(text);
  for (char& c : shape) c = IsDigit(c) ? '9' : IsUpper(c) ? 'A' : IsLower(c) ? 'a' : c;
  return shape;
}

std::string RegexOfShape(std::string_view shape) {
  std::string regex;
  for (std::size_t at = 0; at < shape.size();) {
    const char c = shape[at];
    const std::size_t end = std::min(shape.find_first_not_of(c, at), shape.size());
    if (c == '9') {
      regex += "\\d";
    } else if (IsLetter(c)) {
      regex += c == 'A' ? "[A-Z]" : "[a-z]";
    } else {
      if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) regex += '\\';
      regex += c;
    }
    if (end - at > 1) regex += '{' + std::to_string(end - at) + '}';
    at = end;
  }
  return regex;
}

// One shape that nearly all have; words of one length are none, and neither is a single constant.
std::optional<TextPatternFound> FindCode(const std::vector<std::string>& values, std::uint64_t distinct) {
  constexpr std::size_t kLongest = 40;
  if (distinct < 3) return std::nullopt;
  std::map<std::string, std::uint64_t> shapes;
  for (const std::string& value : values)
    if (!value.empty() && value.size() <= kLongest) ++shapes[ShapeOf(value)];
  const auto most = std::ranges::max_element(shapes, {}, [](const auto& entry) { return entry.second; });
  if (most == shapes.end()) return std::nullopt;
  const double share = static_cast<double>(most->second) / static_cast<double>(values.size());
  const std::string& shape = most->first;
  const bool is_ascii = std::ranges::all_of(shape, [](char c) { return c >= ' ' && c < 0x7F; });
  const bool is_word = std::ranges::all_of(shape, [](char c) { return c == 'a' || c == ' '; });
  if (share < kShare || !is_ascii || is_word || shape.size() < 2 || shape.find(' ') != std::string::npos) {
    return std::nullopt;
  }
  return TextPatternFound{"code", share, RegexOfShape(shape)};
}

TextPatternFound FindPattern(const std::vector<std::string>& values, std::uint64_t distinct) {
  std::array<std::uint64_t, std::size(kPatterns)> counts{};
  for (const std::string& value : values)
    for (std::size_t i = 0; i < std::size(kPatterns); ++i) counts[i] += kPatterns[i].reads(value) ? 1 : 0;
  for (std::size_t i = 0; i < std::size(kPatterns); ++i) {
    const double share = static_cast<double>(counts[i]) / static_cast<double>(values.size());
    if (share >= kShare) return {std::string(kPatterns[i].name), share, {}};
  }
  return FindCode(values, distinct).value_or(TextPatternFound{});
}

}  // namespace

std::string_view NamePattern(std::string_view text) {
  const auto* found = std::ranges::find_if(kPatterns, [&](const NamedPattern& pattern) { return pattern.reads(text); });
  return found == std::end(kPatterns) ? std::string_view() : found->name;
}

TextSummary SummarizeTexts(const std::vector<std::string>& values, bool seek_pattern) {
  TextSummary summary;
  summary.values = values.size();
  if (values.empty()) return summary;
  std::map<std::string_view, std::uint64_t> counts;
  summary.min_length = CountCharacters(values.front());
  for (const std::string& value : values) {
    ++counts[value];
    const std::int64_t length = CountCharacters(value);
    summary.min_length = std::min(summary.min_length, length);
    summary.max_length = std::max(summary.max_length, length);
  }
  summary.distinct = counts.size();
  for (const auto& [value, count] : counts)
    if (count > 1) summary.frequent.emplace_back(value, count);
  std::ranges::stable_sort(summary.frequent, [](const auto& a, const auto& b) { return a.second > b.second; });
  if (summary.frequent.size() > TextSummary::kMostFrequent) summary.frequent.resize(TextSummary::kMostFrequent);
  if (seek_pattern) summary.pattern = FindPattern(values, summary.distinct);
  return summary;
}

}  // namespace dbmocker

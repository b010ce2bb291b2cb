// Persons: what belongs to one index agrees, and user names and email addresses are distinct over millions of indexes
// and over blocks, whatever the room. Read first: ExpectDistinct.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "dbmocker/random_stream.h"
#include "decode_values.h"
#include "sample_tables.h"

namespace dbmocker {
namespace {

using sample::MakeProvided;
using sample::TextOf;

// 128 bits of text in two hashes, so that equal pairs mean equal texts.
struct Fingerprint {
  std::uint64_t a;
  std::uint64_t b;
  auto operator<=>(const Fingerprint&) const = default;
};

Fingerprint FingerprintOf(std::string_view text) {
  Fingerprint print{0xCBF29CE484222325ULL, 0x9E3779B97F4A7C15ULL};
  for (char c : text) {
    const auto byte = static_cast<std::uint64_t>(std::tolower(static_cast<unsigned char>(c)));
    print.a = (print.a ^ byte) * 0x100000001B3ULL;
    print.b = Mix(print.b + byte + 1);
  }
  return print;
}

// All indexes below `count`, and as many around the ends of blocks and of the set.
std::vector<std::uint64_t> IndexesOf(std::uint64_t size, std::uint64_t count) {
  std::vector<std::uint64_t> indexes;
  const std::uint64_t block = GroupBlockSize(GroupKind::Person);
  for (std::uint64_t i = 0; i < std::min(count, size); ++i) indexes.push_back(i);
  for (std::uint64_t i = 0; i < 100000; ++i) {
    for (std::uint64_t number : {7ULL, 100ULL, 9999ULL, 1000000ULL})
      if (number * block + i < size) indexes.push_back(number * block + i);
    if (size > i) indexes.push_back(size - 1 - i);
    indexes.push_back(Scale(Mix(i), size));
  }
  std::sort(indexes.begin(), indexes.end());
  indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end());
  return indexes;
}

void ExpectDistinct(const ValueSet& values, std::uint64_t count, std::size_t max_chars) {
  ASSERT_TRUE(values.IsInjective(true));
  const auto indexes = IndexesOf(values.Size(), count);
  std::vector<Fingerprint> prints;
  prints.reserve(indexes.size());
  std::string text;
  for (std::uint64_t index : indexes) {
    text.clear();
    values.AppendText(index, text);
    ASSERT_LE(text.size(), max_chars);
    prints.push_back(FingerprintOf(text));
  }
  std::sort(prints.begin(), prints.end());
  EXPECT_EQ(std::adjacent_find(prints.begin(), prints.end()), prints.end());
}

TEST(PersonProvider, EmailsAreDistinct) { ExpectDistinct(*MakeProvided("email", "text"), 3000000, 254); }

TEST(PersonProvider, UsernamesAreDistinct) { ExpectDistinct(*MakeProvided("username", "text"), 3000000, 64); }

TEST(PersonProvider, ShortEmailsAreDistinct) {
  for (int room = 8; room <= 45; ++room) {
    const auto values = MakeProvided("email", "varchar(" + std::to_string(room) + ")");
    if (room < 10) {
      EXPECT_EQ(values, nullptr);
      continue;
    }
    ASSERT_NE(values, nullptr);
    ExpectDistinct(*values, 300000, static_cast<std::size_t>(room));
  }
}

TEST(PersonProvider, ShortUsernamesAreDistinct) {
  for (int room = 5; room <= 32; ++room) {
    const auto values = MakeProvided("username", "varchar(" + std::to_string(room) + ")");
    ASSERT_NE(values, nullptr);
    ExpectDistinct(*values, 300000, static_cast<std::size_t>(room));
  }
}

TEST(PersonProvider, EveryEmailIsWellFormed) {
  for (const char* type : {"text", "varchar(10)", "varchar(15)", "varchar(22)", "varchar(30)"}) {
    const auto values = MakeProvided("email", type);
    for (std::uint64_t index : sample::SampleIndexes(*values, 3000)) {
      const std::string email = TextOf(*values, index);
      EXPECT_EQ(std::count(email.begin(), email.end(), '@'), 1) << email;
      const std::string domain = email.substr(email.find('@') + 1);
      EXPECT_NE(domain.find('.'), std::string::npos) << email;
      EXPECT_GT(email.find('@'), 0U);
      for (char c : email) EXPECT_TRUE(std::islower(c) || std::isdigit(c) || c == '.' || c == '_' || c == '@') << email;
    }
  }
}

TEST(PersonProvider, FieldsOfOnePersonAgree) {
  const auto first = MakeProvided("first_name", "text");
  const auto last = MakeProvided("last_name", "text");
  const auto full = MakeProvided("name", "text");
  const auto email = MakeProvided("email", "text");
  const auto username = MakeProvided("username", "text");
  const auto initials = MakeProvided("initials", "char(2)");
  const auto lower = [](std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  };
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const std::uint64_t index = Scale(Mix(i), GroupSize(GroupKind::Person));
    const std::string given = TextOf(*first, index);
    const std::string family = TextOf(*last, index);
    EXPECT_EQ(TextOf(*full, index), given + " " + family);
    EXPECT_EQ(TextOf(*initials, index), given.substr(0, 1) + family.substr(0, 1));
    EXPECT_TRUE(TextOf(*email, index).starts_with(lower(given) + "." + lower(family)));
    const std::string user = TextOf(*username, index);
    EXPECT_EQ(user[0], lower(given)[0]);
    EXPECT_NE(user.find(lower(family)), std::string::npos);
  }
}

TEST(PersonProvider, FirstBlockNeedsNoNumber) {
  const auto email = MakeProvided("email", "text");
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const std::string text = TextOf(*email, Scale(Mix(i), GroupBlockSize(GroupKind::Person)));
    EXPECT_EQ(text.find_first_of("0123456789"), std::string::npos) << text;
  }
}

TEST(PersonProvider, IndexesBeyondTheSizeOfAShortSetAreLegal) {
  const auto values = MakeProvided("email", "varchar(12)");
  ASSERT_LT(values->Size(), GroupSize(GroupKind::Person));
  EXPECT_LE(TextOf(*values, GroupSize(GroupKind::Person) - 1).size(), 12U);
}

TEST(PersonProvider, ShortFullNamesAreAbbreviated) {
  const auto values = MakeProvided("name", "varchar(12)");
  for (std::uint64_t index : sample::SampleIndexes(*values)) {
    const std::string name = TextOf(*values, index);
    EXPECT_LE(name.size(), 12U);
    EXPECT_NE(name.find(' '), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace dbmocker

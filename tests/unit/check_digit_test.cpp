// Numbers with check digits: cards, EAN, ISBN, IBAN. The checks are written apart from the code that makes them.
// Read first: IsLuhn, then ExpectAll.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "decode_values.h"
#include "sample_tables.h"

namespace dbmocker {
namespace {

using sample::MakeProvided;
using sample::TextOf;

bool IsLuhn(const std::string& digits) {
  int sum = 0;
  for (std::size_t from_right = 0; from_right < digits.size(); ++from_right) {
    const int digit = digits[digits.size() - 1 - from_right] - '0';
    const int twice[] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};
    sum += from_right % 2 == 1 ? twice[digit] : digit;
  }
  return sum % 10 == 0;
}

bool IsEan13(const std::string& digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) sum += (digits[i] - '0') * (i % 2 == 0 ? 1 : 3);
  return digits.size() == 13 && sum % 10 == 0;
}

bool IsIsbn10(const std::string& text) {
  int sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    sum += (text[i] == 'X' ? 10 : text[i] - '0') * (10 - static_cast<int>(i));
  return text.size() == 10 && sum % 11 == 0;
}

// The rearranged number as a long decimal, reduced digit by digit.
bool IsIban(const std::string& iban) {
  const std::string turned = iban.substr(4) + iban.substr(0, 4);
  std::string decimal;
  for (char c : turned) decimal += c >= 'A' ? std::to_string(c - 'A' + 10) : std::string(1, c);
  int rest = 0;
  for (char c : decimal) rest = (rest * 10 + (c - '0')) % 97;
  return rest == 1;
}

template <class Check>
void ExpectAll(const char* provider, const char* type, Check check) {
  const auto values = MakeProvided(provider, type);
  ASSERT_NE(values, nullptr) << provider;
  std::set<std::uint64_t> indexes;
  for (std::uint64_t index : sample::SampleIndexes(*values, 20000)) indexes.insert(index);
  std::set<std::string> texts;
  for (std::uint64_t index : indexes) {
    const std::string text = TextOf(*values, index);
    EXPECT_TRUE(check(text)) << provider << " " << text;
    texts.insert(text);
  }
  if (values->IsInjective()) {
    EXPECT_EQ(texts.size(), indexes.size()) << provider;
  }
}

TEST(CheckDigits, CardsPassLuhn) {
  EXPECT_TRUE(IsLuhn("4111111111111111"));
  EXPECT_FALSE(IsLuhn("4111111111111112"));
  const auto check = [](const std::string& text) { return text.size() == 16 && IsLuhn(text); };
  ExpectAll("credit_card", "text", check);
  ExpectAll("credit_card", "int8", check);
}

TEST(CheckDigits, EansAndIsbnsAreRight) {
  EXPECT_TRUE(IsEan13("4006381333931"));
  ExpectAll("ean", "text", IsEan13);
  ExpectAll("ean", "int8", IsEan13);
  ExpectAll("ean", "numeric", IsEan13);
  ExpectAll("isbn", "text", [](const std::string& text) { return IsEan13(text) && text.starts_with("978"); });
  ExpectAll("isbn", "varchar(10)", IsIsbn10);
}

TEST(CheckDigits, IbansPassMod97) {
  EXPECT_TRUE(IsIban("GB82WEST12345698765432"));
  EXPECT_FALSE(IsIban("GB83WEST12345698765432"));
  ExpectAll("iban", "varchar(34)", [](const std::string& text) {
    const std::string country = text.substr(0, 2);
    const std::size_t length = country == "NL" ? 18 : country == "AT" ? 20 : 22;
    return IsIban(text) && text.size() == length;
  });
}

TEST(CheckDigits, BicsAreTestCodes) {
  ExpectAll("bic", "varchar(11)", [](const std::string& text) { return text.size() == 8 && text[7] == '0'; });
}

}  // namespace
}  // namespace dbmocker

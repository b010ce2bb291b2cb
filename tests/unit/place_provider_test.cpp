// Places: the columns of one address agree; telephone numbers are distinct, and places without a group are a list.
// Read first: FieldsOfOnePlaceAgree.
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "core/word_lists.h"
#include "decode_values.h"
#include "sample_tables.h"

namespace dbmocker {
namespace {

using sample::MakeProvided;
using sample::TextOf;

bool FitsPattern(const std::string& text, std::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (pattern[i] == '#'   ? std::isdigit(text[i]) == 0
        : pattern[i] == 'A' ? std::isupper(text[i]) == 0
                            : text[i] != pattern[i])
      return false;
  }
  return true;
}

TEST(PlaceProvider, FieldsOfOnePlaceAgree) {
  const auto city = MakeProvided("city", "text");
  const auto state = MakeProvided("state", "text");
  const auto state_code = MakeProvided("state_code", "text");
  const auto country = MakeProvided("country", "text");
  const auto code = MakeProvided("country_code", "char(2)");
  const auto code3 = MakeProvided("country_code3", "char(3)");
  const auto postcode = MakeProvided("postcode", "text");
  const auto phone = MakeProvided("phone", "text");
  const auto dialling = MakeProvided("dialling_code", "text");
  const auto latitude = MakeProvided("latitude", "numeric(9,6)");
  const auto longitude = MakeProvided("longitude", "float8");
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const std::uint64_t index = Scale(Mix(i), GroupSize(GroupKind::Place));
    const auto& place = kPlaces[index % kPlaces.size()];
    EXPECT_EQ(TextOf(*city, index), place[place_field::kCity]);
    EXPECT_EQ(TextOf(*state, index), place[place_field::kRegion]);
    EXPECT_EQ(TextOf(*state_code, index), place[place_field::kRegionCode]);
    EXPECT_EQ(TextOf(*country, index), place[place_field::kCountry]);
    EXPECT_EQ(TextOf(*code, index), place[place_field::kAlpha2]);
    EXPECT_EQ(TextOf(*code3, index).size(), 3U);
    EXPECT_TRUE(FitsPattern(TextOf(*postcode, index), place[place_field::kPostcode])) << TextOf(*postcode, index);
    EXPECT_TRUE(TextOf(*phone, index).starts_with(TextOf(*dialling, index) + " "));
    EXPECT_NEAR(std::stod(TextOf(*latitude, index)), std::stod(std::string(place[place_field::kLatitude])), 0.05);
    EXPECT_NEAR(std::stod(TextOf(*longitude, index)), std::stod(std::string(place[place_field::kLongitude])), 0.05);
    seen.insert(TextOf(*country, index));
  }
  EXPECT_GE(seen.size(), 40U);
}

TEST(PlaceProvider, PhonesAreDistinct) {
  for (const char* type : {"text", "varchar(15)", "varchar(10)", "varchar(12)"}) {
    const auto phone = MakeProvided("phone", type);
    ASSERT_NE(phone, nullptr) << type;
    EXPECT_GT(phone->Size(), 1000000000U);
    ASSERT_TRUE(phone->IsInjective(true));
    std::set<std::uint64_t> indexes;
    for (std::uint64_t index : sample::SampleIndexes(*phone, 50000)) indexes.insert(index);
    std::set<std::string> texts;
    for (std::uint64_t index : indexes) texts.insert(TextOf(*phone, index));
    EXPECT_EQ(texts.size(), indexes.size()) << type;
  }
}

TEST(PlaceProvider, WithoutAGroupPlacesAreAList) {
  for (const char* name : {"city", "country", "country_code", "country_code3", "state"}) {
    const auto values =
        MakeProviderValueSet({name, GroupKind::None, "", ""}, *sample::BaseType("text"), -1, {}, sample::kContext);
    ASSERT_NE(values, nullptr) << name;
    EXPECT_TRUE(values->IsInjective(true));
    std::set<std::string> texts;
    for (std::uint64_t i = 0; i < values->Size(); ++i) texts.insert(TextOf(*values, i));
    EXPECT_EQ(texts.size(), values->Size()) << name;
    EXPECT_GE(texts.size(), 40U) << name;
  }
}

TEST(PlaceProvider, StreetIsPartOfTheAddress) {
  const auto address = MakeProvided("address", "text");
  const auto street = MakeProvided("street", "text");
  const auto number = MakeProvided("house_number", "text");
  for (std::uint64_t index = 0; index < 5000; ++index)
    EXPECT_EQ(TextOf(*address, index), TextOf(*number, index) + " " + TextOf(*street, index));
}

}  // namespace
}  // namespace dbmocker

// Locales: lists are complete, values come from them, and what belongs to one row agrees and stays distinct.
// Read first: Provide.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "core/locale_lists.h"
#include "sample_tables.h"

namespace dbmocker {
namespace {

ValueSetPointer Provide(const std::string& provider, int locale, const char* type = "text") {
  Column column;
  sample::SetType(column, type);
  ValueContext context = sample::kContext;
  context.locale = locale;
  return MakeProviderValueSet(sample::MeaningOf(provider), *column.type, column.type_modifier, {}, context);
}

std::string At(const ValueSetPointer& values, std::uint64_t index) {
  std::string text;
  values->AppendText(index, text);
  return text;
}

TEST(Locale, ListsAreComplete) {
  ASSERT_GE(kLocales.size(), 4U);
  for (const auto& fields : kLocales) {
    const int locale = FindLocale(fields[locale_field::kName]);
    ASSERT_GT(locale, 0);
    const LocaleData& data = LocaleOf(locale);
    EXPECT_GE(data.given_names.size(), 64U) << data.name;
    EXPECT_GE(data.family_names.size(), 64U) << data.name;
    EXPECT_GE(data.company_suffixes.size(), 4U) << data.name;
    EXPECT_GE(data.places.size(), 4U) << data.name;
    EXPECT_TRUE(data.language == "en" || data.streets.size() >= 24) << data.name;
    for (const auto& list : {data.given_names, data.family_names}) {
      EXPECT_EQ(std::set<std::string_view>(list.begin(), list.end()).size(), list.size());
      for (const std::string_view name : list) {
        EXPECT_GE(name.size(), 3U) << name;
        EXPECT_LE(name.size(), 12U) << name;
        for (const char letter : name) EXPECT_TRUE(letter >= 'A' && letter <= 'z') << name;
      }
    }
  }
  EXPECT_EQ(FindLocale("de-DE"), FindLocale("de_DE"));
  EXPECT_EQ(FindLocale("de"), 0);
  EXPECT_EQ(FindLocale(""), 0);
}

TEST(Locale, PersonsAgreeAndAreDistinct) {
  const int locale = FindLocale("fr_FR");
  const std::uint64_t block = GroupBlockSize(GroupKind::Person, locale);
  const auto first = Provide("first_name", locale);
  const auto last = Provide("last_name", locale);
  for (const char* type : {"text", "varchar(30)", "varchar(14)"}) {
    const auto email = Provide("email", locale, type);
    const auto username = Provide("username", locale, type);
    std::set<std::string> emails, usernames;
    for (std::uint64_t i = 0; i < 3 * block; ++i) {
      emails.insert(At(email, i));
      usernames.insert(At(username, i));
    }
    EXPECT_EQ(emails.size(), 3 * block) << type;
    EXPECT_EQ(usernames.size(), 3 * block) << type;
  }
  std::set<std::string> names;
  const auto email = Provide("email", locale);
  for (std::uint64_t i = 0; i < block; ++i) {
    names.insert(At(first, i) + " " + At(last, i));
    std::string start = At(first, i) + "." + At(last, i);
    for (char& c : start) c = static_cast<char>(c | 0x20);
    ASSERT_TRUE(At(email, i).starts_with(start)) << At(email, i);
  }
  EXPECT_EQ(names.size(), block);
}

TEST(Locale, PlacesAreOfTheCountry) {
  const std::map<std::string, std::string> dialling = {
      {"de_DE", "+49 "}, {"fr_FR", "+33 "}, {"en_US", "+1 "}, {"es_ES", "+34 "}};
  for (const auto& [name, code] : dialling) {
    const int locale = FindLocale(name);
    const auto phone = Provide("phone", locale);
    const auto city = Provide("city", locale);
    const auto country_code = Provide("country_code", locale);
    std::set<std::string_view> cities;
    for (const auto& place : LocaleOf(locale).places) cities.insert(place[place_field::kCity]);
    std::set<std::string> phones;
    for (std::uint64_t i = 0; i < 5000; ++i) {
      EXPECT_TRUE(phones.insert(At(phone, i)).second);
      ASSERT_TRUE(At(phone, i).starts_with(code)) << At(phone, i);
      ASSERT_TRUE(cities.contains(At(city, i))) << At(city, i);
      ASSERT_EQ(At(country_code, i), LocaleOf(locale).country);
    }
  }
  EXPECT_EQ(At(Provide("address", FindLocale("de_DE")), 7).back() <= '9', true) << "the number stands behind";
  EXPECT_EQ(At(Provide("address", FindLocale("fr_FR")), 7).front() <= '9', true) << "the number stands before";
}

}  // namespace
}  // namespace dbmocker

// What providers rely on in the word lists: sizes, plain ASCII, distinct words, places that agree with countries.
// Read first: the test of given and family names.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <set>
#include <string>

#include "core/word_lists.h"

namespace dbmocker {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

void ExpectPlainAndDistinct(WordList list, const char* name) {
  std::set<std::string> seen;
  for (std::string_view word : list) {
    EXPECT_TRUE(seen.insert(Lower(word)).second) << name << ": " << word;
    EXPECT_FALSE(word.empty());
    EXPECT_NE(word.front(), ' ') << word;
    EXPECT_NE(word.back(), ' ') << word;
    for (char c : word) EXPECT_TRUE(c >= ' ' && c <= '~') << name << ": " << word;
  }
}

TEST(WordLists, ArePlainAndDistinct) {
  const struct {
    const char* name;
    WordList list;
  } lists[] = {{"categories", kCategories},
               {"colors", kColors},
               {"company_stems", kCompanyStems},
               {"company_suffixes", kCompanySuffixes},
               {"departments", kDepartments},
               {"email_domains", kEmailDomains},
               {"family_names", kFamilyNames},
               {"file_extensions", kFileExtensions},
               {"file_words", kFileWords},
               {"given_names", kGivenNames},
               {"job_titles", kJobTitles},
               {"lorem_words", kLoremWords},
               {"mime_types", kMimeTypes},
               {"product_adjectives", kProductAdjectives},
               {"product_materials", kProductMaterials},
               {"product_nouns", kProductNouns},
               {"street_names", kStreetNames},
               {"street_suffixes", kStreetSuffixes},
               {"tags", kTags},
               {"text_openers", kTextOpeners},
               {"time_zones", kTimeZones},
               {"title_adjectives", kTitleAdjectives},
               {"title_subjects", kTitleSubjects},
               {"user_agents", kUserAgents}};
  for (const auto& entry : lists) {
    EXPECT_GE(entry.list.size(), 9U) << entry.name;
    ExpectPlainAndDistinct(entry.list, entry.name);
  }
}

// Person indexes are digits of base 1024; names of more than 12 letters would be cut and could meet.
TEST(WordLists, NamesAre1024WordsOfLetters) {
  for (WordList list : {kGivenNames, kFamilyNames}) {
    EXPECT_EQ(list.size(), 1024U);
    for (std::string_view name : list) {
      EXPECT_GE(name.size(), 3U);
      EXPECT_LE(name.size(), 12U);
      for (char c : name) EXPECT_TRUE(std::isalpha(static_cast<unsigned char>(c))) << name;
    }
  }
}

TEST(WordLists, DomainsAreReserved) {
  for (std::string_view domain : kEmailDomains) {
    const bool reserved =
        domain.ends_with("example.com") || domain.ends_with("example.org") || domain.ends_with("example.net");
    EXPECT_TRUE(reserved) << domain;
  }
}

TEST(WordLists, PlacesAgreeWithCountries) {
  EXPECT_GE(kPlaces.size(), 250U);
  std::set<std::string_view> countries;
  for (const auto& place : kPlaces) {
    bool found = false;
    for (const auto& country : kCountries) {
      if (country[country_field::kAlpha2] != place[place_field::kAlpha2]) continue;
      found = true;
      EXPECT_EQ(country[country_field::kName], place[place_field::kCountry]);
      EXPECT_EQ(country[country_field::kDialling], place[place_field::kDialling]);
      EXPECT_EQ(country[country_field::kAlpha3].size(), 3U);
      EXPECT_EQ(country[country_field::kLocale].size(), 5U);
    }
    EXPECT_TRUE(found) << place[place_field::kAlpha2];
    countries.insert(place[place_field::kAlpha2]);
    EXPECT_LE(std::abs(std::atof(std::string(place[place_field::kLatitude]).c_str())), 89.0);
    EXPECT_LE(std::abs(std::atof(std::string(place[place_field::kLongitude]).c_str())), 179.0);
    EXPECT_LE(place[place_field::kRegionCode].size(), 3U);
    EXPECT_NE(place[place_field::kPostcode].find('#'), std::string_view::npos);
    for (std::string_view field : place)
      for (char c : field) EXPECT_TRUE(c >= ' ' && c <= '~') << field;
  }
  EXPECT_GE(countries.size(), 40U);
}

TEST(WordLists, CodesHaveTheirLengths) {
  for (const auto& currency : kCurrencies) EXPECT_EQ(currency[0].size(), 3U);
  for (const auto& language : kLanguages) EXPECT_EQ(language[0].size(), 2U);
}

}  // namespace
}  // namespace dbmocker

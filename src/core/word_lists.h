// The word lists of data/*.txt as constants; word_list_data.cpp is generated from the files by
// data/embed_word_lists.awk. All text is ASCII, so that it is valid in every server encoding and a character is a byte.
// Must hold no values of its own. Read first: WordList, RecordList.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace dbmocker {

using WordList = std::span<const std::string_view>;

template <std::size_t kFields>
using Record = std::array<std::string_view, kFields>;
template <std::size_t kFields>
using RecordList = std::span<const Record<kFields>>;

// Fields of kPlaces.
namespace place_field {
enum : std::size_t {
  kCity,
  kRegion,
  kRegionCode,
  kAlpha2,
  kCountry,
  kPostcode,
  kDialling,
  kLatitude,
  kLongitude,
  kCount
};
}
// Fields of kCountries.
namespace country_field {
enum : std::size_t { kAlpha2, kAlpha3, kName, kDialling, kLocale, kCount };
}
// Fields of kLocales.
namespace locale_field {
enum : std::size_t { kName, kCountry, kLanguage, kHouseNumber, kCount };
}

extern const WordList kCategories;
extern const WordList kColors;
extern const WordList kCompanyStems;
extern const WordList kCompanySuffixes;
extern const RecordList<country_field::kCount> kCountries;
extern const RecordList<2> kCurrencies;  // ISO 4217 code, name
extern const WordList kDepartments;
extern const WordList kEmailDomains;
extern const WordList kFamilyNames;  // 1024
extern const WordList kFileExtensions;
extern const WordList kFileWords;
extern const WordList kGivenNames;  // 1024
extern const WordList kJobTitles;
extern const RecordList<2> kLanguages;  // ISO 639-1 code, name
extern const RecordList<locale_field::kCount> kLocales;
extern const RecordList<2> kLocaleCompanySuffixes;  // country, suffix
extern const RecordList<2> kLocaleFamilyNames;  // language, name
extern const RecordList<2> kLocaleGivenNames;  // language, name
extern const RecordList<2> kLocaleStreets;  // language, street
extern const WordList kLoremWords;
extern const WordList kMimeTypes;
extern const RecordList<place_field::kCount> kPlaces;
extern const WordList kProductAdjectives;
extern const WordList kProductMaterials;
extern const WordList kProductNouns;
extern const WordList kStreetNames;
extern const WordList kStreetSuffixes;
extern const WordList kTags;
extern const WordList kTextOpeners;
extern const WordList kTimeZones;
extern const WordList kTitleAdjectives;
extern const WordList kTitleSubjects;
extern const WordList kUserAgents;

}  // namespace dbmocker

// See locale_lists.h: the word lists of data/locale*.txt, sorted out by language and country when first asked for.
// Read first: MakeLocale.
#include "core/locale_lists.h"

#include <algorithm>

namespace dbmocker {
namespace {

std::vector<std::string_view> WordsOf(RecordList<2> list, std::string_view key) {
  std::vector<std::string_view> words;
  for (const Record<2>& record : list)
    if (record[0] == key) words.push_back(record[1]);
  return words;
}

LocaleData MakeLocale(const Record<locale_field::kCount>& fields) {
  LocaleData locale;
  locale.name = fields[locale_field::kName];
  locale.country = fields[locale_field::kCountry];
  locale.language = fields[locale_field::kLanguage];
  locale.number_follows = fields[locale_field::kHouseNumber] == "after";
  locale.given_names = WordsOf(kLocaleGivenNames, locale.language);
  locale.family_names = WordsOf(kLocaleFamilyNames, locale.language);
  locale.streets = WordsOf(kLocaleStreets, locale.language);
  locale.company_suffixes = WordsOf(kLocaleCompanySuffixes, locale.country);
  for (const auto& place : kPlaces)
    if (place[place_field::kAlpha2] == locale.country) locale.places.push_back(place);
  return locale;
}

const std::vector<LocaleData>& Locales() {
  static const std::vector<LocaleData> locales = [] {
    std::vector<LocaleData> made;
    for (const auto& fields : kLocales) made.push_back(MakeLocale(fields));
    return made;
  }();
  return locales;
}

}  // namespace

int FindLocale(std::string_view name) {
  std::string wanted(name);
  std::ranges::replace(wanted, '-', '_');
  for (std::size_t place = 0; place < kLocales.size(); ++place)
    if (kLocales[place][locale_field::kName] == wanted) return static_cast<int>(place) + 1;
  return 0;
}

std::string ListLocales() {
  std::string list;
  for (const auto& fields : kLocales) list += (list.empty() ? "" : ", ") + std::string(fields[locale_field::kName]);
  return list;
}

const LocaleData& LocaleOf(int locale) { return Locales().at(static_cast<std::size_t>(locale) - 1); }

RecordList<place_field::kCount> PlacesOf(int locale) {
  return locale == 0 ? kPlaces : RecordList<place_field::kCount>(LocaleOf(locale).places);
}

}  // namespace dbmocker

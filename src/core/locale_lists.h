// Locales: the names, places, streets and company forms of one country, for rules and runs that ask for one. A locale
// is a small number, 0 where none is asked for: then the lists of the whole world count. Texts are ASCII, as all lists.
// Read first: FindLocale, then LocaleOf.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "word_lists.h"

namespace dbmocker {

struct LocaleData {
  std::string_view name;  // "de_DE"
  std::string_view country;  // alpha-2
  std::string_view language;
  bool number_follows = false;  // the house number stands behind the street
  std::vector<std::string_view> given_names;
  std::vector<std::string_view> family_names;
  std::vector<std::string_view> streets;  // empty: those of the world, which are English
  std::vector<std::string_view> company_suffixes;
  std::vector<Record<place_field::kCount>> places;
};

// The number of a locale, from 1; 0 if there is none of that name. "de-DE" is read as "de_DE".
int FindLocale(std::string_view name);

// "de_AT, de_DE …", for messages.
std::string ListLocales();

// By number, not 0.
const LocaleData& LocaleOf(int locale);

// The places of a locale; all places for 0.
RecordList<place_field::kCount> PlacesOf(int locale);

}  // namespace dbmocker

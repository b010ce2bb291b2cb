// Places: street, city, region, postcode, country and telephone number of one row agree because they are made from one
// index: place = index % number of places, the rest numbers streets and lines. Read first: Place.
#include <algorithm>
#include <array>
#include <charconv>

#include "core/decimal_set.h"
#include "core/locale_lists.h"
#include "core/text_set.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kSize = std::uint64_t{1} << 32;
constexpr std::uint64_t kStreetSalt = 0x537472656574;
constexpr std::uint64_t kPostcodeSalt = 0x506F7374;

using Places = RecordList<place_field::kCount>;

struct Place {
  Place(std::uint64_t index, Places places) : fields(places[index % places.size()]), rest(index / places.size()) {}
  const Record<place_field::kCount>& fields;
  std::uint64_t rest;
};

std::size_t LongestField(Places places, std::size_t field) {
  std::size_t longest = 0;
  for (const auto& place : places) longest = std::max(longest, place[field].size());
  return longest;
}

std::size_t ShortestField(Places places, std::size_t field) {
  std::size_t shortest = kMaxRendered;
  for (const auto& place : places) shortest = std::min(shortest, place[field].size());
  return shortest;
}

Places PlacesFor(const ProviderRequest& request) { return PlacesOf(request.context.locale); }

ValueSetPointer MakePlaceField(const ProviderRequest& request, std::string_view description, std::size_t field,
                               bool can_cut) {
  const Places places = PlacesFor(request);
  if (request.is_alone) return MakeFieldSet<place_field::kCount>(request, description, places, field);
  TextTraits traits{.description = description, .size = kSize, .min_chars = ShortestField(places, field)};
  traits.max_chars = LongestField(places, field);
  traits.can_cut = can_cut;
  return MakeTextSet(request, traits, [field, places](std::uint64_t index, TextCursor& text) {
    text.Add(Place(index, places).fields[field]);
  });
}

ValueSetPointer MakeCity(const ProviderRequest& request) {
  return MakePlaceField(request, "city", place_field::kCity, true);
}
ValueSetPointer MakeState(const ProviderRequest& request) {
  return MakePlaceField(request, "state or region", place_field::kRegion, true);
}
ValueSetPointer MakeStateCode(const ProviderRequest& request) {
  return MakePlaceField(request, "code of a state or region", place_field::kRegionCode, true);
}
ValueSetPointer MakeCountry(const ProviderRequest& request) {
  return MakePlaceField(request, "country", place_field::kCountry, true);
}

// By place: the record of its country.
const Record<country_field::kCount>& CountryOf(std::string_view alpha2) {
  for (const auto& country : kCountries)
    if (country[country_field::kAlpha2] == alpha2) return country;
  return kCountries[0];
}

// Every country once, or that of the locale.
ValueSetPointer MakeCountryList(const ProviderRequest& request, std::string_view description, std::size_t field) {
  if (request.context.locale == 0) return MakeFieldSet(request, description, kCountries, field);
  const Record<country_field::kCount>& country = CountryOf(LocaleOf(request.context.locale).country);
  return MakeFieldSet(request, description, RecordList<country_field::kCount>(&country, 1), field);
}

ValueSetPointer MakeCountryField(const ProviderRequest& request, std::string_view description, std::size_t field,
                                 std::size_t max_chars) {
  if (request.is_alone) return MakeCountryList(request, description, field);
  std::vector<std::string_view> by_place;
  for (const auto& place : PlacesFor(request)) by_place.push_back(CountryOf(place[place_field::kAlpha2])[field]);
  TextTraits traits{.description = description, .size = kSize, .min_chars = 2, .max_chars = max_chars};
  return MakeTextSet(request, traits, [list = std::move(by_place)](std::uint64_t index, TextCursor& text) {
    text.Add(list[index % list.size()]);
  });
}

ValueSetPointer MakeCountryCode(const ProviderRequest& request) {
  const auto length = MaxLengthOfModifier(request.type, request.type_modifier);
  const bool asks_three = length == 3 || (request.limits.min_length && *request.limits.min_length == 3);
  TextTraits traits{.description = "ISO country code", .size = kSize, .min_chars = 2, .max_chars = 2};
  if (asks_three) return nullptr;
  if (request.is_alone) return MakeCountryList(request, traits.description, country_field::kAlpha2);
  return MakeTextSet(request, traits, [places = PlacesFor(request)](std::uint64_t index, TextCursor& text) {
    text.Add(Place(index, places).fields[place_field::kAlpha2]);
  });
}

ValueSetPointer MakeCountryCode3(const ProviderRequest& request) {
  return MakeCountryField(request, "three-letter ISO country code", country_field::kAlpha3, 3);
}

ValueSetPointer MakeLocale(const ProviderRequest& request) {
  if (request.context.locale > 0) {
    std::string name(LocaleOf(request.context.locale).name);
    std::ranges::replace(name, '_', '-');
    TextTraits traits{.description = "locale", .size = kSize, .min_chars = 5, .max_chars = 5};
    return MakeTextSet(request, traits, [name](std::uint64_t, TextCursor& text) { text.Add(std::string_view(name)); });
  }
  return MakeCountryField(request, "locale", country_field::kLocale, 5);
}

ValueSetPointer MakePostcode(const ProviderRequest& request) {
  const Places places = PlacesFor(request);
  TextTraits traits{.description = "postcode", .size = kSize};
  traits.min_chars = ShortestField(places, place_field::kPostcode);
  traits.max_chars = LongestField(places, place_field::kPostcode);
  traits.can_cut = true;
  return MakeTextSet(request, traits, [places](std::uint64_t index, TextCursor& text) {
    static constexpr std::string_view kLetters = "ABDEFGHJLNPQRSTUWXYZ";  // those that British postcodes use inside
    IndexWords words(index, kPostcodeSalt);
    for (char c : Place(index, places).fields[place_field::kPostcode]) {
      if (c == '#')
        c = static_cast<char>('0' + words.Below(10));
      else if (c == 'A')
        c = kLetters[words.Below(kLetters.size())];
      text.Add(c);
    }
  });
}

// --------------------------------------------------------------------------------------------------------- streets

// House numbers are mostly small.
std::uint64_t DrawHouseNumber(IndexWords& words) {
  const std::uint64_t bound = 10 + words.Below(250);
  return 1 + words.Below(bound);
}

// Writes streets, with their numbers where the locale has them.
class StreetWriter {
 public:
  explicit StreetWriter(int locale) {
    if (locale == 0) return;
    number_follows_ = LocaleOf(locale).number_follows;
    streets_ = LocaleOf(locale).streets;
  }

  std::size_t LongestStreet() const {
    std::size_t longest = streets_.empty() ? 28 : 0;
    for (const std::string_view street : streets_) longest = std::max(longest, street.size());
    return longest;
  }
  std::size_t ShortestStreet() const { return streets_.empty() ? 7 : 5; }

  void AddStreet(IndexWords& words, TextCursor& text) const {
    if (!streets_.empty()) return text.Add(words.Pick(streets_));
    text.Add(words.Pick(kStreetNames));
    text.Add(' ');
    text.Add(words.Pick(kStreetSuffixes));
  }
  void AddAddress(std::uint64_t index, TextCursor& text) const {
    IndexWords words(index, kStreetSalt);
    const std::uint64_t number = DrawHouseNumber(words);
    if (!number_follows_) {
      text.AddNumber(number);
      text.Add(' ');
    }
    AddStreet(words, text);
    if (!number_follows_) return;
    text.Add(' ');
    text.AddNumber(number);
  }

 private:
  bool number_follows_ = false;
  WordList streets_;
};

ValueSetPointer MakeAddress(const ProviderRequest& request) {
  const StreetWriter writer(request.context.locale);
  TextTraits traits{.description = "street address", .size = kSize, .can_cut = true};
  traits.min_chars = writer.ShortestStreet() + 2;
  traits.max_chars = writer.LongestStreet() + 4;
  return MakeTextSet(request, traits,
                     [writer](std::uint64_t index, TextCursor& text) { writer.AddAddress(index, text); });
}

ValueSetPointer MakeFullAddress(const ProviderRequest& request) {
  TextTraits traits{.description = "full address", .size = kSize, .max_chars = 100, .can_cut = true};
  traits.min_chars = request.context.locale == 0 ? 25 : 20;
  const StreetWriter writer(request.context.locale);
  return MakeTextSet(request, traits, [writer, places = PlacesFor(request)](std::uint64_t index, TextCursor& text) {
    writer.AddAddress(index, text);
    text.Add(std::string_view(", "));
    text.Add(Place(index, places).fields[place_field::kCity]);
    text.Add(std::string_view(", "));
    text.Add(Place(index, places).fields[place_field::kCountry]);
  });
}

ValueSetPointer MakeStreet(const ProviderRequest& request) {
  const StreetWriter writer(request.context.locale);
  TextTraits traits{.description = "street", .size = kSize, .can_cut = true};
  traits.min_chars = writer.ShortestStreet();
  traits.max_chars = writer.LongestStreet();
  return MakeTextSet(request, traits, [writer](std::uint64_t index, TextCursor& text) {
    IndexWords words(index, kStreetSalt);
    DrawHouseNumber(words);
    writer.AddStreet(words, text);
  });
}

ValueSetPointer MakeHouseNumber(const ProviderRequest& request) {
  if (request.type_class == type_class::kInteger)
    return MakeDecimalSet(request, {.description = "house number", .lower = 1, .upper = 260});
  TextTraits traits{.description = "house number", .size = kSize, .min_chars = 1, .max_chars = 3, .can_cut = true};
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    IndexWords words(index, kStreetSalt);
    text.AddNumber(DrawHouseNumber(words));
  });
}

ValueSetPointer MakeAddressLine2(const ProviderRequest& request) {
  TextTraits traits{.description = "second line of an address", .size = kSize, .min_chars = 5, .max_chars = 10};
  traits.can_cut = true;
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    static constexpr std::string_view kUnits[] = {"Apt", "Unit", "Suite", "Floor", "Room"};
    IndexWords words(index, kStreetSalt + 2);
    text.Add(words.Pick(std::span<const std::string_view>(kUnits)));
    text.Add(' ');
    text.AddNumber(1 + words.Below(120));
  });
}

// ------------------------------------------------------------------------------------------------------- telephone

// +code and a national number of ten digits that no other index of the same code has: a scrambled count of the places
// that share the code and of the rest of the index.
class PhoneWriter {
 public:
  static constexpr std::uint64_t kFirst = 2000000000;  // no leading 0 or 1
  static constexpr std::uint64_t kNumbers = 8000000000;

  PhoneWriter(bool international, Places places)
      : international_(international), places_(places), ranks_(places.size()) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k)
        if (!international || places[k][place_field::kDialling] == places[i][place_field::kDialling]) ++ranks_[i];
      most_ = std::max(most_, ranks_[i] + 1);
    }
  }

  std::uint64_t Size() const { return std::min(kSize, kNumbers / most_ * places_.size()); }

  void operator()(std::uint64_t index, TextCursor& text) const {
    const Place place(index, places_);
    if (international_) {
      text.Add('+');
      text.Add(place.fields[place_field::kDialling]);
      text.Add(' ');
    }
    text.AddNumber(kFirst + scrambler_(place.rest * most_ + ranks_[index % places_.size()]));
  }

 private:
  static constexpr Scrambler scrambler_{kNumbers};
  bool international_;
  Places places_;
  std::vector<std::uint64_t> ranks_;  // by place: how many places before it share its dialling code
  std::uint64_t most_ = 1;
};

ValueSetPointer MakePhone(const ProviderRequest& request) {
  const auto format = MakeTextColumn(request);
  if (!format) return nullptr;
  const bool international = format->max_chars >= 15;
  PhoneWriter writer(international, PlacesFor(request));
  TextTraits traits{.description = "telephone number", .size = writer.Size(), .injective = true};
  traits.min_chars = international ? 13 : 10;
  traits.max_chars = international ? 15 : 10;
  return MakeTextSet(request, traits, std::move(writer));
}

ValueSetPointer MakeDiallingCode(const ProviderRequest& request) {
  TextTraits traits{.description = "dialling code", .size = kSize, .min_chars = 2, .max_chars = 4};
  return MakeTextSet(request, traits, [places = PlacesFor(request)](std::uint64_t index, TextCursor& text) {
    text.Add('+');
    text.Add(Place(index, places).fields[place_field::kDialling]);
  });
}

// ----------------------------------------------------------------------------------------------------- coordinates

// Millionths of a degree within some kilometres of the place's centre.
ValueSetPointer MakeCoordinate(const ProviderRequest& request, std::string_view description, std::size_t field,
                               std::int64_t bound) {
  std::vector<std::int64_t> centres;
  for (const auto& place : PlacesFor(request)) {
    double degrees = 0;
    std::from_chars(place[field].data(), place[field].data() + place[field].size(), degrees);
    centres.push_back(static_cast<std::int64_t>(degrees * 1e6));
  }
  const auto draw = [field, list = std::move(centres)](std::uint64_t index) {
    IndexWords words(index, field);
    return list[index % list.size()] + static_cast<std::int64_t>(words.Below(80001)) - 40000;
  };
  const DecimalTraits traits{.description = description, .lower = -bound, .upper = bound, .scale = 6};
  return MakeMappedDecimalSet(request, traits, kSize, draw);
}

ValueSetPointer MakeLatitude(const ProviderRequest& request) {
  return MakeCoordinate(request, "latitude", place_field::kLatitude, 90000000);
}
ValueSetPointer MakeLongitude(const ProviderRequest& request) {
  return MakeCoordinate(request, "longitude", place_field::kLongitude, 180000000);
}

ValueSetPointer MakeTimeZone(const ProviderRequest& request) { return MakeWordSet(request, "time zone", kTimeZones); }

ValueSetPointer MakeLanguageCode(const ProviderRequest& request) {
  return MakeFieldSet(request, "language code", kLanguages, 0);
}
ValueSetPointer MakeLanguage(const ProviderRequest& request) {
  const auto format = MakeTextColumn(request);
  if (format && format->max_chars < 8) return MakeLanguageCode(request);
  return MakeFieldSet(request, "language", kLanguages, 1);
}

using namespace type_class;  // NOLINT: the bits read as words below
constexpr ProviderEntry kEntries[] = {
    {"address", GroupKind::Place, kText, 8, MakeAddress},
    {"address_line2", GroupKind::Place, kText, 6, MakeAddressLine2},
    {"city", GroupKind::Place, kText, 3, MakeCity},
    {"country", GroupKind::Place, kText, 4, MakeCountry},
    {"country_code", GroupKind::Place, kText, 2, MakeCountryCode},
    {"country_code3", GroupKind::Place, kText, 3, MakeCountryCode3},
    {"dialling_code", GroupKind::Place, kText, 4, MakeDiallingCode},
    {"full_address", GroupKind::Place, kText, 20, MakeFullAddress},
    {"house_number", GroupKind::Place, kText | kInteger, 0, MakeHouseNumber},
    {"language", GroupKind::None, kText, 2, MakeLanguage},
    {"language_code", GroupKind::None, kText, 2, MakeLanguageCode},
    {"latitude", GroupKind::Place, kDecimal | kFloat, 0, MakeLatitude},
    {"locale", GroupKind::Place, kText, 5, MakeLocale},
    {"longitude", GroupKind::Place, kDecimal | kFloat, 0, MakeLongitude},
    {"phone", GroupKind::Place, kText, 10, MakePhone},
    {"postcode", GroupKind::Place, kText, 5, MakePostcode},
    {"state", GroupKind::Place, kText, 4, MakeState},
    {"state_code", GroupKind::Place, kText, 1, MakeStateCode},
    {"street", GroupKind::Place, kText, 6, MakeStreet},
    {"time_zone", GroupKind::None, kText, 3, MakeTimeZone},
    {"zipcode", GroupKind::Place, kText, 5, MakePostcode},
};

}  // namespace

ProviderEntries PlaceProviders() { return kEntries; }

}  // namespace dbmocker

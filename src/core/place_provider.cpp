// Places: street, city, region, postcode, country and telephone number of one row agree because they are made from one
// index: place = index % number of places, the rest numbers streets and lines. Read first: Place.
#include <array>
#include <charconv>

#include "core/decimal_set.h"
#include "core/text_set.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kSize = std::uint64_t{1} << 32;
constexpr std::uint64_t kStreetSalt = 0x537472656574;
constexpr std::uint64_t kPostcodeSalt = 0x506F7374;

struct Place {
  explicit Place(std::uint64_t index) : fields(kPlaces[index % kPlaces.size()]), rest(index / kPlaces.size()) {}
  const Record<place_field::kCount>& fields;
  std::uint64_t rest;
};

std::size_t LongestField(std::size_t field) {
  std::size_t longest = 0;
  for (const auto& place : kPlaces) longest = std::max(longest, place[field].size());
  return longest;
}

std::size_t ShortestField(std::size_t field) {
  std::size_t shortest = kMaxRendered;
  for (const auto& place : kPlaces) shortest = std::min(shortest, place[field].size());
  return shortest;
}

ValueSetPointer MakePlaceField(const ProviderRequest& request, std::string_view description, std::size_t field,
                               bool can_cut) {
  if (request.is_alone) return MakeFieldSet(request, description, kPlaces, field);
  TextTraits traits{.description = description, .size = kSize, .min_chars = ShortestField(field)};
  traits.max_chars = LongestField(field);
  traits.can_cut = can_cut;
  return MakeTextSet(request, traits,
                     [field](std::uint64_t index, TextCursor& text) { text.Add(Place(index).fields[field]); });
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

ValueSetPointer MakeCountryField(const ProviderRequest& request, std::string_view description, std::size_t field,
                                 std::size_t max_chars) {
  if (request.is_alone) return MakeFieldSet(request, description, kCountries, field);
  std::vector<std::string_view> by_place;
  for (const auto& place : kPlaces) by_place.push_back(CountryOf(place[place_field::kAlpha2])[field]);
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
  if (request.is_alone) return MakeFieldSet(request, traits.description, kCountries, country_field::kAlpha2);
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    text.Add(Place(index).fields[place_field::kAlpha2]);
  });
}

ValueSetPointer MakeCountryCode3(const ProviderRequest& request) {
  return MakeCountryField(request, "three-letter ISO country code", country_field::kAlpha3, 3);
}

ValueSetPointer MakeLocale(const ProviderRequest& request) {
  return MakeCountryField(request, "locale", country_field::kLocale, 5);
}

ValueSetPointer MakePostcode(const ProviderRequest& request) {
  TextTraits traits{.description = "postcode", .size = kSize, .min_chars = ShortestField(place_field::kPostcode)};
  traits.max_chars = LongestField(place_field::kPostcode);
  traits.can_cut = true;
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    static constexpr std::string_view kLetters = "ABDEFGHJLNPQRSTUWXYZ";  // those that British postcodes use inside
    IndexWords words(index, kPostcodeSalt);
    for (char c : Place(index).fields[place_field::kPostcode]) {
      if (c == '#')
        c = static_cast<char>('0' + words.Below(10));
      else if (c == 'A')
        c = kLetters[words.Below(kLetters.size())];
      text.Add(c);
    }
  });
}

// --------------------------------------------------------------------------------------------------------- streets

void AddStreet(IndexWords& words, TextCursor& text) {
  text.Add(words.Pick(kStreetNames));
  text.Add(' ');
  text.Add(words.Pick(kStreetSuffixes));
}

// House numbers are mostly small.
std::uint64_t DrawHouseNumber(IndexWords& words) {
  const std::uint64_t bound = 10 + words.Below(250);
  return 1 + words.Below(bound);
}

ValueSetPointer MakeAddress(const ProviderRequest& request) {
  TextTraits traits{.description = "street address", .size = kSize, .min_chars = 9, .max_chars = 32, .can_cut = true};
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    IndexWords words(index, kStreetSalt);
    text.AddNumber(DrawHouseNumber(words));
    text.Add(' ');
    AddStreet(words, text);
  });
}

ValueSetPointer MakeFullAddress(const ProviderRequest& request) {
  TextTraits traits{.description = "full address", .size = kSize, .min_chars = 25, .max_chars = 100, .can_cut = true};
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    IndexWords words(index, kStreetSalt);
    text.AddNumber(DrawHouseNumber(words));
    text.Add(' ');
    AddStreet(words, text);
    text.Add(std::string_view(", "));
    text.Add(Place(index).fields[place_field::kCity]);
    text.Add(std::string_view(", "));
    text.Add(Place(index).fields[place_field::kCountry]);
  });
}

ValueSetPointer MakeStreet(const ProviderRequest& request) {
  TextTraits traits{.description = "street", .size = kSize, .min_chars = 7, .max_chars = 28, .can_cut = true};
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    IndexWords words(index, kStreetSalt);
    DrawHouseNumber(words);
    AddStreet(words, text);
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

  explicit PhoneWriter(bool international) : international_(international), ranks_(kPlaces.size()) {
    for (std::size_t i = 0; i < kPlaces.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k)
        if (!international || kPlaces[k][place_field::kDialling] == kPlaces[i][place_field::kDialling]) ++ranks_[i];
      most_ = std::max(most_, ranks_[i] + 1);
    }
  }

  std::uint64_t Size() const { return std::min(kSize, kNumbers / most_ * kPlaces.size()); }

  void operator()(std::uint64_t index, TextCursor& text) const {
    const Place place(index);
    if (international_) {
      text.Add('+');
      text.Add(place.fields[place_field::kDialling]);
      text.Add(' ');
    }
    text.AddNumber(kFirst + scrambler_(place.rest * most_ + ranks_[index % kPlaces.size()]));
  }

 private:
  static constexpr Scrambler scrambler_{kNumbers};
  bool international_;
  std::vector<std::uint64_t> ranks_;  // by place: how many places before it share its dialling code
  std::uint64_t most_ = 1;
};

ValueSetPointer MakePhone(const ProviderRequest& request) {
  const auto format = MakeTextColumn(request);
  if (!format) return nullptr;
  const bool international = format->max_chars >= 15;
  PhoneWriter writer(international);
  TextTraits traits{.description = "telephone number", .size = writer.Size(), .injective = true};
  traits.min_chars = international ? 13 : 10;
  traits.max_chars = international ? 15 : 10;
  return MakeTextSet(request, traits, std::move(writer));
}

ValueSetPointer MakeDiallingCode(const ProviderRequest& request) {
  TextTraits traits{.description = "dialling code", .size = kSize, .min_chars = 2, .max_chars = 4};
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    text.Add('+');
    text.Add(Place(index).fields[place_field::kDialling]);
  });
}

// ----------------------------------------------------------------------------------------------------- coordinates

// Millionths of a degree within some kilometres of the place's centre.
ValueSetPointer MakeCoordinate(const ProviderRequest& request, std::string_view description, std::size_t field,
                               std::int64_t bound) {
  std::vector<std::int64_t> centres;
  for (const auto& place : kPlaces) {
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
};

}  // namespace

ProviderEntries PlaceProviders() { return kEntries; }

}  // namespace dbmocker

// Persons: names, user names and email addresses that agree because they are digits of one index.
// index = given name + 1024 * (family name + 1024 * number), with a locale's numbers of names in place of 1024; within
// one number no two persons have the same full name.
// Must not draw what has to be distinct from anything but these digits. Read first: Person, then EmailWriter.
#include <map>

#include "core/locale_lists.h"
#include "core/text_set.h"

namespace dbmocker {
namespace {

constexpr std::size_t kNames = 1024;
constexpr std::uint64_t kSize = std::uint64_t{1} << 40;
constexpr std::size_t kMaxName = 12;  // letters, see the tests of the lists

struct NameTables {
  std::vector<FixedWord> given;
  std::vector<FixedWord> family;
  std::vector<FixedWord> lower_given;
  std::vector<FixedWord> lower_family;
  bool is_usual = true;  // kNames of both
  std::size_t number_digits = 7;  // of 2^20
};

void FillNames(WordList list, std::vector<FixedWord>& plain, std::vector<FixedWord>& lower) {
  for (const std::string_view word : list) {
    const std::string_view name = word.substr(0, kMaxName);
    FixedWord one, small;
    one.size = small.size = static_cast<std::uint8_t>(name.size());
    for (std::size_t k = 0; k < name.size(); ++k) {
      one.text[k] = name[k];
      small.text[k] = static_cast<char>(name[k] | 0x20);
    }
    plain.push_back(one);
    lower.push_back(small);
  }
}

NameTables MakeNames(WordList given, WordList family, bool is_usual) {
  NameTables made;
  FillNames(given, made.given, made.lower_given);
  FillNames(family, made.family, made.lower_family);
  made.is_usual = is_usual;
  if (!is_usual) made.number_digits = std::to_string(kSize / given.size() / family.size() + 1).size();
  return made;
}

const NameTables& Names(int locale) {
  static const NameTables usual = MakeNames(kGivenNames, kFamilyNames, true);
  if (locale == 0) return usual;
  static std::map<int, NameTables> made;
  const auto found = made.find(locale);
  if (found != made.end()) return found->second;
  const LocaleData& data = LocaleOf(locale);
  return made.emplace(locale, MakeNames(data.given_names, data.family_names, false)).first->second;
}

struct Person {
  Person(std::uint64_t index, const NameTables& names) {
    const std::uint64_t givens = names.given.size();
    const std::uint64_t families = names.family.size();
    if (names.is_usual) {  // by shifts
      given = index % kNames;
      family = index / kNames % kNames;
      number = index / (kNames * kNames);
    } else {
      given = index % givens;
      family = index / givens % families;
      number = index / (givens * families);
    }
  }
  std::size_t given = 0;
  std::size_t family = 0;
  std::uint64_t number = 0;
};

// How many indexes have at most `digits` digits in base 36, cut to kSize.
std::uint64_t CountBase36(std::size_t digits) {
  std::uint64_t count = 1;
  for (std::size_t i = 0; i < digits && count < kSize; ++i) count *= 36;
  return count < kSize ? count : kSize;
}

// --------------------------------------------------------------------------------------------------------- email

// given.family[number]@domain; where that is too long family_xyz@domain, then xyz@domain, with xyz in base 36. Only the
// first form has a dot and only the second an underscore before the @, so no two forms meet.
class EmailWriter {
 public:
  static constexpr std::string_view kShortDomain = "example.com";
  static constexpr std::string_view kShortestDomain = "a.test";
  static std::size_t MostNatural(const NameTables& names) { return 2 * kMaxName + 1 + names.number_digits + 1 + 16; }
  static constexpr std::size_t kMinRoom = 10;

  EmailWriter(const NameTables& names, std::size_t max_chars) : names_(names), max_chars_(max_chars) {}

  static std::uint64_t CountFitting(std::size_t max_chars) {
    if (max_chars < kMinRoom) return 0;
    return CountBase36(max_chars - 2 - kShortestDomain.size());
  }

  void operator()(std::uint64_t index, TextCursor& text) const {
    const Person person(index, names_);
    text.Add(names_.lower_given[person.given]);
    text.Add('.');
    text.Add(names_.lower_family[person.family]);
    if (person.number > 0) text.AddNumber(person.number + 1);
    if (AddDomain(index, text)) return;
    text.Clear();
    text.Add(names_.lower_family[person.family]);
    text.Add('_');
    text.AddInBase(person.number * names_.given.size() + person.given, 36);
    if (AddDomain(index, text)) return;
    text.Clear();
    text.Add(names_.lower_given[person.given].text[0]);
    text.AddInBase(index, 36);
    if (!AddDomain(index, text)) text.Add(kShortestDomain);  // not reached below CountFitting()
  }

 private:
  bool AddDomain(std::uint64_t index, TextCursor& text) const {
    const std::string_view natural = kEmailDomains[Scale(Mix(index), kEmailDomains.size())];
    for (std::string_view domain : {natural, kShortDomain, kShortestDomain}) {
      if (domain == kShortestDomain && max_chars_ >= 24) return false;  // prefer a shorter name to an odd domain
      if (text.size() + 1 + domain.size() > max_chars_) continue;
      text.Add('@');
      text.Add(domain);
      return true;
    }
    return false;
  }

  const NameTables& names_;
  std::size_t max_chars_;
};

ValueSetPointer MakeEmail(const ProviderRequest& request) {
  const auto format = MakeTextColumn(request);
  if (!format) return nullptr;
  const NameTables& names = Names(request.context.locale);
  const std::size_t natural = EmailWriter::MostNatural(names);
  const std::size_t room = std::min(format->max_chars, natural);
  TextTraits traits{.description = "email address", .size = EmailWriter::CountFitting(room), .injective = true};
  traits.max_chars = room;
  traits.min_chars = room == natural ? 3 + 1 + 3 + 1 + EmailWriter::kShortDomain.size() : 9;
  traits.shape = "^[a-z][a-z0-9]*([._][a-z0-9]+)?@([a-z]+\\.)+[a-z]+$";
  return MakeTextSet(request, traits, EmailWriter(names, room));
}

// ----------------------------------------------------------------------------------------------------- user name

// given_family[number] or, by turns and where that is too long, an initial with the family name and a number; else an
// initial and base 36 with a digit first. Only the first has an underscore, only the last a digit in second place.
class UsernameWriter {
 public:
  static std::size_t MostNatural(const NameTables& names) { return 2 * kMaxName + 1 + names.number_digits; }
  static constexpr std::size_t kMinRoom = 5;

  UsernameWriter(const NameTables& names, std::size_t max_chars) : names_(names), max_chars_(max_chars) {}

  static std::uint64_t CountFitting(std::size_t max_chars) {
    if (max_chars < kMinRoom) return 0;
    return std::min(kSize, 10 * CountBase36(max_chars - 2));
  }

  void operator()(std::uint64_t index, TextCursor& text) const {
    const Person person(index, names_);
    const FixedWord& given = names_.lower_given[person.given];
    const FixedWord& family = names_.lower_family[person.family];
    if ((Mix(index) & 1) == 0) {
      text.Add(given);
      text.Add('_');
      text.Add(family);
      if (person.number > 0) text.AddNumber(person.number + 1);
      if (text.size() <= max_chars_) return;
      text.Clear();
    }
    text.Add(given.text[0]);
    text.Add(family);
    text.AddNumber(person.number * names_.given.size() + person.given);
    if (text.size() <= max_chars_) return;
    text.Clear();
    text.Add(given.text[0]);
    text.Add(static_cast<char>('0' + index % 10));
    if (index >= 10) text.AddInBase(index / 10, 36);
  }

 private:
  const NameTables& names_;
  std::size_t max_chars_;
};

ValueSetPointer MakeUsername(const ProviderRequest& request) {
  const auto format = MakeTextColumn(request);
  if (!format) return nullptr;
  const NameTables& names = Names(request.context.locale);
  const std::size_t natural = UsernameWriter::MostNatural(names);
  const std::size_t room = std::min(format->max_chars, natural);
  TextTraits traits{.description = "user name", .size = UsernameWriter::CountFitting(room), .injective = true};
  traits.max_chars = room;
  traits.min_chars = room == natural ? 5 : 2;
  traits.shape = "^[a-z][a-z0-9]*(_[a-z]+[0-9]*)?$";
  return MakeTextSet(request, traits, UsernameWriter(names, room));
}

// --------------------------------------------------------------------------------------------------------- names

template <class Writer>
ValueSetPointer MakeName(const ProviderRequest& request, std::string_view description, std::size_t min_chars,
                         std::size_t max_chars, Writer writer, const char* shape = "^[A-Z][a-zA-Z]*$") {
  TextTraits traits{.description = description, .size = kSize, .min_chars = min_chars, .max_chars = max_chars};
  traits.can_cut = true;
  traits.shape = shape;
  return MakeTextSet(request, traits, std::move(writer));
}

ValueSetPointer MakeFirstName(const ProviderRequest& request) {
  return MakeName(request, "first name", 3, kMaxName,
                  [&names = Names(request.context.locale)](std::uint64_t index, TextCursor& text) {
                    text.Add(names.given[Person(index, names).given]);
                  });
}

ValueSetPointer MakeLastName(const ProviderRequest& request) {
  return MakeName(request, "last name", 3, kMaxName,
                  [&names = Names(request.context.locale)](std::uint64_t index, TextCursor& text) {
                    text.Add(names.family[Person(index, names).family]);
                  });
}

ValueSetPointer MakeMiddleName(const ProviderRequest& request) {
  return MakeName(request, "middle name", 3, kMaxName,
                  [&names = Names(request.context.locale)](std::uint64_t index, TextCursor& text) {
                    text.Add(names.given[Scale(Mix(index + 0x4D69), names.given.size())]);
                  });
}

ValueSetPointer MakeFullName(const ProviderRequest& request) {
  const auto format = MakeTextColumn(request);
  const std::size_t room = format ? format->max_chars : 0;
  return MakeName(
      request, "full name", 7, 2 * kMaxName + 1,
      [&names = Names(request.context.locale), room](std::uint64_t index, TextCursor& text) {
        const Person person(index, names);
        text.Add(names.given[person.given]);
        if (std::size_t{text.size()} + 1 + names.family[person.family].size > room) {
          text.Truncate(1);
          text.Add('.');
        }
        text.Add(' ');
        text.Add(names.family[person.family]);
      },
      "^[A-Z][a-zA-Z]*[.]? [A-Z][a-zA-Z]*$");
}

ValueSetPointer MakeInitials(const ProviderRequest& request) {
  return MakeName(request, "initials", 2, 2,
                  [&names = Names(request.context.locale)](std::uint64_t index, TextCursor& text) {
                    const Person person(index, names);
                    text.Add(names.given[person.given].text[0]);
                    text.Add(names.family[person.family].text[0]);
                  });
}

ValueSetPointer MakeInitial(const ProviderRequest& request) {
  return MakeName(request, "initial", 1, 1, [](std::uint64_t index, TextCursor& text) {
    text.Add(static_cast<char>('A' + Scale(Mix(index + 0x696E), 26)));
  });
}

ValueSetPointer MakeGender(const ProviderRequest& request) {
  static constexpr std::string_view kLong[] = {"female", "male", "other"};
  static constexpr std::string_view kShort[] = {"F", "M", "X"};
  const auto format = MakeTextColumn(request);
  return MakeWordSet(request, "gender", format && format->max_chars < 6 ? WordList(kShort) : WordList(kLong));
}

ValueSetPointer MakePrefix(const ProviderRequest& request) {
  static constexpr std::string_view kPrefixes[] = {"Mr", "Ms", "Mrs", "Dr", "Mx", "Prof"};
  return MakeWordSet(request, "title of a person", kPrefixes);
}

ValueSetPointer MakeSuffix(const ProviderRequest& request) {
  static constexpr std::string_view kSuffixes[] = {"Jr", "Sr", "II", "III", "PhD", "MD"};
  return MakeWordSet(request, "suffix of a name", kSuffixes);
}

ValueSetPointer MakeBloodType(const ProviderRequest& request) {
  static constexpr std::string_view kTypes[] = {"O+", "A+", "B+", "AB+", "O-", "A-", "B-", "AB-"};
  return MakeWordSet(request, "blood type", kTypes);
}

ValueSetPointer MakeRole(const ProviderRequest& request) {
  static constexpr std::string_view kRoles[] = {"member", "viewer", "editor", "moderator", "admin"};
  return MakeWordSet(request, "role", kRoles);
}

using namespace type_class;  // NOLINT: the bits read as words below
constexpr ProviderEntry kEntries[] = {
    {"blood_type", GroupKind::None, kText, 3, MakeBloodType},
    {"email", GroupKind::Person, kText, 10, MakeEmail},
    {"first_name", GroupKind::Person, kText, 0, MakeFirstName},
    {"gender", GroupKind::None, kText, 0, MakeGender},
    {"initials", GroupKind::Person, kText, 2, MakeInitials},
    {"last_name", GroupKind::Person, kText, 0, MakeLastName},
    {"middle_initial", GroupKind::Person, kText, 0, MakeInitial},
    {"middle_name", GroupKind::Person, kText, 0, MakeMiddleName},
    {"name", GroupKind::Person, kText, 0, MakeFullName},
    {"name_prefix", GroupKind::None, kText, 2, MakePrefix},
    {"name_suffix", GroupKind::None, kText, 2, MakeSuffix},
    {"role", GroupKind::None, kText, 6, MakeRole},
    {"username", GroupKind::Person, kText, 5, MakeUsername},
};

}  // namespace

ProviderEntries PersonProviders() { return kEntries; }

}  // namespace dbmocker

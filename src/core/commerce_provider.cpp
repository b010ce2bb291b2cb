// Companies, jobs, products and orders.
// Read first: MakeCompany.
#include "core/decimal_set.h"
#include "core/locale_lists.h"
#include "core/text_set.h"

namespace dbmocker {
namespace {

using StringViews = std::span<const std::string_view>;

std::size_t LongestWord(WordList list) {
  std::size_t longest = 0;
  for (std::string_view word : list) longest = std::max(longest, word.size());
  return longest;
}

// Stem and suffix, with a second stem between them for all but one in as many as there are stems.
ValueSetPointer MakeCompany(const ProviderRequest& request) {
  const std::uint64_t stems = kCompanyStems.size();
  const int locale = request.context.locale;
  const WordList suffixes = locale == 0 ? kCompanySuffixes : WordList(LocaleOf(locale).company_suffixes);
  TextTraits traits{.description = "company", .size = stems * stems * suffixes.size(), .injective = true};
  traits.min_chars = 8;
  traits.max_chars = 2 * LongestWord(kCompanyStems) + LongestWord(suffixes) + 2;
  traits.can_cut = true;
  const Scrambler scrambler(traits.size);
  return MakeTextSet(request, traits, [scrambler, stems, suffixes](std::uint64_t index, TextCursor& text) {
    const std::uint64_t mixed = scrambler(index);
    const std::uint64_t first = mixed % stems;
    const std::uint64_t second = mixed / stems % stems;
    text.Add(kCompanyStems[first]);
    text.Add(' ');
    if (second != first) {
      text.Add(kCompanyStems[second]);
      text.Add(' ');
    }
    text.Add(suffixes[mixed / stems / stems]);
  });
}

ValueSetPointer MakeProductName(const ProviderRequest& request) {
  const std::uint64_t adjectives = kProductAdjectives.size();
  const std::uint64_t materials = kProductMaterials.size();
  TextTraits traits{.description = "product", .injective = true, .min_chars = 11, .can_cut = true};
  traits.size = adjectives * materials * kProductNouns.size();
  traits.max_chars = LongestWord(kProductAdjectives) + LongestWord(kProductMaterials) + LongestWord(kProductNouns) + 2;
  const Scrambler scrambler(traits.size);
  return MakeTextSet(request, traits, [scrambler, adjectives, materials](std::uint64_t index, TextCursor& text) {
    const std::uint64_t mixed = scrambler(index);
    text.Add(kProductAdjectives[mixed % adjectives]);
    text.Add(' ');
    text.Add(kProductMaterials[mixed / adjectives % materials]);
    text.Add(' ');
    text.Add(kProductNouns[mixed / adjectives / materials]);
  });
}

void AddLetters(std::uint64_t number, int count, TextCursor& text) {
  for (int i = 0; i < count; ++i, number /= 26) text.Add(static_cast<char>('A' + number % 26));
}

// Three letters and digits: "QXD-40718"; without the dash, then with fewer digits, where there is less room.
ValueSetPointer MakeCode(const ProviderRequest& request, std::string_view description, int letters, int digits) {
  const auto format = MakeTextColumn(request);
  if (!format) return nullptr;
  const auto room = static_cast<int>(std::min<std::size_t>(format->max_chars, 64));
  const bool has_dash = room >= letters + digits + 1;
  if (room < letters + digits) digits = room - letters;
  if (digits < 2) return nullptr;
  std::uint64_t size = 1;
  for (int i = 0; i < digits; ++i) size *= 10;
  const std::uint64_t numbers = size;
  for (int i = 0; i < letters; ++i) size *= 26;
  TextTraits traits{.description = description, .size = size, .injective = true};
  traits.min_chars = traits.max_chars =
      static_cast<std::size_t>(letters) + static_cast<std::size_t>(digits) + (has_dash ? 1 : 0);
  const Scrambler scrambler(size);
  return MakeTextSet(request, traits, [=](std::uint64_t index, TextCursor& text) {
    const std::uint64_t mixed = scrambler(index);
    AddLetters(mixed / numbers, letters, text);
    if (has_dash) text.Add('-');
    text.AddPadded(mixed % numbers, digits);
  });
}

ValueSetPointer MakeSku(const ProviderRequest& request) { return MakeCode(request, "stock-keeping unit", 3, 6); }
ValueSetPointer MakeVoucher(const ProviderRequest& request) { return MakeCode(request, "code", 4, 5); }
ValueSetPointer MakeReference(const ProviderRequest& request) { return MakeCode(request, "reference number", 2, 8); }

ValueSetPointer MakeTracking(const ProviderRequest& request) {
  TextTraits traits{.description = "tracking number", .size = 1000000000000, .injective = true};
  traits.min_chars = traits.max_chars = 16;
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    static constexpr Scrambler kScrambler{1000000000000};
    text.Add(std::string_view("TR"));
    text.AddPadded(kScrambler(index), 12);
    text.Add(std::string_view("XX"));
  });
}

// EAN-13 and ISBN-13: a prefix, nine or more digits and the check digit that makes the weighted sum a multiple of 10.
std::uint64_t WithEanCheckDigit(std::uint64_t twelve_digits) {
  std::uint64_t sum = 0;
  std::uint64_t rest = twelve_digits;
  for (int i = 0; i < 12; ++i, rest /= 10) sum += rest % 10 * (i % 2 == 0 ? 3 : 1);
  return twelve_digits * 10 + (10 - sum % 10) % 10;
}

template <class Map>
ValueSetPointer MakeDigits(const ProviderRequest& request, std::string_view description, std::uint64_t size, Map map) {
  if ((request.type_class & type_class::kText) == 0) {
    const DecimalTraits traits{.description = description, .lower = 1000000000000, .upper = 9999999999999};
    return MakeMappedDecimalSet(request, traits, size,
                                [map](std::uint64_t index) { return static_cast<std::int64_t>(map(index)); });
  }
  TextTraits traits{.description = description, .size = size, .injective = true, .min_chars = 13, .max_chars = 13};
  return MakeTextSet(request, traits, [map](std::uint64_t index, TextCursor& text) { text.AddNumber(map(index)); });
}

// 20 … 29 are the prefixes for use inside a shop: no real product has them.
ValueSetPointer MakeEan(const ProviderRequest& request) {
  return MakeDigits(request, "EAN-13", 100000000000, [](std::uint64_t index) {
    static constexpr Scrambler kScrambler{100000000000};
    return WithEanCheckDigit(200000000000 + kScrambler(index));
  });
}

// ISBN-10 where 13 digits do not fit.
ValueSetPointer MakeIsbn(const ProviderRequest& request) {
  static constexpr Scrambler kScrambler{1000000000};
  if ((request.type_class & type_class::kText) != 0) {
    const auto format = MakeTextColumn(request);
    if (format && format->max_chars < 13) {
      TextTraits traits{.description = "ISBN-10", .size = 1000000000, .injective = true, .min_chars = 10};
      traits.max_chars = 10;
      return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
        text.AddPadded(kScrambler(index), 9);
        unsigned sum = 0;
        for (unsigned i = 0; i < 9; ++i) sum += static_cast<unsigned>(text[i] - '0') * (10 - i);
        const unsigned check = (11 - sum % 11) % 11;
        text.Add(check == 10 ? 'X' : static_cast<char>('0' + check));
      });
    }
  }
  return MakeDigits(request, "ISBN-13", 1000000000,
                    [](std::uint64_t index) { return WithEanCheckDigit(978000000000 + kScrambler(index)); });
}

ValueSetPointer MakeJobTitle(const ProviderRequest& request) { return MakeWordSet(request, "job title", kJobTitles); }
ValueSetPointer MakeDepartment(const ProviderRequest& request) {
  return MakeWordSet(request, "department", kDepartments);
}
ValueSetPointer MakeColor(const ProviderRequest& request) { return MakeWordSet(request, "color", kColors); }
ValueSetPointer MakeCategory(const ProviderRequest& request) { return MakeWordSet(request, "category", kCategories); }
ValueSetPointer MakeTag(const ProviderRequest& request) { return MakeWordSet(request, "tag", kTags); }
ValueSetPointer MakeMaterial(const ProviderRequest& request) {
  return MakeWordSet(request, "material", kProductMaterials);
}

ValueSetPointer MakeColorCode(const ProviderRequest& request) {
  TextTraits traits{.description = "hexadecimal color", .size = 1U << 24, .injective = true};
  traits.min_chars = traits.max_chars = 7;
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    text.Add('#');
    text.AddHex(index, 6);
  });
}

ValueSetPointer MakeBrand(const ProviderRequest& request) { return MakeWordSet(request, "brand", kCompanyStems); }

ValueSetPointer MakeStatus(const ProviderRequest& request) {
  static constexpr std::string_view kValues[] = {"active",  "inactive",  "pending",  "completed",
                                                 "on_hold", "cancelled", "archived", "draft"};
  return MakeWordSet(request, "status", StringViews(kValues));
}
ValueSetPointer MakeOrderStatus(const ProviderRequest& request) {
  static constexpr std::string_view kValues[] = {"pending",   "paid",      "processing", "shipped",
                                                 "delivered", "cancelled", "returned",   "refunded"};
  return MakeWordSet(request, "status of an order", StringViews(kValues));
}
ValueSetPointer MakePaymentMethod(const ProviderRequest& request) {
  static constexpr std::string_view kValues[] = {"card", "bank_transfer", "direct_debit", "invoice", "cash", "voucher"};
  return MakeWordSet(request, "payment method", StringViews(kValues));
}
ValueSetPointer MakePriority(const ProviderRequest& request) {
  if (request.type_class == type_class::kInteger)
    return MakeDecimalSet(request, {.description = "priority", .lower = 1, .upper = 5});
  static constexpr std::string_view kValues[] = {"low", "normal", "high", "urgent"};
  return MakeWordSet(request, "priority", StringViews(kValues));
}
ValueSetPointer MakeClothingSize(const ProviderRequest& request) {
  static constexpr std::string_view kValues[] = {"XS", "S", "M", "L", "XL", "XXL"};
  return MakeWordSet(request, "clothing size", StringViews(kValues));
}
ValueSetPointer MakeUnit(const ProviderRequest& request) {
  static constexpr std::string_view kValues[] = {"kg", "g", "lb", "l", "ml", "m", "cm", "mm", "pcs", "box"};
  return MakeWordSet(request, "unit of measure", StringViews(kValues));
}

using namespace type_class;  // NOLINT: the bits read as words below
constexpr ProviderEntry kEntries[] = {
    {"brand", GroupKind::None, kText, 5, MakeBrand},
    {"category", GroupKind::None, kText, 4, MakeCategory},
    {"clothing_size", GroupKind::None, kText, 1, MakeClothingSize},
    {"code", GroupKind::None, kText, 6, MakeVoucher},
    {"color", GroupKind::None, kText, 4, MakeColor},
    {"color_code", GroupKind::None, kText, 7, MakeColorCode},
    {"company", GroupKind::None, kText, 8, MakeCompany},
    {"department", GroupKind::None, kText, 4, MakeDepartment},
    {"ean", GroupKind::None, kText | kInteger | kDecimal, 13, MakeEan},
    {"isbn", GroupKind::None, kText | kInteger | kDecimal, 10, MakeIsbn},
    {"job_title", GroupKind::None, kText, 6, MakeJobTitle},
    {"material", GroupKind::None, kText, 4, MakeMaterial},
    {"order_status", GroupKind::None, kText, 4, MakeOrderStatus},
    {"payment_method", GroupKind::None, kText, 4, MakePaymentMethod},
    {"priority", GroupKind::None, kText | kInteger, 4, MakePriority},
    {"product_name", GroupKind::None, kText, 8, MakeProductName},
    {"reference_number", GroupKind::None, kText, 6, MakeReference},
    {"sku", GroupKind::None, kText, 6, MakeSku},
    {"status", GroupKind::None, kText, 6, MakeStatus},
    {"tag", GroupKind::None, kText, 3, MakeTag},
    {"tracking_number", GroupKind::None, kText, 16, MakeTracking},
    {"unit", GroupKind::None, kText, 1, MakeUnit},
};

}  // namespace

ProviderEntries CommerceProviders() { return kEntries; }

}  // namespace dbmocker

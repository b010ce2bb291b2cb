// Numbers of payment with the right check digits, made from prefixes that no bank or card issuer gives to customers.
// Must not produce a number that could belong to somebody.
// Read first: MakeIban, MakeCard.
#include "core/decimal_set.h"
#include "core/text_set.h"

namespace dbmocker {
namespace {

using StringViews = std::span<const std::string_view>;

// Luhn's check digit (ISO/IEC 7812-1, annex B) of the digits written so far.
char LuhnDigit(std::string_view digits) {
  unsigned sum = 0;
  bool twice = true;
  for (std::size_t i = digits.size(); i-- > 0; twice = !twice) {
    unsigned digit = static_cast<unsigned>(digits[i] - '0');
    if (twice) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

// Sixteen digits from prefixes that payment providers use for tests.
ValueSetPointer MakeCard(const ProviderRequest& request) {
  static constexpr std::uint64_t kPrefixes[] = {411111, 424242, 555555, 510510, 601111};
  static constexpr Scrambler kScrambler{1000000000};
  const auto digits = [](std::uint64_t index, TextCursor& text) {
    text.AddNumber(kPrefixes[index % std::size(kPrefixes)]);
    text.AddPadded(kScrambler(index / std::size(kPrefixes)), 9);
    text.Add(LuhnDigit(text.view()));
  };
  constexpr std::uint64_t kCards = std::size(kPrefixes) * kScrambler.modulus();
  if ((request.type_class & type_class::kText) == 0) {
    const DecimalTraits traits{.description = "card number", .lower = 4000000000000000, .upper = 6999999999999999};
    return MakeMappedDecimalSet(request, traits, kCards, [digits](std::uint64_t index) {
      char buffer[40];
      TextCursor text(buffer);
      digits(index, text);
      return *ParseScaled(text.view(), 0, false);
    });
  }
  TextTraits traits{.description = "card number", .size = kCards, .injective = true, .min_chars = 16, .max_chars = 16};
  return MakeTextSet(request, traits, digits);
}

ValueSetPointer MakeCardExpiry(const ProviderRequest& request) {
  const std::int64_t years = request.context.reference_time / 31556952000000;  // mean years since 2000
  const auto first = static_cast<std::uint64_t>(std::max<std::int64_t>(years, 0)) + 1;
  TextTraits traits{.description = "expiry of a card", .size = 60, .injective = true, .min_chars = 5, .max_chars = 5};
  return MakeTextSet(request, traits, [first](std::uint64_t index, TextCursor& text) {
    text.AddPadded(1 + index % 12, 2);
    text.Add('/');
    text.AddPadded((first + index / 12) % 100, 2);
  });
}

ValueSetPointer MakeCvv(const ProviderRequest& request) {
  if (request.type_class == type_class::kInteger)
    return MakeDecimalSet(request, {.description = "card verification value", .lower = 100, .upper = 999});
  TextTraits traits{.description = "card verification value", .size = 1000, .injective = true, .min_chars = 3};
  traits.max_chars = 3;
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) { text.AddPadded(index, 3); });
}

ValueSetPointer MakeCardBrand(const ProviderRequest& request) {
  static constexpr std::string_view kValues[] = {"visa", "mastercard", "amex", "discover"};
  return MakeWordSet(request, "kind of card", StringViews(kValues));
}

// ISO 13616: the number with the country's letters and two zeros at its end, modulo 97, taken from 98.
unsigned RemainderOf97(std::string_view text) {
  unsigned remainder = 0;
  for (char c : text)
    remainder = c >= 'A' ? (remainder * 100 + static_cast<unsigned>(c - 'A') + 10) % 97
                         : (remainder * 10 + static_cast<unsigned>(c - '0')) % 97;
  return remainder;
}

// An account at a bank that does not exist: country, bank code, digits of the account number.
struct IbanForm {
  std::string_view country;
  std::string_view bank;
  int digits;
};
constexpr IbanForm kIbanForms[] = {
    {"DE", "99999999", 10}, {"GB", "TEST000000", 8}, {"NL", "TEST", 10}, {"AT", "99999", 11}};

ValueSetPointer MakeIban(const ProviderRequest& request) {
  static constexpr std::uint64_t kAccounts = 100000000;
  static constexpr Scrambler kScrambler{kAccounts};
  constexpr std::size_t forms = std::size(kIbanForms);
  TextTraits traits{.description = "IBAN", .size = forms * kAccounts, .injective = true, .min_chars = 18};
  traits.max_chars = 22;
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    const IbanForm& form = kIbanForms[index % forms];
    char buffer[64];
    TextCursor account(buffer);
    account.Add(form.bank);
    account.AddPadded(kScrambler(index / forms), form.digits);
    const std::size_t size = account.size();
    account.Add(form.country);
    account.Add(std::string_view("00"));
    const unsigned check = 98 - RemainderOf97(account.view());
    text.Add(form.country);
    text.AddPadded(check, 2);
    text.Add(account.view().substr(0, size));
  });
}

// ISO 9362; a 0 as the last of the eight characters marks a test code.
ValueSetPointer MakeBic(const ProviderRequest& request) {
  static constexpr std::string_view kCodes[] = {"DE", "FR", "GB", "IT", "ES", "NL", "AT", "SE", "PL", "US"};
  TextTraits traits{.description = "BIC", .size = 26ULL * 26 * 26 * 26 * 26 * std::size(kCodes), .injective = true};
  traits.min_chars = traits.max_chars = 8;
  const Scrambler scrambler(traits.size);
  return MakeTextSet(request, traits, [scrambler](std::uint64_t index, TextCursor& text) {
    std::uint64_t mixed = scrambler(index);
    const std::string_view country = kCodes[mixed % std::size(kCodes)];
    mixed /= std::size(kCodes);
    for (int i = 0; i < 4; ++i, mixed /= 26) text.Add(static_cast<char>('A' + mixed % 26));
    text.Add(country);
    text.Add(static_cast<char>('A' + mixed % 26));
    text.Add('0');
  });
}

ValueSetPointer MakeVatNumber(const ProviderRequest& request) {
  static constexpr std::string_view kPrefixes[] = {"DE", "PT", "EE", "EL"};
  static constexpr Scrambler kScrambler{1000000000};
  TextTraits traits{.description = "VAT number", .size = 4 * kScrambler.modulus(), .injective = true};
  traits.min_chars = traits.max_chars = 11;
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    text.Add(kPrefixes[index % 4]);
    text.AddPadded(kScrambler(index / 4), 9);
  });
}

ValueSetPointer MakeAccountNumber(const ProviderRequest& request) {
  static constexpr Scrambler kScrambler{9000000000};
  TextTraits traits{.description = "account number", .size = kScrambler.modulus(), .injective = true};
  traits.min_chars = traits.max_chars = 10;
  return MakeTextSet(request, traits,
                     [](std::uint64_t index, TextCursor& text) { text.AddNumber(1000000000 + kScrambler(index)); });
}

ValueSetPointer MakeCurrency(const ProviderRequest& request) {
  return MakeFieldSet(request, "currency code", kCurrencies, 0);
}
ValueSetPointer MakeCurrencyName(const ProviderRequest& request) {
  return MakeFieldSet(request, "currency", kCurrencies, 1);
}

using namespace type_class;  // NOLINT: the bits read as words below
constexpr ProviderEntry kEntries[] = {
    {"account_number", GroupKind::None, kText, 10, MakeAccountNumber},
    {"bic", GroupKind::None, kText, 8, MakeBic},
    {"card_brand", GroupKind::None, kText, 4, MakeCardBrand},
    {"card_expiry", GroupKind::None, kText, 5, MakeCardExpiry},
    {"credit_card", GroupKind::None, kText | kInteger | kDecimal, 16, MakeCard},
    {"currency", GroupKind::None, kText, 3, MakeCurrency},
    {"currency_name", GroupKind::None, kText, 4, MakeCurrencyName},
    {"cvv", GroupKind::None, kText | kInteger, 3, MakeCvv},
    {"iban", GroupKind::None, kText, 22, MakeIban},
    {"vat_number", GroupKind::None, kText, 11, MakeVatNumber},
};

}  // namespace

ProviderEntries FinanceProviders() { return kEntries; }

}  // namespace dbmocker

// Password hashes, digests, tokens and UUIDs as text. Their first 64 bits are a bijection of the index, so they are
// distinct. They hash nothing and open nothing. Read first: MakeHexSet.
#include "core/text_set.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kMany = std::uint64_t{1} << 48;

// `digits` hexadecimal digits, of which the first 16 are a bijection of the index.
void AddHexDigits(std::uint64_t index, std::uint64_t salt, std::size_t digits, TextCursor& text) {
  IndexWords words(index, salt);
  for (std::size_t done = 0; done < digits; done += 16) {
    const auto part = static_cast<int>(std::min<std::size_t>(16, digits - done));
    text.AddHex(words.Next() >> (64 - 4 * part), part);
  }
}

ValueSetPointer MakeHexSet(const ProviderRequest& request, std::string_view description, std::string_view prefix,
                           std::size_t digits) {
  const auto format = MakeTextColumn(request);
  if (!format || format->max_chars < 8) return nullptr;
  if (format->max_chars < prefix.size() + digits) {
    if (format->max_chars < prefix.size() + 16) prefix = "";
    digits = format->max_chars - prefix.size();
  }
  TextTraits traits{.description = description, .size = kMany, .injective = digits >= 16};
  traits.min_chars = traits.max_chars = prefix.size() + digits;
  const std::uint64_t salt = digits * 31 + prefix.size();
  return MakeTextSet(request, traits, [=](std::uint64_t index, TextCursor& text) {
    text.Add(prefix);
    AddHexDigits(index, salt, digits, text);
  });
}

ValueSetPointer MakeMd5(const ProviderRequest& request) { return MakeHexSet(request, "MD5 digest", "", 32); }
ValueSetPointer MakeSha1(const ProviderRequest& request) { return MakeHexSet(request, "SHA-1 digest", "", 40); }
ValueSetPointer MakeSha256(const ProviderRequest& request) { return MakeHexSet(request, "SHA-256 digest", "", 64); }
ValueSetPointer MakeToken(const ProviderRequest& request) { return MakeHexSet(request, "token", "", 40); }
ValueSetPointer MakeApiKey(const ProviderRequest& request) { return MakeHexSet(request, "API key", "key_", 32); }
ValueSetPointer MakeSecret(const ProviderRequest& request) { return MakeHexSet(request, "secret", "", 32); }

// The look of bcrypt: "$2b$12$", 22 characters of salt of which the last holds two bits, 31 of digest.
ValueSetPointer MakePasswordHash(const ProviderRequest& request) {
  const auto format = MakeTextColumn(request);
  if (format && format->max_chars < 60) return MakeHexSet(request, "password hash", "", 40);
  TextTraits traits{.description = "bcrypt password hash", .size = kMany, .min_chars = 60, .max_chars = 60};
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    static constexpr char kAlphabet[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    IndexWords words(index, 0x626372);
    text.Add(std::string_view("$2b$12$"));
    std::uint64_t bits = 0;
    for (int i = 0; i < 53; ++i) {
      if (i % 10 == 0) bits = words.Next();
      text.Add(i == 21 ? ".Oeu"[bits & 3] : kAlphabet[bits & 63]);
      bits >>= 6;
    }
  });
}

ValueSetPointer MakeUuidText(const ProviderRequest& request) {
  TextTraits traits{.description = "UUID", .size = kMany, .injective = true, .min_chars = 36, .max_chars = 36};
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    IndexWords words(index, 0x75756964);
    const std::uint64_t first = words.Next();
    const std::uint64_t second = words.Next();
    text.AddHex(first >> 32, 8);
    text.Add('-');
    text.AddHex(first >> 16, 4);
    text.Add(std::string_view("-4"));  // version 4
    text.AddHex(first, 3);
    text.Add('-');
    text.AddHex((second >> 48 & 0x3FFF) | 0x8000, 4);  // variant 1
    text.Add('-');
    text.AddHex(second, 12);
  });
}

// A code that is sent to a user to type in.
ValueSetPointer MakePinCode(const ProviderRequest& request) {
  const auto format = MakeTextColumn(request);
  const std::size_t digits = format && format->max_chars < 6 ? 4 : 6;
  TextTraits traits{.description = "one-time code", .size = digits == 6 ? 1000000U : 10000U, .injective = true};
  traits.min_chars = traits.max_chars = digits;
  return MakeTextSet(request, traits, [digits](std::uint64_t index, TextCursor& text) {
    text.AddPadded(index, static_cast<int>(digits));
  });
}

using namespace type_class;  // NOLINT: the bits read as words below
constexpr ProviderEntry kEntries[] = {
    {"api_key", GroupKind::None, kText, 8, MakeApiKey},        {"md5", GroupKind::None, kText, 8, MakeMd5},
    {"password", GroupKind::None, kText, 8, MakePasswordHash}, {"pin_code", GroupKind::None, kText, 4, MakePinCode},
    {"secret", GroupKind::None, kText, 8, MakeSecret},         {"sha1", GroupKind::None, kText, 8, MakeSha1},
    {"sha256", GroupKind::None, kText, 8, MakeSha256},         {"token", GroupKind::None, kText, 8, MakeToken},
    {"uuid", GroupKind::None, kText, 36, MakeUuidText},
};

}  // namespace

ProviderEntries SecretProviders() { return kEntries; }

}  // namespace dbmocker

// Addresses and names of the net: only domains and address blocks that are reserved for documentation, testing or
// private use. Read first: MakeUrl.
#include "core/decimal_set.h"
#include "core/text_set.h"

namespace dbmocker {
namespace {

using StringViews = std::span<const std::string_view>;

constexpr std::uint64_t kMany = std::uint64_t{1} << 40;

std::size_t LongestWord(WordList list) {
  std::size_t longest = 0;
  for (std::string_view word : list) longest = std::max(longest, word.size());
  return longest;
}

// Two words in lower case, distinct for distinct remainders; the quotient is what is left of the index.
std::uint64_t AddWordPair(std::uint64_t index, char separator, TextCursor& text) {
  const std::uint64_t adjectives = kTitleAdjectives.size();
  const std::uint64_t subjects = kTitleSubjects.size();
  text.AddLower(kTitleAdjectives[index % adjectives]);
  text.Add(separator);
  text.AddLower(kTitleSubjects[index / adjectives % subjects]);
  return index / adjectives / subjects;
}

// quiet-harbors, then quiet-harbors-1, -2 …; base 36 alone where there is no room for words.
ValueSetPointer MakeSlug(const ProviderRequest& request) {
  const auto format = MakeTextColumn(request);
  if (!format) return nullptr;
  const std::size_t words = LongestWord(kTitleAdjectives) + LongestWord(kTitleSubjects) + 1;
  TextTraits traits{.description = "slug", .injective = true};
  traits.shape = "^[a-z][a-z0-9-]*$";
  if (format->max_chars < words + 5) {
    traits.size = 1;
    traits.max_chars = std::min<std::size_t>(format->max_chars, 8);
    for (std::size_t i = 1; i < traits.max_chars; ++i) traits.size *= 36;
    traits.min_chars = 2;
    return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
      text.Add('s');
      text.AddInBase(index, 36);
    });
  }
  traits.size = kTitleAdjectives.size() * kTitleSubjects.size();
  traits.max_chars = std::min(format->max_chars, words + 8);
  for (std::size_t i = words + 1; i < traits.max_chars; ++i) traits.size *= 10;
  traits.min_chars = 7;
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    const std::uint64_t number = AddWordPair(index, '-', text);
    if (number == 0) return;
    text.Add('-');
    text.AddNumber(number);
  });
}

// What web texts look like, whatever their words.
std::string ShapeAround(std::string_view before, std::string_view after, char separator) {
  std::string shape = "^";
  const auto quote = [&shape](std::string_view text) {
    for (const char c : text) shape += c == '.' ? std::string("[.]") : std::string(1, c);
  };
  quote(before);
  shape += "[a-z0-9][a-z0-9" + std::string(1, separator) + "]*";
  quote(after);
  return shape + "$";
}

ValueSetPointer MakeWebText(const ProviderRequest& request, std::string_view description, std::string_view before,
                            std::string_view after, char separator, bool can_be_short) {
  const std::size_t words = LongestWord(kTitleAdjectives) + LongestWord(kTitleSubjects) + 1;
  const auto format = MakeTextColumn(request);
  if (!format) return nullptr;
  TextTraits traits{.description = description, .injective = true};
  traits.shape = ShapeAround(before, after, separator);
  const std::size_t fixed = before.size() + after.size();
  if (can_be_short && format->max_chars < fixed + words + 8) {
    if (format->max_chars < fixed + 4) return nullptr;
    traits.max_chars = std::min(format->max_chars, fixed + 8);
    traits.min_chars = fixed + 1;
    traits.size = 1;
    for (std::size_t i = fixed; i < traits.max_chars; ++i) traits.size *= 36;
    return MakeTextSet(request, traits, [before, after](std::uint64_t index, TextCursor& text) {
      text.Add(before);
      text.AddInBase(index, 36);
      text.Add(after);
    });
  }
  traits.size = kTitleAdjectives.size() * kTitleSubjects.size() * 10000000;
  traits.min_chars = fixed + 7;
  traits.max_chars = fixed + words + 8;
  return MakeTextSet(request, traits, [=](std::uint64_t index, TextCursor& text) {
    text.Add(before);
    const std::uint64_t number = AddWordPair(index, separator, text);
    if (number > 0) {
      text.Add(separator);
      text.AddNumber(number);
    }
    text.Add(after);
  });
}

ValueSetPointer MakeUrl(const ProviderRequest& request) {
  return MakeWebText(request, "URL", "https://example.com/", "", '-', true);
}
ValueSetPointer MakeImageUrl(const ProviderRequest& request) {
  return MakeWebText(request, "URL of an image", "https://img.example.com/", ".jpg", '-', true);
}
ValueSetPointer MakeAvatarUrl(const ProviderRequest& request) {
  return MakeWebText(request, "URL of a portrait", "https://img.example.com/u/", ".png", '-', true);
}
ValueSetPointer MakeDomainName(const ProviderRequest& request) {
  return MakeWebText(request, "domain name", "", ".example.com", '-', true);
}
ValueSetPointer MakeHostName(const ProviderRequest& request) {
  return MakeWebText(request, "host name", "", ".example.net", '-', true);
}
ValueSetPointer MakeFilePath(const ProviderRequest& request) {
  return MakeWebText(request, "file path", "/var/files/", ".txt", '_', true);
}

ValueSetPointer MakeFileName(const ProviderRequest& request) {
  const std::uint64_t words = kFileWords.size();
  const std::uint64_t extensions = kFileExtensions.size();
  const auto format = MakeTextColumn(request);
  if (!format) return nullptr;
  const std::size_t fixed = LongestWord(kFileWords) + LongestWord(kFileExtensions) + 2;
  if (format->max_chars < fixed + 2) return nullptr;
  TextTraits traits{.description = "file name", .size = words * extensions, .injective = true, .min_chars = 8};
  traits.max_chars = std::min(format->max_chars, fixed + 8);
  for (std::size_t i = fixed; i < traits.max_chars; ++i) traits.size *= 10;
  return MakeTextSet(request, traits, [words, extensions](std::uint64_t index, TextCursor& text) {
    text.Add(kFileWords[index % words]);
    text.Add('_');
    text.AddNumber(index / words / extensions);
    text.Add('.');
    text.Add(kFileExtensions[index / words % extensions]);
  });
}

ValueSetPointer MakeFileExtension(const ProviderRequest& request) {
  return MakeWordSet(request, "file extension", kFileExtensions);
}
ValueSetPointer MakeMimeType(const ProviderRequest& request) { return MakeWordSet(request, "media type", kMimeTypes); }
ValueSetPointer MakeUserAgent(const ProviderRequest& request) {
  return MakeWordSet(request, "user agent", kUserAgents);
}

// 10.0.0.0/8, private use (RFC 1918).
ValueSetPointer MakeIpAddress(const ProviderRequest& request) {
  TextTraits traits{.description = "IP address", .size = 1U << 24, .injective = true, .min_chars = 8, .max_chars = 15};
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    static constexpr Scrambler kScrambler{1U << 24};
    const std::uint64_t host = kScrambler(index);
    text.Add(std::string_view("10."));
    text.AddNumber(host >> 16);
    text.Add('.');
    text.AddNumber(host >> 8 & 255);
    text.Add('.');
    text.AddNumber(host & 255);
  });
}

// Locally administered addresses: 02:…
ValueSetPointer MakeMacAddress(const ProviderRequest& request) {
  TextTraits traits{.description = "MAC address", .size = kMany, .injective = true, .min_chars = 17, .max_chars = 17};
  return MakeTextSet(request, traits, [](std::uint64_t index, TextCursor& text) {
    static constexpr Scrambler kScrambler{kMany};
    const std::uint64_t host = kScrambler(index);
    text.Add(std::string_view("02"));
    for (int shift = 32; shift >= 0; shift -= 8) {
      text.Add(':');
      text.AddHex(host >> shift, 2);
    }
  });
}

// The ranges for dynamic ports (RFC 6335) and some well-known ones do not mix: only the former.
ValueSetPointer MakePort(const ProviderRequest& request) {
  const std::int64_t upper = request.type.name == "int2" ? 32767 : 65535;
  return MakeDecimalSet(request, {.description = "port", .lower = 1024, .upper = upper});
}

ValueSetPointer MakeHttpMethod(const ProviderRequest& request) {
  static constexpr std::string_view kValues[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};
  return MakeWordSet(request, "HTTP method", StringViews(kValues));
}

ValueSetPointer MakeHttpStatus(const ProviderRequest& request) {
  static constexpr std::int64_t kCodes[] = {200, 200, 200, 201, 204, 301, 302, 304, 400, 401, 403, 404, 429, 500, 503};
  const DecimalTraits traits{.description = "HTTP status", .lower = 200, .upper = 503};
  return MakeMappedDecimalSet(request, traits, std::size(kCodes), [](std::uint64_t index) { return kCodes[index]; });
}

ValueSetPointer MakeOperatingSystem(const ProviderRequest& request) {
  static constexpr std::string_view kValues[] = {"Linux", "Windows", "macOS", "Android", "iOS"};
  return MakeWordSet(request, "operating system", StringViews(kValues));
}
ValueSetPointer MakeBrowser(const ProviderRequest& request) {
  static constexpr std::string_view kValues[] = {"Firefox", "Chrome", "Safari", "Edge", "Opera"};
  return MakeWordSet(request, "browser", StringViews(kValues));
}
ValueSetPointer MakeDevice(const ProviderRequest& request) {
  static constexpr std::string_view kValues[] = {"desktop", "mobile", "tablet"};
  return MakeWordSet(request, "kind of device", StringViews(kValues));
}

// major.minor.patch; every index its own.
ValueSetPointer MakeVersion(const ProviderRequest& request) {
  TextTraits traits{.description = "version", .size = 10 * 20 * 40, .injective = true, .min_chars = 5, .max_chars = 7};
  const auto format = MakeTextColumn(request);
  if (format && format->max_chars < 7) traits.size = 10 * 10 * 10;
  const std::uint64_t minors = traits.size == 1000 ? 10 : 20;
  const std::uint64_t patches = traits.size == 1000 ? 10 : 40;
  if (traits.size == 1000) traits.max_chars = 5;
  return MakeTextSet(request, traits, [minors, patches](std::uint64_t index, TextCursor& text) {
    text.AddNumber(index % 10);
    text.Add('.');
    text.AddNumber(index / 10 % minors);
    text.Add('.');
    text.AddNumber(index / 10 / minors % patches);
  });
}

using namespace type_class;  // NOLINT: the bits read as words below
constexpr ProviderEntry kEntries[] = {
    {"avatar_url", GroupKind::None, kText, 36, MakeAvatarUrl},
    {"browser", GroupKind::None, kText, 4, MakeBrowser},
    {"device_kind", GroupKind::None, kText, 6, MakeDevice},
    {"domain_name", GroupKind::None, kText, 16, MakeDomainName},
    {"file_extension", GroupKind::None, kText, 3, MakeFileExtension},
    {"file_name", GroupKind::None, kText, 20, MakeFileName},
    {"file_path", GroupKind::None, kText, 20, MakeFilePath},
    {"host_name", GroupKind::None, kText, 16, MakeHostName},
    {"http_method", GroupKind::None, kText, 3, MakeHttpMethod},
    {"http_status", GroupKind::None, kInteger, 0, MakeHttpStatus},
    {"image_url", GroupKind::None, kText, 36, MakeImageUrl},
    {"ip_address", GroupKind::None, kText | kInet, 15, MakeIpAddress},
    {"mac_address", GroupKind::None, kText | kMacAddress, 17, MakeMacAddress},
    {"mime_type", GroupKind::None, kText, 8, MakeMimeType},
    {"operating_system", GroupKind::None, kText, 5, MakeOperatingSystem},
    {"port", GroupKind::None, kInteger, 0, MakePort},
    {"slug", GroupKind::None, kText, 6, MakeSlug},
    {"url", GroupKind::None, kText, 24, MakeUrl},
    {"user_agent", GroupKind::None, kText, 11, MakeUserAgent},
    {"version", GroupKind::None, kText, 5, MakeVersion},
};

}  // namespace

ProviderEntries WebProviders() { return kEntries; }

}  // namespace dbmocker

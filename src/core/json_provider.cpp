// Small JSON objects by what the column holds: attributes, settings, metadata, addresses. Keys are fixed per kind, so
// that queries on them find rows. Read first: MakeSettings.
#include "core/locale_lists.h"
#include "core/text_set.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kMany = std::uint64_t{1} << 48;

void AddText(std::string_view key, std::string_view value, TextCursor& text) {
  text.Add('"');
  text.Add(key);
  text.Add(std::string_view("\": \""));
  text.Add(value);
  text.Add('"');
}

void AddRaw(std::string_view key, std::string_view value, TextCursor& text) {
  text.Add('"');
  text.Add(key);
  text.Add(std::string_view("\": "));
  text.Add(value);
}

void AddNumber(std::string_view key, std::uint64_t value, TextCursor& text) {
  AddRaw(key, "", text);
  text.AddNumber(value);
}

void AddComma(TextCursor& text) { text.Add(std::string_view(", ")); }

template <class Body>
ValueSetPointer MakeObject(const ProviderRequest& request, std::string_view description, std::uint64_t salt,
                           Body body) {
  TextTraits traits{.description = description, .size = kMany, .min_chars = 30, .max_chars = 200};
  return MakeTextSet(request, traits, [salt, body](std::uint64_t index, TextCursor& text) {
    IndexWords words(index, salt);
    text.Add('{');
    body(words, text);
    text.Add('}');
  });
}

ValueSetPointer MakeAttributes(const ProviderRequest& request) {
  return MakeObject(request, "JSON attributes", 0x61747472, [](IndexWords& words, TextCursor& text) {
    AddText("color", words.Pick(kColors), text);
    AddComma(text);
    AddText("material", words.Pick(kProductMaterials), text);
    AddComma(text);
    AddNumber("weight_g", 50 + words.Below(5000), text);
  });
}

ValueSetPointer MakeSettings(const ProviderRequest& request) {
  return MakeObject(request, "JSON settings", 0x73657474, [](IndexWords& words, TextCursor& text) {
    AddText("theme", words.Below(3) == 0 ? "dark" : "light", text);
    AddComma(text);
    AddText("language", kLanguages[words.Below(12)][0], text);
    AddComma(text);
    AddRaw("notifications", words.Below(4) == 0 ? "false" : "true", text);
    AddComma(text);
    AddNumber("page_size", 10 * (1 + words.Below(10)), text);
  });
}

ValueSetPointer MakeMetadata(const ProviderRequest& request) {
  return MakeObject(request, "JSON metadata", 0x6D657461, [](IndexWords& words, TextCursor& text) {
    static constexpr std::string_view kSources[] = {"web", "mobile", "api", "import"};
    AddText("source", words.Pick(std::span<const std::string_view>(kSources)), text);
    AddComma(text);
    AddNumber("version", 1 + words.Below(9), text);
    AddComma(text);
    AddRaw("tags", "[", text);
    text.Add('"');
    text.Add(words.Pick(kTags));
    text.Add(std::string_view("\"]"));
  });
}

ValueSetPointer MakeJsonAddress(const ProviderRequest& request) {
  return MakeObject(request, "JSON address", 0x61646472,
                    [places = PlacesOf(request.context.locale)](IndexWords& words, TextCursor& text) {
                      const auto& place = words.Pick(places);
                      AddRaw("street", "\"", text);
                      text.AddNumber(1 + words.Below(240));
                      text.Add(' ');
                      text.Add(words.Pick(kStreetNames));
                      text.Add(' ');
                      text.Add(words.Pick(kStreetSuffixes));
                      text.Add(std::string_view("\", "));
                      AddText("city", place[place_field::kCity], text);
                      AddComma(text);
                      AddText("country", place[place_field::kAlpha2], text);
                    });
}

ValueSetPointer MakeEventData(const ProviderRequest& request) {
  return MakeObject(request, "JSON event", 0x6576656E, [](IndexWords& words, TextCursor& text) {
    static constexpr std::string_view kActions[] = {"view", "click", "create", "update", "delete", "login"};
    AddText("action", words.Pick(std::span<const std::string_view>(kActions)), text);
    AddComma(text);
    AddNumber("item", 1 + words.Below(100000), text);
    AddComma(text);
    AddNumber("duration_ms", words.Below(3000), text);
    AddComma(text);
    AddRaw("success", words.Below(10) == 0 ? "false" : "true", text);
  });
}

using namespace type_class;  // NOLINT: the bits read as words below
constexpr unsigned kServed = kAnyJson;
constexpr ProviderEntry kEntries[] = {
    {"json_address", GroupKind::None, kServed, 0, MakeJsonAddress},
    {"json_attributes", GroupKind::None, kServed, 0, MakeAttributes},
    {"json_event", GroupKind::None, kServed, 0, MakeEventData},
    {"json_metadata", GroupKind::None, kServed, 0, MakeMetadata},
    {"json_settings", GroupKind::None, kServed, 0, MakeSettings},
};

}  // namespace

ProviderEntries JsonProviders() { return kEntries; }

}  // namespace dbmocker

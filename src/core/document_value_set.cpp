// json, jsonb, jsonpath and xml: small documents about an item with a number, a name, a flag and tags.
// json is stored as its text; the others go through the server's parser. Injective where the type has an equality.
// Read first: AppendJson.
#include "decimal_text.h"
#include "lorem_words.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kUsualNumbers = 100'000;

std::uint64_t ItemNumber(std::uint64_t index, bool unique) {
  return unique ? index : Scale(HashIndex(index, 0), kUsualNumbers);
}

std::string_view ItemWord(std::uint64_t index, std::uint64_t salt) {
  return PickLoremWord(HashIndex(index, salt)).view();
}

void AppendJson(std::uint64_t index, bool unique, std::string& out) {
  const std::uint64_t random = HashIndex(index, 9);
  out.append("{\"id\": ");
  AppendUnsigned(ItemNumber(index, unique), out);
  out.append(", \"name\": \"");
  out.append(ItemWord(index, 1));
  out.append((random & 1U) != 0 ? "\", \"active\": true" : "\", \"active\": false");
  out.append(", \"tags\": [");
  const std::uint64_t tags = (random >> 8) % 4;
  for (std::uint64_t tag = 0; tag < tags; ++tag) {
    out.append(tag > 0 ? ", \"" : "\"");
    out.append(ItemWord(index, 2 + tag));
    out.push_back('"');
  }
  out.append("]}");
}

void AppendJsonPath(std::uint64_t index, bool unique, std::string& out) {
  out.append("$.\"");
  out.append(ItemWord(index, 1));
  out.append("\"[*]?(@.\"id\" == ");
  AppendUnsigned(ItemNumber(index, unique), out);
  out.push_back(')');
}

void AppendXml(std::uint64_t index, bool unique, std::string& out) {
  out.append("<item id=\"");
  AppendUnsigned(ItemNumber(index, unique), out);
  out.append("\"><name>");
  out.append(ItemWord(index, 1));
  out.append("</name><note>");
  out.append(ItemWord(index, 2));
  out.push_back(' ');
  out.append(ItemWord(index, 3));
  out.append("</note></item>");
}

constexpr TextFormat kFormats[] = {
    {"json", AppendJson, kMaxValueSetSize, true, "json object", Encoding::Varlena},
    {"jsonb", AppendJson, kMaxValueSetSize, true, "json object"},
    {"jsonpath", AppendJsonPath, kMaxValueSetSize, true, "json path"},
    {"xml", AppendXml, kMaxValueSetSize, true, "xml element"},
};

}  // namespace

const TextFormat* FindDocumentFormat(std::string_view type_name) {
  for (const TextFormat& format : kFormats) {
    if (format.type_name == type_name) return &format;
  }
  return nullptr;
}

}  // namespace dbmocker

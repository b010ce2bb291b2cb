// JSON as a tree, for rules and configuration documents: read from the server's text of a jsonb, written back as text.
// Numbers keep the text that they were written with. Knows nothing of what the tree means.
// Read first: JsonNode, then ReadJson.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbmocker {

struct JsonNode {
  enum class Kind { Null, Boolean, Number, String, Array, Object };

  Kind kind = Kind::Null;
  std::string text;  // Boolean: "true" or "false"; Number: as written; String: its characters
  std::vector<JsonNode> items;  // of an Array or Object
  std::vector<std::string> keys;  // Object: twin of items, distinct

  bool Is(Kind wanted) const { return kind == wanted; }
  // The value of an object's key; nullptr if it is no object or has no such key.
  const JsonNode* Find(std::string_view key) const;
};

// Throws Error 22P02 if the text is not JSON. Of equal keys the last one counts, as in jsonb.
JsonNode ReadJson(std::string_view text);

// Appends the tree as JSON text.
void WriteJson(const JsonNode& node, std::string& out);

// What kind of value it is, in words: "a number", "an object".
const char* KindInWords(const JsonNode& node);

}  // namespace dbmocker

// A reader of JSON by recursive descent, and the writer. Depth is limited, since jsonb's own limit is the stack's.
// Read first: JsonReader::Value.
#include "json_node.h"

#include <algorithm>

#include "dbmocker/error.h"

namespace dbmocker {
namespace {

constexpr int kMaxDepth = 200;

void AppendCodePoint(unsigned code, std::string& out) {
  const auto put = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  JsonNode Document() {
    JsonNode node = Value(0);
    SkipBlanks();
    if (place_ != text_.size()) Fail();
    return node;
  }

 private:
  [[noreturn]] void Fail() const {
    throw Error("22P02", "invalid JSON", "The fault is at character " + std::to_string(place_ + 1) + ".");
  }
  void SkipBlanks() {
    while (place_ < text_.size() && std::string_view(" \t\r\n").find(text_[place_]) != std::string_view::npos) ++place_;
  }
  char Peek() {
    SkipBlanks();
    return place_ < text_.size() ? text_[place_] : '\0';
  }
  bool Take(char wanted) {
    if (Peek() != wanted) return false;
    ++place_;
    return true;
  }
  void Expect(char wanted) {
    if (!Take(wanted)) Fail();
  }

  JsonNode Value(int depth) {
    if (depth > kMaxDepth) Fail();
    JsonNode node;
    const char first = Peek();
    if (first == '{') {
      ReadObject(node, depth);
    } else if (first == '[') {
      ReadArray(node, depth);
    } else if (first == '"') {
      node.kind = JsonNode::Kind::String;
      node.text = String();
    } else {
      ReadWord(node);
    }
    return node;
  }

  void ReadObject(JsonNode& node, int depth) {
    node.kind = JsonNode::Kind::Object;
    Expect('{');
    if (Take('}')) return;
    do {
      if (Peek() != '"') Fail();
      std::string key = String();
      Expect(':');
      JsonNode value = Value(depth + 1);
      const auto known = std::ranges::find(node.keys, key);
      if (known != node.keys.end()) {
        node.items[static_cast<std::size_t>(known - node.keys.begin())] = std::move(value);
        continue;
      }
      node.keys.push_back(std::move(key));
      node.items.push_back(std::move(value));
    } while (Take(','));
    Expect('}');
  }

  void ReadArray(JsonNode& node, int depth) {
    node.kind = JsonNode::Kind::Array;
    Expect('[');
    if (Take(']')) return;
    do {
      node.items.push_back(Value(depth + 1));
    } while (Take(','));
    Expect(']');
  }

  void ReadWord(JsonNode& node) {
    const std::size_t start = place_;
    while (place_ < text_.size() && std::string_view(",]}: \t\r\n").find(text_[place_]) == std::string_view::npos)
      ++place_;
    node.text = std::string(text_.substr(start, place_ - start));
    if (node.text == "null") {
      node.text.clear();
    } else if (node.text == "true" || node.text == "false") {
      node.kind = JsonNode::Kind::Boolean;
    } else if (IsNumber(node.text)) {
      node.kind = JsonNode::Kind::Number;
    } else {
      place_ = start;
      Fail();
    }
  }

  static bool IsNumber(std::string_view word) {
    const auto digits = [&word] {
      const std::size_t count = std::min(word.find_first_not_of("0123456789"), word.size());
      word.remove_prefix(count);
      return count > 0;
    };
    const auto skip = [&word](std::string_view any) {
      const bool found = !word.empty() && any.find(word.front()) != std::string_view::npos;
      if (found) word.remove_prefix(1);
      return found;
    };
    skip("-");
    if (!digits()) return false;
    if (skip(".") && !digits()) return false;
    if (skip("eE")) {
      skip("+-");
      if (!digits()) return false;
    }
    return word.empty();
  }

  unsigned HexDigits() {
    unsigned code = 0;
    for (int i = 0; i < 4; ++i) {
      if (place_ == text_.size()) Fail();
      const std::size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(text_[place_] | 0x20));
      if (digit == std::string_view::npos) Fail();
      code = code * 16 + static_cast<unsigned>(digit);
      ++place_;
    }
    return code;
  }

  void ReadEscape(std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (place_ == text_.size()) Fail();
    const char letter = text_[place_++];
    if (letter == 'u') {
      unsigned code = HexDigits();
      if (code >= 0xD800 && code < 0xDC00) {
        if (text_.substr(place_, 2) != "\\u") Fail();
        place_ += 2;
        code = 0x10000 + ((code - 0xD800) << 10) + (HexDigits() - 0xDC00);
      }
      return AppendCodePoint(code, out);
    }
    const std::size_t found = kLetters.find(letter);
    if (found == std::string_view::npos) Fail();
    out.push_back(kMeanings[found]);
  }

  std::string String() {
    std::string out;
    Expect('"');
    for (;;) {
      if (place_ == text_.size()) Fail();
      const char letter = text_[place_++];
      if (letter == '"') return out;
      if (letter == '\\') {
        ReadEscape(out);
      } else {
        out.push_back(letter);
      }
    }
  }

  std::string_view text_;
  std::size_t place_ = 0;
};

void WriteString(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
      continue;
    }
    if (letter == '"' || letter == '\\') out += '\\';
    out += letter;
  }
  out += '"';
}

}  // namespace

const JsonNode* JsonNode::Find(std::string_view key) const {
  const auto found = std::ranges::find(keys, key);
  return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

JsonNode ReadJson(std::string_view text) { return JsonReader(text).Document(); }

void WriteJson(const JsonNode& node, std::string& out) {
  using Kind = JsonNode::Kind;
  if (node.Is(Kind::String)) return WriteString(node.text, out);
  if (!node.Is(Kind::Array) && !node.Is(Kind::Object)) {
    out += node.Is(Kind::Null) ? "null" : node.text;
    return;
  }
  const bool is_object = node.Is(Kind::Object);
  out += is_object ? '{' : '[';
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (i > 0) out += ", ";
    if (is_object) {
      WriteString(node.keys[i], out);
      out += ": ";
    }
    WriteJson(node.items[i], out);
  }
  out += is_object ? '}' : ']';
}

const char* KindInWords(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::Null:
      return "null";
    case JsonNode::Kind::Boolean:
      return "true or false";
    case JsonNode::Kind::Number:
      return "a number";
    case JsonNode::Kind::String:
      return "a string";
    case JsonNode::Kind::Array:
      return "an array";
    case JsonNode::Kind::Object:
      break;
  }
  return "an object";
}

}  // namespace dbmocker

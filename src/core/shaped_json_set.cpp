// json documents of a given shape: an object with certain keys and values, an array of so many items, a text, a number.
// Objects of which nothing is asked are left to the plain documents of the type.
// Read first: MakeShapedJsonSet, then ShapedJsonSet::AppendValue.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "lorem_words.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

bool Allows(const JsonLimits& limits, const char* type) {
  return limits.types.empty() || std::ranges::find(limits.types, type) != limits.types.end();
}

// The type that a value takes: what is asked of it, else what comes first.
std::string ChooseType(const JsonLimits& limits, const char* usual) {
  if (!limits.keys.empty() || !limits.absent.empty()) return "object";
  if (limits.min_items > 0) return "array";
  if (!limits.allowed.empty()) {
    for (const char* type : {"string", "number", "boolean"})
      if (Allows(limits, type)) return type;
  }
  if (limits.minimum || limits.maximum) return Allows(limits, "number") ? "number" : "string";
  if (Allows(limits, usual)) return usual;
  for (const char* type : {"string", "array", "object", "number", "boolean"})
    if (Allows(limits, type)) return type;
  return "null";
}

void AppendQuoted(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

class ShapedJsonSet final : public ValueSet {
 public:
  ShapedJsonSet(std::string type, JsonLimits limits) : type_(std::move(type)), limits_(std::move(limits)) {
    if (limits_.keys.empty() && !limits_.absent.empty()) AddUsualKeys();
  }

  std::uint64_t Size() const override { return type_ == "null" ? 1 : type_ == "boolean" ? 2 : kMaxValueSetSize; }
  bool IsInjective(bool) const override {
    return Size() <= 2 || (type_ == "number" && !limits_.minimum && !limits_.maximum && limits_.allowed.empty());
  }
  void AppendText(std::uint64_t index, std::string& out) const override {
    if (type_ == "number" && !limits_.minimum && !limits_.maximum && limits_.allowed.empty()) {
      out += std::to_string(index);
    } else {
      std::uint64_t salt = 0;
      AppendValue(type_, limits_, index, salt, out);
    }
  }
  std::string Describe() const override { return "json " + type_; }

 private:
  // Of plain documents, those that may be there.
  void AddUsualKeys() {
    for (const char* key : {"name", "note", "value", "label"}) {
      if (std::ranges::find(limits_.absent, key) != limits_.absent.end()) continue;
      limits_.keys.emplace_back(key);
      limits_.values.emplace_back();
    }
  }

  static void AppendWord(const JsonLimits& limits, std::uint64_t index, std::uint64_t salt, std::string& out) {
    out.push_back('"');
    std::string word;
    for (std::uint64_t i = 0; word.empty() || std::ranges::find(limits.excluded, word) != limits.excluded.end(); ++i)
      word = PickLoremWord(HashIndex(index, salt + 100 * i)).view();
    out += word;
    out.push_back('"');
  }

  static std::int64_t NumberWithin(const JsonLimits& limits, std::uint64_t index, std::uint64_t salt) {
    constexpr std::uint64_t kUsual = 1000;
    const std::int64_t low = limits.minimum   ? *limits.minimum
                             : limits.maximum ? std::min<std::int64_t>(0, *limits.maximum - 100)
                                              : 1;
    std::uint64_t width = kUsual;
    if (limits.maximum) width = static_cast<std::uint64_t>(*limits.maximum) - static_cast<std::uint64_t>(low) + 1;
    return low + static_cast<std::int64_t>(Scale(HashIndex(index, salt), std::min<std::uint64_t>(width, 1'000'000)));
  }

  static void AppendValue(const std::string& type, const JsonLimits& limits, std::uint64_t index, std::uint64_t& salt,
                          std::string& out) {
    ++salt;
    if (type == "object") {
      AppendObject(limits, index, salt, out);
    } else if (type == "array") {
      AppendArray(limits, index, salt, out);
    } else if (type == "null") {
      out += "null";
    } else if (!limits.allowed.empty()) {
      const std::string& text = limits.allowed[Scale(HashIndex(index, salt), limits.allowed.size())];
      type == "string" ? AppendQuoted(text, out) : void(out += text);
    } else if (limits.minimum || limits.maximum || type == "number") {
      std::string number = std::to_string(NumberWithin(limits, index, salt));
      for (std::uint64_t i = 1; std::ranges::find(limits.excluded, number) != limits.excluded.end() && i < 100; ++i)
        number = std::to_string(NumberWithin(limits, index, salt + 100 * i));
      type == "string" ? AppendQuoted(number, out) : void(out += number);
    } else if (type == "boolean") {
      const bool value =
          std::ranges::find(limits.excluded, "true") == limits.excluded.end() &&
          (std::ranges::find(limits.excluded, "false") != limits.excluded.end() || HashIndex(index, salt) % 2 != 0);
      out += value ? "true" : "false";
    } else {
      AppendWord(limits, index, salt, out);
    }
  }

  static void AppendArray(const JsonLimits& limits, std::uint64_t index, std::uint64_t& salt, std::string& out) {
    const std::int64_t longest = std::max(limits.min_items, limits.max_items.value_or(limits.min_items + 3));
    const auto choices = static_cast<std::uint64_t>(std::min<std::int64_t>(longest - limits.min_items, 10)) + 1;
    const std::int64_t count = limits.min_items + static_cast<std::int64_t>(HashIndex(index, salt) % choices);
    out.push_back('[');
    for (std::int64_t i = 0; i < count; ++i) {
      if (i > 0) out += ", ";
      AppendWord({}, index, ++salt, out);
    }
    out.push_back(']');
  }

  static void AppendObject(const JsonLimits& limits, std::uint64_t index, std::uint64_t& salt, std::string& out) {
    out.push_back('{');
    for (std::size_t i = 0; i < limits.keys.size(); ++i) {
      if (i > 0) out += ", ";
      AppendQuoted(limits.keys[i], out);
      out += ": ";
      AppendValue(ChooseType(limits.values[i], "string"), limits.values[i], index, salt, out);
    }
    out.push_back('}');
  }

  std::string type_;
  JsonLimits limits_;
};

}  // namespace

ValueSetPointer MakeShapedJsonSet(const TypeRequest& request) {
  if (!IsBuiltIn(request.type, "json") && !IsBuiltIn(request.type, "jsonb")) return nullptr;
  const JsonLimits& limits = *request.limits.json;
  if (limits.min_items > 0 && !Allows(limits, "array")) ThrowNoValue(request.type, request.limits);
  const bool is_object = !limits.keys.empty() || !limits.absent.empty();
  if (is_object && !Allows(limits, "object")) ThrowNoValue(request.type, request.limits);
  const bool is_scalar = !limits.allowed.empty() || limits.minimum || limits.maximum;
  if (Allows(limits, "object") && !is_object && !is_scalar && limits.min_items == 0) return nullptr;
  return std::make_shared<ShapedJsonSet>(ChooseType(limits, "array"), limits);
}

}  // namespace dbmocker

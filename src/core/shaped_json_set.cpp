// json documents of a given shape: an object with certain keys, an array of so many items, a string, a number. Objects
// without wanted keys are left to the plain documents of the type.
// Read first: MakeShapedJsonSet.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "lorem_words.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

class ShapedJsonSet final : public ValueSet {
 public:
  ShapedJsonSet(std::string type, JsonLimits limits) : type_(std::move(type)), limits_(std::move(limits)) {
    longest_ = std::max(limits_.min_items, limits_.max_items.value_or(limits_.min_items + 3));
  }

  std::uint64_t Size() const override { return type_ == "null" ? 1 : type_ == "boolean" ? 2 : kMaxValueSetSize; }
  bool IsInjective(bool) const override { return Size() <= 2 || type_ == "number"; }
  void AppendText(std::uint64_t index, std::string& out) const override {
    if (type_ == "null") {
      out += "null";
    } else if (type_ == "boolean") {
      out += index % 2 == 0 ? "false" : "true";
    } else if (type_ == "number") {
      out += std::to_string(index);
    } else if (type_ == "string") {
      AppendWord(index, 1, out);
    } else if (type_ == "array") {
      AppendArray(index, out);
    } else {
      AppendObject(index, out);
    }
  }
  std::string Describe() const override { return "json " + type_; }

 private:
  static void AppendWord(std::uint64_t index, std::uint64_t salt, std::string& out) {
    out.push_back('"');
    out += PickLoremWord(HashIndex(index, salt)).view();
    out.push_back('"');
  }
  void AppendArray(std::uint64_t index, std::string& out) const {
    const auto choices = static_cast<std::uint64_t>(longest_ - limits_.min_items) + 1;
    const std::int64_t count = limits_.min_items + static_cast<std::int64_t>(HashIndex(index, 0) % choices);
    out.push_back('[');
    for (std::int64_t i = 0; i < count; ++i) {
      if (i > 0) out += ", ";
      AppendWord(index, static_cast<std::uint64_t>(i) + 1, out);
    }
    out.push_back(']');
  }
  void AppendObject(std::uint64_t index, std::string& out) const {
    out.push_back('{');
    std::uint64_t salt = 0;
    for (const std::string& key : limits_.keys) {
      out += salt == 0 ? "\"" : ", \"";
      for (const char c : key) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
      }
      out += "\": ";
      AppendWord(index, ++salt, out);
    }
    out.push_back('}');
  }

  std::string type_;
  JsonLimits limits_;
  std::int64_t longest_ = 0;
};

}  // namespace

ValueSetPointer MakeShapedJsonSet(const TypeRequest& request) {
  if (!IsBuiltIn(request.type, "json") && !IsBuiltIn(request.type, "jsonb")) return nullptr;
  const JsonLimits& limits = *request.limits.json;
  const auto allows = [&](const char* type) {
    return limits.types.empty() || std::ranges::find(limits.types, type) != limits.types.end();
  };
  if (limits.min_items > 0 && !allows("array")) ThrowNoValue(request.type, request.limits);
  if (!limits.keys.empty() && !allows("object")) ThrowNoValue(request.type, request.limits);
  if (allows("object") && limits.keys.empty() && limits.min_items == 0) return nullptr;
  std::string type = !limits.keys.empty() ? "object" : limits.min_items > 0 || allows("array") ? "array" : "";
  if (type.empty()) type = limits.types.front();
  return std::make_shared<ShapedJsonSet>(std::move(type), limits);
}

}  // namespace dbmocker

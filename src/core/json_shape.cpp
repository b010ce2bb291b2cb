// See json_shape.h. An empty list of types or values allows all of them.
// Read first: IntersectJsonLimits.
#include "json_shape.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "dbmocker/error.h"
#include "json_node.h"

namespace dbmocker {
namespace {

bool Has(const std::vector<std::string>& texts, const std::string& text) {
  return std::ranges::find(texts, text) != texts.end();
}

void AddAll(const std::vector<std::string>& from, std::vector<std::string>& into) {
  for (const std::string& text : from)
    if (!Has(into, text)) into.push_back(text);
}

// Empty lists allow anything. False if nothing is left.
bool IntersectLists(std::vector<std::string>& into, const std::vector<std::string>& other) {
  if (other.empty()) return true;
  if (into.empty()) {
    into = other;
    return true;
  }
  std::erase_if(into, [&](const std::string& text) { return !Has(other, text); });
  return !into.empty();
}

template <class Number, class Choose>
std::optional<Number> Closer(std::optional<Number> a, std::optional<Number> b, Choose choose) {
  return !a ? b : !b ? a : std::optional<Number>(choose(*a, *b));
}

bool LiesWithin(const std::string& text, std::optional<std::int64_t> minimum, std::optional<std::int64_t> maximum) {
  if (!minimum && !maximum) return true;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= minimum.value_or(number) &&
         number <= maximum.value_or(number);
}

JsonLimits OfType(const char* type) {
  JsonLimits shape;
  shape.types = {type};
  return shape;
}

std::optional<JsonLimits> ShapeOf(const JsonNode& node) {
  using Kind = JsonNode::Kind;
  if (node.Is(Kind::Null)) return OfType("null");
  if (node.Is(Kind::Array)) {
    if (!node.items.empty()) return std::nullopt;
    return OfType("array");
  }
  if (node.Is(Kind::Object)) {
    JsonLimits shape = OfType("object");
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      auto value = ShapeOf(node.items[i]);
      if (!value) return std::nullopt;
      shape.keys.push_back(node.keys[i]);
      shape.values.push_back(std::move(*value));
    }
    return shape;
  }
  JsonLimits shape = OfType(node.Is(Kind::String) ? "string" : node.Is(Kind::Number) ? "number" : "boolean");
  shape.allowed = {node.text};
  return shape;
}

}  // namespace

std::optional<JsonLimits> IntersectJsonLimits(const JsonLimits& left, const JsonLimits& right) {
  JsonLimits both = left;
  if (!IntersectLists(both.types, right.types) || !IntersectLists(both.allowed, right.allowed)) return std::nullopt;
  for (std::size_t i = 0; i < right.keys.size(); ++i) {
    const auto known = std::ranges::find(both.keys, right.keys[i]);
    if (known == both.keys.end()) {
      both.keys.push_back(right.keys[i]);
      both.values.push_back(right.values[i]);
      continue;
    }
    JsonLimits& value = both.values[static_cast<std::size_t>(known - both.keys.begin())];
    auto merged = IntersectJsonLimits(value, right.values[i]);
    if (!merged) return std::nullopt;
    value = std::move(*merged);
  }
  AddAll(right.absent, both.absent);
  AddAll(right.excluded, both.excluded);
  both.min_items = std::max(both.min_items, right.min_items);
  const auto lesser = [](std::int64_t a, std::int64_t b) { return std::min(a, b); };
  const auto greater = [](std::int64_t a, std::int64_t b) { return std::max(a, b); };
  both.max_items = Closer(both.max_items, right.max_items, lesser);
  both.minimum = Closer(both.minimum, right.minimum, greater);
  both.maximum = Closer(both.maximum, right.maximum, lesser);
  if (both.max_items && *both.max_items < both.min_items) return std::nullopt;
  if (both.minimum && both.maximum && *both.maximum < *both.minimum) return std::nullopt;
  if (std::ranges::any_of(both.absent, [&](const std::string& key) { return Has(both.keys, key); }))
    return std::nullopt;
  const bool had_list = !both.allowed.empty();
  std::erase_if(both.allowed, [&](const std::string& text) {
    return Has(both.excluded, text) || !LiesWithin(text, both.minimum, both.maximum);
  });
  return had_list && both.allowed.empty() ? std::nullopt : std::optional(std::move(both));
}

JsonLimits ShapeBelow(const std::vector<std::string>& path, JsonLimits shape) {
  for (std::size_t i = path.size(); i-- > 0;) {
    JsonLimits outer = OfType("object");
    outer.keys = {path[i]};
    outer.values = {std::move(shape)};
    shape = std::move(outer);
  }
  return shape;
}

std::optional<JsonLimits> ShapeContaining(const std::string& document) {
  try {
    return ShapeOf(ReadJson(document));
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace dbmocker

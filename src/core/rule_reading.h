// What the readers of a rule's keys share: where they read into, and numbers out of JSON.
// Internal to rule.cpp and rule_distribution.cpp. Read first: KeyReader.
#pragma once

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "rule.h"

namespace dbmocker {

inline std::string BelowPath(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

inline bool ReadDouble(const JsonNode& node, double& number) {
  if (!node.Is(JsonNode::Kind::Number)) return false;
  const auto result = std::from_chars(node.text.data(), node.text.data() + node.text.size(), number);
  return result.ec == std::errc() && std::isfinite(number);
}

inline bool ReadWhole(const JsonNode& node, std::int64_t& number) {
  if (!node.Is(JsonNode::Kind::Number)) return false;
  const char* end = node.text.data() + node.text.size();
  const auto result = std::from_chars(node.text.data(), end, number);
  return result.ec == std::errc() && result.ptr == end;
}

// What is read into a rule, and where its faults go.
struct KeyReader {
  ColumnRule& rule;
  const std::string& path;
  Faults& faults;
};

bool ReadDistribution(KeyReader& reader, const JsonNode& node);

}  // namespace dbmocker

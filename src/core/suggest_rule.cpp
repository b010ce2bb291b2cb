// See suggest_rule.h.
// Read first: SuggestRule, then SuggestValues.
#include "suggest_rule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "dbmocker/sample.h"
#include "json_node.h"
#include "limit_algebra.h"
#include "provider_registry.h"

namespace dbmocker {
namespace {

constexpr std::size_t kFewestValues = 10;  // of which anything is said
constexpr std::size_t kFewestOfShape = 100;  // of which a distribution is said
constexpr std::size_t kBuckets = 10;

JsonNode MakeText(std::string text) {
  JsonNode node;
  node.kind = JsonNode::Kind::String;
  node.text = std::move(text);
  return node;
}

JsonNode MakeNumber(std::string text) {
  JsonNode node;
  node.kind = JsonNode::Kind::Number;
  node.text = std::move(text);
  return node;
}

// With at most `digits` significant digits.
JsonNode MakeNumber(double number, int digits) {
  char buffer[64];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::general, digits);
  return MakeNumber(std::string(buffer, result.ptr));
}

void Put(JsonNode& object, std::string key, JsonNode value) {
  object.kind = JsonNode::Kind::Object;
  object.keys.push_back(std::move(key));
  object.items.push_back(std::move(value));
}

bool IsBound(const Table& table, const Column& column) {
  const auto has_column = [&](const std::vector<AttributeNumber>& columns) {
    return std::ranges::count(columns, column.number) > 0;
  };
  const auto reads_column = [&](const Expression& expression) { return has_column(expression.columns); };
  return column.is_generated || column.sequence || column.identity != '\0' ||
         std::ranges::any_of(table.foreign_keys, [&](const ForeignKey& key) { return has_column(key.columns); }) ||
         std::ranges::any_of(table.unique_keys,
                             [&](const UniqueKey& key) {
                               return has_column(key.columns) || std::ranges::any_of(key.expressions, reads_column);
                             }) ||
         std::ranges::any_of(table.exclusions,
                             [&](const ExclusionConstraint& exclusion) {
                               return has_column(exclusion.columns) ||
                                      std::ranges::any_of(exclusion.expressions, reads_column);
                             }) ||
         std::ranges::any_of(table.partitions,
                             [&](const Partition& partition) {
                               return partition.constraint && has_column(partition.constraint->columns);
                             }) ||
         std::ranges::any_of(table.checks, [&](const CheckConstraint& check) {
           return check.check.columns.size() > 1 && has_column(check.check.columns);
         });
}

// Few values, each of which comes often: their frequencies.
bool SuggestFrequencies(const TextSummary& summary, JsonNode& rule) {
  std::uint64_t counted = 0;
  for (const auto& [value, count] : summary.frequent) counted += count;
  if (counted != summary.values || summary.distinct * 5 > summary.values) return false;
  JsonNode weights;
  for (const auto& [value, count] : summary.frequent)
    Put(weights, value, MakeNumber(static_cast<double>(count) / static_cast<double>(summary.values), 4));
  Put(rule, "weighted_values", std::move(weights));
  return true;
}

// Dates as text: within the years that were seen.
std::string PatternOfDates(const std::vector<std::string>& values) {
  const auto [first, last] = std::ranges::minmax_element(values);
  std::size_t same = 0;
  while (same < 4 && (*first)[same] == (*last)[same]) ++same;
  std::string years = first->substr(0, same);
  if (same < 4) years += std::string("[") + (*first)[same] + "-" + (*last)[same] + "]";
  for (std::size_t rest = same + 1; rest < 4; ++rest) years += "\\d";
  return years + "-(0[1-9]|1[0-2])-(0[1-9]|1\\d|2[0-8])";
}

void SuggestTexts(const TextSummary& summary, const std::vector<std::string>& values, JsonNode& rule) {
  const std::string& pattern = summary.pattern.name;
  const bool is_whole = summary.pattern.share >= 1;
  if (pattern == "ipv4") {
    Put(rule, "generator", MakeText("ip_address"));
  } else if (pattern == "code" && is_whole) {
    Put(rule, "pattern", MakeText(summary.pattern.regex));
  } else if (pattern == "date" && is_whole) {
    Put(rule, "pattern", MakeText(PatternOfDates(values)));
  } else if (!pattern.empty() && FindProvider(pattern) != nullptr) {
    Put(rule, "generator", MakeText(pattern));
  } else {
    Put(rule, "min_length", MakeNumber(std::to_string(summary.min_length)));
    Put(rule, "max_length", MakeNumber(std::to_string(summary.max_length)));
  }
}

// Every bucket holds as many values, but for equal ones.
void SuggestShape(std::vector<double> numbers, bool is_integer, JsonNode& rule) {
  std::ranges::sort(numbers);
  if (numbers.size() < kFewestOfShape || numbers.front() == numbers.back()) return;
  std::vector<double> bounds{numbers.front()};
  std::vector<double> shares;
  std::size_t counted = 0;
  for (std::size_t bucket = 1; bucket <= kBuckets; ++bucket) {
    const std::size_t place = std::min(numbers.size() - 1, bucket * numbers.size() / kBuckets);
    const double bound = numbers[place];
    if (bound <= bounds.back()) continue;
    const auto below = bucket == kBuckets
                           ? numbers.size()
                           : static_cast<std::size_t>(std::ranges::lower_bound(numbers, bound) - numbers.begin());
    bounds.push_back(bound);
    shares.push_back(static_cast<double>(below - counted) / static_cast<double>(numbers.size()));
    counted = below;
  }
  if (is_integer) bounds.back() += 1;  // the upper end is excluded
  JsonNode distribution, bound_list, share_list;
  bound_list.kind = share_list.kind = JsonNode::Kind::Array;
  for (const double bound : bounds) bound_list.items.push_back(MakeNumber(bound, 15));
  for (const double share : shares) share_list.items.push_back(MakeNumber(share, 4));
  Put(distribution, "kind", MakeText("histogram"));
  Put(distribution, "bounds", std::move(bound_list));
  Put(distribution, "shares", std::move(share_list));
  Put(rule, "distribution", std::move(distribution));
}

// The range, and for numbers how they are spread over it.
void SuggestRange(const TypeOfColumn& type, const std::vector<std::string>& values, bool is_number, JsonNode& rule) {
  std::vector<double> numbers;
  const std::string* least = nullptr;
  const std::string* most = nullptr;
  for (const std::string& value : values) {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    const bool is_plain =
        is_number ? *end == '\0' && std::isfinite(number) : value.find("infinity") == std::string::npos;
    if (!is_plain || value.ends_with(" BC")) continue;
    if (is_number) numbers.push_back(number);
    if (least == nullptr || CompareValues(value, *least, type) < 0) least = &value;
    if (most == nullptr || CompareValues(value, *most, type) > 0) most = &value;
  }
  if (least == nullptr) return;
  Put(rule, "min", is_number ? MakeNumber(*least) : MakeText(*least));
  Put(rule, "max", is_number ? MakeNumber(*most) : MakeText(*most));
  if (is_number) SuggestShape(std::move(numbers), ClassOfType(*type.type) == type_class::kInteger, rule);
}

void SuggestValues(const TypeOfColumn& type, const std::vector<std::string>& values, JsonNode& rule) {
  const unsigned type_class = ClassOfType(*type.type);
  const bool is_text = type_class == type_class::kText;
  const TextSummary summary = SummarizeTexts(values, is_text);
  const bool is_listed = is_text || type.type->kind == TypeKind::Enum ||
                         (type_class & (type_class::kBoolean | type_class::kInteger | type_class::kDecimal)) != 0;
  if (is_listed && SuggestFrequencies(summary, rule)) return;
  if (is_text) return SuggestTexts(summary, values, rule);
  if ((type_class & (type_class::kNumber)) != 0) return SuggestRange(type, values, type.type->name != "money", rule);
  if ((type_class & (type_class::kDate | type_class::kTimestamp | type_class::kTime)) != 0)
    SuggestRange(type, values, false, rule);
}

}  // namespace

std::string SuggestRule(const Table& table, const Column& column,
                        const std::vector<std::optional<std::string>>& values) {
  if (IsBound(table, column) || values.size() < kFewestValues) return "";
  std::vector<std::string> present;
  for (const auto& value : values)
    if (value) present.push_back(*value);
  JsonNode rule;
  rule.kind = JsonNode::Kind::Object;
  if (present.size() >= kFewestValues) SuggestValues(UnwrapDomains(*column.type, column.type_modifier), present, rule);
  if (!column.not_null) {
    const double share = 1 - static_cast<double>(present.size()) / static_cast<double>(values.size());
    Put(rule, "null_probability", MakeNumber(std::round(share * 1000) / 1000, 4));
  }
  if (rule.keys.empty()) return "";
  std::string json;
  WriteJson(rule, json);
  return json;
}

}  // namespace dbmocker

// See gather_hinted.h. Neither needs anything but what the caller may read.
// Read first: GatherHinted.
#include "server/gather_hinted.h"

#include <algorithm>
#include <string_view>

#include "core/json_node.h"
#include "dbmocker/provider.h"
#include "dbmocker/sample.h"
#include "server/boundary.h"
#include "server/sample_table.h"

namespace dbmocker::server {
namespace {

constexpr std::int64_t kSampleRows = 1000;
constexpr std::int64_t kFewValues = 10;  // that tell a shape
constexpr std::size_t kMostTemplateColumns = 2;

bool IsText(const Type& type) {
  return type.schema == "pg_catalog" && (type.name == "text" || type.name == "varchar" || type.name == "bpchar");
}

// True if something else than the column's meaning decides its values.
bool IsDecided(const Table& table, const Column& column, const TargetFacts& facts) {
  const auto holds = [&column](const std::vector<AttributeNumber>& columns) {
    return std::ranges::count(columns, column.number) > 0;
  };
  if (column.is_generated || !column.may_insert || column.sequence || facts.rules.contains(column.number)) return true;
  return std::ranges::any_of(table.foreign_keys, [&](const ForeignKey& key) { return holds(key.columns); }) ||
         std::ranges::any_of(table.unique_keys, [&](const UniqueKey& key) { return holds(key.columns); }) ||
         std::ranges::any_of(table.exclusions, [&](const ExclusionConstraint& key) { return holds(key.columns); });
}

// ----------------------------------------------------------------------------------------------------------- shapes

void GatherShapes(const Table& table, TargetFacts& facts) {
  std::vector<AttrNumber> numbers;
  for (const Column& column : table.columns)
    if (IsText(*column.type) && !IsDecided(table, column, facts))
      numbers.push_back(static_cast<AttrNumber>(column.number));
  if (numbers.empty()) return;
  const Oid relation = table.oid;
  const AttrNumber* first = numbers.data();
  const auto count = static_cast<int>(numbers.size());
  const TableSample sample = CallServer([=] { return ReadSample(relation, first, count, kSampleRows); });
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const ColumnSample& column = sample.columns[i];
    if (!column.is_readable || column.count < kFewValues) continue;
    const std::vector<std::string> texts(column.texts, column.texts + column.count);
    const TextPatternFound found = SummarizeTexts(texts, true).pattern;
    if (found.name == "code" && found.share >= 1) facts.shapes[numbers[i]] = found.regex;
  }
}

// -------------------------------------------------------------------------------------------------------- templates

// Prose, or a text of which nothing is known.
bool IsProse(const Table& table, const Column& column) {
  static constexpr std::string_view kProse[] = {"description", "headline", "label", "lorem", "note", "title"};
  if (!column.type->constraints.empty() || !IsText(*column.type)) return false;
  for (const CheckConstraint& check : table.checks)
    if (std::ranges::count(check.check.columns, column.number) > 0) return false;
  const std::optional<Meaning> meaning = DetectMeaning(table, column);
  return !meaning || std::ranges::count(kProse, meaning->provider) > 0;
}

// The most characters that a value of the column has as a text; 0: too many to tell something.
std::int64_t MostCharacters(const Column& column) {
  const Type& type = *column.type;
  if (type.kind == TypeKind::Enum) return NAMEDATALEN;
  if (type.schema != "pg_catalog") return 0;
  if (type.name == "varchar" || type.name == "bpchar") {
    const auto length = MaxLengthOfModifier(type, column.type_modifier);
    return length && *length <= 60 ? *length : 0;
  }
  if (type.name == "int2" || type.name == "int4" || type.name == "int8" || type.name == "date") return 20;
  return type.name == "numeric" ? 40 : 0;
}

std::string TemplateFor(const Table& table, const Column& column) {
  const auto limit = MaxLengthOfModifier(*column.type, column.type_modifier);
  std::string text = table.name;
  auto length = static_cast<std::int64_t>(text.size());
  std::size_t used = 0;
  for (const Column& other : table.columns) {
    const std::int64_t most = MostCharacters(other);
    const bool is_plain = other.name.find_first_of("{}") == std::string::npos;
    if (other.number == column.number || !other.not_null || other.is_generated || !is_plain || most == 0) continue;
    const std::int64_t longer = length + most + 2 + static_cast<std::int64_t>(other.name.size());
    if (used == kMostTemplateColumns || (limit && longer > *limit)) continue;
    text += (used == 0 ? ": " : ", ") + other.name + " {{" + other.name + "}}";
    length = longer;
    ++used;
  }
  return used == 0 ? "" : text;
}

void GatherTemplates(const Table& table, TargetFacts& facts) {
  for (const Column& column : table.columns) {
    if (!IsProse(table, column) || IsDecided(table, column, facts)) continue;
    JsonNode text;
    text.kind = JsonNode::Kind::String;
    text.text = TemplateFor(table, column);
    if (text.text.empty()) continue;
    JsonNode rule;
    rule.kind = JsonNode::Kind::Object;
    rule.keys.emplace_back("template");
    rule.items.push_back(std::move(text));
    RuleText& stored = facts.rules[column.number];
    WriteJson(rule, stored.json);
    stored.origin = std::string("hint ") + NameOf(Hint::UseDataTemplates);
  }
}

}  // namespace

void GatherHinted(const Table& table, const RunOptions& options, TargetFacts& facts) {
  facts.shapes.clear();
  if (options.hints.Has(Hint::UsePatternMatching) && table.kind != RELKIND_PARTITIONED_TABLE)
    GatherShapes(table, facts);
  if (options.hints.Has(Hint::UseDataTemplates)) GatherTemplates(table, facts);
}

}  // namespace dbmocker::server

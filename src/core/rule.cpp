// Rules from JSON, by a table of keys; see rule.h.
// Read first: kKeys, then ReadColumnRule.
#include "rule.h"

#include <algorithm>

#include "core/locale_lists.h"
#include "dbmocker/error.h"
#include "read_regex.h"
#include "rule_reading.h"

namespace dbmocker {
namespace {

using Kind = JsonNode::Kind;

bool IsScalar(const JsonNode& node) { return node.Is(Kind::String) || node.Is(Kind::Number) || node.Is(Kind::Boolean); }

bool ReadGenerator(KeyReader& reader, const JsonNode& node) {
  if (!node.Is(Kind::String) || node.text.empty()) return false;
  reader.rule.generator = node.text;
  return true;
}

bool ReadEnd(std::optional<std::string>& end, const JsonNode& node) {
  if (!IsScalar(node)) return false;
  end = TextOfNode(node);
  return true;
}
bool ReadMin(KeyReader& reader, const JsonNode& node) { return ReadEnd(reader.rule.min, node); }
bool ReadMax(KeyReader& reader, const JsonNode& node) { return ReadEnd(reader.rule.max, node); }

bool ReadLength(std::optional<std::int64_t>& length, const JsonNode& node) {
  std::int64_t number = 0;
  if (!ReadWhole(node, number) || number < 0 || number > 1'000'000'000) return false;
  length = number;
  return true;
}
bool ReadMinLength(KeyReader& reader, const JsonNode& node) { return ReadLength(reader.rule.min_length, node); }
bool ReadMaxLength(KeyReader& reader, const JsonNode& node) { return ReadLength(reader.rule.max_length, node); }

bool ReadList(const JsonNode& node, std::vector<std::string>& list) {
  if (!node.Is(Kind::Array) || node.items.empty()) return false;
  for (const JsonNode& item : node.items) {
    if (item.Is(Kind::Null)) return false;
    list.push_back(TextOfNode(item));
  }
  return true;
}

// A list, or lists by the values of the column that the rule depends on.
bool ReadPossibleValues(KeyReader& reader, const JsonNode& node) {
  if (!node.Is(Kind::Object)) return ReadList(node, reader.rule.possible_values);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    DependentValues values;
    values.when = node.keys[i];
    if (IsScalar(node.items[i])) {
      values.values.push_back(TextOfNode(node.items[i]));
    } else if (!ReadList(node.items[i], values.values)) {
      return false;
    }
    reader.rule.dependent_values.push_back(std::move(values));
  }
  return !node.items.empty();
}

bool ReadWeightedValues(KeyReader& reader, const JsonNode& node) {
  if (!node.Is(Kind::Object)) return false;
  double sum = 0;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    double weight = 0;
    if (!ReadDouble(node.items[i], weight) || weight < 0) return false;
    sum += weight;
    if (weight > 0) reader.rule.weighted_values.emplace_back(node.keys[i], weight);
  }
  return sum > 0;
}

bool ReadShare(std::optional<double>& share, const JsonNode& node) {
  double number = 0;
  if (!ReadDouble(node, number) || number < 0 || number > 1) return false;
  share = number;
  return true;
}

bool ReadNullProbability(KeyReader& reader, const JsonNode& node) {
  return ReadShare(reader.rule.null_probability, node);
}

bool ReadSequence(KeyReader& reader, const JsonNode& node) {
  if (!node.Is(Kind::Object)) return false;
  SequenceRule sequence;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const bool is_start = node.keys[i] == "start";
    if (!is_start && node.keys[i] != "step") return false;
    if (!ReadWhole(node.items[i], is_start ? sequence.start : sequence.step)) return false;
  }
  if (sequence.step == 0) return false;
  reader.rule.sequence = sequence;
  return true;
}

bool ReadPerParent(KeyReader& reader, const JsonNode& node) {
  if (!node.Is(Kind::Object)) return false;
  PerParentRule rule{-1, -1};
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const bool is_min = node.keys[i] == "min";
    if (!is_min && node.keys[i] != "max") return false;
    if (!ReadWhole(node.items[i], is_min ? rule.min : rule.max)) return false;
  }
  rule.min = std::max<std::int64_t>(rule.min, node.Find("min") == nullptr ? 0 : rule.min);
  if (rule.min < 0 || rule.max < 1 || rule.min > rule.max || rule.max > 1'000'000'000) return false;
  reader.rule.per_parent = rule;
  return true;
}

bool ReadUnique(KeyReader& reader, const JsonNode& node) {
  if (!node.Is(Kind::Boolean)) return false;
  reader.rule.unique = node.text == "true";
  return true;
}

bool ReadEdgeProbability(KeyReader& reader, const JsonNode& node) {
  return ReadShare(reader.rule.edge_case_probability, node);
}

bool ReadTextKey(std::optional<std::string>& text, const JsonNode& node) {
  if (!node.Is(Kind::String) || node.text.empty()) return false;
  text = node.text;
  return true;
}
bool ReadExpression(KeyReader& reader, const JsonNode& node) { return ReadTextKey(reader.rule.expression, node); }
bool ReadTemplate(KeyReader& reader, const JsonNode& node) { return ReadTextKey(reader.rule.template_text, node); }

bool ReadDependsOn(KeyReader& reader, const JsonNode& node) { return ReadTextKey(reader.rule.depends_on, node); }

bool ReadPattern(KeyReader& reader, const JsonNode& node) {
  if (!ReadTextKey(reader.rule.pattern, node)) return false;
  const PatternReading reading = ReadRegex(node.text, false);
  if (!reading.pattern)
    reader.faults.push_back({BelowPath(reader.path, "pattern"), "cannot be generated: " + reading.why_not});
  else if (reading.pattern->preferred.IsEmpty())
    reader.faults.push_back({BelowPath(reader.path, "pattern"), "matches no text of ASCII characters"});
  return true;
}

bool ReadLocale(KeyReader& reader, const JsonNode& node) {
  if (!ReadTextKey(reader.rule.locale, node)) return false;
  if (FindLocale(node.text) == 0)
    reader.faults.push_back({BelowPath(reader.path, "locale"), "must be one of " + ListLocales()});
  return true;
}

struct NamedStrategy {
  const char* name;
  DuplicateRule::Strategy strategy;
};
constexpr NamedStrategy kStrategies[] = {{"generate_new", DuplicateRule::Strategy::GenerateNew},
                                         {"allow_simple", DuplicateRule::Strategy::AllowSimple},
                                         {"smart_duplicates", DuplicateRule::Strategy::SmartDuplicates},
                                         {"cached_pool", DuplicateRule::Strategy::CachedPool},
                                         {"weighted_random", DuplicateRule::Strategy::WeightedRandom},
                                         {"fast_data_reuse", DuplicateRule::Strategy::FastDataReuse}};

DuplicateRule& DuplicatesOf(KeyReader& reader) {
  if (!reader.rule.duplicates) reader.rule.duplicates.emplace();
  return *reader.rule.duplicates;
}

bool ReadDuplicateStrategy(KeyReader& reader, const JsonNode& node) {
  const auto strategy = node.Is(Kind::String) ? FindStrategy(node.text) : std::nullopt;
  if (strategy) DuplicatesOf(reader).strategy = *strategy;
  return strategy.has_value();
}

bool ReadDuplicateProbability(KeyReader& reader, const JsonNode& node) {
  return ReadShare(DuplicatesOf(reader).probability, node);
}

bool ReadReuseProbability(KeyReader& reader, const JsonNode& node) {
  return ReadShare(DuplicatesOf(reader).reuse_probability, node);
}

bool ReadDuplicateValue(KeyReader& reader, const JsonNode& node) {
  if (node.Is(Kind::Null)) return false;
  DuplicatesOf(reader).value = TextOfNode(node);
  return true;
}

bool ReadShareOfPool(double& share, const JsonNode& node) {
  std::optional<double> read;
  if (!ReadShare(read, node)) return false;
  share = *read;
  return true;
}
bool ReadSmallShare(KeyReader& reader, const JsonNode& node) {
  return ReadShareOfPool(DuplicatesOf(reader).small_share, node);
}
bool ReadMediumShare(KeyReader& reader, const JsonNode& node) {
  return ReadShareOfPool(DuplicatesOf(reader).medium_share, node);
}

bool ReadSampleSize(KeyReader& reader, const JsonNode& node) {
  std::int64_t number = 0;
  if (!ReadWhole(node, number) || number < 1 || number > 100'000) return false;
  DuplicatesOf(reader).sample_size = number;
  return true;
}

bool ReadPoolSize(KeyReader& reader, const JsonNode& node) {
  std::int64_t number = 0;
  if (!ReadWhole(node, number) || number < 1 || number > 1'000'000'000) return false;
  DuplicatesOf(reader).pool_size = number;
  return true;
}

// --------------------------------------------------------------------------------------------------------------- keys

struct RuleKey {
  const char* name;
  const char* expected;
  bool (*read)(KeyReader& reader, const JsonNode& node);
};

constexpr RuleKey kKeys[] = {
    {"depends_on", "the name of a column", ReadDependsOn},
    {"distribution", "an object with a kind, or a kind's name", ReadDistribution},
    {"duplicate_probability", "a number from 0 to 1", ReadDuplicateProbability},
    {"duplicate_strategy",
     "\"generate_new\", \"allow_simple\", \"smart_duplicates\", \"cached_pool\", \"weighted_random\" or "
     "\"fast_data_reuse\"",
     ReadDuplicateStrategy},
    {"duplicate_value", "a value of the column's type", ReadDuplicateValue},
    {"edge_case_probability", "a number from 0 to 1", ReadEdgeProbability},
    {"expression", "an SQL expression in a string", ReadExpression},
    {"generator", "the name of a generator", ReadGenerator},
    {"locale", "the name of a locale", ReadLocale},
    {"max", "a value of the column's type", ReadMax},
    {"max_length", "a whole number of 0 or more", ReadMaxLength},
    {"min", "a value of the column's type", ReadMin},
    {"min_length", "a whole number of 0 or more", ReadMinLength},
    {"null_probability", "a number from 0 to 1", ReadNullProbability},
    {"pattern", "a regular expression in a string", ReadPattern},
    {"per_parent", "an object of whole numbers min and max, 0 <= min <= max and max above 0", ReadPerParent},
    {"pool_share_medium", "a number from 0 to 1", ReadMediumShare},
    {"pool_share_small", "a number from 0 to 1", ReadSmallShare},
    {"pool_size", "a whole number of 1 or more", ReadPoolSize},
    {"possible_values",
     "an array of one or more values that are not null, or, with depends_on, an object of such arrays",
     ReadPossibleValues},
    {"reuse_probability", "a number from 0 to 1", ReadReuseProbability},
    {"sample_size", "a whole number from 1 to 100000", ReadSampleSize},
    {"sequence", "an object of whole numbers start and step, step not 0", ReadSequence},
    {"template", "a text with names of columns and generators in double braces", ReadTemplate},
    {"unique", "true or false", ReadUnique},
    {"weighted_values", "an object of values and their weights, numbers of 0 or more that are not all 0",
     ReadWeightedValues},
};

// possible_values with weights in their order are weighted_values.
void TakeListWeights(ColumnRule& rule, const std::string& path, Faults& faults) {
  if (rule.list_weights.empty()) return;
  if (rule.list_weights.size() != rule.possible_values.size())
    return faults.push_back({path.empty() ? "distribution.weights" : path + ".distribution.weights",
                             "must be as many as there are possible_values"});
  for (std::size_t i = 0; i < rule.list_weights.size(); ++i)
    if (rule.list_weights[i] > 0) rule.weighted_values.emplace_back(rule.possible_values[i], rule.list_weights[i]);
  rule.possible_values.clear();
}

void RefuseDuplicateFaults(const ColumnRule& rule, const std::string& path, Faults& faults) {
  if (!rule.duplicates) return;
  using Strategy = DuplicateRule::Strategy;
  const DuplicateRule& duplicates = *rule.duplicates;
  const bool is_simple = duplicates.strategy == Strategy::AllowSimple;
  const bool is_reuse = duplicates.strategy == Strategy::FastDataReuse;
  const bool has_pool = !is_simple && !is_reuse && duplicates.strategy != Strategy::GenerateNew;
  const auto refuse = [&](bool is_given, bool is_right, const char* key, const char* strategy) {
    if (is_given && !is_right) faults.push_back({BelowPath(path, key), "belongs to " + std::string(strategy)});
  };
  refuse(duplicates.probability.has_value(), is_simple, "duplicate_probability", "duplicate_strategy \"allow_simple\"");
  refuse(duplicates.value.has_value(), is_simple, "duplicate_value", "duplicate_strategy \"allow_simple\"");
  refuse(duplicates.pool_size.has_value(), has_pool, "pool_size", "a duplicate_strategy with a pool");
  refuse(duplicates.reuse_probability.has_value(), is_reuse, "reuse_probability",
         "duplicate_strategy \"fast_data_reuse\"");
  refuse(duplicates.sample_size.has_value(), is_reuse, "sample_size", "duplicate_strategy \"fast_data_reuse\"");
  const bool has_shares =
      duplicates.small_share != DuplicateRule::kSmallShare || duplicates.medium_share != DuplicateRule::kMediumShare;
  refuse(has_shares, duplicates.strategy == Strategy::SmartDuplicates, "pool_share_small, pool_share_medium",
         "duplicate_strategy \"smart_duplicates\"");
  if (duplicates.small_share + duplicates.medium_share > 1)
    faults.push_back({path, "pool_share_small and pool_share_medium must not be more than 1 together"});
  const bool has_weights = !rule.weighted_values.empty() && duplicates.strategy != Strategy::WeightedRandom;
  if (rule.distribution || has_weights || rule.sequence || rule.unique.value_or(false))
    faults.push_back({path, "duplicate_strategy excludes distribution, weighted_values, sequence and unique"});
}

// Keys that each decide the values alone.
void RefuseDeciders(const ColumnRule& rule, const std::string& path, Faults& faults) {
  std::vector<const char*> deciders;
  if (rule.generator) deciders.push_back("generator");
  if (rule.pattern) deciders.push_back("pattern");
  if (!rule.possible_values.empty() || !rule.dependent_values.empty()) deciders.push_back("possible_values");
  if (!rule.weighted_values.empty()) deciders.push_back("weighted_values");
  if (rule.sequence) deciders.push_back("sequence");
  if (deciders.size() > 1)
    faults.push_back({path, std::string(deciders[0]) + " and " + deciders[1] + " exclude each other"});
  const char* drawer = rule.sequence ? "sequence" : !rule.weighted_values.empty() ? "weighted_values" : nullptr;
  if (drawer != nullptr && rule.distribution)
    faults.push_back({path, "distribution and " + std::string(drawer) + " exclude each other"});
  const bool is_list =
      !rule.possible_values.empty() || !rule.dependent_values.empty() || !rule.weighted_values.empty() || rule.sequence;
  if (is_list && (rule.min || rule.max || rule.min_length || rule.max_length))
    faults.push_back({path, "limits and " + std::string(deciders.front()) + " exclude each other"});
  if (rule.pattern && (rule.min || rule.max)) faults.push_back({path, "pattern excludes min and max"});
  if (rule.locale && (rule.pattern || is_list))
    faults.push_back({path, "locale and " + std::string(deciders.front()) + " exclude each other"});
}

void RefuseDependenceFaults(const ColumnRule& rule, const std::string& path, Faults& faults) {
  if (!rule.dependent_values.empty() && !rule.depends_on)
    faults.push_back({BelowPath(path, "possible_values"), "must be an array: an object of arrays needs depends_on"});
  if (!rule.depends_on) return;
  if (rule.duplicates || rule.sequence || rule.per_parent || rule.unique.value_or(false) || rule.edge_case_probability)
    faults.push_back({path,
                      "depends_on excludes duplicate_strategy, sequence, per_parent, unique and "
                      "edge_case_probability"});
  if (rule.distribution && !rule.dependent_values.empty())
    faults.push_back({path, "distribution and possible_values by the values of another column exclude each other"});
}

void RefuseCompetitors(const ColumnRule& rule, const std::string& path, Faults& faults) {
  RefuseDeciders(rule, path, faults);
  const char* computer = rule.expression ? "expression" : rule.template_text ? "template" : nullptr;
  ColumnRule rest = rule;
  rest.expression.reset();
  if (!rule.expression) rest.template_text.reset();
  if (rule.template_text) rest.locale.reset();
  if (computer != nullptr && (rest.DecidesValues() || rest.null_probability))
    faults.push_back({path, std::string(computer) + " excludes all other keys"});
  RefuseDuplicateFaults(rule, path, faults);
  RefuseDependenceFaults(rule, path, faults);
  if (rule.per_parent && (rule.distribution || rule.null_probability.value_or(0) > 0))
    faults.push_back({path, "per_parent excludes distribution and null_probability"});
  if (rule.edge_case_probability && (rule.sequence || rule.unique.value_or(false) || rule.per_parent))
    faults.push_back({path, "edge_case_probability excludes sequence, unique and per_parent"});
  if (rule.min_length && rule.max_length && *rule.min_length > *rule.max_length)
    faults.push_back({BelowPath(path, "max_length"), "must not be less than min_length"});
}

}  // namespace

const char* NameOf(DuplicateRule::Strategy strategy) {
  for (const NamedStrategy& known : kStrategies)
    if (known.strategy == strategy) return known.name;
  return "generate_new";
}

std::optional<DuplicateRule::Strategy> FindStrategy(std::string_view name) {
  for (const NamedStrategy& known : kStrategies)
    if (name == known.name) return known.strategy;
  return std::nullopt;
}

std::string TextOfNode(const JsonNode& node) {
  if (!node.Is(Kind::Array) && !node.Is(Kind::Object)) return node.text;
  std::string text;
  WriteJson(node, text);
  return text;
}

std::string ListRuleKeys() {
  std::string list;
  for (const RuleKey& key : kKeys) list += (list.empty() ? "" : ", ") + std::string(key.name);
  return list;
}

ColumnRule ReadColumnRule(const JsonNode& node, const std::string& path, Faults& faults) {
  ColumnRule rule;
  WriteJson(node, rule.json);
  if (!node.Is(Kind::Object)) {
    faults.push_back({path, "must be an object, not " + std::string(KindInWords(node))});
    return rule;
  }
  KeyReader reader{rule, path, faults};
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const auto key = std::ranges::find_if(kKeys, [&](const RuleKey& known) { return node.keys[i] == known.name; });
    const std::string place = BelowPath(path, node.keys[i]);
    if (key == std::end(kKeys)) {
      faults.push_back({place, "is not known; valid keys are " + ListRuleKeys()});
    } else if (!key->read(reader, node.items[i])) {
      faults.push_back({place, "must be " + std::string(key->expected)});
    }
  }
  TakeListWeights(rule, path, faults);
  RefuseCompetitors(rule, path, faults);
  return rule;
}

std::string JoinFaults(const Faults& faults) {
  std::string detail;
  for (const Fault& fault : faults) {
    if (!detail.empty()) detail += '\n';
    detail += (fault.path.empty() ? "" : fault.path + ": ") + fault.message;
    if (!detail.ends_with('.')) detail += '.';
  }
  return detail;
}

void ThrowFaults(const std::string& what, const Faults& faults) {
  if (faults.empty()) return;
  throw Error(sqlstate::kInvalidParameterValue, what, JoinFaults(faults),
              faults.size() > 1 ? "All of these have to be put right." : "");
}

}  // namespace dbmocker

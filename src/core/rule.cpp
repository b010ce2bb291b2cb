// Rules from JSON, by a table of keys; see rule.h.
// Read first: kKeys, then ReadColumnRule.
#include "rule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>

#include "dbmocker/error.h"

namespace dbmocker {
namespace {

using Kind = JsonNode::Kind;

std::string Below(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

bool ReadDouble(const JsonNode& node, double& number) {
  if (!node.Is(Kind::Number)) return false;
  const auto result = std::from_chars(node.text.data(), node.text.data() + node.text.size(), number);
  return result.ec == std::errc() && std::isfinite(number);
}

bool ReadWhole(const JsonNode& node, std::int64_t& number) {
  if (!node.Is(Kind::Number)) return false;
  const char* end = node.text.data() + node.text.size();
  const auto result = std::from_chars(node.text.data(), end, number);
  return result.ec == std::errc() && result.ptr == end;
}

bool IsScalar(const JsonNode& node) { return node.Is(Kind::String) || node.Is(Kind::Number) || node.Is(Kind::Boolean); }

// What is read into a rule, and where its faults go.
struct KeyReader {
  ColumnRule& rule;
  const std::string& path;
  Faults& faults;
};

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

bool ReadPossibleValues(KeyReader& reader, const JsonNode& node) {
  if (!node.Is(Kind::Array) || node.items.empty()) return false;
  for (const JsonNode& item : node.items) {
    if (item.Is(Kind::Null)) return false;
    reader.rule.possible_values.push_back(TextOfNode(item));
  }
  return true;
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

bool ReadNullProbability(KeyReader& reader, const JsonNode& node) {
  double number = 0;
  if (!ReadDouble(node, number) || number < 0 || number > 1) return false;
  reader.rule.null_probability = number;
  return true;
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
  double number = 0;
  if (!ReadDouble(node, number) || number < 0 || number > 1) return false;
  reader.rule.edge_case_probability = number;
  return true;
}

bool ReadTextKey(std::optional<std::string>& text, const JsonNode& node) {
  if (!node.Is(Kind::String) || node.text.empty()) return false;
  text = node.text;
  return true;
}
bool ReadExpression(KeyReader& reader, const JsonNode& node) { return ReadTextKey(reader.rule.expression, node); }
bool ReadTemplate(KeyReader& reader, const JsonNode& node) { return ReadTextKey(reader.rule.template_text, node); }

struct NamedStrategy {
  const char* name;
  DuplicateRule::Strategy strategy;
};
constexpr NamedStrategy kStrategies[] = {{"generate_new", DuplicateRule::Strategy::GenerateNew},
                                         {"allow_simple", DuplicateRule::Strategy::AllowSimple},
                                         {"smart_duplicates", DuplicateRule::Strategy::SmartDuplicates},
                                         {"cached_pool", DuplicateRule::Strategy::CachedPool},
                                         {"weighted_random", DuplicateRule::Strategy::WeightedRandom}};

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
  double number = 0;
  if (!ReadDouble(node, number) || number < 0 || number > 1) return false;
  DuplicatesOf(reader).probability = number;
  return true;
}

bool ReadPoolSize(KeyReader& reader, const JsonNode& node) {
  std::int64_t number = 0;
  if (!ReadWhole(node, number) || number < 1 || number > 1'000'000'000) return false;
  DuplicatesOf(reader).pool_size = number;
  return true;
}

// ------------------------------------------------------------------------------------------------------ distributions

enum class Domain { Any, Positive, Share };

struct Parameter {
  const char* name;
  Domain domain;
  bool is_required;
};

struct DistributionKind {
  const char* name;
  DistributionRule::Kind kind;
  std::vector<Parameter> parameters;
};

const std::vector<DistributionKind>& Distributions() {
  using D = DistributionRule::Kind;
  static const std::vector<DistributionKind> kinds = {
      {"uniform", D::Uniform, {}},
      {"normal", D::Normal, {{"mean", Domain::Any, false}, {"stddev", Domain::Positive, false}}},
      {"lognormal", D::Lognormal, {{"mean", Domain::Any, true}, {"stddev", Domain::Positive, true}}},
      {"exponential", D::Exponential, {{"mean", Domain::Positive, false}}},
      {"zipf", D::Zipf, {{"exponent", Domain::Positive, false}}},
      {"pareto", D::Pareto, {{"scale", Domain::Positive, true}, {"shape", Domain::Positive, true}}},
      {"beta", D::Beta, {{"alpha", Domain::Positive, true}, {"beta", Domain::Positive, true}}},
      {"gamma", D::Gamma, {{"shape", Domain::Positive, true}, {"scale", Domain::Positive, true}}},
      {"poisson", D::Poisson, {{"mean", Domain::Positive, true}}},
      {"binomial", D::Binomial, {{"trials", Domain::Positive, true}, {"probability", Domain::Share, true}}},
      {"histogram", D::Histogram, {}},
  };
  return kinds;
}

std::string ListDistributions() {
  std::string list;
  for (const DistributionKind& kind : Distributions()) list += (list.empty() ? "" : ", ") + std::string(kind.name);
  return list;
}

bool ReadNumbers(const JsonNode& node, std::vector<double>& numbers) {
  if (!node.Is(Kind::Array)) return false;
  for (const JsonNode& item : node.items) {
    double number = 0;
    if (!ReadDouble(item, number)) return false;
    numbers.push_back(number);
  }
  return true;
}

void ReadHistogram(const JsonNode& node, DistributionRule& rule, const std::string& path, Faults& faults) {
  const JsonNode* bounds = node.Find("bounds");
  const JsonNode* shares = node.Find("shares");
  const bool are_rising = bounds != nullptr && ReadNumbers(*bounds, rule.bounds) && rule.bounds.size() >= 2 &&
                          std::ranges::adjacent_find(rule.bounds, std::greater_equal<>()) == rule.bounds.end();
  if (!are_rising) faults.push_back({path + ".bounds", "must be an array of two or more rising numbers"});
  double sum = 0;
  bool are_shares = shares != nullptr && ReadNumbers(*shares, rule.shares);
  for (const double share : rule.shares) {
    are_shares &= share >= 0;
    sum += share;
  }
  if (!are_shares || sum <= 0 || rule.shares.size() + 1 != rule.bounds.size())
    faults.push_back({path + ".shares", "must be an array of shares of 0 or more, one less than there are bounds"});
}

bool Fits(double number, Domain domain) {
  return domain == Domain::Any || (number > 0 && (domain == Domain::Positive || number <= 1));
}

void ReadParameters(const DistributionKind& kind, const JsonNode& node, DistributionRule& rule, const std::string& path,
                    Faults& faults) {
  const bool is_histogram = kind.kind == DistributionRule::Kind::Histogram;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const std::string& key = node.keys[i];
    if (key == "kind" || (is_histogram && (key == "bounds" || key == "shares"))) continue;
    const auto found = std::ranges::find_if(kind.parameters, [&](const Parameter& known) { return key == known.name; });
    if (found == kind.parameters.end()) {
      std::string valid = is_histogram ? "bounds, shares" : "";
      for (const Parameter& parameter : kind.parameters)
        valid += (valid.empty() ? "" : ", ") + std::string(parameter.name);
      faults.push_back({Below(path, key), "is not known; distribution " + std::string(kind.name) + " has " +
                                              (valid.empty() ? "no parameters" : "the parameters " + valid)});
      continue;
    }
    double number = 0;
    if (rule.kind == DistributionRule::Kind::Normal && key == "mean" && node.items[i].Is(Kind::String)) {
      rule.mean = node.items[i].text;
    } else if (!ReadDouble(node.items[i], number) || !Fits(number, found->domain)) {
      faults.push_back({Below(path, key), found->domain == Domain::Any        ? "must be a number"
                                          : found->domain == Domain::Positive ? "must be a number above 0"
                                                                              : "must be a number above 0, at most 1"});
    } else {
      rule.numbers.emplace_back(key, number);
    }
  }
  for (const Parameter& parameter : kind.parameters)
    if (parameter.is_required && node.Find(parameter.name) == nullptr)
      faults.push_back({path + "." + parameter.name, "is missing"});
}

bool ReadDistribution(KeyReader& reader, const JsonNode& node) {
  const std::string path = Below(reader.path, "distribution");
  const JsonNode* name = node.Is(Kind::String) ? &node : node.Find("kind");
  const auto found = name == nullptr || !name->Is(Kind::String)
                         ? Distributions().end()
                         : std::ranges::find_if(Distributions(),
                                                [&](const DistributionKind& kind) { return name->text == kind.name; });
  if (found == Distributions().end()) {
    reader.faults.push_back({path + ".kind", "must be one of " + ListDistributions()});
    return true;
  }
  DistributionRule rule;
  rule.kind = found->kind;
  ReadParameters(*found, node, rule, path, reader.faults);
  if (rule.kind == DistributionRule::Kind::Histogram) ReadHistogram(node, rule, path, reader.faults);
  reader.rule.distribution = std::move(rule);
  return true;
}

// --------------------------------------------------------------------------------------------------------------- keys

struct RuleKey {
  const char* name;
  const char* expected;
  bool (*read)(KeyReader& reader, const JsonNode& node);
};

constexpr RuleKey kKeys[] = {
    {"distribution", "an object with a kind, or a kind's name", ReadDistribution},
    {"duplicate_probability", "a number from 0 to 1", ReadDuplicateProbability},
    {"duplicate_strategy",
     "\"generate_new\", \"allow_simple\", \"smart_duplicates\", \"cached_pool\" or \"weighted_random\"",
     ReadDuplicateStrategy},
    {"edge_case_probability", "a number from 0 to 1", ReadEdgeProbability},
    {"expression", "an SQL expression in a string", ReadExpression},
    {"generator", "the name of a generator", ReadGenerator},
    {"max", "a value of the column's type", ReadMax},
    {"max_length", "a whole number of 0 or more", ReadMaxLength},
    {"min", "a value of the column's type", ReadMin},
    {"min_length", "a whole number of 0 or more", ReadMinLength},
    {"null_probability", "a number from 0 to 1", ReadNullProbability},
    {"per_parent", "an object of whole numbers min and max, 0 <= min <= max and max above 0", ReadPerParent},
    {"pool_size", "a whole number of 1 or more", ReadPoolSize},
    {"possible_values", "an array of one or more values that are not null", ReadPossibleValues},
    {"sequence", "an object of whole numbers start and step, step not 0", ReadSequence},
    {"template", "a text with names of columns in double braces", ReadTemplate},
    {"unique", "true or false", ReadUnique},
    {"weighted_values", "an object of values and their weights, numbers of 0 or more that are not all 0",
     ReadWeightedValues},
};

void RefuseDuplicateFaults(const ColumnRule& rule, const std::string& path, Faults& faults) {
  if (!rule.duplicates) return;
  using Strategy = DuplicateRule::Strategy;
  const DuplicateRule& duplicates = *rule.duplicates;
  const bool is_simple = duplicates.strategy == Strategy::AllowSimple;
  const bool has_pool = !is_simple && duplicates.strategy != Strategy::GenerateNew;
  if (duplicates.probability && !is_simple)
    faults.push_back({Below(path, "duplicate_probability"), "belongs to duplicate_strategy \"allow_simple\""});
  if (duplicates.pool_size && !has_pool)
    faults.push_back({Below(path, "pool_size"), "belongs to a duplicate_strategy with a pool"});
  if (rule.distribution || !rule.weighted_values.empty() || rule.sequence || rule.unique.value_or(false))
    faults.push_back({path, "duplicate_strategy excludes distribution, weighted_values, sequence and unique"});
}

// Keys that each decide the values alone.
void RefuseCompetitors(const ColumnRule& rule, const std::string& path, Faults& faults) {
  std::vector<const char*> deciders;
  if (rule.generator) deciders.push_back("generator");
  if (!rule.possible_values.empty()) deciders.push_back("possible_values");
  if (!rule.weighted_values.empty()) deciders.push_back("weighted_values");
  if (rule.sequence) deciders.push_back("sequence");
  if (deciders.size() > 1)
    faults.push_back({path, std::string(deciders[0]) + " and " + deciders[1] + " exclude each other"});
  const char* drawer = rule.sequence ? "sequence" : !rule.weighted_values.empty() ? "weighted_values" : nullptr;
  if (drawer != nullptr && rule.distribution)
    faults.push_back({path, "distribution and " + std::string(drawer) + " exclude each other"});
  const bool is_list = !rule.possible_values.empty() || !rule.weighted_values.empty() || rule.sequence;
  if (is_list && (rule.min || rule.max || rule.min_length || rule.max_length))
    faults.push_back({path, "limits and " + std::string(deciders.front()) + " exclude each other"});
  const char* computer = rule.expression ? "expression" : rule.template_text ? "template" : nullptr;
  ColumnRule rest = rule;
  rest.expression.reset();
  if (!rule.expression) rest.template_text.reset();
  if (computer != nullptr && (rest.DecidesValues() || rest.null_probability))
    faults.push_back({path, std::string(computer) + " excludes all other keys"});
  RefuseDuplicateFaults(rule, path, faults);
  if (rule.per_parent && (rule.distribution || rule.null_probability.value_or(0) > 0))
    faults.push_back({path, "per_parent excludes distribution and null_probability"});
  if (rule.edge_case_probability && (rule.sequence || rule.unique.value_or(false) || rule.per_parent))
    faults.push_back({path, "edge_case_probability excludes sequence, unique and per_parent"});
  if (rule.min_length && rule.max_length && *rule.min_length > *rule.max_length)
    faults.push_back({Below(path, "max_length"), "must not be less than min_length"});
}

}  // namespace

std::optional<double> DistributionRule::Number(std::string_view name) const {
  for (const auto& [known, number] : numbers)
    if (known == name) return number;
  return std::nullopt;
}

const char* NameOf(DistributionRule::Kind kind) {
  for (const DistributionKind& known : Distributions())
    if (known.kind == kind) return known.name;
  return "uniform";
}

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
    const std::string place = Below(path, node.keys[i]);
    if (key == std::end(kKeys)) {
      faults.push_back({place, "is not known; valid keys are " + ListRuleKeys()});
    } else if (!key->read(reader, node.items[i])) {
      faults.push_back({place, "must be " + std::string(key->expected)});
    }
  }
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

// The key "distribution" of a rule: a name, or an object with a kind and its parameters; see rule_reading.h.
// Read first: Distributions, then ReadDistribution.
#include <algorithm>
#include <functional>

#include "rule.h"
#include "rule_reading.h"

namespace dbmocker {
namespace {

using Kind = JsonNode::Kind;

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
  for (const DistributionKind& kind : Distributions()) list += std::string(kind.name) + ", ";
  return list + "weighted";
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
  if (bounds != nullptr && bounds->Is(Kind::Array) && !bounds->items.empty() && bounds->items[0].Is(Kind::String)) {
    for (const JsonNode& bound : bounds->items) rule.bound_texts.push_back(bound.text);
    rule.bounds.resize(rule.bound_texts.size());  // read when the column's type is known
  }
  const bool are_rising =
      !rule.bound_texts.empty()
          ? rule.bound_texts.size() >= 2
          : bounds != nullptr && ReadNumbers(*bounds, rule.bounds) && rule.bounds.size() >= 2 &&
                std::ranges::adjacent_find(rule.bounds, std::greater_equal<>()) == rule.bounds.end();
  if (!are_rising) faults.push_back({path + ".bounds", "must be an array of two or more rising numbers or times"});
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
      faults.push_back({BelowPath(path, key), "is not known; distribution " + std::string(kind.name) + " has " +
                                                  (valid.empty() ? "no parameters" : "the parameters " + valid)});
      continue;
    }
    double number = 0;
    if (rule.kind == DistributionRule::Kind::Normal && key == "mean" && node.items[i].Is(Kind::String)) {
      rule.mean = node.items[i].text;
    } else if (!ReadDouble(node.items[i], number) || !Fits(number, found->domain)) {
      faults.push_back({BelowPath(path, key), found->domain == Domain::Any ? "must be a number"
                                              : found->domain == Domain::Positive
                                                  ? "must be a number above 0"
                                                  : "must be a number above 0, at most 1"});
    } else {
      rule.numbers.emplace_back(key, number);
    }
  }
  for (const Parameter& parameter : kind.parameters)
    if (parameter.is_required && node.Find(parameter.name) == nullptr)
      faults.push_back({path + "." + parameter.name, "is missing"});
}

// Weights of values, or of the rule's possible_values in their order.
bool ReadWeights(KeyReader& reader, const JsonNode& node, const std::string& path) {
  const JsonNode* weights = node.Find("weights");
  for (const std::string& key : node.keys)
    if (key != "kind" && key != "weights")
      reader.faults.push_back({BelowPath(path, key), "is not known; distribution weighted has the parameters weights"});
  const bool is_list = weights != nullptr && weights->Is(Kind::Array);
  bool is_right = weights != nullptr && (is_list || weights->Is(Kind::Object));
  double sum = 0;
  for (std::size_t i = 0; is_right && i < weights->items.size(); ++i) {
    double weight = 0;
    is_right = ReadDouble(weights->items[i], weight) && weight >= 0;
    sum += weight;
    if (is_list)
      reader.rule.list_weights.push_back(weight);
    else if (weight > 0)
      reader.rule.weighted_values.emplace_back(weights->keys[i], weight);
  }
  if (!is_right || sum <= 0)
    reader.faults.push_back({path + ".weights",
                             "must be an object of values and their weights, or an array of the "
                             "weights of possible_values: numbers of 0 or more that are not all 0"});
  return true;
}

}  // namespace

bool ReadDistribution(KeyReader& reader, const JsonNode& node) {
  const std::string path = BelowPath(reader.path, "distribution");
  const JsonNode* name = node.Is(Kind::String) ? &node : node.Find("kind");
  if (name != nullptr && name->Is(Kind::String) && name->text == "weighted") return ReadWeights(reader, node, path);
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

}  // namespace dbmocker

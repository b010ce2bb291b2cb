// Rules: what a user says of one column, read from JSON. Reading checks keys and values as far as they can be judged
// without the column; plan_rules.cpp says what a rule does to a plan. Whoever adds a key gives it an effect there.
// Read first: ColumnRule, then ReadColumnRule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json_node.h"

namespace dbmocker {

// Something wrong in a rule or a configuration document, with the path of keys that leads to it.
struct Fault {
  std::string path;  // "tables.users.columns.age.min"; empty for the document itself
  std::string message;  // "must be a number"
};
using Faults = std::vector<Fault>;

// How often each value comes.
struct DistributionRule {
  enum class Kind { Uniform, Normal, Lognormal, Exponential, Zipf, Pareto, Beta, Gamma, Poisson, Binomial, Histogram };
  Kind kind = Kind::Uniform;
  std::optional<std::string> mean;  // Normal, of a column of dates: a date
  // The parameters by name, see kDistributions; absent ones have defaults that depend on the column's range.
  std::vector<std::pair<std::string, double>> numbers;
  std::vector<double> bounds;  // Histogram: n + 1 rising ends of buckets
  std::vector<std::string> bound_texts;  // the same of a column of dates, in the type's text syntax; else empty
  std::vector<double> shares;  // Histogram: n shares of any sum

  std::optional<double> Number(std::string_view name) const;
};

const char* NameOf(DistributionRule::Kind kind);

struct SequenceRule {
  std::int64_t start = 1;
  std::int64_t step = 1;
};

// Values repeated on purpose.
struct DuplicateRule {
  enum class Strategy { GenerateNew, AllowSimple, SmartDuplicates, CachedPool, WeightedRandom, FastDataReuse };
  static constexpr double kProbability = 0.3;
  static constexpr std::int64_t kSampleSize = 1000;
  static constexpr double kSmallShare = 0.6;
  static constexpr double kMediumShare = 0.3;
  static constexpr int kSmallPool = 5;
  static constexpr int kMediumPool = 25;

  Strategy strategy = Strategy::GenerateNew;
  std::optional<double> probability;  // AllowSimple
  std::optional<std::int64_t> pool_size;  // of the only pool, or of the small one
  std::optional<std::int64_t> medium_pool_size;  // SmartDuplicates; five times the small one if not given
  double small_share = kSmallShare;  // SmartDuplicates
  double medium_share = kMediumShare;
  std::optional<std::string> value;  // AllowSimple: the one that is repeated, in the type's text syntax
  std::optional<double> reuse_probability;  // FastDataReuse
  std::optional<std::int64_t> sample_size;  // FastDataReuse: stored rows that are looked at
};

const char* NameOf(DuplicateRule::Strategy strategy);
std::optional<DuplicateRule::Strategy> FindStrategy(std::string_view name);

// Children of each parent of a foreign key.
struct PerParentRule {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

// Values of a column for one value of the column that it depends on.
struct DependentValues {
  std::string when;  // the other column's value, in its type's text syntax; "*": all that are not listed
  std::vector<std::string> values;
};

struct ColumnRule {
  std::string json;  // the rule as a text, for messages
  std::string origin;  // whose rule it is: "rule", "rule of the call"
  std::optional<std::string> generator;
  std::optional<std::string> min;  // values in the type's text syntax
  std::optional<std::string> max;
  std::optional<std::int64_t> min_length;
  std::optional<std::int64_t> max_length;
  std::optional<std::string> pattern;  // a regular expression that the whole text matches
  std::optional<std::string> locale;  // a name of core/locale_lists.h
  std::optional<std::string> depends_on;  // a column's name
  std::vector<DependentValues> dependent_values;  // in place of possible_values
  std::vector<std::string> possible_values;
  std::vector<std::pair<std::string, double>> weighted_values;
  std::vector<double> list_weights;  // of possible_values, until they have become weighted_values
  std::optional<double> null_probability;
  std::optional<DistributionRule> distribution;
  std::optional<SequenceRule> sequence;
  std::optional<DuplicateRule> duplicates;
  std::optional<PerParentRule> per_parent;
  std::optional<bool> unique;
  std::optional<double> edge_case_probability;
  std::optional<std::string> expression;  // SQL over the other columns of the row
  std::optional<std::string> template_text;  // text with {{column}} and {{generator}} in it

  // True if it says which values the column takes, not only how often it is NULL.
  bool DecidesValues() const {
    return generator || min || max || min_length || max_length || pattern || locale || depends_on ||
           !dependent_values.empty() || !possible_values.empty() || !weighted_values.empty() || distribution ||
           sequence || duplicates || per_parent || unique || edge_case_probability || expression || template_text;
  }
};

// Reads the rule of one column; what is wrong goes to `faults`, under `path`.
ColumnRule ReadColumnRule(const JsonNode& node, const std::string& path, Faults& faults);

// "min, max and list" of the keys that a rule may have, for messages.
std::string ListRuleKeys();

// All faults, one a line.
std::string JoinFaults(const Faults& faults);

// Throws Error 22023 with all faults, if there are any. `what`: the message, e.g. "invalid rule for column \"age\"".
void ThrowFaults(const std::string& what, const Faults& faults);

// A JSON value as a text in the input syntax of a type: a string's characters, a number or truth value as written,
// an array or object as JSON.
std::string TextOfNode(const JsonNode& node);

}  // namespace dbmocker

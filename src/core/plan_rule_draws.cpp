// How often each value comes, as rules and options say: sequences, weights, distributions, duplicates, edge cases,
// parents, NULLs; and columns that a rule makes unique.
// Read first: PlanBuilder::DrawByRule.
#include <algorithm>

#include "dbmocker/error.h"
#include "duplicate_sources.h"
#include "edge_values.h"
#include "extended_value_set.h"
#include "limit_algebra.h"
#include "plan_builder.h"
#include "rule_sources.h"

namespace dbmocker {

// Columns that a rule makes unique are keys that no index knows of.
void PlanBuilder::AddRuleKeys() {
  for (const auto& [number, rule] : rules_) {
    if (!rule.unique.value_or(false) || Find(number)->role != ColumnRole::Undecided) continue;
    UniqueKey key;
    key.name = "unique, by rule, of column " + Find(number)->column->name;
    key.columns = {number};
    rule_keys_.push_back(std::move(key));
  }
}

void PlanBuilder::RefuseUnkeptRuleKeys() {
  for (const UniqueKey& key : rule_keys_) {
    const bool is_kept = key_methods_[key.name].first == "construction";
    if (!is_kept) RefuseRule(*Find(key.columns.front()), "there is no way to make its values all different");
    std::erase(plan_->probed_keys, key.name);
  }
}

// Columns that count by rule: row i takes start + step * i, whichever run makes it.
void PlanBuilder::PlaceRuleSequences() {
  for (const auto& [number, rule] : rules_) {
    ColumnState& state = *Find(number);
    if (!rule.sequence || state.role != ColumnRole::Undecided) continue;
    const std::uint64_t size = facts_.first_ordinal + rows_;
    __extension__ using Wide = __int128;
    const Wide last = static_cast<Wide>(rule.sequence->start) +
                      static_cast<Wide>(rule.sequence->step) * static_cast<Wide>(size > 0 ? size - 1 : 0);
    const Wide limit = state.base.type->name == "int2"   ? INT16_MAX
                       : state.base.type->name == "int4" ? INT32_MAX
                                                         : INT64_MAX;
    if (last > limit || last < -limit - 1 || rule.sequence->start > limit || rule.sequence->start < -limit - 1)
      RefuseRule(state, "the sequence leaves the range of type " + state.base.type->name + " before row " +
                            std::to_string(size));
    state.role = ColumnRole::Sequential;
    state.lane = AddSource(MakeSequentialSource(0));
    state.values = MakeSequenceValueSet(*state.base.type, rule.sequence->start, rule.sequence->step,
                                        std::max<std::uint64_t>(size, 1));
    state.generator = "counting from " + std::to_string(rule.sequence->start) +
                      (rule.sequence->step == 1 ? "" : " by " + std::to_string(rule.sequence->step));
    state.reason = rule.origin;
    if (!SequenceFits(state)) RefuseRule(state, "the sequence leaves what the constraints of the column allow");
    NoteUnique({number}, 0);
  }
}

// A pool of the size that suits the values: small for few ones, medium for texts, large for the rest.
int PlanBuilder::UsualPoolSize(const Type& type, std::uint64_t size) const {
  constexpr std::uint64_t kFew = 1000;
  const DuplicateOptions sizes = options_.duplicates.value_or(DuplicateOptions());
  return size <= kFew ? sizes.small_pool : type.category == 'S' ? sizes.medium_pool : sizes.large_pool;
}

// What the options say of duplicates; nullopt where the values are too few.
std::optional<DuplicateRule> PlanBuilder::UsualDuplicates(const Type& type, std::uint64_t size) const {
  if (!options_.duplicates) return std::nullopt;
  DuplicateRule rule;
  rule.strategy = FindStrategy(options_.duplicates->strategy).value_or(DuplicateRule::Strategy::GenerateNew);
  if (rule.strategy == DuplicateRule::Strategy::FastDataReuse) return std::nullopt;  // plan_reuse.cpp
  rule.probability = options_.duplicates->probability;
  const bool is_smart = rule.strategy == DuplicateRule::Strategy::SmartDuplicates;
  rule.pool_size = is_smart ? options_.duplicates->small_pool : UsualPoolSize(type, size);
  rule.medium_pool_size = options_.duplicates->medium_pool;
  rule.small_share = options_.duplicates->small_share;
  rule.medium_share = options_.duplicates->medium_share;
  const bool is_pool =
      rule.strategy != DuplicateRule::Strategy::AllowSimple && rule.strategy != DuplicateRule::Strategy::GenerateNew;
  if (is_pool && size <= static_cast<std::uint64_t>(*rule.pool_size)) return std::nullopt;
  return rule;
}

void PlanBuilder::NotePool(ColumnState& state, const DuplicateRule& rule) {
  constexpr std::uint64_t kMost = 10'000;
  state.repeats = true;
  if (options_.hints.Has(Hint::UsePrecomputedValues) && facts_.cache != nullptr &&
      facts_.cache->limits().strategy != CacheStrategy::None)
    state.pool = PoolOfDuplicates(KeyFor(state.column->name), rule, state.values->Size(), kMost);
}

// The lane of a column that no key decides, if its rule or the options say how often each value comes. Columns of a
// group follow the group's lane.
void PlanBuilder::DrawByRule(ColumnState& state) {
  const ColumnRule* rule = RuleOf(state);
  const bool draws = rule != nullptr && (!rule->weighted_values.empty() || rule->duplicates || rule->distribution);
  if (!draws && state.lane < 0) {
    const auto usual = UsualDuplicates(*state.base.type, state.values->Size());
    if (!usual) return;
    state.lane = AddSource(MakeDuplicateSource(KeyFor(state.column->name), *usual, state.values->Size()));
    NotePool(state, *usual);
    state.generator += ", " + std::string(NameOf(usual->strategy));
  }
  if (!draws) return;
  const StreamKey key = KeyFor(state.column->name);
  IndexSourcePointer source;
  if (!rule->weighted_values.empty()) {
    std::vector<double> weights(state.values->Size(), 0);
    for (std::uint64_t index = 0; index < weights.size(); ++index) {
      std::string text;
      state.values->AppendText(index, text);
      for (const auto& [value, weight] : rule->weighted_values)
        if (CompareValues(text, value, state.base) == 0) weights[index] += weight;
    }
    source = MakeWeightedSource(key, weights);
  } else if (rule->duplicates && rule->duplicates->value) {
    if (state.lane < 0) state.lane = AddSource(MakeUniformSource(key, state.values->Size()));
    const std::uint64_t usual = state.values->Size();
    source = MakeEdgeSource(KeyFor(state.column->name + " repeated"), state.lane,
                            rule->duplicates->probability.value_or(DuplicateRule::kProbability), usual, 1);
    state.values = MakeExtendedValueSet(state.values, state.base, {*rule->duplicates->value});
    state.generator += ", or " + *rule->duplicates->value;
  } else if (rule->duplicates && rule->duplicates->strategy != DuplicateRule::Strategy::FastDataReuse) {
    if (rule->duplicates->strategy == DuplicateRule::Strategy::GenerateNew) SpreadNew(state);
    DuplicateRule sized = *rule->duplicates;
    if (!sized.pool_size && sized.strategy != DuplicateRule::Strategy::SmartDuplicates)
      sized.pool_size = UsualPoolSize(*state.base.type, state.values->Size());
    source = MakeDuplicateSource(key, sized, state.values->Size());
    NotePool(state, sized);
    state.generator += ", " + std::string(NameOf(rule->duplicates->strategy));
  } else if (rule->distribution) {
    try {
      source = MakeDistributedSource(key, *rule->distribution, state.base, state.values);
    } catch (const Error& error) {
      RefuseRule(state, error.report().message, error.report().detail);
    }
    state.generator += ", " + std::string(NameOf(rule->distribution->kind));
  }
  if (source != nullptr) state.lane = state.rule_lane = AddSource(std::move(source));
}

// Edge cases beside the usual values, if the rule asks for them.
void PlanBuilder::AddEdges(ColumnState& state, bool with_lane) {
  const ColumnRule* rule = RuleOf(state);
  if (rule == nullptr || !rule->edge_case_probability) return;
  ValueSetPointer with_edges = MakeEdgeValueSet(state.values, state.base, state.limits.limits, context_);
  if (with_edges == nullptr) RefuseRule(state, "there are no edge cases of its type within the column's limits");
  state.has_edges = true;
  if (!with_lane) return;
  const std::uint64_t usual = state.values->Size();
  state.lane = AddSource(MakeEdgeSource(KeyFor(state.column->name + " edges"), state.lane, *rule->edge_case_probability,
                                        usual, with_edges->Size() - usual));
  state.generator += ", " + std::to_string(with_edges->Size() - usual) + " edge cases";
  state.values = std::move(with_edges);
}

// Where the usual values are too few to be all different, all values of the type.
void PlanBuilder::SpreadNew(ColumnState& state) {
  if (state.meaning || (state.values->IsInjective() && state.values->Size() >= facts_.first_ordinal + rows_)) return;
  ValueSetPointer all = MakeTypeValues(state, true);
  if (all == nullptr || !all->IsInjective()) return;
  state.values = std::move(all);
  state.generator = state.values->Describe();
}

// Parents by the weights of their keys; those that share a key share its weight.
IndexSourcePointer PlanBuilder::WeighParents(const ColumnState& state, const ParentKeys& parents,
                                             std::size_t place) const {
  const auto& list = RuleOf(state)->weighted_values;
  std::vector<std::size_t> entries;
  std::vector<double> counts(list.size(), 0);
  for (std::uint64_t index = 0; index < parents.count; ++index) {
    std::string text;
    parents.columns[place]->AppendText(index, text);
    const auto found = std::ranges::find_if(
        list, [&](const auto& entry) { return CompareValues(entry.first, text, state.base) == 0; });
    if (found == list.end()) RefuseRule(state, "key " + text + " has no weight");
    entries.push_back(static_cast<std::size_t>(found - list.begin()));
    counts[entries.back()] += 1;
  }
  std::vector<double> weights;
  for (const std::size_t entry : entries) weights.push_back(list[entry].second / counts[entry]);
  return MakeWeightedSource(KeyFor("FOREIGN KEY " + state.column->name), weights);
}

// The lane of a foreign key's parents: by the rule of one of its columns, else in turns where each must have children,
// else uniform.
LaneNumber PlanBuilder::AddParentLane(const ForeignKey& key, const ParentKeys& keys, std::string& shape) {
  const std::uint64_t parents = keys.count;
  const StreamKey stream = KeyFor("FOREIGN KEY " + key.name);
  shape = "uniform";
  for (const AttributeNumber number : key.columns) {
    ColumnState* state = Find(number);
    const ColumnRule* rule = RuleOf(*state);
    if (rule == nullptr || !(rule->distribution || rule->per_parent || !rule->weighted_values.empty())) continue;
    if (!rule->weighted_values.empty()) {
      shape = "weighted";
      const auto place = static_cast<std::size_t>(std::ranges::find(key.columns, number) - key.columns.begin());
      state->rule_lane = AddSource(WeighParents(*state, keys, place));
      return state->rule_lane;
    }
    if (rule->per_parent) {
      const auto least = static_cast<std::uint64_t>(rule->per_parent->min) * parents;
      const auto most = static_cast<std::uint64_t>(rule->per_parent->max) * parents;
      if (rows_ < least || rows_ > most)
        RefuseRule(*state, std::to_string(rows_) + " rows do not fit",
                   std::to_string(parents) + " rows of " + key.referenced_table + " can have from " +
                       std::to_string(least) + " to " + std::to_string(most) + " referring rows.");
      shape = std::to_string(rule->per_parent->min) + " to " + std::to_string(rule->per_parent->max) + " rows each";
      state->rule_lane =
          AddSource(MakePerParentSource(stream, *rule->per_parent, parents, facts_.first_ordinal, rows_));
      return state->rule_lane;
    }
    shape = NameOf(rule->distribution->kind);
    const bool is_zipf = rule->distribution->kind == DistributionRule::Kind::Zipf;
    state->rule_lane =
        AddSource(is_zipf ? MakeZipfSource(stream, rule->distribution->Number("exponent").value_or(1), parents)
                          : MakeUniformSource(stream, parents));
    return state->rule_lane;
  }
  IndexSourcePointer draws = MakeUniformSource(stream, parents);
  if (!key.needs_children && options_.hints.Has(Hint::PrioritizeQuality)) {
    shape = "zipf";
    return AddSource(MakeZipfSource(stream, 1, parents));
  }
  if (!key.needs_children) return AddSource(std::move(draws));
  shape = "in turns";
  return AddSource(MakeDeckSource(stream, parents, facts_.first_ordinal, std::move(draws)));
}

// The share of NULLs of a column that may be NULL, if `usual` is that of columns which nothing is known of.
double PlanBuilder::NullShare(const ColumnState& state, double usual) const {
  const ColumnRule* rule = RuleOf(state);
  return rule != nullptr && rule->null_probability ? *rule->null_probability : NullProbability(state, usual);
}

// The same for a foreign key as a whole.
double PlanBuilder::NullShareOf(const ForeignKey& key) const {
  for (const AttributeNumber number : key.columns) {
    const auto found = rules_.find(number);
    if (found != rules_.end() && found->second.null_probability) return *found->second.null_probability;
    if (found != rules_.end() && found->second.per_parent) return 0;
  }
  return options_.null_probability;
}

}  // namespace dbmocker

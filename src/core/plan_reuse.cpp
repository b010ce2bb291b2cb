// Duplicate strategy fast_data_reuse: with some probability a row repeats one of the stored rows that were sampled, all
// columns at once, but for those that constraints keep distinct and those that such constraints bind to them.
// Read first: PlanBuilder::PlaceReuse.
#include <algorithm>
#include <utility>

#include "dbmocker/error.h"
#include "derived_value_set.h"
#include "extended_value_set.h"
#include "plan_builder.h"

namespace dbmocker {
namespace {

using Strategy = DuplicateRule::Strategy;

// Which stored row a row repeats: the same one for all columns with the same probability.
class ReuseChoice {
 public:
  ReuseChoice(StreamKey key, double probability, std::uint64_t stored)
      : key_(key), below_(NullThreshold(probability)), stored_(stored) {}
  // Rows that are drawn again repeat none.
  std::optional<std::uint64_t> Of(const RowSet& rows, std::size_t place) const {
    const std::uint64_t ordinal = rows.ordinals[place];
    if (rows.attempt > 0 || Word(key_, ordinal) >= below_) return std::nullopt;
    return Scale(Word(key_, ordinal, 1), stored_);
  }

 private:
  StreamKey key_;
  std::uint64_t below_;
  std::uint64_t stored_;
};

class ReuseSource final : public IndexSource {
 public:
  ReuseSource(ReuseChoice choice, LaneNumber usual, std::vector<std::uint64_t> indexes)
      : choice_(choice), usual_(usual), indexes_(std::move(indexes)) {}
  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const std::span<const std::uint64_t> usual = lanes.Read(usual_);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto stored = choice_.Of(rows, i);
      out[i] = stored ? indexes_[*stored] : usual[i];
    }
  }
  std::string Describe() const override { return "stored rows"; }

 private:
  ReuseChoice choice_;
  LaneNumber usual_;
  std::vector<std::uint64_t> indexes_;  // by stored row
};

// Words for NULL: what the stored row says, else those of the usual lane.
class ReuseNullSource final : public IndexSource {
 public:
  ReuseNullSource(ReuseChoice choice, LaneNumber usual, std::vector<bool> nulls)
      : choice_(choice), usual_(usual), nulls_(std::move(nulls)) {}
  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const auto usual = usual_ < 0 ? std::span<const std::uint64_t>() : lanes.Read(usual_);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto stored = choice_.Of(rows, i);
      const std::uint64_t word = usual.empty() ? ~std::uint64_t{0} : usual[i];
      out[i] = !stored ? word : nulls_[*stored] ? 0 : ~std::uint64_t{0};
    }
  }
  std::string Describe() const override { return "NULLs of stored rows"; }

 private:
  ReuseChoice choice_;
  LaneNumber usual_;
  std::vector<bool> nulls_;
};

}  // namespace

// The probability with which a column takes stored values; nullopt if it is not asked for.
std::optional<double> PlanBuilder::ReuseOf(const ColumnState& state) const {
  const ColumnRule* rule = RuleOf(state);
  if (rule != nullptr && rule->duplicates && rule->duplicates->strategy == Strategy::FastDataReuse)
    return rule->duplicates->reuse_probability.value_or(DuplicateRule::kProbability);
  const bool is_usual = options_.duplicates && options_.duplicates->strategy == NameOf(Strategy::FastDataReuse);
  if (!is_usual || (rule != nullptr && (rule->DecidesValues() || rule->null_probability))) return std::nullopt;
  return options_.duplicates->reuse_probability;
}

// Why a column cannot take stored values; empty if it can.
std::string PlanBuilder::FindReuseObstacle(const ColumnState& state) const {
  const AttributeNumber number = state.column->number;
  const auto has_column = [number](const std::vector<AttributeNumber>& columns) {
    return std::ranges::count(columns, number) > 0;
  };
  const auto reads_column = [&](const std::vector<Expression>& expressions) {
    return std::ranges::any_of(expressions, [&](const Expression& one) { return has_column(one.columns); });
  };
  for (const UniqueKey& key : table_.unique_keys)
    if (has_column(key.columns) || reads_column(key.expressions)) return "unique key \"" + key.name + "\"";
  for (const ExclusionConstraint& exclusion : table_.exclusions)
    if (has_column(exclusion.columns) || reads_column(exclusion.expressions))
      return "exclusion constraint \"" + exclusion.name + "\"";
  for (const CheckConstraint& check : table_.checks)
    if (!check.validated && has_column(check.check.columns))
      return "constraint \"" + check.name + "\", which stored rows need not satisfy";
  for (const ForeignKey& key : table_.foreign_keys)
    if (has_column(key.columns) && (!key.validated || key.needs_children)) return "foreign key \"" + key.name + "\"";
  const bool is_drawn = state.role == ColumnRole::Free || state.role == ColumnRole::Reference;
  if (!is_drawn || state.lane < 0 || state.values == nullptr) return "the way its values are made";
  if (state.role == ColumnRole::Reference && MakeDecodedValueSet(state.values, *state.base.type) == nullptr)
    return "the type of its keys";
  return facts_.sample.contains(number) ? "" : "its privileges: its stored values cannot be read";
}

// Columns that a foreign key, a CHECK or the partitions' bounds bind to columns that are not repeated are not either.
void PlanBuilder::LeaveBoundColumns(std::map<AttributeNumber, double>& reused) const {
  std::vector<std::vector<AttributeNumber>> bonds;
  for (const ForeignKey& key : table_.foreign_keys) bonds.push_back(key.columns);
  for (const Condition& condition : conditions_) bonds.push_back(condition.columns);
  for (const CheckConstraint& check : table_.checks) bonds.push_back(check.check.columns);
  for (const Partition& partition : table_.partitions)
    if (partition.constraint) bonds.push_back(partition.constraint->columns);
  for (bool is_done = false; !is_done;) {
    is_done = true;
    for (const std::vector<AttributeNumber>& bond : bonds) {
      const auto is_reused = [&](AttributeNumber number) { return reused.contains(number); };
      if (std::ranges::none_of(bond, is_reused) || std::ranges::all_of(bond, is_reused)) continue;
      for (const AttributeNumber number : bond) is_done &= reused.erase(number) == 0;
    }
  }
}

void PlanBuilder::PlaceReuse() {
  std::map<AttributeNumber, double> reused;
  std::map<AttributeNumber, std::string> obstacles;
  for (auto& [number, state] : columns_) {
    const auto probability = ReuseOf(state);
    if (!probability) continue;
    if (facts_.sample.empty()) {
      if (state.role == ColumnRole::Free) state.generator += ", no stored rows to reuse";
      continue;
    }
    obstacles[number] = FindReuseObstacle(state);
    if (obstacles[number].empty()) reused[number] = *probability;
  }
  LeaveBoundColumns(reused);
  for (const auto& [number, obstacle] : obstacles) {
    ColumnState& state = *Find(number);
    const ColumnRule* rule = RuleOf(state);
    if (reused.contains(number)) {
      ReuseColumn(state, reused[number]);
    } else if (rule != nullptr && rule->duplicates) {
      RefuseRule(state, obstacle.empty() ? "constraints bind it to columns that are not repeated"
                                         : "its stored values cannot be repeated, by " + obstacle);
    }
  }
}

void PlanBuilder::ReuseColumn(ColumnState& state, double probability) {
  const std::vector<std::optional<std::string>>& stored = facts_.sample.at(state.column->number);
  if (state.role == ColumnRole::Reference) state.values = MakeDecodedValueSet(state.values, *state.base.type);
  std::vector<std::string> texts;
  std::vector<std::uint64_t> indexes;
  std::vector<bool> nulls;
  for (const auto& text : stored) {
    nulls.push_back(!text);
    indexes.push_back(text ? state.values->Size() + texts.size() : 0);
    if (text) texts.push_back(*text);
  }
  const bool has_null = texts.size() < stored.size();
  state.values = MakeExtendedValueSet(state.values, state.base, std::move(texts));
  const ReuseChoice choice(KeyFor("reuse " + std::to_string(probability)), probability, stored.size());
  const bool is_by_rule = RuleOf(state) != nullptr && RuleOf(state)->duplicates;
  state.lane = AddSource(std::make_unique<ReuseSource>(choice, state.lane, std::move(indexes)));
  if (is_by_rule) state.rule_lane = state.lane;
  if (has_null || state.null_lane >= 0) {
    if (state.null_lane < 0) state.null_below = 1;
    state.null_lane = AddSource(std::make_unique<ReuseNullSource>(choice, state.null_lane, std::move(nulls)));
  }
  state.generator += ", or that of one of " + std::to_string(stored.size()) + " stored rows";
}

}  // namespace dbmocker

// Values that others ask for: referring tables by their CHECKs, as in CHECK (class IN (1, 2)) on a foreign key, and
// functions that look rows up by constants. The first rows of an empty table take them.
// Read first: PlanBuilder::PutDemandFirst.
#include <algorithm>

#include "plan_builder.h"

namespace dbmocker {
namespace {

// The first values are those of a list, the others those of another set. The list's are not among these.
class ListFirstValueSet final : public ValueSet {
 public:
  ListFirstValueSet(std::vector<std::string> list, ValueSetPointer rest)
      : list_(std::move(list)), rest_(std::move(rest)) {}

  std::uint64_t Size() const override { return std::min(kMaxValueSetSize, rest_->Size() + list_.size()); }
  bool IsInjective(bool ignoring_case) const override { return !ignoring_case && rest_->IsInjective(false); }
  void AppendText(std::uint64_t index, std::string& out) const override {
    if (index < list_.size()) {
      out += list_[index];
    } else {
      rest_->AppendText(index - list_.size(), out);
    }
  }
  std::string Describe() const override {
    return rest_->Describe() + "; first " + std::to_string(list_.size()) + " that other tables ask for";
  }

 private:
  std::vector<std::string> list_;
  ValueSetPointer rest_;
};

// Positions below `count` take that index, all others the index of another lane behind them.
class ListFirstSource final : public IndexSource {
 public:
  ListFirstSource(LaneNumber lane, std::uint64_t count) : lane_(lane), count_(count) {}
  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const std::span<const std::uint64_t> rest = lanes.Read(lane_);
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = rows.positions[i] < count_ ? rows.positions[i] : rest[i] + count_;
  }
  bool IsUnique() const override { return true; }
  std::uint64_t Capacity() const override { return kMaxValueSetSize; }
  std::string Describe() const override {
    return std::to_string(count_) + " asked for, then lane " + std::to_string(lane_);
  }

 private:
  LaneNumber lane_;
  std::uint64_t count_;
};

}  // namespace

// What other tables ask of the column; nothing where the table has rows, which may hold it already, or where the
// column's own list decides.
std::vector<std::string> PlanBuilder::FindDemand(const ColumnState& state) const {
  if (facts_.has_rows || facts_.first_ordinal > 0 || state.limits.limits.has_allowed) return {};
  for (const KeyDemand& demand : table_.demands)
    if (demand.column == state.column->number) return demand.values;
  const auto looked_up = facts_.looked_up.find(state.column->number);
  return looked_up == facts_.looked_up.end() ? std::vector<std::string>() : looked_up->second;
}

void PlanBuilder::PutDemandFirst(ColumnState& state, const std::vector<std::string>& values) {
  if (values.empty() || state.lane < 0 || state.values == nullptr) return;
  state.lane = AddSource(std::make_unique<ListFirstSource>(state.lane, values.size()));
  state.values = std::make_shared<ListFirstValueSet>(values, state.values);
  if (state.role != ColumnRole::Free) state.role = ColumnRole::KeyPart;
  state.generator = state.values->Describe();
}

}  // namespace dbmocker

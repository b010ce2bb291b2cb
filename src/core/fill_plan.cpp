// Plan::Fill: lanes first, each once per batch, then every column's values from its lane. Must not decide anything.
// Read first: Plan::Fill.
#include <algorithm>
#include <string>
#include <vector>

#include "dbmocker/plan.h"

namespace dbmocker {
namespace {

// The lanes of one batch, computed when first read. Evaluate() computes at other rows, without the cache.
class BatchLanes final : public LaneReader {
 public:
  BatchLanes(const std::vector<IndexSourcePointer>& sources, const RowSet& rows)
      : sources_(sources), rows_(rows), lanes_(sources.size()) {}

  std::span<const std::uint64_t> Read(LaneNumber lane) override {
    std::vector<std::uint64_t>& indexes = lanes_[static_cast<std::size_t>(lane)];
    if (indexes.size() != rows_.ordinals.size()) {
      indexes.resize(rows_.ordinals.size());
      sources_[static_cast<std::size_t>(lane)]->Draw(rows_, *this, indexes);
    }
    return indexes;
  }

  void Evaluate(LaneNumber lane, const RowSet& rows, std::span<std::uint64_t> out) override {
    BatchLanes other(sources_, rows);
    sources_[static_cast<std::size_t>(lane)]->Draw(rows, other, out);
  }

 private:
  const std::vector<IndexSourcePointer>& sources_;
  RowSet rows_;
  std::vector<std::vector<std::uint64_t>> lanes_;
};

void SetAllNull(ColumnBuffer& buffer) {
  std::ranges::fill(buffer.words(), 0);
  std::ranges::fill(buffer.nulls(), std::uint8_t{1});
}

void FillParts(const ColumnPlan& column, BatchLanes& lanes, ColumnBuffer& buffer) {
  buffer.encoding = Encoding::Varlena;
  std::string text;
  for (std::size_t row = 0; row < buffer.rows(); ++row) {
    text.clear();
    for (const TemplatePart& part : column.parts) {
      part.values->AppendText(lanes.Read(part.lane)[row], text);
      text.push_back(ColumnPlan::kPartEnd);
    }
    buffer.SetVarlena(row, text);
  }
}

void FillColumn(const ColumnPlan& column, BatchLanes& lanes, ColumnBuffer& buffer) {
  if (!column.parts.empty()) return FillParts(column, lanes, buffer);
  if (column.values == nullptr) return SetAllNull(buffer);
  buffer.encoding = column.values->encoding();
  column.values->Emit(lanes.Read(column.lane), buffer);
  if (column.null_lane < 0) return;
  const std::span<const std::uint64_t> words = lanes.Read(column.null_lane);
  const std::span<std::uint8_t> nulls = buffer.nulls();
  for (std::size_t i = 0; i < words.size(); ++i) nulls[i] |= static_cast<std::uint8_t>(words[i] < column.null_below);
}

class PlannedKeys final : public ValueSet {
 public:
  PlannedKeys(std::shared_ptr<const Plan> plan, const ColumnPlan& column) : plan_(std::move(plan)), column_(column) {}

  std::uint64_t Size() const override { return plan_->rows; }
  bool IsInjective(bool /*ignoring_case*/) const override { return false; }
  Encoding encoding() const override { return column_.values->encoding(); }
  void AppendText(std::uint64_t index, std::string& out) const override {
    std::uint64_t value = 0;
    Evaluate({&index, 1}, {&value, 1});
    column_.values->AppendText(value, out);
  }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    std::vector<std::uint64_t> values(indexes.size());
    Evaluate(indexes, values);
    column_.values->Emit(values, out);
  }
  std::string Describe() const override { return "key of a row that is made later: " + column_.values->Describe(); }

 private:
  void Evaluate(std::span<const std::uint64_t> indexes, std::span<std::uint64_t> out) const {
    std::vector<std::uint64_t> ordinals(indexes.begin(), indexes.end());
    for (std::uint64_t& ordinal : ordinals) ordinal += plan_->first_ordinal;
    const RowSet rows{ordinals, ordinals, 0};
    BatchLanes lanes(plan_->sources, rows);
    const std::span<const std::uint64_t> lane = lanes.Read(column_.lane);
    std::ranges::copy(lane, out.begin());
  }

  std::shared_ptr<const Plan> plan_;
  ColumnPlan column_;
};

}  // namespace

ValueSetPointer MakePlannedKeys(std::shared_ptr<const Plan> plan, AttributeNumber column) {
  const auto found = std::ranges::find(plan->columns, column, &ColumnPlan::column);
  if (found == plan->columns.end() || found->values == nullptr || found->null_lane >= 0) return nullptr;
  return std::make_shared<PlannedKeys>(std::move(plan), *found);
}

void Plan::Fill(const RowSet& row_set, Batch& batch) const {
  batch.rows = row_set.ordinals.size();
  batch.columns.resize(static_cast<std::size_t>(attribute_count));
  std::vector<bool> filled(batch.columns.size(), false);
  BatchLanes lanes(sources, row_set);
  for (const ColumnPlan& column : columns) {
    const auto place = static_cast<std::size_t>(column.column - 1);
    batch.columns[place].Reset(batch.rows);
    FillColumn(column, lanes, batch.columns[place]);
    filled[place] = true;
  }
  for (std::size_t place = 0; place < batch.columns.size(); ++place) {
    if (filled[place]) continue;
    batch.columns[place].Reset(batch.rows);
    SetAllNull(batch.columns[place]);
  }
}

}  // namespace dbmocker

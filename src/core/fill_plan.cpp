// Plan::Fill: lanes first, each once per batch, then every column's values from its lane. Must not decide anything.
// Read first: Plan::Fill.
#include <algorithm>
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

void FillColumn(const ColumnPlan& column, BatchLanes& lanes, ColumnBuffer& buffer) {
  if (column.values == nullptr) return SetAllNull(buffer);
  buffer.encoding = column.values->encoding();
  column.values->Emit(lanes.Read(column.lane), buffer);
  if (column.null_lane < 0) return;
  const std::span<const std::uint64_t> words = lanes.Read(column.null_lane);
  const std::span<std::uint8_t> nulls = buffer.nulls();
  for (std::size_t i = 0; i < words.size(); ++i) nulls[i] |= static_cast<std::uint8_t>(words[i] < column.null_below);
}

}  // namespace

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

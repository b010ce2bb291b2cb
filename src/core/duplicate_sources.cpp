// See duplicate_sources.h.
// Read first: RepeatSource, then PerParentSource.
#include "duplicate_sources.h"

#include <algorithm>
#include <cmath>

#include "rule_sources.h"

namespace dbmocker {
namespace {

using Strategy = DuplicateRule::Strategy;

__extension__ typedef unsigned __int128 Wide;

StreamKey KeyOfAttempt(StreamKey key, std::uint32_t attempt) { return attempt > 0 ? Derive(key, attempt) : key; }

std::uint64_t Threshold(double share) {
  return share >= 1 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(std::ldexp(share, 64));
}

// Every index once before any comes again; a plain draw when a row is drawn again.
class DealtSource final : public IndexSource {
 public:
  DealtSource(StreamKey key, std::uint64_t size) : key_(key), size_(size) {}
  void Draw(const RowSet& rows, LaneReader& /*lanes*/, std::span<std::uint64_t> out) const override {
    const StreamKey again = KeyOfAttempt(key_, rows.attempt);
    std::uint64_t round = 0;
    Permutation deal(Derive(key_, round), size_);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint64_t ordinal = rows.ordinals[i];
      if (rows.attempt == 0 && ordinal / size_ != round) {
        round = ordinal / size_;
        deal = Permutation(Derive(key_, round), size_);
      }
      out[i] = rows.attempt > 0 ? Scale(Word(again, ordinal), size_) : deal(ordinal % size_);
    }
  }
  std::string Describe() const override { return "each once"; }

 private:
  StreamKey key_;
  std::uint64_t size_;
};

class RepeatSource final : public IndexSource {
 public:
  RepeatSource(StreamKey key, std::uint64_t size, double probability)
      : key_(key), repeats_(Derive(key, 1)), size_(size), below_(Threshold(probability)) {}
  void Draw(const RowSet& rows, LaneReader& /*lanes*/, std::span<std::uint64_t> out) const override {
    const StreamKey again = KeyOfAttempt(key_, rows.attempt);
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = Scale(Word(again, rows.attempt > 0 ? rows.ordinals[i] : Origin(rows.ordinals[i])), size_);
  }
  std::string Describe() const override { return "repeats"; }

 private:
  // The row whose own draw the row repeats, through rows that repeat others; itself if it does not.
  std::uint64_t Origin(std::uint64_t ordinal) const {
    while (ordinal > 0 && Word(repeats_, ordinal) < below_) ordinal = Scale(Word(repeats_, ordinal, 1), ordinal);
    return ordinal;
  }

  StreamKey key_;
  StreamKey repeats_;
  std::uint64_t size_;
  std::uint64_t below_;
};

// Indexes 0 … pool - 1 of another source, spread over [0, size).
class PoolSource final : public IndexSource {
 public:
  PoolSource(StreamKey key, std::uint64_t size, IndexSourcePointer slots)
      : places_(Derive(key, 2), size), slots_(std::move(slots)) {}
  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    slots_->Draw(rows, lanes, out);
    for (std::uint64_t& index : out) index = places_(index);
  }
  std::string Describe() const override { return "a pool"; }

 private:
  Permutation places_;
  IndexSourcePointer slots_;
};

class SmartSource final : public IndexSource {
 public:
  SmartSource(StreamKey key, const DuplicateRule& rule, std::uint64_t size, std::uint64_t small, std::uint64_t medium)
      : key_(key),
        places_(Derive(key, 2), size),
        small_share_(rule.small_share),
        pooled_share_(rule.small_share + rule.medium_share),
        size_(size),
        small_(small),
        medium_(medium) {}
  void Draw(const RowSet& rows, LaneReader& /*lanes*/, std::span<std::uint64_t> out) const override {
    const StreamKey key = KeyOfAttempt(key_, rows.attempt);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double share = ToUnit(Word(key, rows.ordinals[i]));
      const std::uint64_t word = Word(key, rows.ordinals[i], 1);
      out[i] = share < small_share_    ? places_(Scale(word, small_))
               : share < pooled_share_ ? places_(small_ + Scale(word, medium_))
                                       : Scale(word, size_);
    }
  }
  std::string Describe() const override { return "pools"; }

 private:
  StreamKey key_;
  Permutation places_;
  double small_share_;
  double pooled_share_;
  std::uint64_t size_;
  std::uint64_t small_;
  std::uint64_t medium_;
};

// Parents go in pairs, and the rows are dealt out evenly to pairs; inside of a pair the first gets a random part.
// An odd last parent gets the mean. So each row finds its parent without a list.
class PerParentSource final : public IndexSource {
 public:
  PerParentSource(StreamKey key, const PerParentRule& rule, std::uint64_t parents, std::uint64_t first_ordinal,
                  std::uint64_t rows)
      : splits_(Derive(key, 3)),
        first_ordinal_(first_ordinal),
        rows_(rows),
        pairs_(parents / 2),
        paired_rows_(parents % 2 == 0 ? rows : rows - rows / parents),
        min_(static_cast<std::uint64_t>(rule.min)),
        max_(static_cast<std::uint64_t>(rule.max)),
        row_places_(Derive(key, 1), std::max<std::uint64_t>(rows, 1)),
        parent_places_(Derive(key, 2), parents) {}
  void Draw(const RowSet& rows, LaneReader& /*lanes*/, std::span<std::uint64_t> out) const override {
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = parent_places_(ParentOf(row_places_((rows.ordinals[i] - first_ordinal_) % std::max(rows_, kOne))));
  }
  std::string Describe() const override { return "spread over parents"; }

 private:
  static constexpr std::uint64_t kOne = 1;

  std::uint64_t StartOf(std::uint64_t pair) const {
    return static_cast<std::uint64_t>((static_cast<Wide>(pair) * paired_rows_ + pairs_ - 1) / pairs_);
  }
  std::uint64_t ParentOf(std::uint64_t row) const {
    if (row >= paired_rows_) return 2 * pairs_;
    const auto pair = static_cast<std::uint64_t>(static_cast<Wide>(row) * pairs_ / paired_rows_);
    const std::uint64_t start = StartOf(pair);
    const std::uint64_t sum = StartOf(pair + 1) - start;
    const std::uint64_t least = std::max(min_, sum > max_ ? sum - max_ : 0);
    const std::uint64_t most = std::min(max_, sum - std::min(sum, min_));
    const std::uint64_t first = least + Scale(Word(splits_, pair), most - least + 1);
    return 2 * pair + (row - start < first ? 0 : 1);
  }

  StreamKey splits_;
  std::uint64_t first_ordinal_;
  std::uint64_t rows_;
  std::uint64_t pairs_;
  std::uint64_t paired_rows_;
  std::uint64_t min_;
  std::uint64_t max_;
  Permutation row_places_;
  Permutation parent_places_;
};

// Indexes of the pools of a rule: of the one that it draws from, or of the small and the medium one.
struct PoolSizes {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

PoolSizes SizesOf(const DuplicateRule& rule, std::uint64_t size) {
  const auto pool_of = [&](std::int64_t usual) {
    return std::min(size, static_cast<std::uint64_t>(rule.pool_size.value_or(usual)));
  };
  if (rule.strategy != Strategy::SmartDuplicates) return {pool_of(DuplicateRule::kMediumPool), 0};
  const std::uint64_t small = pool_of(DuplicateRule::kSmallPool);
  const auto five_fold = static_cast<std::int64_t>(small) * DuplicateRule::kMediumPool / DuplicateRule::kSmallPool;
  return {small, std::min(size - small, static_cast<std::uint64_t>(rule.medium_pool_size.value_or(five_fold)))};
}

}  // namespace

IndexSourcePointer MakeDuplicateSource(StreamKey key, const DuplicateRule& rule, std::uint64_t size) {
  const PoolSizes pools = SizesOf(rule, size);
  switch (rule.strategy) {
    case Strategy::GenerateNew:
      return std::make_unique<DealtSource>(key, size);
    case Strategy::AllowSimple:
      return std::make_unique<RepeatSource>(key, size, rule.probability.value_or(DuplicateRule::kProbability));
    case Strategy::CachedPool:
      return std::make_unique<PoolSource>(key, size, MakeUniformSource(key, pools.first));
    case Strategy::WeightedRandom:
      return std::make_unique<PoolSource>(key, size, MakeZipfSource(key, 1, pools.first));
    case Strategy::FastDataReuse:  // of whole rows: plan_reuse.cpp
    case Strategy::SmartDuplicates:
      break;
  }
  if (pools.second == 0) return MakeUniformSource(key, size);
  return std::make_unique<SmartSource>(key, rule, size, pools.first, pools.second);
}

std::vector<std::uint64_t> PoolOfDuplicates(StreamKey key, const DuplicateRule& rule, std::uint64_t size,
                                            std::uint64_t most) {
  std::vector<std::uint64_t> indexes;
  if (rule.strategy == Strategy::GenerateNew || rule.strategy == Strategy::AllowSimple) return indexes;
  const PoolSizes pools = SizesOf(rule, size);
  if (rule.strategy == Strategy::SmartDuplicates && pools.second == 0) return indexes;
  const Permutation places(Derive(key, 2), size);
  for (std::uint64_t slot = 0; slot < std::min(most, pools.first + pools.second); ++slot)
    indexes.push_back(places(slot));
  return indexes;
}

IndexSourcePointer MakePerParentSource(StreamKey key, const PerParentRule& rule, std::uint64_t parents,
                                       std::uint64_t first_ordinal, std::uint64_t rows) {
  return std::make_unique<PerParentSource>(key, rule, parents, first_ordinal, rows);
}

}  // namespace dbmocker

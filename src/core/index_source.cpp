// The index sources: uniform draws, sequences, keyed permutations, digits of another lane, earlier rows.
// Each is a pure function of (key, ordinal, attempt); none may keep anything between calls.
// Read first: UniformSource, then PermutedSource.
#include "dbmocker/index_source.h"

#include <cstddef>

#include "dbmocker/error.h"
#include "dbmocker/value_set.h"

namespace dbmocker {
namespace {

StreamKey KeyOfAttempt(StreamKey key, std::uint32_t attempt) { return attempt > 0 ? Derive(key, attempt) : key; }

class UniformSource final : public IndexSource {
 public:
  UniformSource(StreamKey key, std::uint64_t size) : key_(key), size_(size) {}

  void Draw(const RowSet& rows, LaneReader& /*lanes*/, std::span<std::uint64_t> out) const override {
    const StreamKey key = KeyOfAttempt(key_, rows.attempt);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = Scale(Word(key, rows.ordinals[i]), size_);
  }
  std::string Describe() const override { return "uniform over " + std::to_string(size_); }

 private:
  StreamKey key_;
  std::uint64_t size_;
};

class SequentialSource final : public IndexSource {
 public:
  explicit SequentialSource(std::uint64_t first) : first_(first) {}

  void Draw(const RowSet& rows, LaneReader& /*lanes*/, std::span<std::uint64_t> out) const override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = rows.ordinals[i] - first_;
  }
  bool IsUnique() const override { return true; }
  std::uint64_t Capacity() const override { return kMaxValueSetSize; }
  std::string Describe() const override { return "sequential"; }

 private:
  std::uint64_t first_;
};

class PermutedSource final : public IndexSource {
 public:
  PermutedSource(StreamKey key, std::uint64_t block_size, std::uint64_t capacity)
      : key_(key), block_size_(block_size), capacity_(capacity) {
    if (block_size == 0 || capacity == 0) throw Error(sqlstate::kInternalError, "a permuted source cannot be empty");
  }

  void Draw(const RowSet& rows, LaneReader& /*lanes*/, std::span<std::uint64_t> out) const override {
    std::uint64_t start = 0;
    Permutation permutation = PermuteBlock(0);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint64_t position = rows.positions[i] % capacity_;
      if (position < start || position - start >= permutation.size()) {
        const std::uint64_t block = position / block_size_;
        start = block * block_size_;
        permutation = PermuteBlock(block);
      }
      out[i] = start + permutation(position - start);
    }
  }
  bool IsUnique() const override { return true; }
  std::uint64_t Capacity() const override { return capacity_; }
  std::string Describe() const override {
    std::string text = "permutation of " + std::to_string(capacity_);
    if (block_size_ < capacity_) text += " in blocks of " + std::to_string(block_size_);
    return text;
  }

 private:
  Permutation PermuteBlock(std::uint64_t block) const {
    const std::uint64_t start = block * block_size_;
    const std::uint64_t rest = capacity_ - start;
    return Permutation(Derive(key_, block), rest < block_size_ ? rest : block_size_);
  }

  StreamKey key_;
  std::uint64_t block_size_;
  std::uint64_t capacity_;
};

class DeckSource final : public IndexSource {
 public:
  DeckSource(StreamKey key, std::uint64_t size, std::uint64_t first, IndexSourcePointer again)
      : key_(key), size_(size), first_(first), again_(std::move(again)) {}

  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    if (rows.attempt > 0) return again_->Draw(rows, lanes, out);
    std::uint64_t block = 0;
    Permutation shuffled(Derive(key_, block), size_);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint64_t place = rows.ordinals[i] - first_;
      if (place / size_ != block) shuffled = Permutation(Derive(key_, block = place / size_), size_);
      out[i] = shuffled(place % size_);
    }
  }
  std::string Describe() const override { return "in turns over " + std::to_string(size_); }

 private:
  StreamKey key_;
  std::uint64_t size_;
  std::uint64_t first_;
  IndexSourcePointer again_;
};

class DigitSource final : public IndexSource {
 public:
  DigitSource(LaneNumber lane, std::uint64_t divisor, std::uint64_t radix)
      : lane_(lane), divisor_(divisor), radix_(radix) {}

  void Draw(const RowSet& /*rows*/, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const std::span<const std::uint64_t> numbers = lanes.Read(lane_);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint64_t quotient = divisor_ > 1 ? numbers[i] / divisor_ : numbers[i];
      out[i] = radix_ == 0 ? quotient : quotient % radix_;
    }
  }
  std::string Describe() const override {
    std::string text = "lane " + std::to_string(lane_) + " / " + std::to_string(divisor_);
    if (radix_ != 0) text += " % " + std::to_string(radix_);
    return text;
  }

 private:
  LaneNumber lane_;
  std::uint64_t divisor_;
  std::uint64_t radix_;
};

class EarlierRowSource final : public IndexSource {
 public:
  // fan_out 0: any earlier row.
  EarlierRowSource(StreamKey key, LaneNumber key_lane, std::uint64_t first_ordinal, std::uint64_t fan_out)
      : key_(key), key_lane_(key_lane), first_ordinal_(first_ordinal), fan_out_(fan_out) {}

  void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const override {
    const StreamKey key = KeyOfAttempt(key_, rows.attempt);
    std::vector<std::uint64_t> ordinals(out.size());
    std::vector<std::uint64_t> positions(out.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint64_t ordinal = rows.ordinals[i];
      const std::uint64_t before = ordinal - first_ordinal_;
      if (static_cast<std::int64_t>(before) > 0) {
        const std::uint64_t above = fan_out_ == 0 ? before : (before - 1) / fan_out_ + 1;
        const bool is_tree = fan_out_ > 0 && rows.attempt == 0;
        ordinals[i] = first_ordinal_ + (is_tree ? above - 1 : Scale(Word(key, ordinal), above));
        positions[i] = ordinals[i];
      } else {
        ordinals[i] = ordinal;
        positions[i] = rows.positions[i];
      }
    }
    lanes.Evaluate(key_lane_, RowSet{ordinals, positions, 0}, out);
  }
  std::string Describe() const override { return "an earlier row's lane " + std::to_string(key_lane_); }

 private:
  StreamKey key_;
  LaneNumber key_lane_;
  std::uint64_t first_ordinal_;
  std::uint64_t fan_out_;
};

class RisingSource final : public IndexSource {
 public:
  RisingSource(StreamKey key, std::uint64_t first, std::uint64_t rows, std::uint64_t size)
      : key_(key), first_(first), rows_(rows), others_(size / rows) {}

  void Draw(const RowSet& rows, LaneReader& /*lanes*/, std::span<std::uint64_t> out) const override {
    const StreamKey key = KeyOfAttempt(key_, rows.attempt);
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = (rows.ordinals[i] - first_) % rows_;
      if (rows.attempt > 0) out[i] += rows_ * Scale(Word(key, rows.ordinals[i]), others_);
    }
  }
  std::string Describe() const override { return "rising with the row"; }

 private:
  StreamKey key_;
  std::uint64_t first_;
  std::uint64_t rows_;
  std::uint64_t others_;
};

}  // namespace

IndexSourcePointer MakeUniformSource(StreamKey key, std::uint64_t size) {
  return std::make_unique<UniformSource>(key, size);
}

IndexSourcePointer MakeSequentialSource(std::uint64_t first) { return std::make_unique<SequentialSource>(first); }

IndexSourcePointer MakePermutedSource(StreamKey key, std::uint64_t block_size, std::uint64_t capacity) {
  return std::make_unique<PermutedSource>(key, block_size, capacity);
}

IndexSourcePointer MakeDeckSource(StreamKey key, std::uint64_t size, std::uint64_t first, IndexSourcePointer again) {
  return std::make_unique<DeckSource>(key, size, first, std::move(again));
}

IndexSourcePointer MakeDigitSource(LaneNumber lane, std::uint64_t divisor, std::uint64_t radix) {
  return std::make_unique<DigitSource>(lane, divisor, radix);
}

IndexSourcePointer MakeEarlierRowSource(StreamKey key, LaneNumber key_lane, std::uint64_t first_ordinal) {
  return std::make_unique<EarlierRowSource>(key, key_lane, first_ordinal, 0);
}

IndexSourcePointer MakeTreeSource(StreamKey key, LaneNumber key_lane, std::uint64_t first_ordinal,
                                  std::uint64_t fan_out) {
  return std::make_unique<EarlierRowSource>(key, key_lane, first_ordinal, fan_out);
}

IndexSourcePointer MakeRisingSource(StreamKey key, std::uint64_t first, std::uint64_t rows, std::uint64_t size) {
  return std::make_unique<RisingSource>(key, first, rows, size);
}

}  // namespace dbmocker

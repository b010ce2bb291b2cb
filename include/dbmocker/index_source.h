// An index source: which index of a value set each row takes. Sources are pure functions of (key, ordinal, attempt);
// the results of one source over one batch are a lane, computed once and read by every column that shares it.
// Read first: RowSet, then IndexSource.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dbmocker/permutation.h"
#include "dbmocker/random_stream.h"

namespace dbmocker {

// The rows of one batch. `ordinals` number the rows; `positions` number the values of unique keys and equal the
// ordinals except for rows whose key had to be replaced. `attempt` counts redraws of rejected rows, from 0.
// All spans have the same length.
struct RowSet {
  std::span<const std::uint64_t> ordinals;
  std::span<const std::uint64_t> positions;
  std::uint32_t attempt = 0;
};

using LaneNumber = int;  // place in Plan's list of sources; a source may read lanes before its own only

class LaneReader {
 public:
  virtual ~LaneReader() = default;
  // The lane of the batch at hand, computed on first use.
  virtual std::span<const std::uint64_t> Read(LaneNumber lane) = 0;
  // The lane at other rows (references to rows of the same table); not kept.
  virtual void Evaluate(LaneNumber lane, const RowSet& rows, std::span<std::uint64_t> out) = 0;
};

class IndexSource {
 public:
  virtual ~IndexSource() = default;
  virtual void Draw(const RowSet& rows, LaneReader& lanes, std::span<std::uint64_t> out) const = 0;
  // True if distinct positions give distinct indexes.
  virtual bool IsUnique() const { return false; }
  // How many positions a unique source has; meaningless otherwise.
  virtual std::uint64_t Capacity() const { return 0; }
  virtual std::string Describe() const = 0;
};

using IndexSourcePointer = std::unique_ptr<const IndexSource>;

// Uniform over [0, size).
IndexSourcePointer MakeUniformSource(StreamKey key, std::uint64_t size);

// ordinal - first, i.e. 0, 1, 2 … for the rows of one run that starts at ordinal `first`. Not moved by attempts.
IndexSourcePointer MakeSequentialSource(std::uint64_t first);

// Unique: block b = position / block_size holds a permutation, keyed by b, of its block_size indexes; so the first
// block_size rows take the indexes below block_size, the next ones those of the second block, and so on.
// block_size = capacity gives one permutation of everything. capacity is a multiple of block_size or cut at the end.
// Positions count modulo capacity: any `capacity` consecutive ones are distinct.
IndexSourcePointer MakePermutedSource(StreamKey key, std::uint64_t block_size, std::uint64_t capacity);

// Over [0, size): every index once before any comes again, in blocks of `size` rows from ordinal `first` on. Rows that
// are drawn again take their index from `again`.
IndexSourcePointer MakeDeckSource(StreamKey key, std::uint64_t size, std::uint64_t first, IndexSourcePointer again);

// Digit of another lane in a mixed radix: (lane / divisor) % radix. radix 0 = no modulus.
IndexSourcePointer MakeDigitSource(LaneNumber lane, std::uint64_t divisor, std::uint64_t radix);

// For references inside one table: the row's parent is an earlier row, drawn uniformly from the rows before it; the
// index is what `key_lane` gives for that row. Rows at ordinals <= `first_ordinal` refer to themselves. `first_ordinal`
// may be "negative" (modulo 2^64) where rows that are stored already count as earlier rows.
IndexSourcePointer MakeEarlierRowSource(StreamKey key, LaneNumber key_lane, std::uint64_t first_ordinal);

// The same as a tree: each row is the parent of the next `fan_out` rows that have none yet, so that depth grows with
// the logarithm of the rows. Rows that are drawn again take any row up to that parent.
IndexSourcePointer MakeTreeSource(StreamKey key, LaneNumber key_lane, std::uint64_t first_ordinal,
                                  std::uint64_t fan_out);

// ordinal - first for rows from `first` on, below `rows`; rows that are drawn again take another index that stands for
// the same one modulo `rows`.
IndexSourcePointer MakeRisingSource(StreamKey key, std::uint64_t first, std::uint64_t rows, std::uint64_t size);

}  // namespace dbmocker

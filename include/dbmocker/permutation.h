// A keyed bijection of [0, n) onto itself: distinct positions give distinct indexes with no memory of what was used.
// Balanced or almost balanced Feistel network over the next power of two, with cycle walking back into [0, n).
// Read first: Permutation::operator().
#pragma once

#include <cstdint>

#include "dbmocker/random_stream.h"

namespace dbmocker {

class Permutation {
 public:
  // n: 1 … 2^63.
  Permutation(StreamKey key, std::uint64_t n);

  std::uint64_t size() const { return size_; }

  // position: [0, n). Returns an index in [0, n); a bijection. O(1) expected, below 2 rounds of walking on average.
  std::uint64_t operator()(std::uint64_t position) const;

 private:
  static constexpr int kRounds = 6;
  std::uint64_t EncryptOnce(std::uint64_t value) const;

  std::uint64_t size_;
  int left_bits_ = 0;
  int right_bits_ = 0;
  std::uint64_t round_keys_[kRounds] = {};
};

}  // namespace dbmocker

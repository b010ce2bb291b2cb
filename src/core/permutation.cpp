// The keyed bijection behind unique columns. A Feistel network over the next power of two scrambles the position; where
// the result falls outside [0, n) it is scrambled again ("cycle walking"), which keeps the whole a bijection.
// Must not allocate or branch on the key. Read first: Permutation::operator().
#include "dbmocker/permutation.h"

#include <bit>

namespace dbmocker {
namespace {

constexpr std::uint64_t kMultiplier = 0xA0761D6478BD642FULL;

// One multiplication, folded: every input bit reaches every output bit.
inline std::uint64_t ScrambleHalf(std::uint64_t half, std::uint64_t round_key) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(half ^ round_key) * kMultiplier;
  return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
}

inline std::uint64_t LowBits(int count) { return (std::uint64_t{1} << count) - 1; }

}  // namespace

Permutation::Permutation(StreamKey key, std::uint64_t n) : size_(n) {
  const int bits = n <= 1 ? 0 : static_cast<int>(std::bit_width(n - 1));
  left_bits_ = bits / 2;
  right_bits_ = bits - left_bits_;
  for (int round = 0; round < kRounds; ++round) {
    round_keys_[round] = Word(key, static_cast<std::uint64_t>(round));
  }
}

std::uint64_t Permutation::operator()(std::uint64_t position) const {
  if (size_ <= 1) return 0;
  do {
    position = EncryptOnce(position);
  } while (position >= size_);
  return position;
}

std::uint64_t Permutation::EncryptOnce(std::uint64_t value) const {
  const std::uint64_t left_mask = LowBits(left_bits_);
  const std::uint64_t right_mask = LowBits(right_bits_);
  std::uint64_t left = value >> right_bits_;
  std::uint64_t right = value & right_mask;
  for (int round = 0; round < kRounds; round += 2) {
    left ^= ScrambleHalf(right, round_keys_[round]) & left_mask;
    right ^= ScrambleHalf(left, round_keys_[round + 1]) & right_mask;
  }
  return (left << right_bits_) | right;
}

}  // namespace dbmocker

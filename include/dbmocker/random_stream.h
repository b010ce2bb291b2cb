// Counter-based randomness: every 64-bit word is a pure function of (key, ordinal, k); there is no state to carry,
// so any row is computed in O(1) by any worker. Must never read a clock, a global or an engine.
// Read first: MakeStreamKey, then Word.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace dbmocker {

// One stream of words, e.g. that of one column of one target under one seed.
struct StreamKey {
  std::uint64_t value = 0;
};

// XXH3 of (seed, target, column), with the lengths hashed too, so ("ab","c") and ("a","bc") differ.
StreamKey MakeStreamKey(std::int64_t seed, std::string_view target, std::string_view column);

// A stream that is independent of `key`, named by a small number (attempts, sub-draws).
StreamKey Derive(StreamKey key, std::uint64_t n);

inline constexpr std::uint64_t kGoldenGamma = 0x9E3779B97F4A7C15ULL;

// The output function of SplitMix64 (Steele, Lea, Flood 2014; constants by Stafford, "mix13"). A bijection of 64 bits.
constexpr std::uint64_t Mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

// Word 0 of an ordinal, and the base from which its further words follow.
constexpr std::uint64_t Word(StreamKey key, std::uint64_t ordinal) {
  return Mix(key.value + (ordinal + 1) * kGoldenGamma);
}

// Word k of an ordinal; Word(key, i, 0) == Word(key, i).
constexpr std::uint64_t Word(StreamKey key, std::uint64_t ordinal, std::uint64_t k) {
  const std::uint64_t first = Word(key, ordinal);
  return k == 0 ? first : Mix(first + k * kGoldenGamma);
}

// Maps a uniform word onto [0, n), n >= 1, by multiplication; the bias is at most n / 2^64.
constexpr std::uint64_t Scale(std::uint64_t word, std::uint64_t n) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(word) * n) >> 64);
}

// Maps a uniform word onto [0, 1) with 53 bits.
constexpr double ToUnit(std::uint64_t word) { return static_cast<double>(word >> 11) * 0x1.0p-53; }

// The words 0, 1, 2 … of one ordinal as a UniformRandomBitGenerator, for Boost.Random's distributions.
class RowEngine {
 public:
  using result_type = std::uint64_t;
  RowEngine(StreamKey key, std::uint64_t ordinal) : key_(key), ordinal_(ordinal) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() { return Word(key_, ordinal_, k_++); }

 private:
  StreamKey key_;
  std::uint64_t ordinal_;
  std::uint64_t k_ = 0;
};

}  // namespace dbmocker

// Derived random words of an index, for providers: parts of a value that need not be distinct are drawn from these.
// Read first: IndexWords.
#pragma once

#include <cstdint>
#include <span>

#include "dbmocker/random_stream.h"

namespace dbmocker {

// Words of one index under one salt; word 0 is a bijection of the index.
class IndexWords {
 public:
  IndexWords(std::uint64_t index, std::uint64_t salt) : next_(Mix(index * kGoldenGamma + salt)) {}

  std::uint64_t Next() {
    const std::uint64_t word = Mix(next_);
    next_ += kGoldenGamma;
    return word;
  }
  std::uint64_t Below(std::uint64_t n) { return Scale(Next(), n); }
  template <class T>
  const T& Pick(std::span<const T> list) {
    return list[Below(list.size())];
  }

 private:
  std::uint64_t next_;
};

// A bijection of [0, modulus): multiplies by a number that has no factor in common with it.
class Scrambler {
 public:
  constexpr explicit Scrambler(std::uint64_t modulus) : modulus_(modulus), factor_(modulus / 5 * 3 + 1) {
    while (CommonFactor(factor_, modulus_) != 1) ++factor_;
  }
  constexpr std::uint64_t modulus() const { return modulus_; }
  constexpr std::uint64_t operator()(std::uint64_t index) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(index) * factor_ + modulus_ / 7) % modulus_);
  }

 private:
  static constexpr std::uint64_t CommonFactor(std::uint64_t a, std::uint64_t b) {
    while (b != 0) {
      const std::uint64_t rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }
  std::uint64_t modulus_;
  std::uint64_t factor_;
};

}  // namespace dbmocker

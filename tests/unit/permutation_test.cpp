// The keyed permutation: a bijection for every size, exhaustively where that is possible, and mixing well.
// Each test proves the property that its name says.
#include "dbmocker/permutation.h"

#include <gtest/gtest.h>

#include <array>
#include <unordered_set>
#include <vector>

namespace dbmocker {
namespace {

TEST(Permutation, IsABijectionForEverySmallSize) {
  for (std::uint64_t n = 1; n <= 600; ++n) {
    for (std::uint64_t key = 0; key < 3; ++key) {
      const Permutation permutation(StreamKey{key}, n);
      std::vector<bool> seen(n, false);
      for (std::uint64_t i = 0; i < n; ++i) {
        const std::uint64_t index = permutation(i);
        ASSERT_LT(index, n);
        ASSERT_FALSE(seen[index]) << "n " << n << " key " << key;
        seen[index] = true;
      }
    }
  }
}

TEST(Permutation, IsABijectionAroundPowersOfTwo) {
  for (const std::uint64_t n : {65'535U, 65'536U, 65'537U, 1'000'003U}) {
    const Permutation permutation(StreamKey{n}, n);
    std::vector<bool> seen(n, false);
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::uint64_t index = permutation(i);
      ASSERT_LT(index, n);
      ASSERT_FALSE(seen[index]);
      seen[index] = true;
    }
  }
}

TEST(Permutation, LargeSizesStayInsideAndDistinct) {
  constexpr std::uint64_t kOne = 1;
  for (const std::uint64_t n :
       {kOne << 40, (kOne << 40) + 1, (kOne << 62) - 3, kOne << 62, (kOne << 62) + 1, kOne << 63}) {
    const Permutation permutation(StreamKey{7}, n);
    std::unordered_set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      ASSERT_TRUE(seen.insert(permutation(i)).second);
      ASSERT_TRUE(seen.insert(permutation(n - 1 - i)).second);
    }
    for (const std::uint64_t index : seen) ASSERT_LT(index, n);
  }
}

TEST(Permutation, KeysGiveDifferentOrders) {
  const Permutation a(StreamKey{1}, 1000);
  const Permutation b(StreamKey{2}, 1000);
  int same = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) same += a(i) == b(i) ? 1 : 0;
  EXPECT_LT(same, 20);
}

// The first tenth of the positions must fall evenly over the whole range: rows of a first batch look like all rows.
TEST(Permutation, ScattersNeighbours) {
  constexpr std::uint64_t kSize = 1'000'000;
  const Permutation permutation(StreamKey{3}, kSize);
  std::array<std::uint64_t, 256> cells{};
  for (std::uint64_t i = 0; i < kSize / 10; ++i) ++cells[permutation(i) * 256 / kSize];
  double chi_square = 0;
  const double expected = static_cast<double>(kSize) / 10 / 256;
  for (const std::uint64_t cell : cells) {
    const double off = static_cast<double>(cell) - expected;
    chi_square += off * off / expected;
  }
  EXPECT_LT(chi_square, 370);  // drawing without replacement makes it smaller than of random words, never larger
  EXPECT_GT(chi_square, 100);
}

TEST(Permutation, EveryPlaceOfATinySetIsReached) {
  std::array<int, 3> first{};
  for (std::uint64_t key = 0; key < 3000; ++key) ++first[Permutation(StreamKey{Mix(key)}, 3)(0)];
  for (const int count : first) EXPECT_NEAR(count, 1000, 200);
}

}  // namespace
}  // namespace dbmocker

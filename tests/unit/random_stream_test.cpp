// The random streams on fixed seeds: chi-square tests of uniformity and independence, and the naming of streams.
// Each test proves the property that its name says.
#include "dbmocker/random_stream.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

namespace dbmocker {
namespace {

constexpr std::uint64_t kDraws = 256 * 1000;

// Chi-square over 256 cells has mean 255 and deviation 22.6; 140 … 370 is five deviations either way.
template <typename DrawCell>
double ChiSquare(DrawCell draw_cell) {
  std::array<std::uint64_t, 256> cells{};
  for (std::uint64_t i = 0; i < kDraws; ++i) ++cells[draw_cell(i) & 0xFFU];
  double sum = 0;
  const double expected = static_cast<double>(kDraws) / 256;
  for (const std::uint64_t cell : cells) {
    const double off = static_cast<double>(cell) - expected;
    sum += off * off / expected;
  }
  return sum;
}

void ExpectUniform(double chi_square, const char* what) {
  EXPECT_GT(chi_square, 140) << what;
  EXPECT_LT(chi_square, 370) << what;
}

TEST(RandomStream, WordsAreUniform) {
  for (std::int64_t seed = 0; seed < 4; ++seed) {
    const StreamKey key = MakeStreamKey(seed, "public.users", "email");
    ExpectUniform(ChiSquare([&](std::uint64_t i) { return Word(key, i); }), "low byte");
    ExpectUniform(ChiSquare([&](std::uint64_t i) { return Word(key, i) >> 56; }), "high byte");
    ExpectUniform(ChiSquare([&](std::uint64_t i) { return Word(key, i, 3) >> 20; }), "third word");
    ExpectUniform(ChiSquare([&](std::uint64_t i) { return Scale(Word(key, i), 256); }), "scaled");
  }
}

TEST(RandomStream, NeighboursAndColumnsAreIndependent) {
  const StreamKey a = MakeStreamKey(1, "t", "a");
  const StreamKey b = MakeStreamKey(1, "t", "b");
  const auto nibble = [](std::uint64_t word) { return word >> 60; };
  ExpectUniform(ChiSquare([&](std::uint64_t i) { return nibble(Word(a, i)) << 4 | nibble(Word(a, i + 1)); }),
                "neighbours");
  ExpectUniform(ChiSquare([&](std::uint64_t i) { return nibble(Word(a, i)) << 4 | nibble(Word(b, i)); }), "columns");
  ExpectUniform(ChiSquare([&](std::uint64_t i) { return nibble(Word(a, i)) << 4 | nibble(Word(a, i, 1)); }), "words");
  ExpectUniform(ChiSquare([&](std::uint64_t i) { return nibble(Word(a, i)) << 4 | nibble(Word(Derive(a, 1), i)); }),
                "attempts");
}

TEST(RandomStream, AConstantStreamWouldFail) {
  EXPECT_GT(ChiSquare([](std::uint64_t) { return 7U; }), 370);
  EXPECT_LT(ChiSquare([](std::uint64_t i) { return i; }), 140);
}

TEST(RandomStream, KeysDependOnEveryPartAndItsLength) {
  std::set<std::uint64_t> keys;
  keys.insert(MakeStreamKey(1, "ab", "c").value);
  keys.insert(MakeStreamKey(1, "a", "bc").value);
  keys.insert(MakeStreamKey(1, "abc", "").value);
  keys.insert(MakeStreamKey(2, "ab", "c").value);
  keys.insert(MakeStreamKey(-1, "ab", "c").value);
  EXPECT_EQ(keys.size(), 5U);
  EXPECT_EQ(MakeStreamKey(1, "ab", "c").value, MakeStreamKey(1, "ab", "c").value);
}

// Stored data depends on these: a change of the hash or the mixing breaks reproducibility between versions.
TEST(RandomStream, WordsNeverChange) {
  const StreamKey key = MakeStreamKey(42, "public.orders", "id");
  EXPECT_EQ(key.value, 0xF4E7C932A597229FULL);
  EXPECT_EQ(Word(key, 0), 0xB1774A8A7721FFULL);
  EXPECT_EQ(Word(key, 1'000'000, 2), 0x586954855BCCCE7FULL);
  EXPECT_EQ(Derive(key, 1).value, 0x746CC170E1C2678AULL);
}

TEST(RandomStream, DerivedKeysDiffer) {
  const StreamKey key{12345};
  std::set<std::uint64_t> keys{key.value};
  for (std::uint64_t n = 0; n < 1000; ++n) keys.insert(Derive(key, n).value);
  EXPECT_EQ(keys.size(), 1001U);
}

TEST(RandomStream, ScaleStaysBelowItsBound) {
  constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t n :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1000}, std::uint64_t{1} << 62, kTop}) {
    EXPECT_EQ(Scale(0, n), 0U);
    EXPECT_EQ(Scale(kTop, n), n - 1);
  }
  EXPECT_LT(ToUnit(kTop), 1.0);
  EXPECT_EQ(ToUnit(0), 0.0);
}

TEST(RandomStream, EngineGivesTheWordsOfItsRow) {
  const StreamKey key{99};
  RowEngine engine(key, 5);
  for (std::uint64_t k = 0; k < 10; ++k) EXPECT_EQ(engine(), Word(key, 5, k));
}

}  // namespace
}  // namespace dbmocker

// Duplicates by strategy and children by parent: shares, pools and bounds, for any part of the rows.
// Read first: Draw.
#include "core/duplicate_sources.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <set>

namespace dbmocker {
namespace {

constexpr StreamKey kKey{0xABCDEF};
using Strategy = DuplicateRule::Strategy;

class NoLanes final : public LaneReader {
 public:
  std::span<const std::uint64_t> Read(LaneNumber) override { return {}; }
  void Evaluate(LaneNumber, const RowSet&, std::span<std::uint64_t>) override {}
};

std::vector<std::uint64_t> Draw(const IndexSource& source, std::uint64_t count, std::uint64_t first = 0) {
  std::vector<std::uint64_t> ordinals(count), out(count);
  std::iota(ordinals.begin(), ordinals.end(), first);
  NoLanes lanes;
  source.Draw(RowSet{ordinals, ordinals, 0}, lanes, out);
  return out;
}

DuplicateRule Rule(Strategy strategy, std::optional<std::int64_t> pool_size = {}, std::optional<double> p = {}) {
  DuplicateRule rule;
  rule.strategy = strategy;
  rule.probability = p;
  rule.pool_size = pool_size;
  return rule;
}

std::size_t CountDistinct(const std::vector<std::uint64_t>& values) {
  return std::set<std::uint64_t>(values.begin(), values.end()).size();
}

constexpr std::uint64_t kWide = 1'000'000'000;
constexpr std::uint64_t kRows = 50'000;

TEST(DuplicateSourcesTest, NewValuesAreDistinctAsFarAsTheyGo) {
  const auto source = MakeDuplicateSource(kKey, Rule(Strategy::GenerateNew), 1000);
  EXPECT_EQ(CountDistinct(Draw(*source, 1000)), 1000U);
  EXPECT_EQ(CountDistinct(Draw(*source, 1000, 3000)), 1000U);
  const auto twice = Draw(*source, 500, 700);
  EXPECT_TRUE(std::equal(twice.begin() + 300, twice.end(), Draw(*source, 200, 1000).begin()));
}

TEST(DuplicateSourcesTest, SimpleDuplicatesRepeatEarlierValues) {
  for (const double probability : {0.0, 0.3, 0.9, 1.0}) {
    const auto source = MakeDuplicateSource(kKey, Rule(Strategy::AllowSimple, {}, probability), kWide);
    const auto values = Draw(*source, kRows);
    std::set<std::uint64_t> seen;
    std::size_t repeated = 0;
    for (const std::uint64_t value : values) repeated += seen.insert(value).second ? 0 : 1;
    EXPECT_NEAR(static_cast<double>(repeated) / kRows, probability, 0.01);
  }
}

TEST(DuplicateSourcesTest, PoolsHaveTheirSize) {
  EXPECT_EQ(CountDistinct(Draw(*MakeDuplicateSource(kKey, Rule(Strategy::CachedPool, 40), kWide), kRows)), 40U);
  EXPECT_EQ(CountDistinct(Draw(*MakeDuplicateSource(kKey, Rule(Strategy::CachedPool, 40), 7), kRows)), 7U);
  const auto weighted = Draw(*MakeDuplicateSource(kKey, Rule(Strategy::WeightedRandom, 40), kWide), kRows);
  EXPECT_EQ(CountDistinct(weighted), 40U);
  std::map<std::uint64_t, int> counts;
  int most = 0;
  for (const std::uint64_t value : weighted) most = std::max(most, ++counts[value]);
  EXPECT_NEAR(most / static_cast<double>(kRows), 1 / 4.2785, 0.02) << "the first of 40 by Zipf's law";
}

TEST(DuplicateSourcesTest, SmartDuplicatesKeepTheirShares) {
  const auto values = Draw(*MakeDuplicateSource(kKey, Rule(Strategy::SmartDuplicates), kWide), kRows);
  std::map<std::uint64_t, int> counts;
  for (const std::uint64_t value : values) ++counts[value];
  double small = 0, medium = 0, fresh = 0;
  int pool_values = 0;
  for (const auto& [value, count] : counts) {
    (count > 3000 ? small : count > 100 ? medium : fresh) += count;
    pool_values += count > 100 ? 1 : 0;
  }
  EXPECT_NEAR(small / kRows, 0.6, 0.02);
  EXPECT_NEAR(medium / kRows, 0.3, 0.02);
  EXPECT_NEAR(fresh / kRows, 0.1, 0.02);
  EXPECT_EQ(pool_values, 30);
}

TEST(DuplicateSourcesTest, EveryParentHasItsChildren) {
  for (const std::uint64_t parents : {1, 2, 3, 10, 101}) {
    for (const auto& [min, max] : {std::pair<std::int64_t, std::int64_t>{0, 3}, {1, 1}, {2, 9}, {1, 100}}) {
      for (int step = 0; step <= 4; ++step) {
        const std::uint64_t least = parents * static_cast<std::uint64_t>(min);
        const std::uint64_t most = parents * static_cast<std::uint64_t>(max);
        const std::uint64_t rows = least + (most - least) * static_cast<std::uint64_t>(step) / 4;
        const auto source = MakePerParentSource(kKey, {min, max}, parents, 77, rows);
        std::vector<std::int64_t> counts(parents, 0);
        for (const std::uint64_t parent : Draw(*source, rows, 77)) {
          ASSERT_LT(parent, parents);
          ++counts[parent];
        }
        for (const std::int64_t count : counts) {
          ASSERT_GE(count, min) << parents << " " << rows;
          ASSERT_LE(count, max) << parents << " " << rows;
        }
      }
    }
  }
}

TEST(DuplicateSourcesTest, ChildrenAreSpreadOut) {
  std::vector<int> counts(1000, 0);
  for (const std::uint64_t parent : Draw(*MakePerParentSource(kKey, {0, 10}, 1000, 0, 5000), 5000)) ++counts[parent];
  EXPECT_EQ(std::set<int>(counts.begin(), counts.end()).size(), 11U) << "every number of children comes";
}

}  // namespace
}  // namespace dbmocker

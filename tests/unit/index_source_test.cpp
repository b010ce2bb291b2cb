// The index sources: bounds, uniqueness, blocks, redraws, and rows that do not depend on how a run is cut into batches.
// Each test proves the property that its name says.
#include "dbmocker/index_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace dbmocker {
namespace {

// One lane, computed from a source at whatever rows are asked for.
class OneLane final : public LaneReader {
 public:
  explicit OneLane(const IndexSource* source = nullptr) : source_(source) {}
  std::vector<std::uint64_t> values;

  std::span<const std::uint64_t> Read(LaneNumber) override { return values; }
  void Evaluate(LaneNumber, const RowSet& rows, std::span<std::uint64_t> out) override {
    source_->Draw(rows, *this, out);
  }

 private:
  const IndexSource* source_;
};

std::vector<std::uint64_t> Count(std::uint64_t first, std::uint64_t count) {
  std::vector<std::uint64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

std::vector<std::uint64_t> DrawAll(const IndexSource& source, std::uint64_t first, std::uint64_t count,
                                   std::uint32_t attempt = 0, const IndexSource* lane = nullptr) {
  const std::vector<std::uint64_t> ordinals = Count(first, count);
  std::vector<std::uint64_t> out(count);
  OneLane lanes(lane);
  source.Draw(RowSet{ordinals, ordinals, attempt}, lanes, out);
  return out;
}

// Draws in batches of changing sizes.
std::vector<std::uint64_t> DrawInPieces(const IndexSource& source, std::uint64_t first, std::uint64_t count,
                                        const IndexSource* lane = nullptr) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t done = 0, piece = 1; done < count; done += piece, piece = piece * 2 + 1) {
    piece = std::min(piece, count - done);
    const auto part = DrawAll(source, first + done, piece, 0, lane);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::size_t CountDistinct(const std::vector<std::uint64_t>& numbers) {
  return std::set<std::uint64_t>(numbers.begin(), numbers.end()).size();
}

TEST(UniformSource, CoversItsSizeAndRedraws) {
  const auto source = MakeUniformSource(StreamKey{1}, 10);
  const auto drawn = DrawAll(*source, 0, 10'000);
  EXPECT_EQ(CountDistinct(drawn), 10U);
  EXPECT_EQ(*std::max_element(drawn.begin(), drawn.end()), 9U);
  const auto again = DrawAll(*source, 0, 10'000, 1);
  std::size_t same = 0;
  for (std::size_t i = 0; i < drawn.size(); ++i) same += drawn[i] == again[i] ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(same), 1000, 200);
  EXPECT_NE(again, DrawAll(*source, 0, 10'000, 2));
  EXPECT_EQ(drawn, DrawInPieces(*source, 0, 10'000));
}

TEST(SequentialSource, CountsFromItsFirstOrdinal) {
  const auto source = MakeSequentialSource(100);
  EXPECT_EQ(DrawAll(*source, 100, 5), Count(0, 5));
  EXPECT_EQ(DrawAll(*source, 100, 5, 3), Count(0, 5));
}

TEST(PermutedSource, EachBlockIsAPermutationOfItsOwnIndexes) {
  constexpr std::uint64_t kBlock = 100;
  constexpr std::uint64_t kCapacity = 1050;  // the last block is cut
  const auto source = MakePermutedSource(StreamKey{5}, kBlock, kCapacity);
  ASSERT_TRUE(source->IsUnique());
  ASSERT_EQ(source->Capacity(), kCapacity);
  const auto drawn = DrawAll(*source, 0, kCapacity);
  EXPECT_EQ(CountDistinct(drawn), kCapacity);
  for (std::uint64_t i = 0; i < kCapacity; ++i) ASSERT_EQ(drawn[i] / kBlock, i / kBlock);
  EXPECT_NE(drawn, Count(0, kCapacity));
  // Blocks are shuffled differently.
  std::vector<std::uint64_t> second(drawn.begin() + 100, drawn.begin() + 200);
  for (std::uint64_t& index : second) index -= kBlock;
  EXPECT_NE(second, std::vector<std::uint64_t>(drawn.begin(), drawn.begin() + 100));
  EXPECT_EQ(drawn, DrawInPieces(*source, 0, kCapacity));
}

TEST(PermutedSource, ReadsPositionsAndIgnoresOrdinalsAndAttempts) {
  const auto source = MakePermutedSource(StreamKey{5}, 1000, 1000);
  const auto straight = DrawAll(*source, 0, 1000);
  std::vector<std::uint64_t> positions = Count(0, 1000);
  std::reverse(positions.begin(), positions.end());
  const std::vector<std::uint64_t> ordinals(1000, 7);
  std::vector<std::uint64_t> out(1000);
  OneLane lanes;
  source->Draw(RowSet{ordinals, positions, 4}, lanes, out);
  std::reverse(out.begin(), out.end());
  EXPECT_EQ(out, straight);
}

TEST(PermutedSource, CountsPositionsModuloItsCapacity) {
  const auto source = MakePermutedSource(StreamKey{5}, 10, 25);
  EXPECT_EQ(CountDistinct(DrawAll(*source, 17, 25)), 25U);
  EXPECT_EQ(DrawAll(*source, 25, 25), DrawAll(*source, 0, 25));
}

TEST(DigitSource, TakesDigitsOfAnotherLane) {
  OneLane lanes;
  lanes.values = {0, 1, 9, 10, 123, 999};
  std::vector<std::uint64_t> out(lanes.values.size());
  const std::vector<std::uint64_t> rows(out.size());
  MakeDigitSource(0, 10, 10)->Draw(RowSet{rows, rows, 0}, lanes, out);
  EXPECT_EQ(out, (std::vector<std::uint64_t>{0, 0, 0, 1, 2, 9}));
  MakeDigitSource(0, 10, 0)->Draw(RowSet{rows, rows, 0}, lanes, out);
  EXPECT_EQ(out, (std::vector<std::uint64_t>{0, 0, 0, 1, 12, 99}));
}

TEST(EarlierRowSource, RefersToEarlierRowsOnly) {
  constexpr std::uint64_t kFirst = 50;
  const auto identity = MakeSequentialSource(0);
  const auto source = MakeEarlierRowSource(StreamKey{2}, 0, kFirst);
  const auto drawn = DrawAll(*source, kFirst, 5000, 0, identity.get());
  EXPECT_EQ(drawn[0], kFirst);
  for (std::uint64_t i = 1; i < drawn.size(); ++i) {
    ASSERT_GE(drawn[i], kFirst);
    ASSERT_LT(drawn[i], kFirst + i);
  }
  EXPECT_GT(CountDistinct(drawn), 2000U);
  EXPECT_EQ(drawn, DrawInPieces(*source, kFirst, 5000, identity.get()));
  EXPECT_NE(drawn, DrawAll(*source, kFirst, 5000, 1, identity.get()));
}

// Stored rows count as earlier rows where the first ordinal lies before 0.
TEST(EarlierRowSource, FirstOrdinalMayBeNegative) {
  const auto numbers = MakeSequentialSource(std::uint64_t{0} - 100);
  const auto source = MakeEarlierRowSource(StreamKey{2}, 0, std::uint64_t{0} - 100);
  const auto drawn = DrawAll(*source, 0, 1000, 0, numbers.get());
  for (std::uint64_t i = 0; i < drawn.size(); ++i) ASSERT_LT(drawn[i], 100 + i);
  EXPECT_LT(*std::min_element(drawn.begin(), drawn.end()), 20U);
}

TEST(EarlierRowSource, GivesTheKeyOfTheParentRow) {
  const auto keys = MakePermutedSource(StreamKey{9}, 5000, 5000);
  const auto source = MakeEarlierRowSource(StreamKey{2}, 0, 0);
  const auto numbers = MakeSequentialSource(0);
  const auto parents = DrawAll(*source, 0, 5000, 0, numbers.get());
  const auto drawn = DrawAll(*source, 0, 5000, 0, keys.get());
  const auto all_keys = DrawAll(*keys, 0, 5000);
  for (std::size_t i = 0; i < drawn.size(); ++i) ASSERT_EQ(drawn[i], all_keys[parents[i]]);
}

}  // namespace
}  // namespace dbmocker

// The arena: memory that stays put, alignment, large requests, reuse after Clear; and varlena headers.
// Each test proves the property that its name says.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "dbmocker/batch.h"
#include "decode_values.h"

namespace dbmocker {
namespace {

TEST(Arena, KeepsEveryAllocationApart) {
  Arena arena;
  std::vector<std::pair<std::byte*, std::size_t>> blocks;
  for (std::size_t i = 0; i < 5000; ++i) {
    const std::size_t size = i % 97 == 0 ? 100'000 + i : 1 + i % 61;
    std::byte* bytes = arena.Allocate(size);
    std::memset(bytes, static_cast<int>(i & 0xFFU), size);
    blocks.emplace_back(bytes, size);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (std::size_t j = 0; j < blocks[i].second; ++j) {
      ASSERT_EQ(blocks[i].first[j], static_cast<std::byte>(i & 0xFFU)) << "allocation " << i;
    }
  }
}

TEST(Arena, HonoursAlignment) {
  Arena arena;
  for (std::size_t i = 0; i < 20'000; ++i) {
    const std::size_t alignment = std::size_t{1} << (i % 4);
    const std::byte* bytes = arena.Allocate(1 + i % 40, alignment);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % alignment, 0U);
  }
}

TEST(Arena, ReusesItsBlocks) {
  Arena arena;
  std::size_t reserved = 0;
  for (int round = 0; round < 20; ++round) {
    arena.Clear();
    for (int i = 0; i < 3000; ++i) arena.Allocate(100, 8);
    arena.Allocate(1'000'000);
    for (int i = 0; i < 3000; ++i) arena.Allocate(100, 8);
    if (round == 1) reserved = arena.bytes_reserved();
  }
  EXPECT_EQ(arena.bytes_reserved(), reserved);
}

TEST(Arena, ShrinkGivesBackTheTailOfALargeAllocationToo) {
  Arena arena;
  for (const std::size_t size : {std::size_t{100}, std::size_t{200'000}}) {
    std::byte* first = arena.Allocate(size);
    arena.Shrink(60);
    EXPECT_EQ(arena.Allocate(1), first + size - 60);
  }
}

TEST(Batch, VarlenaHeadersFitTheirPayload) {
  ColumnBuffer buffer;
  const std::vector<std::size_t> sizes = {0, 1, 125, 126, 127, 128, 1000, 70'000};
  buffer.Reset(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) buffer.SetVarlena(i, std::string(sizes[i], 'x'));
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    EXPECT_EQ(sample::DecodeVarlena(buffer.words()[i]), std::string(sizes[i], 'x'));
    const auto* first = reinterpret_cast<const unsigned char*>(static_cast<std::uintptr_t>(buffer.words()[i]));
    EXPECT_EQ((*first & 1U) == 1U, sizes[i] <= 126) << sizes[i];
    const std::uintptr_t alignment = sizes[i] > 126 ? 4 : 1;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % alignment, 0U);
  }
}

}  // namespace
}  // namespace dbmocker

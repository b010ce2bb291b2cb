// Caches of stored keys: what each strategy keeps and throws out; and keys in files, which give the same values under
// all of them.
// Read first: ReadThrough.
#include "dbmocker/value_cache.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "dbmocker/error.h"
#include "dbmocker/key_file.h"

namespace dbmocker {
namespace {

constexpr std::uint64_t kKilobyte = 1024;

std::shared_ptr<ValueCache> MakeCache(CacheStrategy strategy, std::uint64_t cache_bytes,
                                      std::uint64_t memory_bytes = 1 << 30) {
  return std::make_shared<ValueCache>(CacheLimits{strategy, cache_bytes, memory_bytes});
}

// True if the block was there; puts it in if it was not.
bool LookUp(ValueCache& cache, std::uint64_t block, std::size_t size = kKilobyte) {
  const std::vector<std::byte>* found = cache.Find(0, block);
  const bool is_hit = found != nullptr;
  if (!is_hit) found = cache.Keep(0, block, std::vector<std::byte>(size, static_cast<std::byte>(block)));
  EXPECT_EQ(found->front(), static_cast<std::byte>(block));
  return is_hit;
}

TEST(ValueCache, SimpleKeepsWhatCameFirst) {
  ValueCache cache({CacheStrategy::Simple, 1, 100 * kKilobyte});
  for (std::uint64_t block = 0; block < 200; ++block) EXPECT_FALSE(LookUp(cache, block));
  EXPECT_TRUE(LookUp(cache, 0));
  EXPECT_TRUE(LookUp(cache, 50));
  EXPECT_FALSE(LookUp(cache, 199));
  EXPECT_EQ(cache.use().evictions, 0U);
  EXPECT_LE(cache.use().peak_bytes, 100 * kKilobyte);
  EXPECT_GT(cache.use().peak_bytes, 80 * kKilobyte);
}

TEST(ValueCache, IntelligentKeepsWhatWasUsedLast) {
  ValueCache cache({CacheStrategy::Intelligent, 100 * kKilobyte, 1 << 30});
  for (std::uint64_t block = 0; block < 200; ++block) {
    LookUp(cache, block);
    LookUp(cache, 0);
  }
  EXPECT_TRUE(LookUp(cache, 0)) << "used all the time";
  EXPECT_TRUE(LookUp(cache, 199));
  EXPECT_FALSE(LookUp(cache, 1)) << "used long ago";
  EXPECT_GT(cache.use().evictions, 100U);
  EXPECT_LE(cache.use().peak_bytes, 100 * kKilobyte);
}

TEST(ValueCache, IntelligentStaysWithinTheMemoryLimit) {
  ValueCache cache({CacheStrategy::Intelligent, 1000 * kKilobyte, 100 * kKilobyte});
  for (std::uint64_t block = 0; block < 500; ++block) LookUp(cache, block);
  EXPECT_LE(cache.use().peak_bytes, 100 * kKilobyte);
}

TEST(ValueCache, AdaptiveGrowsWhileItMissesAndShrinksWhileItHits) {
  ValueCache cache({CacheStrategy::Adaptive, 8192 * kKilobyte, 1 << 30});
  const std::uint64_t first = cache.capacity();
  EXPECT_LT(first, 8192 * kKilobyte);
  for (int round = 0; round < 20; ++round)
    for (std::uint64_t block = 0; block < 6000; ++block) LookUp(cache, block);
  const std::uint64_t grown = cache.capacity();
  EXPECT_GE(grown, 4 * first);
  EXPECT_LE(grown, 8192 * kKilobyte);
  for (int i = 0; i < 200'000; ++i) LookUp(cache, static_cast<std::uint64_t>(i % 10));
  EXPECT_LT(cache.capacity(), grown / 4);
  EXPECT_LE(cache.use().bytes, cache.capacity());
  EXPECT_GT(cache.use().evictions, 0U);
}

TEST(ValueCache, ReservesWithinItsCapacity) {
  ValueCache cache({CacheStrategy::Intelligent, 100, 1000});
  EXPECT_TRUE(cache.Reserve(60));
  EXPECT_FALSE(cache.Reserve(60));
  EXPECT_TRUE(cache.Reserve(40));
  ValueCache none({CacheStrategy::None, 100, 1000});
  EXPECT_FALSE(none.Reserve(1));
}

// A file of keys that goes with the object.
class TestFile {
 public:
  ~TestFile() { std::filesystem::remove(file_.path); }

  void Write(KeyFileBuilder& builder) {
    const auto bytes = builder.pending();
    file_ = builder.file();
    file_.path = std::filesystem::temp_directory_path() / ("dbmocker_keys_" + std::to_string(std::random_device()()));
    std::ofstream out(file_.path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(out.flush());
  }
  const KeyFile& file() const { return file_; }

 private:
  KeyFile file_;
};

std::string TextOf(std::uint64_t index) { return std::string(index % 200, 'x') + std::to_string(index); }

void WriteTexts(std::uint64_t count, TestFile& file) {
  KeyFileBuilder builder(Encoding::Varlena, true);
  for (std::uint64_t index = 0; index < count; ++index) {
    const std::string text = TextOf(index);
    std::vector<std::byte> value(text.size() + varlena::HeaderSize(text.size()));
    std::memcpy(varlena::WriteHeader(value.data(), text.size()), text.data(), text.size());
    builder.AppendBytes(value.data(), value.size());
  }
  builder.Finish();
  file.Write(builder);
}

// Asks for every key, in an order that jumps, in batches.
void ReadThrough(const ValueSet& set) {
  const std::uint64_t count = set.Size();
  for (std::uint64_t first = 0; first < count; first += 100) {
    std::vector<std::uint64_t> indexes;
    for (std::uint64_t i = first; i < std::min(count, first + 100); ++i) indexes.push_back(i * 7919 % count);
    ColumnBuffer out;
    out.encoding = Encoding::Varlena;
    out.Reset(indexes.size());
    set.Emit(indexes, out);
    for (std::size_t i = 0; i < indexes.size(); ++i)
      ASSERT_EQ(varlena::Payload(reinterpret_cast<const char*>(out.words()[i])), TextOf(indexes[i]));
  }
}

TEST(KeyFile, GivesTheSameValuesUnderAllStrategies) {
  TestFile file;
  WriteTexts(10'001, file);
  for (const CacheStrategy strategy : {CacheStrategy::None, CacheStrategy::Simple, CacheStrategy::Intelligent,
                                       CacheStrategy::Adaptive, CacheStrategy::MemoryMapped}) {
    const auto cache = MakeCache(strategy, 200 * kKilobyte, 200 * kKilobyte);
    const FileValueSet set(file.file(), cache);
    ASSERT_EQ(set.Size(), 10'001U);
    ReadThrough(set);
    EXPECT_EQ(cache->use().hits + cache->use().misses, 10'001U) << static_cast<int>(strategy);
  }
}

TEST(KeyFile, KeepsWhatItsStrategySays) {
  TestFile file;
  WriteTexts(10'000, file);
  const auto read_twice = [&](CacheStrategy strategy, std::uint64_t bytes) {
    const auto cache = MakeCache(strategy, bytes, bytes);
    const FileValueSet set(file.file(), cache);
    ReadThrough(set);
    ReadThrough(set);
    return cache->use();
  };
  const CacheUse none = read_twice(CacheStrategy::None, 1 << 30);
  const CacheUse all = read_twice(CacheStrategy::Simple, 1 << 30);
  const CacheUse mapped = read_twice(CacheStrategy::MemoryMapped, 1);
  const CacheUse few = read_twice(CacheStrategy::Intelligent, 100 * kKilobyte);
  EXPECT_EQ(none.peak_bytes, 0U);
  EXPECT_EQ(all.misses, file.file().Blocks());
  EXPECT_EQ(mapped.misses, file.file().Blocks());
  EXPECT_GT(none.misses, 10 * all.misses);
  EXPECT_GT(few.misses, 2 * all.misses);
  EXPECT_GT(few.evictions, 0U);
  EXPECT_LE(few.peak_bytes, 100 * kKilobyte);
}

TEST(KeyFile, HoldsWordsAndNoKeysAtAll) {
  TestFile file;
  KeyFileBuilder builder(Encoding::Word, false);
  for (std::uint64_t i = 0; i < 1000; ++i) builder.AppendWord(i * i);
  builder.Finish();
  file.Write(builder);
  for (const CacheStrategy strategy : {CacheStrategy::Intelligent, CacheStrategy::MemoryMapped}) {
    const FileValueSet set(file.file(), MakeCache(strategy, 1 << 20));
    const std::vector<std::uint64_t> indexes = {999, 0, 128, 127, 999};
    ColumnBuffer out;
    out.Reset(indexes.size());
    set.Emit(indexes, out);
    for (std::size_t i = 0; i < indexes.size(); ++i) EXPECT_EQ(out.words()[i], indexes[i] * indexes[i]);
  }
  TestFile empty;
  KeyFileBuilder nothing(Encoding::Varlena, true);
  nothing.Finish();
  empty.Write(nothing);
  EXPECT_EQ(FileValueSet(empty.file(), MakeCache(CacheStrategy::MemoryMapped, 1)).Size(), 0U);
}

TEST(KeyFile, RefusesAFileThatIsGone) {
  KeyFile gone;
  gone.path = "/tmp/dbmocker_no_such_file";
  EXPECT_THROW(FileValueSet(gone, MakeCache(CacheStrategy::Simple, 1)), Error);
}

}  // namespace
}  // namespace dbmocker

// What a process keeps of values that it could read or make again: blocks of keys from a file, within limits that a
// strategy sets. One cache serves all key sets of a run in one process. Not for several threads.
// It counts what was asked of it: hits, misses, evictions, bytes.
// Read first: CacheStrategy, then ValueCache::Find.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

namespace dbmocker {

enum class CacheStrategy : std::uint8_t {
  None,  // nothing is kept from one batch to the next
  Simple,  // what was read is kept, up to the memory limit; nothing is ever thrown out
  Intelligent,  // what was used last is kept, within the size of the cache
  Adaptive,  // the same, with a size that follows the hit rate
  MemoryMapped,  // the file is mapped: one copy for all processes
};
inline constexpr const char* kCacheStrategies[] = {"no_cache", "simple", "intelligent", "adaptive", "memory_mapped"};

struct CacheLimits {
  CacheStrategy strategy = CacheStrategy::Intelligent;
  std::uint64_t cache_bytes = std::uint64_t{64} << 20;
  std::uint64_t memory_bytes = std::uint64_t{64} << 20;
};

// Since the cache was made.
struct CacheUse {
  std::uint64_t hits = 0;  // values that were there
  std::uint64_t misses = 0;  // values for which a block was read, or that were computed
  std::uint64_t evictions = 0;
  std::uint64_t bytes = 0;  // held now
  std::uint64_t peak_bytes = 0;
};

class ValueCache {
 public:
  explicit ValueCache(const CacheLimits& limits);

  const CacheLimits& limits() const { return limits_; }
  const CacheUse& use() const { return use_; }
  void CountHits(std::uint64_t count) { use_.hits += count; }
  void CountMisses(std::uint64_t count) { use_.misses += count; }

  // Takes bytes for values that stay for the run. False if they do not fit.
  bool Reserve(std::uint64_t bytes);
  // The same for values that have to stay anyway, and for memory that is the server's to give back.
  void AddHeld(std::uint64_t bytes);

  // A number for a set whose blocks come here.
  std::uint64_t NewOwner() { return next_owner_++; }

  // The block, nullptr if it is not kept. Valid until the next Keep(). Counts.
  const std::vector<std::byte>* Find(std::uint64_t owner, std::uint64_t block);
  // Keeps a block that Find() missed if the strategy wants it; returns it in any case, valid until the next Keep().
  const std::vector<std::byte>* Keep(std::uint64_t owner, std::uint64_t block, std::vector<std::byte>&& bytes);

  std::uint64_t capacity() const { return capacity_; }

 private:
  struct Entry {
    std::uint64_t key;
    std::vector<std::byte> bytes;
  };
  using Entries = std::list<Entry>;

  void Adapt();
  void EvictBeyond(std::uint64_t limit);

  CacheLimits limits_;
  CacheUse use_;
  std::uint64_t reserved_ = 0;
  std::uint64_t block_bytes_ = 0;
  std::uint64_t most_ = 0;  // that blocks may take
  std::uint64_t capacity_ = 0;  // that they may take now
  std::uint64_t next_owner_ = 0;
  std::uint64_t window_hits_ = 0;  // of the look-ups since the capacity was last looked at
  std::uint64_t window_misses_ = 0;
  bool was_full_ = false;
  Entries entries_;  // the one that was used last first
  std::unordered_map<std::uint64_t, Entries::iterator> places_;
  std::vector<std::byte> passing_;  // a block that is not kept
};

}  // namespace dbmocker

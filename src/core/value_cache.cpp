// See value_cache.h. A list in the order of use and an index into it.
// Read first: ValueCache::Keep, then Adapt.
#include "dbmocker/value_cache.h"

#include <algorithm>

namespace dbmocker {
namespace {

constexpr std::uint64_t kEntryBytes = 112;  // of list and index, for each block
constexpr std::uint64_t kLeast = 64 * 1024;
constexpr std::uint64_t kWindow = 4096;  // look-ups after which the size is thought over
constexpr double kEnough = 0.99;  // hit rate from which on less would do

std::uint64_t KeyOf(std::uint64_t owner, std::uint64_t block) { return owner << 44 | block; }

}  // namespace

ValueCache::ValueCache(const CacheLimits& limits) : limits_(limits) {
  most_ = limits.strategy == CacheStrategy::None || limits.strategy == CacheStrategy::MemoryMapped ? 0
          : limits.strategy == CacheStrategy::Simple                                               ? limits.memory_bytes
                                                     : std::min(limits.cache_bytes, limits.memory_bytes);
  capacity_ = limits.strategy == CacheStrategy::Adaptive ? std::max(kLeast, most_ / 8) : most_;
}

bool ValueCache::Reserve(std::uint64_t bytes) {
  if (bytes > capacity_ || reserved_ + bytes > capacity_) return false;
  reserved_ += bytes;
  AddHeld(bytes);
  return true;
}

void ValueCache::AddHeld(std::uint64_t bytes) {
  use_.bytes += bytes;
  use_.peak_bytes = std::max(use_.peak_bytes, use_.bytes);
}

const std::vector<std::byte>* ValueCache::Find(std::uint64_t owner, std::uint64_t block) {
  const auto place = places_.find(KeyOf(owner, block));
  const bool is_adaptive = limits_.strategy == CacheStrategy::Adaptive;
  if (place == places_.end()) {
    ++use_.misses;
    ++window_misses_;
    return nullptr;
  }
  ++use_.hits;
  ++window_hits_;
  if (limits_.strategy != CacheStrategy::Simple) entries_.splice(entries_.begin(), entries_, place->second);
  if (is_adaptive && window_hits_ + window_misses_ >= kWindow) Adapt();
  return &place->second->bytes;
}

const std::vector<std::byte>* ValueCache::Keep(std::uint64_t owner, std::uint64_t block,
                                               std::vector<std::byte>&& bytes) {
  const std::uint64_t size = bytes.size() + kEntryBytes;
  const std::uint64_t room = capacity_ - std::min(capacity_, reserved_);
  const bool may_evict = limits_.strategy != CacheStrategy::Simple;
  if (block_bytes_ + size > room) {
    was_full_ = true;
    if (may_evict && size <= room) EvictBeyond(room - size);
  }
  if (limits_.strategy == CacheStrategy::Adaptive && window_hits_ + window_misses_ >= kWindow) Adapt();
  if (block_bytes_ + size > room) {
    passing_ = std::move(bytes);
    return &passing_;
  }
  entries_.push_front({KeyOf(owner, block), std::move(bytes)});
  places_[KeyOf(owner, block)] = entries_.begin();
  block_bytes_ += size;
  AddHeld(size);
  return &entries_.front().bytes;
}

// Never the entry that was used last: its caller still reads it.
void ValueCache::EvictBeyond(std::uint64_t limit) {
  while (block_bytes_ > limit && entries_.size() > 1) {
    const std::uint64_t size = entries_.back().bytes.size() + kEntryBytes;
    places_.erase(entries_.back().key);
    entries_.pop_back();
    block_bytes_ -= size;
    use_.bytes -= size;
    ++use_.evictions;
  }
}

// Grows where blocks were missed for want of room, shrinks where nearly all look-ups hit.
void ValueCache::Adapt() {
  const double rate = static_cast<double>(window_hits_) / static_cast<double>(window_hits_ + window_misses_);
  if (rate >= kEnough) {
    capacity_ = std::max(std::min(kLeast, most_), capacity_ - capacity_ / 4);
    EvictBeyond(capacity_ - std::min(capacity_, reserved_));
  } else if (was_full_) {
    capacity_ = std::min(std::max(most_, kLeast), capacity_ * 2);
  }
  window_hits_ = window_misses_ = 0;
  was_full_ = false;
}

}  // namespace dbmocker

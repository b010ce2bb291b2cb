// The slow path of Arena: taking the next block. Blocks are kept across Clear() and used again in order.
// A request larger than a block gets one of its own, which then is the current one, so that Shrink() stays right.
// Read first: Arena::AllocateInNewBlock.
#include <algorithm>
#include <bit>

#include "dbmocker/batch.h"

namespace dbmocker {

void Arena::Clear() {
  next_block_ = 0;
  current_ = nullptr;
  used_ = 0;
  capacity_ = 0;
}

std::byte* Arena::AllocateInNewBlock(std::size_t size) {
  std::size_t found = next_block_;
  while (found < blocks_.size() && blocks_[found].size < size) ++found;
  if (found == blocks_.size()) {
    // Powers of two keep the number of outgrown large blocks logarithmic.
    const std::size_t block_size = size <= kBlockSize ? kBlockSize : std::bit_ceil(size);
    blocks_.push_back(Block{std::make_unique_for_overwrite<std::byte[]>(block_size), block_size});
    reserved_ += block_size;
  }
  // Smaller blocks that were passed over stay behind `next_block_` and serve later requests.
  std::swap(blocks_[next_block_], blocks_[found]);
  Block& block = blocks_[next_block_++];
  current_ = block.memory.get();
  capacity_ = block.size;
  used_ = size;
  return current_;
}

}  // namespace dbmocker

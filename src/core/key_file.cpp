// See key_file.h. Blocks of values by value have one size, so that they are found without the list of starts.
// Read first: FileValueSet::Emit.
#include "dbmocker/key_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>

#include "dbmocker/error.h"

namespace dbmocker {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

[[noreturn]] void RefuseFile(const std::string& what, const std::string& path) {
  throw Error("58030", "could not " + what + " temporary file \"" + path + "\"",
              "The operating system says: " + std::string(std::strerror(errno)) + ".", "");
}

std::uint64_t NumberAt(const std::byte* at) {
  std::uint64_t number = 0;
  std::memcpy(&number, at, sizeof number);
  return number;
}

std::uint32_t EndAt(const std::byte* block, std::uint64_t place) {
  std::uint32_t end = 0;
  std::memcpy(&end, block + place * sizeof end, sizeof end);
  return end;
}

}  // namespace

// --------------------------------------------------------------------------------------------------------- building

KeyFileBuilder::KeyFileBuilder(Encoding encoding, bool is_distinct) {
  file_.encoding = encoding;
  file_.is_distinct = is_distinct;
}

void KeyFileBuilder::Append(const void* bytes, std::size_t size) {
  const auto* from = static_cast<const std::byte*>(bytes);
  pending_.insert(pending_.end(), from, from + size);
  written_ += size;
}

void KeyFileBuilder::AppendWord(std::uint64_t word) {
  const auto* from = reinterpret_cast<const std::byte*>(&word);
  block_.insert(block_.end(), from, from + kWord);
  EndKey();
}

void KeyFileBuilder::AppendBytes(const void* bytes, std::size_t size) {
  const auto* from = static_cast<const std::byte*>(bytes);
  block_.insert(block_.end(), from, from + size);
  ends_.push_back(static_cast<std::uint32_t>(block_.size()));
  EndKey();
}

void KeyFileBuilder::EndKey() {
  if (++file_.count % KeyFile::kBlockKeys == 0) EndBlock();
}

void KeyFileBuilder::EndBlock() {
  if (block_.empty() && ends_.empty()) return;
  if (file_.encoding != Encoding::Word) {
    starts_.push_back(written_);
    Append(ends_.data(), ends_.size() * sizeof(std::uint32_t));
  }
  Append(block_.data(), block_.size());
  block_.clear();
  ends_.clear();
}

void KeyFileBuilder::Finish() {
  EndBlock();
  file_.directory = written_;
  if (file_.encoding == Encoding::Word) return;
  starts_.push_back(written_);
  Append(starts_.data(), starts_.size() * kWord);
}

// ---------------------------------------------------------------------------------------------------------- reading

FileValueSet::FileValueSet(KeyFile file, std::shared_ptr<ValueCache> cache)
    : file_(std::move(file)), cache_(std::move(cache)), owner_(cache_->NewOwner()) {
  descriptor_ = open(file_.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) RefuseFile("open", file_.path);
  if (cache_->limits().strategy != CacheStrategy::MemoryMapped) return;
  void* const mapping = mmap(nullptr, std::max<std::uint64_t>(file_.Bytes(), 1), PROT_READ, MAP_SHARED, descriptor_, 0);
  if (mapping == MAP_FAILED) {
    close(descriptor_);
    RefuseFile("map", file_.path);
  }
  mapping_ = static_cast<const std::byte*>(mapping);
  touched_.resize(file_.Blocks());
}

FileValueSet::~FileValueSet() {
  if (mapping_ != nullptr) munmap(const_cast<std::byte*>(mapping_), std::max<std::uint64_t>(file_.Bytes(), 1));
  close(descriptor_);
}

void FileValueSet::AppendText(std::uint64_t, std::string&) const {
  throw Error(sqlstate::kInternalError, "stored values have no text form");
}

void FileValueSet::Read(std::uint64_t start, std::span<std::byte> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = pread(descriptor_, out.data() + done, out.size() - done, static_cast<off_t>(start + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) RefuseFile("read", file_.path);
    done += static_cast<std::size_t>(got);
  }
}

FileValueSet::Extent FileValueSet::FindBlock(std::uint64_t block) const {
  if (file_.encoding == Encoding::Word) {
    const std::uint64_t first = block * KeyFile::kBlockKeys;
    return {first * kWord, std::min(KeyFile::kBlockKeys, file_.count - first) * kWord};
  }
  std::byte starts[2 * kWord];
  const std::uint64_t at = file_.directory + block * kWord;
  if (mapping_ != nullptr) {
    std::memcpy(starts, mapping_ + at, sizeof starts);
  } else {
    Read(at, starts);
  }
  return {NumberAt(starts), NumberAt(starts + kWord) - NumberAt(starts)};
}

std::vector<std::byte> FileValueSet::ReadBlock(std::uint64_t block) const {
  const Extent extent = FindBlock(block);
  std::vector<std::byte> bytes(extent.size);
  Read(extent.start, bytes);
  return bytes;
}

// Copies the value out: the block may be gone before the row is written.
void FileValueSet::PutValue(const std::byte* block, std::uint64_t index, std::size_t row, ColumnBuffer& out) const {
  const std::uint64_t place = index % KeyFile::kBlockKeys;
  if (file_.encoding == Encoding::Word) {
    out.words()[row] = NumberAt(block + place * kWord);
    return;
  }
  const std::uint64_t first = index - place;
  const std::uint64_t keys = std::min(KeyFile::kBlockKeys, file_.count - first);
  const std::byte* const bytes = block + keys * sizeof(std::uint32_t);
  const std::uint32_t from = place == 0 ? 0 : EndAt(block, place - 1);
  const std::uint32_t size = EndAt(block, place) - from;
  std::byte* const copy = out.arena().Allocate(size, 8);
  std::memcpy(copy, bytes + from, size);
  out.SetBytes(row, copy);
}

// In the order of the file, so that each block is asked for once a batch; forth and back in turns, so that a batch
// begins with blocks that the last one has used.
void FileValueSet::Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const {
  if (mapping_ != nullptr) return EmitMapped(indexes, out);
  const bool keeps = cache_->limits().strategy != CacheStrategy::None;
  std::vector<std::size_t> order(indexes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t row) { return indexes[row]; });
  if (goes_back_) std::ranges::reverse(order);
  goes_back_ = !goes_back_;
  std::vector<std::byte> passing;
  const std::vector<std::byte>* bytes = nullptr;
  std::uint64_t held = 0;
  std::uint64_t repeats = 0;
  for (const std::size_t row : order) {
    const std::uint64_t block = indexes[row] / KeyFile::kBlockKeys;
    if (bytes != nullptr && block == held) {
      ++repeats;
    } else {
      held = block;
      bytes = keeps ? cache_->Find(owner_, block) : nullptr;
    }
    if (bytes == nullptr && keeps) {
      bytes = cache_->Keep(owner_, block, ReadBlock(block));
    } else if (bytes == nullptr) {
      passing = ReadBlock(block);
      bytes = &passing;
      cache_->CountMisses(1);
    }
    PutValue(bytes->data(), indexes[row], row, out);
  }
  cache_->CountHits(repeats);
}

void FileValueSet::EmitMapped(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const {
  std::uint64_t reads = 0;
  for (std::size_t row = 0; row < indexes.size(); ++row) {
    const std::uint64_t block = indexes[row] / KeyFile::kBlockKeys;
    const Extent extent = FindBlock(block);
    if (!touched_[block]) {
      touched_[block] = true;
      cache_->AddHeld(extent.size);
      ++reads;
    }
    PutValue(mapping_ + extent.start, indexes[row], row, out);
  }
  cache_->CountMisses(reads);
  cache_->CountHits(indexes.size() - reads);
}

}  // namespace dbmocker

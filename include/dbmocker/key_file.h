// Keys in a file, for those of referenced tables that do not fit into memory: written once in blocks, read by any
// number of processes, each through a cache of its own. Reading takes system calls only.
// Must not make or remove the file: that is its owner's to do, who also writes what KeyFileBuilder hands out.
// Read first: KeyFile, then KeyFileBuilder and FileValueSet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dbmocker/value_cache.h"
#include "dbmocker/value_set.h"

namespace dbmocker {

// A file that is written. Blocks of kBlockKeys keys; of a block of values by reference the ends of the values come
// first, and a list of the blocks' starts follows the blocks.
struct KeyFile {
  static constexpr std::uint64_t kBlockKeys = 128;

  std::string path;
  int handle = -1;  // the owner's
  std::uint64_t count = 0;
  Encoding encoding = Encoding::Word;
  bool is_distinct = false;  // all keys differ
  std::uint64_t directory = 0;  // where the list of starts begins; the file ends with it

  std::uint64_t Blocks() const { return (count + kBlockKeys - 1) / kBlockKeys; }
  std::uint64_t Bytes() const { return directory + (encoding == Encoding::Word ? 0 : 8 * (Blocks() + 1)); }
};

class KeyFileBuilder {
 public:
  KeyFileBuilder(Encoding encoding, bool is_distinct);

  void AppendWord(std::uint64_t word);
  void AppendBytes(const void* bytes, std::size_t size);
  // No more keys come.
  void Finish();

  // What is to be appended to the file; Forget() once that is done.
  std::span<const std::byte> pending() const { return pending_; }
  void Forget() { pending_.clear(); }

  // Path and handle are the caller's to add.
  const KeyFile& file() const { return file_; }

 private:
  void EndKey();
  void EndBlock();
  void Append(const void* bytes, std::size_t size);

  KeyFile file_;
  std::vector<std::byte> pending_;
  std::uint64_t written_ = 0;
  std::vector<std::uint64_t> starts_;
  std::vector<std::uint32_t> ends_;  // of the block at hand
  std::vector<std::byte> block_;
};

class FileValueSet final : public ValueSet {
 public:
  // Opens the file. Throws Error 58030.
  FileValueSet(KeyFile file, std::shared_ptr<ValueCache> cache);
  ~FileValueSet() override;
  FileValueSet(const FileValueSet&) = delete;
  FileValueSet& operator=(const FileValueSet&) = delete;

  const KeyFile& file() const { return file_; }

  std::uint64_t Size() const override { return file_.count; }
  bool IsInjective(bool ignoring_case) const override { return file_.is_distinct && !ignoring_case; }
  Encoding encoding() const override { return file_.encoding; }
  void AppendText(std::uint64_t index, std::string& out) const override;
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override;
  std::string Describe() const override { return std::to_string(file_.count) + " stored values"; }

 private:
  struct Extent {
    std::uint64_t start;
    std::uint64_t size;
  };
  Extent FindBlock(std::uint64_t block) const;
  void Read(std::uint64_t start, std::span<std::byte> out) const;
  std::vector<std::byte> ReadBlock(std::uint64_t block) const;
  void EmitMapped(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const;
  void PutValue(const std::byte* block, std::uint64_t index, std::size_t row, ColumnBuffer& out) const;

  KeyFile file_;
  std::shared_ptr<ValueCache> cache_;
  std::uint64_t owner_;
  int descriptor_ = -1;
  const std::byte* mapping_ = nullptr;
  mutable bool goes_back_ = false;
  mutable std::vector<bool> touched_;  // blocks of the mapping that this process has read
};

}  // namespace dbmocker

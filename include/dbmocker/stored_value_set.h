// A value set that holds its values: the keys of a foreign key's parents, read once and shared by all rows that refer
// to them. Memory is proportional to the number of values; ask bytes() and stop before it is too much.
// PackedValueSet is the same over memory that somebody else owns, e.g. shared memory: packed once, read by many.
// Read first: StoredValueSet::AppendWord, then Pack.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dbmocker/value_cache.h"
#include "dbmocker/value_set.h"

namespace dbmocker {

class StoredValueSet final : public ValueSet {
 public:
  // encoding: Word, Fixed or Varlena. is_distinct: the values to come are all different.
  // `cache`, if there is one, counts the values that are asked for.
  StoredValueSet(Encoding encoding, bool is_distinct, std::shared_ptr<ValueCache> cache = nullptr)
      : encoding_(encoding), is_distinct_(is_distinct), cache_(std::move(cache)) {}

  void AppendWord(std::uint64_t word) { words_.push_back(word); }
  // Copies `size` bytes: a Fixed value, or a Varlena value with its header.
  void AppendBytes(const void* bytes, std::size_t size);

  // Bytes that Pack() writes: a multiple of 8.
  std::size_t PackedBytes() const;
  // Writes the set as MakePackedValueSet() reads it; `out` is aligned to 8.
  void Pack(std::byte* out) const;

  std::size_t bytes() const { return words_.capacity() * sizeof(std::uint64_t) + bytes_.capacity(); }

  std::uint64_t Size() const override { return words_.size(); }
  bool IsInjective(bool ignoring_case) const override { return is_distinct_ && !ignoring_case; }
  Encoding encoding() const override { return encoding_; }
  void AppendText(std::uint64_t index, std::string& out) const override;
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override;
  std::string Describe() const override { return std::to_string(words_.size()) + " stored values"; }

 private:
  Encoding encoding_;
  bool is_distinct_;
  std::shared_ptr<ValueCache> cache_;
  std::vector<std::uint64_t> words_;  // values, or where they start in bytes_
  std::vector<std::byte> bytes_;
};

// The set that `packed` holds, which must stay as it is as long as the result lives. Its address need not be the
// one that it was packed at.
ValueSetPointer MakePackedValueSet(const std::byte* packed, std::shared_ptr<ValueCache> cache = nullptr);

}  // namespace dbmocker

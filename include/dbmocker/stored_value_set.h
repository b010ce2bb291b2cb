// A value set that holds its values: the keys of a foreign key's parents, read once and shared by all rows that refer
// to them. Memory is proportional to the number of values; ask bytes() and stop before it is too much.
// Read first: StoredValueSet::Append.
#pragma once

#include <string>
#include <vector>

#include "dbmocker/value_set.h"

namespace dbmocker {

class StoredValueSet final : public ValueSet {
 public:
  // encoding: Word, Fixed or Varlena. is_distinct: the values to come are all different.
  StoredValueSet(Encoding encoding, bool is_distinct) : encoding_(encoding), is_distinct_(is_distinct) {}

  void AppendWord(std::uint64_t word) { words_.push_back(word); }
  // Copies `size` bytes: a Fixed value, or a Varlena value with its header.
  void AppendBytes(const void* bytes, std::size_t size) {
    std::byte* copy = arena_.Allocate(size, 8);
    std::memcpy(copy, bytes, size);
    words_.push_back(reinterpret_cast<std::uintptr_t>(copy));
  }
  std::size_t bytes() const { return words_.capacity() * sizeof(std::uint64_t) + arena_.bytes_reserved(); }

  std::uint64_t Size() const override { return words_.size(); }
  bool IsInjective(bool ignoring_case) const override { return is_distinct_ && !ignoring_case; }
  Encoding encoding() const override { return encoding_; }
  void AppendText(std::uint64_t index, std::string& out) const override;
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    const std::span<std::uint64_t> words = out.words();
    for (std::size_t i = 0; i < indexes.size(); ++i) words[i] = words_[indexes[i]];
  }
  std::string Describe() const override { return std::to_string(words_.size()) + " stored values"; }

 private:
  Encoding encoding_;
  bool is_distinct_;
  std::vector<std::uint64_t> words_;
  Arena arena_;
};

}  // namespace dbmocker

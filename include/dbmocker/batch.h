// A batch: a columnar block of generated rows, in memory that stays put until the next Clear().
// A column's values are 64-bit words that the server can use as Datums without conversion: by-value types hold the
// value itself, by-reference types the address of bytes in the column's own arena. Holds data only; generates nothing.
// Read first: ColumnBuffer.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace dbmocker {

// How the words of a column are to be read.
enum class Encoding : std::uint8_t {
  Word,  // by value: bool 0/1, integers sign-extended, float bits, dates, timestamps, oids
  Fixed,  // address of a fixed number of bytes (uuid 16, interval 16, point 16 …), aligned to 8
  Varlena,  // address of a complete varlena value: 1-byte header up to 126 bytes of payload, else 4-byte header
  InputText,  // address of a NUL-terminated string in the type's input syntax; the server parses it
};

// Memory that grows by blocks and never moves what it handed out.
class Arena {
 public:
  // Returns `size` bytes aligned to `alignment` (1, 2, 4 or 8), valid until Clear().
  std::byte* Allocate(std::size_t size, std::size_t alignment = 1) {
    std::size_t start = (used_ + alignment - 1) & ~(alignment - 1);
    if (start + size > capacity_) return AllocateInNewBlock(size);
    used_ = start + size;
    return current_ + start;
  }
  // Gives back the tail of the last allocation: `unused` bytes of it were not needed.
  void Shrink(std::size_t unused) { used_ -= unused; }
  // Forgets all values; keeps the blocks for reuse.
  void Clear();
  std::size_t bytes_reserved() const { return reserved_; }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> memory;
    std::size_t size;
  };
  static constexpr std::size_t kBlockSize = 64 * 1024;
  std::byte* AllocateInNewBlock(std::size_t size);

  std::vector<Block> blocks_;
  std::size_t next_block_ = 0;
  std::byte* current_ = nullptr;
  std::size_t used_ = 0;
  std::size_t capacity_ = 0;
  std::size_t reserved_ = 0;
};

// PostgreSQL's varlena headers (src/include/varatt.h): the layout is part of its on-disk format.
namespace varlena {
inline constexpr std::size_t kShortHeader = 1;
inline constexpr std::size_t kLongHeader = 4;
inline constexpr std::size_t kMaxShortPayload = 126;
inline std::size_t HeaderSize(std::size_t payload) { return payload <= kMaxShortPayload ? kShortHeader : kLongHeader; }
// Writes the header for `payload` bytes at `out` and returns where the payload starts.
inline std::byte* WriteHeader(std::byte* out, std::size_t payload) {
  if (payload <= kMaxShortPayload) {
    const auto total = static_cast<unsigned>(payload + kShortHeader);
    *out = static_cast<std::byte>(std::endian::native == std::endian::little ? (total << 1) | 1U : total | 0x80U);
    return out + kShortHeader;
  }
  auto total = static_cast<std::uint32_t>(payload + kLongHeader);
  if constexpr (std::endian::native == std::endian::little) total <<= 2;
  std::memcpy(out, &total, sizeof total);
  return out + kLongHeader;
}
// What follows the header of a value that is neither compressed nor stored out of line.
inline std::string_view Payload(const char* value) {
  const auto first = static_cast<unsigned char>(*value);
  const bool is_short = std::endian::native == std::endian::little ? (first & 0x01U) != 0 : (first & 0x80U) != 0;
  if (is_short) {
    const std::size_t total = std::endian::native == std::endian::little ? first >> 1 : first & 0x7FU;
    return {value + kShortHeader, total - kShortHeader};
  }
  std::uint32_t total = 0;
  std::memcpy(&total, value, sizeof total);
  if constexpr (std::endian::native == std::endian::little) total >>= 2;
  return {value + kLongHeader, total - kLongHeader};
}
}  // namespace varlena

class ColumnBuffer {
 public:
  Encoding encoding = Encoding::Word;

  // Makes room for `rows` values, all non-null and undefined until written; forgets earlier values.
  void Reset(std::size_t rows) {
    words_.resize(rows);
    nulls_.assign(rows, 0);
    arena_.Clear();
  }
  std::size_t rows() const { return words_.size(); }
  std::span<std::uint64_t> words() { return words_; }
  std::span<const std::uint64_t> words() const { return words_; }
  std::span<std::uint8_t> nulls() { return nulls_; }
  std::span<const std::uint8_t> nulls() const { return nulls_; }
  Arena& arena() { return arena_; }

  void SetBytes(std::size_t row, const std::byte* bytes) { words_[row] = reinterpret_cast<std::uintptr_t>(bytes); }
  // Stores `text` as a complete varlena value (text, varchar, bytea, json …).
  void SetVarlena(std::size_t row, std::string_view text) {
    const std::size_t header = varlena::HeaderSize(text.size());
    std::byte* out = arena_.Allocate(header + text.size(), header == varlena::kLongHeader ? 4 : 1);
    std::memcpy(varlena::WriteHeader(out, text.size()), text.data(), text.size());
    SetBytes(row, out);
  }
  // Stores `text` with a terminating NUL, for the type's input function.
  void SetInputText(std::size_t row, std::string_view text) {
    std::byte* out = arena_.Allocate(text.size() + 1);
    std::memcpy(out, text.data(), text.size());
    out[text.size()] = std::byte{0};
    SetBytes(row, out);
  }
  std::size_t bytes_reserved() const { return arena_.bytes_reserved() + words_.capacity() * 8 + nulls_.capacity(); }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::uint8_t> nulls_;
  Arena arena_;
};

// One buffer per column of the target, in attribute order; columns that the plan leaves to the server stay all null.
struct Batch {
  std::vector<ColumnBuffer> columns;
  std::size_t rows = 0;

  std::size_t bytes_reserved() const {
    std::size_t total = 0;
    for (const ColumnBuffer& column : columns) total += column.bytes_reserved();
    return total;
  }
};

}  // namespace dbmocker

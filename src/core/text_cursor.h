// Writes characters into a buffer that the caller made large enough; no allocation, no bounds of its own.
// Read first: TextCursor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace dbmocker {

// A word of at most 15 characters that is copied as one block of 16.
struct FixedWord {
  char text[15] = {};
  std::uint8_t size = 0;
  std::string_view view() const { return {text, size}; }
};
static_assert(sizeof(FixedWord) == 16);

class TextCursor {
 public:
  // Bytes beyond the last character that a write may touch.
  static constexpr std::size_t kSlack = 16;

  explicit TextCursor(char* out) : begin_(out), end_(out) {}

  std::string_view view() const { return {begin_, size()}; }
  std::size_t size() const { return static_cast<std::size_t>(end_ - begin_); }
  void Clear() { end_ = begin_; }
  // Keeps the first `size` characters.
  void Truncate(std::size_t size) { end_ = begin_ + size; }
  char& operator[](std::size_t at) { return begin_[at]; }

  void Add(char c) { *end_++ = c; }
  void Add(std::string_view text) {
    std::memcpy(end_, text.data(), text.size());
    end_ += text.size();
  }
  void Add(const FixedWord& word) {
    std::memcpy(end_, &word, sizeof word);
    end_ += word.size;
  }
  void AddNumber(std::uint64_t number) { AddInBase(number, 10); }
  // At least `digits` digits, with leading zeros.
  void AddPadded(std::uint64_t number, int digits) {
    for (int i = digits - 1; i >= 0; --i, number /= 10) end_[i] = static_cast<char>('0' + number % 10);
    end_ += digits;
  }
  // The lowest `digits` hexadecimal digits.
  void AddHex(std::uint64_t number, int digits) {
    for (int i = digits - 1; i >= 0; --i, number >>= 4) end_[i] = kDigits[number & 15];
    end_ += digits;
  }
  // Lower-case digits without leading zeros; base 2 … 36.
  void AddInBase(std::uint64_t number, unsigned base) {
    char digits[64];
    int count = 0;
    do {
      digits[count++] = kDigits[number % base];
      number /= base;
    } while (number != 0);
    while (count > 0) *end_++ = digits[--count];
  }
  void AddLower(std::string_view text) {
    for (char c : text) *end_++ = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }

 private:
  static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

  char* begin_;
  char* end_;
};

}  // namespace dbmocker

// A small built-in vocabulary of Latin-like words, so that text without a known meaning still reads like text.
// Lower-case ASCII letters only: sets that must stay distinct ignoring case count on it.
// Read first: LoremWord.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dbmocker {

inline constexpr std::size_t kLongestLoremWord = 10;

// 16 bytes, so that a word is copied with one store.
struct LoremWord {
  char text[15];
  std::uint8_t length;

  std::string_view view() const { return {text, length}; }
};

// One of 200 words, chosen by the low 8 bits.
const LoremWord& PickLoremWord(std::uint64_t random);

// Strings over 0-9a-z of `shortest` … `longest` characters, shorter ones first. With `digit_first` the first character
// is a digit. The count is cut to kMaxValueSetSize.
struct CodeSpace {
  std::int64_t shortest = 1;
  std::int64_t longest = 1;
  bool digit_first = false;

  std::uint64_t Count() const;
  void Append(std::uint64_t index, std::string& out) const;
  // The index of `code`, if it is one of them and below Count().
  bool Find(std::string_view code, std::uint64_t& index) const;
};

}  // namespace dbmocker

// Sets of texts as deterministic automata: what regular expressions, LIKE patterns, lists and case rules allow. Closed
// under intersection, union and complement, so that any mixture of text conditions becomes one set. The alphabet is
// printable ASCII, tab, newline and return; every other character is one symbol that is matched but never written.
// Must not know columns or types. Read first: TextLanguage.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbmocker {

inline constexpr int kOtherSymbol = 98;  // any character outside the alphabet
inline constexpr int kSymbolCount = 99;
using SymbolSet = std::bitset<kSymbolCount>;

// The symbol of a code point, and the character of a symbol below kOtherSymbol.
int SymbolOf(std::uint32_t code_point);
char CharacterOf(int symbol);
// The next code point of UTF-8 text; moves `place` behind it. Bytes that are no UTF-8 count one each.
std::uint32_t NextCodePoint(std::string_view text, std::size_t& place);

class TextLanguage {
 public:
  // What does not fit is not made: every operation below gives nullopt instead.
  static constexpr std::size_t kMaxStates = 4000;

  // A complete automaton: class_of maps symbols to columns of `next` (states x classes); state 0 is where texts start.
  TextLanguage(std::array<std::uint8_t, kSymbolCount> class_of, std::size_t classes, std::vector<std::uint16_t> next,
               std::vector<bool> accepts);

  static TextLanguage Everything();
  static std::optional<TextLanguage> OfTexts(const std::vector<std::string>& texts);
  static TextLanguage OverAlphabet(const SymbolSet& symbols);  // all texts of these symbols

  TextLanguage Complement() const;
  static std::optional<TextLanguage> Intersect(const TextLanguage& a, const TextLanguage& b);
  static std::optional<TextLanguage> Unite(const TextLanguage& a, const TextLanguage& b);
  // The texts that lower() (or upper()) turns into texts of this language.
  TextLanguage BeforeFolding(bool to_lower) const;

  bool Matches(std::string_view text) const;
  // Of texts that can be written: those of ASCII characters. With `all`, of any texts.
  bool IsEmpty(bool all = false) const;
  bool operator==(const TextLanguage&) const = default;

  std::size_t states() const { return accepts_.size(); }
  bool Accepts(std::size_t state) const { return accepts_[state]; }
  std::size_t Next(std::size_t state, int symbol) const {
    return next_[state * classes_ + class_of_[static_cast<std::size_t>(symbol)]];
  }

 private:
  static std::optional<TextLanguage> Combine(const TextLanguage& a, const TextLanguage& b, bool both);
  void Minimize();

  std::array<std::uint8_t, kSymbolCount> class_of_;
  std::size_t classes_;
  std::vector<std::uint16_t> next_;
  std::vector<bool> accepts_;
};

// What a text condition allows, and the part of it that looks intended: for a pattern that is looked for anywhere in
// the text, the texts that are nothing but the pattern.
struct TextPattern {
  TextLanguage exact;
  TextLanguage preferred;  // inside `exact`; may be empty
  bool is_partial = false;  // texts must match more than this, which was too large to be added
  bool operator==(const TextPattern&) const = default;
};
using TextPatternPointer = std::shared_ptr<const TextPattern>;

}  // namespace dbmocker

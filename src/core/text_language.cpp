// See text_language.h. Products of automata are built from their start states only and minimized at once, which also
// gives equal languages equal forms.
// Read first: TextLanguage::Combine, then Minimize.
#include "text_language.h"

#include <algorithm>
#include <map>
#include <utility>

namespace dbmocker {
namespace {

using ClassMap = std::array<std::uint8_t, kSymbolCount>;

int FoldSymbol(int symbol, bool to_lower) {
  if (symbol == kOtherSymbol) return symbol;
  const char c = CharacterOf(symbol);
  if (to_lower && c >= 'A' && c <= 'Z') return SymbolOf(static_cast<std::uint32_t>(c - 'A' + 'a'));
  if (!to_lower && c >= 'a' && c <= 'z') return SymbolOf(static_cast<std::uint32_t>(c - 'a' + 'A'));
  return symbol;
}

}  // namespace

int SymbolOf(std::uint32_t code_point) {
  if (code_point >= 0x20 && code_point <= 0x7E) return static_cast<int>(code_point) - 0x20;
  if (code_point == '\t') return 95;
  if (code_point == '\n') return 96;
  if (code_point == '\r') return 97;
  return kOtherSymbol;
}

char CharacterOf(int symbol) {
  if (symbol < 95) return static_cast<char>(symbol + 0x20);
  return symbol == 95 ? '\t' : symbol == 96 ? '\n' : '\r';
}

std::uint32_t NextCodePoint(std::string_view text, std::size_t& place) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at])); };
  const std::uint32_t first = byte(place++);
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  if (more == 0 || place + static_cast<std::size_t>(more) > text.size()) return first < 0x80 ? first : 0xFFFD;
  std::uint32_t code_point = first & (0x3FU >> more);
  for (int i = 0; i < more; ++i) code_point = code_point << 6 | (byte(place++) & 0x3FU);
  return code_point;
}

TextLanguage::TextLanguage(ClassMap class_of, std::size_t classes, std::vector<std::uint16_t> next,
                           std::vector<bool> accepts)
    : class_of_(class_of), classes_(classes), next_(std::move(next)), accepts_(std::move(accepts)) {
  Minimize();
}

TextLanguage TextLanguage::Everything() { return {ClassMap{}, 1, {0}, {true}}; }

TextLanguage TextLanguage::OverAlphabet(const SymbolSet& symbols) {
  ClassMap class_of{};
  for (std::size_t i = 0; i < class_of.size(); ++i) class_of[i] = symbols[i] ? 0 : 1;
  return {class_of, 2, {0, 1, 1, 1}, {true, false}};
}

std::optional<TextLanguage> TextLanguage::OfTexts(const std::vector<std::string>& texts) {
  ClassMap class_of;
  for (std::size_t i = 0; i < class_of.size(); ++i) class_of[i] = static_cast<std::uint8_t>(i);
  std::vector<std::uint16_t> next(2 * static_cast<std::size_t>(kSymbolCount), 1);  // state 1: no text goes on
  std::vector<bool> accepts{false, false};
  for (const std::string& text : texts) {
    std::size_t state = 0;
    for (std::size_t place = 0; place < text.size();) {
      const auto symbol = static_cast<std::size_t>(SymbolOf(NextCodePoint(text, place)));
      const std::size_t edge = state * kSymbolCount + symbol;
      if (next[edge] == 1) {
        if (accepts.size() >= kMaxStates) return std::nullopt;
        next[edge] = static_cast<std::uint16_t>(accepts.size());
        accepts.push_back(false);
        next.resize(next.size() + kSymbolCount, 1);
      }
      state = next[edge];
    }
    accepts[state] = true;
  }
  return TextLanguage(class_of, kSymbolCount, std::move(next), std::move(accepts));
}

TextLanguage TextLanguage::Complement() const {
  TextLanguage result = *this;
  result.accepts_.flip();
  result.Minimize();
  return result;
}

std::optional<TextLanguage> TextLanguage::Intersect(const TextLanguage& a, const TextLanguage& b) {
  return Combine(a, b, true);
}
std::optional<TextLanguage> TextLanguage::Unite(const TextLanguage& a, const TextLanguage& b) {
  return Combine(a, b, false);
}

std::optional<TextLanguage> TextLanguage::Combine(const TextLanguage& a, const TextLanguage& b, bool both) {
  ClassMap class_of;
  std::map<std::pair<int, int>, std::uint8_t> classes;
  for (std::size_t i = 0; i < class_of.size(); ++i) {
    const std::pair<int, int> key(a.class_of_[i], b.class_of_[i]);
    class_of[i] = classes.try_emplace(key, static_cast<std::uint8_t>(classes.size())).first->second;
  }
  std::vector<std::pair<int, int>> parts(classes.size());
  for (const auto& [key, number] : classes) parts[number] = key;
  std::map<std::pair<std::size_t, std::size_t>, std::uint16_t> numbers{{{0, 0}, 0}};
  std::vector<std::pair<std::size_t, std::size_t>> states{{0, 0}};
  std::vector<std::uint16_t> next;
  std::vector<bool> accepts;
  for (std::size_t state = 0; state < states.size(); ++state) {
    const auto [left, right] = states[state];
    accepts.push_back(both ? a.accepts_[left] && b.accepts_[right] : a.accepts_[left] || b.accepts_[right]);
    for (const auto& part : parts) {
      const std::pair<std::size_t, std::size_t> target(
          a.next_[left * a.classes_ + static_cast<std::size_t>(part.first)],
          b.next_[right * b.classes_ + static_cast<std::size_t>(part.second)]);
      const auto [found, is_new] = numbers.try_emplace(target, static_cast<std::uint16_t>(states.size()));
      if (is_new) states.push_back(target);
      next.push_back(found->second);
    }
    if (states.size() > kMaxStates) return std::nullopt;
  }
  return TextLanguage(class_of, parts.size(), std::move(next), std::move(accepts));
}

TextLanguage TextLanguage::BeforeFolding(bool to_lower) const {
  ClassMap class_of;
  for (int symbol = 0; symbol < kSymbolCount; ++symbol)
    class_of[static_cast<std::size_t>(symbol)] = class_of_[static_cast<std::size_t>(FoldSymbol(symbol, to_lower))];
  return {class_of, classes_, next_, accepts_};
}

bool TextLanguage::Matches(std::string_view text) const {
  std::size_t state = 0;
  for (std::size_t place = 0; place < text.size();) state = Next(state, SymbolOf(NextCodePoint(text, place)));
  return accepts_[state];
}

bool TextLanguage::IsEmpty(bool all) const {
  std::vector<bool> seen(states(), false);
  std::vector<std::size_t> waiting{0};
  seen[0] = true;
  while (!waiting.empty()) {
    const std::size_t state = waiting.back();
    waiting.pop_back();
    if (accepts_[state]) return false;
    for (int symbol = 0; symbol < (all ? kSymbolCount : kOtherSymbol); ++symbol) {
      const std::size_t target = Next(state, symbol);
      if (!seen[target]) waiting.push_back(target);
      seen[target] = true;
    }
  }
  return true;
}

// Moore's partition refinement, then states by first visit and symbol classes by first symbol: equal languages come out
// in the same form.
void TextLanguage::Minimize() {
  std::vector<std::uint16_t> block(states());
  for (std::size_t state = 0; state < block.size(); ++state) block[state] = accepts_[state] ? 1 : 0;
  for (std::size_t count = 0;;) {
    std::map<std::vector<std::uint16_t>, std::uint16_t> signatures;
    std::vector<std::uint16_t> refined(states());
    for (std::size_t state = 0; state < block.size(); ++state) {
      std::vector<std::uint16_t> signature{block[state]};
      for (std::size_t c = 0; c < classes_; ++c) signature.push_back(block[next_[state * classes_ + c]]);
      refined[state] =
          signatures.try_emplace(std::move(signature), static_cast<std::uint16_t>(signatures.size())).first->second;
    }
    block = std::move(refined);
    if (signatures.size() == count) break;
    count = signatures.size();
  }
  std::map<std::uint16_t, std::uint16_t> order{{block[0], 0}};
  std::vector<std::size_t> representatives{0};
  ClassMap class_of{};
  std::vector<std::size_t> columns;
  std::vector<std::uint16_t> next;
  std::vector<std::vector<std::uint16_t>> by_symbol(kSymbolCount);
  for (std::size_t i = 0; i < representatives.size(); ++i) {
    for (std::size_t symbol = 0; symbol < kSymbolCount; ++symbol) {
      const std::size_t target = next_[representatives[i] * classes_ + class_of_[symbol]];
      const auto [found, is_new] = order.try_emplace(block[target], static_cast<std::uint16_t>(representatives.size()));
      if (is_new) representatives.push_back(target);
      by_symbol[symbol].push_back(found->second);
    }
  }
  for (std::size_t symbol = 0; symbol < kSymbolCount; ++symbol) {
    const auto same = std::ranges::find_if(columns, [&](std::size_t c) { return by_symbol[c] == by_symbol[symbol]; });
    class_of[symbol] = static_cast<std::uint8_t>(same - columns.begin());
    if (same == columns.end()) columns.push_back(symbol);
  }
  std::vector<bool> accepts;
  for (std::size_t i = 0; i < representatives.size(); ++i) {
    accepts.push_back(accepts_[representatives[i]]);
    for (const std::size_t column : columns) next.push_back(by_symbol[column][i]);
  }
  class_of_ = class_of;
  classes_ = columns.size();
  next_ = std::move(next);
  accepts_ = std::move(accepts);
}

}  // namespace dbmocker

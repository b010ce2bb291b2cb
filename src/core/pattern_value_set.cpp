// Texts of a language as a countable set: strings are counted by length and by the automaton's state, so that every
// index names one string and every string one index. Where there are more strings than indexes, the first characters
// are drawn from the index's hash until what is left can be numbered: distinct indexes still give distinct strings.
// Read first: StringCounter, then MakePatternValueSet.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "text_language.h"
#include "text_storage.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::size_t kMostCounts = 4'000'000;  // counts that are kept: states times lengths
constexpr std::int64_t kUsualSpread = 12;  // characters that a text may be longer than it must

struct Edge {
  std::size_t target;
  std::string characters;
};

class StringCounter {
 public:
  StringCounter(const TextLanguage& language, const SymbolSet& alphabet) : language_(language) {
    edges_.resize(language.states());
    for (std::size_t state = 0; state < edges_.size(); ++state)
      for (int symbol = 0; symbol < kOtherSymbol; ++symbol) {
        if (!alphabet[static_cast<std::size_t>(symbol)]) continue;
        const std::size_t target = language.Next(state, symbol);
        auto found = std::ranges::find(edges_[state], target, &Edge::target);
        if (found == edges_[state].end()) found = edges_[state].insert(found, {target, ""});
        found->characters.push_back(CharacterOf(symbol));
      }
    std::vector<std::uint64_t> empty(edges_.size());
    for (std::size_t state = 0; state < empty.size(); ++state) empty[state] = language.Accepts(state) ? 1 : 0;
    counts_.push_back(std::move(empty));
  }

  // Strings of exactly `length` characters, at most kMaxValueSetSize.
  std::uint64_t Count(std::size_t length) {
    while (counts_.size() <= length) AddLength();
    return counts_[length][0];
  }
  // True if no state leads to a string of that length: then none does to a longer one. Counted before.
  bool IsExhausted(std::size_t length) const {
    return std::ranges::all_of(counts_[length], [](std::uint64_t count) { return count == 0; });
  }
  bool CanCount(std::size_t length) const { return (length + 1) * edges_.size() <= kMostCounts; }

  // The string of `length` characters with that number, below Count(length).
  void Append(std::size_t length, std::uint64_t index, std::uint64_t seed, std::string& out) const {
    std::size_t state = 0;
    for (std::size_t left = length; left > 0; --left) {
      const std::vector<std::uint64_t>& below = counts_[left - 1];
      const Edge* edge = nullptr;
      if (counts_[left][state] >= kMaxValueSetSize) edge = ChooseByHash(state, below, HashIndex(seed, left));
      if (edge != nullptr) {
        out.push_back(edge->characters[HashIndex(seed, left + 1000) % edge->characters.size()]);
        state = edge->target;
        continue;
      }
      for (const Edge& one : edges_[state]) {
        const std::uint64_t each = below[one.target];
        const std::uint64_t all = MultiplySizes(each, one.characters.size());
        if (index >= all) {
          index -= all;
          continue;
        }
        out.push_back(one.characters[index / each]);
        index %= each;
        state = one.target;
        break;
      }
    }
  }

  // True if a string of the language can hold one of these characters.
  bool Uses(std::size_t longest, bool (*test)(char)) {
    Count(longest);
    std::vector<bool> reached(edges_.size(), false);
    std::vector<std::size_t> waiting{0};
    reached[0] = true;
    while (!waiting.empty()) {
      const std::size_t state = waiting.back();
      waiting.pop_back();
      for (const Edge& edge : edges_[state]) {
        const bool leads = std::ranges::any_of(counts_, [&](const auto& counts) { return counts[edge.target] > 0; });
        if (!leads) continue;
        if (std::ranges::any_of(edge.characters, test)) return true;
        if (!reached[edge.target]) waiting.push_back(edge.target);
        reached[edge.target] = true;
      }
    }
    return false;
  }

 private:
  void AddLength() {
    std::vector<std::uint64_t> next(edges_.size(), 0);
    for (std::size_t state = 0; state < next.size(); ++state)
      for (const Edge& edge : edges_[state])
        next[state] = AddSizes(next[state], MultiplySizes(counts_.back()[edge.target], edge.characters.size()));
    counts_.push_back(std::move(next));
  }

  // An edge behind which every index still has a string of its own; nullptr if there is none.
  const Edge* ChooseByHash(std::size_t state, const std::vector<std::uint64_t>& below, std::uint64_t hash) const {
    std::uint64_t choices = 0;
    for (const Edge& edge : edges_[state])
      if (below[edge.target] >= kMaxValueSetSize) choices += edge.characters.size();
    if (choices == 0) return nullptr;
    std::uint64_t choice = hash % choices;
    for (const Edge& edge : edges_[state]) {
      if (below[edge.target] < kMaxValueSetSize) continue;
      if (choice < edge.characters.size()) return &edge;
      choice -= edge.characters.size();
    }
    return nullptr;
  }

  const TextLanguage& language_;
  std::vector<std::vector<Edge>> edges_;
  std::vector<std::vector<std::uint64_t>> counts_;  // by length, then by state
};

// Strings of the lengths that were chosen, shortest first.
class PatternValueSet final : public ValueSet, public TextStorageHolder {
 public:
  struct Length {
    std::size_t length;
    std::uint64_t count;
  };
  PatternValueSet(TextStorage storage, TextLanguage language, const SymbolSet& alphabet,
                  const std::vector<std::size_t>& lengths, bool unique)
      : TextStorageHolder(storage), language_(std::move(language)), counter_(language_, alphabet), unique_(unique) {
    for (const std::size_t length : lengths)
      if (const std::uint64_t count = counter_.Count(length)) lengths_.push_back({length, count});
    for (const Length& one : lengths_) size_ = AddSizes(size_, one.count);
    // Where texts need not be distinct, every length is as usual as any other.
    if (!unique_ && size_ > 100'000 && lengths_.size() > 1) size_ = kMaxValueSetSize;
    by_length_ = !unique_ && size_ == kMaxValueSetSize;
  }

  std::uint64_t Size() const override { return size_; }
  bool IsInjective(bool ignoring_case) const override {
    return size_ == 1 || (!by_length_ && (!ignoring_case || !has_both_cases_));
  }
  void NoteCases(bool has_both) { has_both_cases_ = has_both; }
  Encoding encoding() const override { return storage().encoding(); }
  void AppendText(std::uint64_t index, std::string& out) const override {
    const std::uint64_t seed = index;
    if (by_length_) {
      const Length& chosen = lengths_[HashIndex(index, 3) % lengths_.size()];
      counter_.Append(chosen.length, HashIndex(index, 4) % chosen.count, seed, out);
      return;
    }
    for (const Length& one : lengths_) {
      if (index < one.count) {
        counter_.Append(one.length, index, seed, out);
        return;
      }
      index -= one.count;
    }
  }
  void Emit(std::span<const std::uint64_t> indexes, ColumnBuffer& out) const override {
    std::string text;
    for (std::size_t row = 0; row < indexes.size(); ++row) {
      text.clear();
      AppendText(indexes[row], text);
      storage().Store(text, row, out);
    }
  }
  std::string Describe() const override {
    std::string example;
    AppendText(HashIndex(1, 1) % size_, example);
    return "text that matches, such as " + example;
  }

 private:
  TextLanguage language_;
  StringCounter counter_;
  std::vector<Length> lengths_;
  std::uint64_t size_ = 0;
  bool unique_;
  bool by_length_ = false;
  bool has_both_cases_ = false;
};

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

// Alphabets from plain to odd; the first that offers enough texts is taken.
std::vector<SymbolSet> Alphabets() {
  const auto of = [](bool (*test)(char)) {
    SymbolSet set;
    for (int symbol = 0; symbol < kOtherSymbol; ++symbol)
      set[static_cast<std::size_t>(symbol)] = test(CharacterOf(symbol));
    return set;
  };
  std::vector<SymbolSet> alphabets;
  alphabets.push_back(of(IsLower));
  alphabets.push_back(alphabets.back() | of([](char c) { return c >= '0' && c <= '9'; }));
  alphabets.push_back(alphabets.back() | of(IsUpper));
  alphabets.push_back(alphabets.back() |
                      of([](char c) { return std::string_view("-_.@/: ").find(c) != std::string_view::npos; }));
  alphabets.push_back(of([](char c) { return c >= ' '; }));
  alphabets.push_back(of([](char) { return true; }));
  return alphabets;
}

struct Candidate {
  const TextLanguage* language = nullptr;
  SymbolSet alphabet;
  std::vector<std::size_t> lengths;
  std::uint64_t size = 0;
};

// The lengths to use: from the shortest on, as many as give `wanted` texts; usual ones only if they need not be
// distinct.
Candidate Measure(const TextLanguage& language, const SymbolSet& alphabet, const LengthLimits& limits, bool unique,
                  std::uint64_t wanted) {
  StringCounter counter(language, alphabet);
  Candidate result{&language, alphabet, {}, 0};
  const auto longest = static_cast<std::size_t>(std::min<std::int64_t>(limits.maximum.value_or(100'000), 100'000));
  std::size_t shortest = 0;
  for (auto length = static_cast<std::size_t>(limits.minimum); length <= longest; ++length) {
    if (!counter.CanCount(length)) break;
    const std::uint64_t count = counter.Count(length);
    if (counter.IsExhausted(length)) break;
    // An automaton that can be left at all is left within as many steps as it has states.
    if (result.lengths.empty() && length > static_cast<std::size_t>(limits.minimum) + language.states()) break;
    if (count == 0) continue;
    if (result.lengths.empty()) shortest = std::max<std::size_t>(length, 4);
    result.lengths.push_back(length);
    result.size = AddSizes(result.size, count);
    if (unique ? result.size >= wanted : length >= shortest + kUsualSpread) break;
  }
  // Very short texts say little where longer ones are legal.
  while (!unique && result.lengths.size() > 4 && result.lengths.front() < 4)
    result.lengths.erase(result.lengths.begin());
  return result;
}

}  // namespace

ValueSetPointer MakePatternValueSet(const TypeRequest& request) {
  const auto storage = FindTextStorage(request);
  if (!storage) return nullptr;
  LengthLimits lengths = ResolveLengths(request);
  TextPattern pattern = *request.limits.pattern;
  if (!request.limits.excluded.empty()) {
    const auto excluded = TextLanguage::OfTexts(request.limits.excluded);
    const auto rest = excluded ? TextLanguage::Intersect(pattern.exact, excluded->Complement()) : std::nullopt;
    const auto preferred = excluded ? TextLanguage::Intersect(pattern.preferred, excluded->Complement()) : std::nullopt;
    if (rest && preferred) pattern = {*rest, *preferred};
  }
  // Some operators see the blanks that fill up char(n): full texts have none.
  const bool may_fill =
      storage->form == TextForm::Padded && lengths.minimum < static_cast<std::int64_t>(storage->width);
  LengthLimits full = lengths;
  if (may_fill) full.minimum = full.maximum.value_or(full.minimum);
  // Texts in the usual case are enough where the others differ from them in nothing but case.
  const bool only_cases = !request.unique && (pattern.preferred.BeforeFolding(true) == pattern.exact ||
                                              pattern.preferred.BeforeFolding(false) == pattern.exact);
  const std::uint64_t wanted = request.unique ? std::uint64_t{1} << 40 : only_cases ? 1 : 1000;
  Candidate best;
  for (const LengthLimits& limits : may_fill ? std::vector{full, lengths} : std::vector{lengths}) {
    for (const TextLanguage* language : {&pattern.preferred, &pattern.exact}) {
      for (const SymbolSet& alphabet : Alphabets()) {
        if (best.size > 0 && alphabet.test(static_cast<std::size_t>(SymbolOf('\n')))) continue;  // only if need be
        Candidate candidate = Measure(*language, alphabet, limits, request.unique, wanted);
        if (candidate.size == 0) continue;
        StringCounter counter(*language, alphabet);
        const bool odd = !counter.Uses(candidate.lengths.back(), IsLower) &&
                         StringCounter(*language, Alphabets()[2]).Uses(candidate.lengths.back(), IsUpper);
        const bool fits = candidate.size >= wanted && (!odd || counter.Uses(candidate.lengths.back(), IsUpper));
        if (candidate.size > best.size || (fits && best.size < wanted)) best = std::move(candidate);
        if (fits) break;
      }
      if (best.size >= wanted) break;
    }
    if (best.size > 0) break;
  }
  if (best.size == 0) ThrowNoValue(request.type, request.limits);
  StringCounter counter(*best.language, best.alphabet);
  const bool both_cases = counter.Uses(best.lengths.back(), IsLower) && counter.Uses(best.lengths.back(), IsUpper);
  auto values =
      std::make_shared<PatternValueSet>(*storage, *best.language, best.alphabet, best.lengths, request.unique);
  values->NoteCases(both_cases);
  return values;
}

}  // namespace dbmocker

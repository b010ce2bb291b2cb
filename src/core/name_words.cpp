// Splitting names into words.
// Read first: SplitWords.
#include "core/name_words.h"

namespace dbmocker {
namespace {

enum class Kind { None, Lower, Upper, Digit };

Kind KindOf(char c) {
  if (c >= '0' && c <= '9') return Kind::Digit;
  if (c >= 'A' && c <= 'Z') return Kind::Upper;
  if ((c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80) return Kind::Lower;
  return Kind::None;
}

bool EndsWith(std::string_view word, std::string_view ending) {
  return word.size() > ending.size() && word.ends_with(ending);
}

struct Irregular {
  std::string_view plural;
  std::string_view singular;
};
constexpr Irregular kIrregular[] = {
    {"people", "person"}, {"children", "child"}, {"men", "man"},       {"women", "woman"},    {"staff", "staff"},
    {"movies", "movie"},  {"news", "news"},      {"series", "series"}, {"cookies", "cookie"}, {"dates", "date"}};

}  // namespace

std::vector<std::string> SplitWords(std::string_view name) {
  std::vector<std::string> words;
  Kind before = Kind::None;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const Kind kind = KindOf(name[i]);
    if (kind != Kind::None) {
      const Kind after = i + 1 < name.size() ? KindOf(name[i + 1]) : Kind::None;
      const bool starts_camel = kind == Kind::Upper && (before == Kind::Lower || after == Kind::Lower);
      const bool changes = (kind == Kind::Digit) != (before == Kind::Digit);
      if (before == Kind::None || starts_camel || changes) words.emplace_back();
      words.back() += kind == Kind::Upper ? static_cast<char>(name[i] | 0x20) : name[i];
    }
    before = kind;
  }
  return words;
}

std::string Singular(std::string_view word) {
  for (const Irregular& irregular : kIrregular)
    if (irregular.plural == word) return std::string(irregular.singular);
  const auto without = [word](std::size_t letters) { return std::string(word.substr(0, word.size() - letters)); };
  if (word.size() < 4) return std::string(word);
  if (EndsWith(word, "ies")) return without(3) + "y";
  for (std::string_view ending : {"sses", "shes", "ches", "xes", "uses"})
    if (EndsWith(word, ending)) return without(2);
  if (EndsWith(word, "ss") || EndsWith(word, "us") || EndsWith(word, "is")) return std::string(word);
  if (word.back() == 's') return without(1);
  return std::string(word);
}

std::string JoinWords(std::span<const std::string> words) {
  std::string joined;
  for (const std::string& word : words) {
    if (!joined.empty()) joined += '_';
    joined += word;
  }
  return joined;
}

}  // namespace dbmocker

// tsvector and tsquery as text: a few lexemes of the built-in vocabulary; distinct values start with a lexeme that
// carries the index. Read first: AppendVector.
#include "decimal_text.h"
#include "lorem_words.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

void AppendLexeme(std::uint64_t index, std::uint64_t place, bool unique, std::string& out) {
  out.push_back('\'');
  out.append(PickLoremWord(HashIndex(index, place)).view());
  if (unique && place == 0) AppendUnsigned(index, out);
  out.push_back('\'');
}

void AppendVector(std::uint64_t index, bool unique, std::string& out) {
  const std::uint64_t lexemes = 2 + HashIndex(index, 99) % 5;
  for (std::uint64_t place = 0; place < lexemes; ++place) {
    if (place > 0) out.push_back(' ');
    AppendLexeme(index, place, unique, out);
    out.push_back(':');
    AppendUnsigned(place + 1, out);
  }
}

void AppendQuery(std::uint64_t index, bool unique, std::string& out) {
  const std::uint64_t random = HashIndex(index, 99);
  const std::uint64_t lexemes = 1 + random % 3;
  for (std::uint64_t place = 0; place < lexemes; ++place) {
    if (place > 0) out.append((random >> (8 + place) & 1U) != 0 ? " & " : " | ");
    AppendLexeme(index, place, unique, out);
  }
}

constexpr TextFormat kFormats[] = {
    {"tsvector", AppendVector, kMaxValueSetSize, true, "2 … 6 lexemes"},
    {"tsquery", AppendQuery, kMaxValueSetSize, true, "query of 1 … 3 lexemes"},
};

}  // namespace

const TextFormat* FindSearchFormat(std::string_view type_name) {
  for (const TextFormat& format : kFormats) {
    if (format.type_name == type_name) return &format;
  }
  return nullptr;
}

}  // namespace dbmocker

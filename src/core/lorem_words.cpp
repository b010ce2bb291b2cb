// The vocabulary itself, written for this project after the looks of Latin, and short codes of digits and letters.
// Read first: kWords.
#include "lorem_words.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "dbmocker/value_set.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::string_view kWords[] = {
    "abeo",   "acer",    "actus",    "adeo",    "aegre",   "aer",     "ager",   "alba",    "aliqua",  "altus",
    "amet",   "amicus",  "amor",     "angulus", "anima",   "annus",   "ante",   "apis",    "aqua",    "arbor",
    "arcus",  "ardor",   "argentum", "ars",     "arvum",   "asper",   "atrium", "audax",   "aura",    "aurum",
    "avis",   "bellus",  "bene",     "bonus",   "brevis",  "caelum",  "campus", "candor",  "canis",   "canto",
    "caput",  "carmen",  "carus",    "casa",    "causa",   "celer",   "centum", "cera",    "cervus",  "cibus",
    "cinis",  "circa",   "civis",    "clarus",  "collis",  "color",   "comes",  "concors", "consul",  "copia",
    "cor",    "corona",  "corpus",   "cras",    "cultus",  "cura",    "currus", "custos",  "decem",   "decus",
    "dies",   "digitus", "dolor",    "domus",   "donum",   "dulcis",  "duo",    "durus",   "ego",     "elit",
    "ensis",  "equus",   "et",       "faber",   "facilis", "fama",    "fatum",  "felix",   "ferrum",  "fides",
    "filum",  "finis",   "flamma",   "flos",    "fluvius", "folium",  "fons",   "forma",   "fortis",  "forum",
    "frater", "frigus",  "frons",    "fructus", "fulgor",  "gaudium", "gemma",  "gens",    "genus",   "gloria",
    "gradus", "gratia",  "gravis",   "habitus", "herba",   "hiems",   "homo",   "honor",   "hora",    "hortus",
    "hospes", "humus",   "ignis",    "imago",   "imber",   "in",      "insula", "ipsum",   "iter",    "iustus",
    "labor",  "lacus",   "laetus",   "lapis",   "latus",   "laurus",  "lector", "lenis",   "leo",     "levis",
    "lex",    "liber",   "lignum",   "limes",   "lingua",  "litus",   "locus",  "longus",  "lorem",   "luna",
    "lupus",  "lux",     "magnus",   "manus",   "mare",    "mater",   "medius", "mel",     "memoria", "mensa",
    "mensis", "merces",  "miles",    "mirus",   "modus",   "mollis",  "mons",   "mora",    "mos",     "mundus",
    "munus",  "murus",   "musa",     "natura",  "navis",   "nemus",   "nidus",  "nimbus",  "nix",     "nobilis",
    "nomen",  "novus",   "nox",      "numerus", "nux",     "oculus",  "olim",   "omnis",   "opus",    "ora",
    "orbis",  "ordo",    "oriens",   "ovum",    "panis",   "pars",    "passus", "pax",     "pons",    "porta",
};
constexpr std::size_t kWordCount = std::size(kWords);
static_assert(kWordCount == 200);

constexpr std::array<LoremWord, 256> PackWords() {
  std::array<LoremWord, 256> packed{};
  for (std::size_t i = 0; i < packed.size(); ++i) {
    const std::string_view word = kWords[i * kWordCount / packed.size()];
    for (std::size_t j = 0; j < word.size(); ++j) packed[i].text[j] = word[j];
    packed[i].length = static_cast<std::uint8_t>(word.size());
  }
  return packed;
}

constexpr std::array<LoremWord, 256> kPackedWords = PackWords();

constexpr char kCodeSymbols[] = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::uint64_t kSymbolCount = 36;
constexpr std::uint64_t kDigitCount = 10;

// 36^0 … 36^12, the last one cut to kMaxValueSetSize, as are all beyond.
constexpr std::size_t kPowerCount = 13;
constexpr std::array<std::uint64_t, kPowerCount> MakePowers() {
  std::array<std::uint64_t, kPowerCount> powers{1};
  for (std::size_t i = 1; i < kPowerCount; ++i) {
    powers[i] = powers[i - 1] > kMaxValueSetSize / kSymbolCount ? kMaxValueSetSize : powers[i - 1] * kSymbolCount;
  }
  return powers;
}
constexpr std::array<std::uint64_t, kPowerCount> kPowers = MakePowers();

std::uint64_t SymbolPower(std::int64_t exponent) {
  return kPowers[static_cast<std::size_t>(std::min(exponent, static_cast<std::int64_t>(kPowerCount - 1)))];
}

std::uint64_t CountOfLength(const CodeSpace& space, std::int64_t length) {
  if (length <= 0) return length == 0 ? 1 : 0;
  return space.digit_first ? MultiplySizes(kDigitCount, SymbolPower(length - 1)) : SymbolPower(length);
}

int FindSymbol(char symbol) {
  if (symbol >= '0' && symbol <= '9') return symbol - '0';
  if (symbol >= 'a' && symbol <= 'z') return symbol - 'a' + 10;
  return -1;
}

}  // namespace

const LoremWord& PickLoremWord(std::uint64_t random) { return kPackedWords[random & 0xFFU]; }

std::uint64_t CodeSpace::Count() const {
  std::uint64_t count = 0;
  for (std::int64_t length = shortest; length <= longest && count < kMaxValueSetSize; ++length) {
    count = AddSizes(count, CountOfLength(*this, length));
  }
  return count;
}

void CodeSpace::Append(std::uint64_t index, std::string& out) const {
  std::int64_t length = shortest;
  for (std::uint64_t count = CountOfLength(*this, length); index >= count; count = CountOfLength(*this, ++length)) {
    index -= count;
  }
  const std::size_t start = out.size();
  out.append(static_cast<std::size_t>(length), '0');
  for (std::size_t place = out.size(); place-- > start && index > 0;) {
    out[place] = kCodeSymbols[index % kSymbolCount];
    index /= kSymbolCount;
  }
}

bool CodeSpace::Find(std::string_view code, std::uint64_t& index) const {
  const auto length = static_cast<std::int64_t>(code.size());
  if (length < shortest || length > longest) return false;
  if (digit_first && (code.empty() || FindSymbol(code.front()) >= static_cast<int>(kDigitCount))) return false;
  std::uint64_t value = 0;
  for (const char symbol : code) {
    const int digit = FindSymbol(symbol);
    if (digit < 0) return false;
    value = AddSizes(MultiplySizes(value, kSymbolCount), static_cast<std::uint64_t>(digit));
  }
  for (std::int64_t shorter = shortest; shorter < length; ++shorter) {
    value = AddSizes(value, CountOfLength(*this, shorter));
  }
  index = value;
  return value < Count();
}

}  // namespace dbmocker

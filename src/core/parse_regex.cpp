// See parse_regex.h; the grammar is that of PostgreSQL's manual, "POSIX Regular Expressions". Newlines are ordinary
// characters, as they are without embedded options.
// Read first: RegexParser::ReadAlternatives.
#include "parse_regex.h"

#include <cctype>
#include <utility>

namespace dbmocker {
namespace {

constexpr int kMostRepeats = 255;  // RE_DUP_MAX

bool IsAscii(std::uint32_t c) { return c < 0x80; }
bool IsAlpha(std::uint32_t c) { return IsAscii(c) && std::isalpha(static_cast<int>(c)) != 0; }
bool IsDigit(std::uint32_t c) { return c >= '0' && c <= '9'; }

void AddOne(std::uint32_t c, bool ignoring_case, SymbolSet& out) {
  out.set(static_cast<std::size_t>(SymbolOf(c)));
  if (!ignoring_case || !IsAlpha(c)) return;
  out.set(static_cast<std::size_t>(SymbolOf(static_cast<std::uint32_t>(std::tolower(static_cast<int>(c))))));
  out.set(static_cast<std::size_t>(SymbolOf(static_cast<std::uint32_t>(std::toupper(static_cast<int>(c))))));
}

// A named class; characters outside the alphabet count as letters.
SymbolSet NamedClass(std::string_view name) {
  using Test = int (*)(int);
  static constexpr std::pair<std::string_view, Test> kClasses[] = {
      {"alpha", std::isalpha},         {"alnum", std::isalnum}, {"digit", std::isdigit}, {"space", std::isspace},
      {"upper", std::isupper},         {"lower", std::islower}, {"punct", std::ispunct}, {"print", std::isprint},
      {"graph", std::isgraph},         {"cntrl", std::iscntrl}, {"blank", std::isblank}, {"xdigit", std::isxdigit},
      {"ascii", [](int) { return 1; }}};
  SymbolSet set;
  for (const auto& [known, test] : kClasses) {
    if (known != name) continue;
    for (int symbol = 0; symbol < kOtherSymbol; ++symbol)
      set[static_cast<std::size_t>(symbol)] = test(CharacterOf(symbol)) != 0;
    set[kOtherSymbol] = name == "alpha" || name == "alnum" || name == "print" || name == "graph";
    return set;
  }
  if (name == "word") {
    set = NamedClass("alnum");
    set.set(static_cast<std::size_t>(SymbolOf('_')));
    return set;
  }
  throw RegexRefusal{"the pattern has an unknown character class"};
}

class RegexParser {
 public:
  RegexParser(std::string_view text, bool ignoring_case) : text_(text), ignoring_case_(ignoring_case) {}

  RegexNode Parse() {
    ReadDirector();
    RegexNode root = is_literal_ ? ReadLiteral() : ReadAlternatives();
    if (place_ < text_.size()) throw RegexRefusal{"the pattern has an unmatched parenthesis"};
    return root;
  }

 private:
  bool Starts(std::string_view prefix) const { return text_.substr(place_).starts_with(prefix); }
  bool Skip(std::string_view prefix) {
    if (!Starts(prefix)) return false;
    place_ += prefix.size();
    return true;
  }
  std::uint32_t Take() {
    if (place_ >= text_.size()) throw RegexRefusal{"the pattern ends too early"};
    return NextCodePoint(text_, place_);
  }

  void ReadDirector() {
    if (Skip("***=")) is_literal_ = true;
    if (Skip("***:")) return;
    if (Starts("***")) throw RegexRefusal{"the pattern is not an advanced regular expression"};
    if (is_literal_ || !Starts("(?") || place_ + 2 >= text_.size() ||
        !IsAlpha(static_cast<unsigned char>(text_[place_ + 2])))
      return;
    for (place_ += 2; !Skip(")");) {
      const std::uint32_t option = Take();
      if (option == 'i') ignoring_case_ = true;
      if (option == 'c') ignoring_case_ = false;
      if (option == 'q') is_literal_ = true;
      if (option != 'i' && option != 'c' && option != 'q' && option != 's' && option != 't')
        throw RegexRefusal{"the pattern has options that change its syntax"};
    }
  }

  RegexNode One(std::uint32_t c) const {
    RegexNode node{RegexNode::Kind::Symbols, {}, {}};
    AddOne(c, ignoring_case_, node.symbols);
    return node;
  }
  static RegexNode Class(const SymbolSet& symbols) { return {RegexNode::Kind::Symbols, symbols, {}}; }

  RegexNode ReadLiteral() {
    RegexNode node;
    while (place_ < text_.size()) node.children.push_back(One(Take()));
    return node;
  }

  RegexNode ReadAlternatives() {
    if (++depth_ > 200) throw RegexRefusal{"the pattern is nested too deeply"};
    RegexNode node{RegexNode::Kind::Alternatives, {}, {}};
    do node.children.push_back(ReadBranch());
    while (Skip("|"));
    --depth_;
    return node.children.size() == 1 ? std::move(node.children.front()) : node;
  }

  RegexNode ReadBranch() {
    RegexNode node;
    while (place_ < text_.size() && !Starts("|") && !Starts(")")) {
      RegexNode atom = ReadAtom();
      while (ReadQuantifier(atom)) {
      }
      node.children.push_back(std::move(atom));
    }
    return node;
  }

  bool ReadQuantifier(RegexNode& atom) {
    int least = 0;
    int most = -1;
    if (Skip("+")) {
      least = 1;
    } else if (Skip("?")) {
      most = 1;
    } else if (Starts("{") && place_ + 1 < text_.size() && IsDigit(static_cast<unsigned char>(text_[place_ + 1]))) {
      ++place_;
      least = most = ReadNumber();
      if (Skip(",")) most = Starts("}") ? -1 : ReadNumber();
      if (!Skip("}")) throw RegexRefusal{"the pattern has a bad repetition"};
      if (most >= 0 && most < least) throw RegexRefusal{"the pattern has a bad repetition"};
    } else if (!Skip("*")) {
      return false;
    }
    Skip("?");  // which match is found does not matter
    RegexNode repeat{RegexNode::Kind::Repeat, {}, {}, least, most};
    repeat.children.push_back(std::move(atom));
    atom = std::move(repeat);
    return true;
  }

  int ReadNumber() {
    int number = 0;
    if (place_ >= text_.size() || !IsDigit(static_cast<unsigned char>(text_[place_])))
      throw RegexRefusal{"the pattern has a bad repetition"};
    while (place_ < text_.size() && IsDigit(static_cast<unsigned char>(text_[place_]))) {
      number = number * 10 + (text_[place_++] - '0');
      if (number > kMostRepeats) throw RegexRefusal{"the pattern has a bad repetition"};
    }
    return number;
  }

  RegexNode ReadAtom() {
    if (Skip("(?:")) return ReadGroup();
    if (Starts("(?=") || Starts("(?!") || Starts("(?<")) throw RegexRefusal{"the pattern looks ahead or behind"};
    if (Starts("(?#")) {
      while (Take() != ')') {
      }
      return {};
    }
    if (Starts("(?")) throw RegexRefusal{"the pattern has options inside"};
    if (Skip("(")) return ReadGroup();
    if (Skip("^")) return {RegexNode::Kind::AtStart, {}, {}};
    if (Skip("$")) return {RegexNode::Kind::AtEnd, {}, {}};
    if (Skip("[")) return Class(ReadBracket());
    if (Skip("\\")) return ReadEscape();
    if (Starts("*") || Starts("+") || Starts("?")) throw RegexRefusal{"the pattern repeats nothing"};
    const std::uint32_t c = Take();
    if (c != '.') return One(c);
    SymbolSet all;
    all.set();
    return Class(all);
  }

  RegexNode ReadGroup() {
    RegexNode node = ReadAlternatives();
    if (!Skip(")")) throw RegexRefusal{"the pattern has an unmatched parenthesis"};
    return node;
  }

  // \d, \s, \w and their opposites; false if `c` is none of them.
  static bool ClassEscape(std::uint32_t c, SymbolSet& out) {
    switch (c) {
      case 'd':
        out = NamedClass("digit");
        return true;
      case 's':
        out = NamedClass("space");
        return true;
      case 'w':
        out = NamedClass("word");
        return true;
      case 'D':
      case 'S':
      case 'W':
        ClassEscape(c + ('a' - 'A'), out);
        out.flip();
        return true;
      default:
        return false;
    }
  }

  RegexNode ReadEscape() {
    const std::uint32_t c = Take();
    SymbolSet symbols;
    if (ClassEscape(c, symbols)) return Class(symbols);
    if (c == 'A') return {RegexNode::Kind::AtStart, {}, {}};
    if (c == 'Z') return {RegexNode::Kind::AtEnd, {}, {}};
    if (c == 'm' || c == 'M' || c == 'y' || c == 'Y') throw RegexRefusal{"the pattern uses word boundaries"};
    if (c >= '1' && c <= '9') throw RegexRefusal{"the pattern uses a back-reference"};
    return One(CharacterEscape(c));
  }

  std::uint32_t CharacterEscape(std::uint32_t c) {
    switch (c) {
      case 'a':
        return 7;
      case 'b':
        return 8;
      case 'B':
        return '\\';
      case 'e':
        return 27;
      case 'f':
        return 12;
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'v':
        return 11;
      case '0':
        return 0;
      case 'u':
        return ReadHex(4);
      case 'U':
        return ReadHex(8);
      case 'x':
        return ReadHex(255);
      default:
        if (IsAlpha(c)) throw RegexRefusal{"the pattern has an unknown escape"};
        return c;
    }
  }

  std::uint32_t ReadHex(int most) {
    std::uint32_t value = 0;
    for (; most > 0 && place_ < text_.size(); --most) {
      const auto c = static_cast<unsigned char>(text_[place_]);
      if (std::isxdigit(c) == 0) break;
      value = value * 16 + static_cast<std::uint32_t>(IsDigit(c) ? c - '0' : std::tolower(c) - 'a' + 10);
      ++place_;
    }
    return value;
  }

  SymbolSet ReadBracket() {
    const bool negated = Skip("^");
    SymbolSet set;
    for (bool first = true; first || !Starts("]"); first = false) {
      SymbolSet part;
      const std::uint32_t lower = ReadBracketPart(part);
      if (part.any()) {
        set |= part;
        continue;
      }
      std::uint32_t upper = lower;
      if (Starts("-") && !Starts("-]")) {
        ++place_;
        SymbolSet none;
        upper = ReadBracketPart(none);
        if (none.any() || upper < lower) throw RegexRefusal{"the pattern has a bad range"};
      }
      AddRange(lower, upper, set);
    }
    ++place_;
    return negated ? ~set : set;
  }

  void AddRange(std::uint32_t lower, std::uint32_t upper, SymbolSet& set) const {
    AddOne(lower, ignoring_case_, set);
    AddOne(upper, ignoring_case_, set);
    for (int symbol = 0; symbol < kOtherSymbol; ++symbol) {
      const auto c = static_cast<std::uint32_t>(static_cast<unsigned char>(CharacterOf(symbol)));
      if (c >= lower && c <= upper) AddOne(c, ignoring_case_, set);
    }
  }

  // One element of a bracket: a class into `part`, or a single character.
  std::uint32_t ReadBracketPart(SymbolSet& part) {
    if (Skip("[:")) {
      const std::size_t end = text_.find(":]", place_);
      if (end == std::string_view::npos) throw RegexRefusal{"the pattern has a bad character class"};
      part = NamedClass(text_.substr(place_, end - place_));
      if (ignoring_case_ && (part == NamedClass("upper") || part == NamedClass("lower"))) part = NamedClass("alpha");
      place_ = end + 2;
      return 0;
    }
    if (Skip("[.") || Skip("[=")) {
      const std::uint32_t c = Take();
      if (!Skip(".]") && !Skip("=]")) throw RegexRefusal{"the pattern has a collating element"};
      return c;
    }
    if (!Skip("\\")) return Take();
    const std::uint32_t c = Take();
    if (ClassEscape(c, part)) return 0;
    return CharacterEscape(c);
  }

  std::string_view text_;
  bool ignoring_case_;
  bool is_literal_ = false;
  std::size_t place_ = 0;
  int depth_ = 0;
};

}  // namespace

RegexNode ParseRegex(std::string_view pattern, bool ignoring_case) {
  return RegexParser(pattern, ignoring_case).Parse();
}

RegexNode ParseLike(std::string_view pattern, bool ignoring_case) {
  SymbolSet all;
  all.set();
  RegexNode root;
  for (std::size_t place = 0; place < pattern.size();) {
    std::uint32_t c = NextCodePoint(pattern, place);
    RegexNode one{RegexNode::Kind::Symbols, {}, {}};
    if (c == '%' || c == '_') {
      one.symbols = all;
    } else {
      if (c == '\\') {
        if (place >= pattern.size()) throw RegexRefusal{"the pattern ends with its escape"};
        c = NextCodePoint(pattern, place);
      }
      AddOne(c, ignoring_case, one.symbols);
      c = 0;
    }
    if (c == '%') {
      RegexNode repeat{RegexNode::Kind::Repeat, {}, {}, 0, -1};
      repeat.children.push_back(std::move(one));
      one = std::move(repeat);
    }
    root.children.push_back(std::move(one));
  }
  return root;
}

}  // namespace dbmocker

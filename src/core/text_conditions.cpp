// See text_conditions.h.
// Read first: ReadOperand, then PullBack.
#include "text_conditions.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <memory>
#include <utility>

#include "read_regex.h"
#include "text_shapes.h"

namespace dbmocker {
namespace {

// One function around the column, outermost first.
struct Change {
  enum class Kind { Lower, Upper, Trim, Part, Remove };
  Kind kind = Kind::Lower;
  std::string characters = " ";  // Trim
  bool at_start = true;
  bool at_end = true;
  std::int64_t from = 1;  // Part: 1-based
  std::int64_t count = 0;
  std::string pattern;  // Remove: the regular expression of what is taken out
};

struct Operand {
  ColumnReading column;
  std::vector<Change> changes;
  bool ignores_case = false;  // citext
};

std::string QuoteRegex(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    if (std::string_view("\\^$.[]|()*+?{}").find(c) != std::string_view::npos) quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted;
}

std::optional<Change> ReadChange(const Expression& call) {
  const std::size_t count = call.arguments.size();
  const auto text = [&](std::size_t i) { return i < count ? TextOf(call.arguments[i]) : std::nullopt; };
  const auto number = [&](std::size_t i) -> std::optional<std::int64_t> {
    const auto value = text(i);
    return value ? AsInteger(*value) : std::nullopt;
  };
  Change change;
  const std::string& name = call.name;
  if (count == 1 && (name == "lower" || name == "upper")) {
    change.kind = name == "lower" ? Change::Kind::Lower : Change::Kind::Upper;
    return change;
  }
  if (name == "btrim" || name == "ltrim" || name == "rtrim") {
    change.kind = Change::Kind::Trim;
    change.at_start = name != "rtrim";
    change.at_end = name != "ltrim";
    if (count == 2 && !text(1)) return std::nullopt;
    if (count == 2) change.characters = *text(1);
    return change;
  }
  if ((name == "left" && number(1)) || ((name == "substr" || name == "substring") && number(1))) {
    change.kind = Change::Kind::Part;
    change.from = name == "left" ? 1 : *number(1);
    const auto length = name == "left" ? number(1) : number(2);
    if (change.from < 1 || !length || *length < 0 || change.from + *length > 256) return std::nullopt;
    change.count = *length;
    return change;
  }
  if (name == "replace" && count == 3 && text(1) && text(2)) {
    change.kind = Change::Kind::Remove;
    change.pattern = QuoteRegex(*text(1));
    return change;
  }
  if (name == "regexp_replace" && count >= 3 && text(1) && text(2)) {
    change.kind = Change::Kind::Remove;
    change.pattern = *text(1);
    return change;
  }
  return std::nullopt;
}

std::optional<Operand> ReadOperand(const Expression& expression, const TypesByColumn& types) {
  Operand operand;
  const Expression* inner = &expression;
  operand.ignores_case = expression.type.ends_with("citext");
  for (;;) {
    if (auto column = AsColumn(*inner, types)) {
      if (column->type.type == nullptr || column->type.type->category != 'S') return std::nullopt;
      const bool is_citext = column->type.type->name == "citext" && inner->kind != Expression::Kind::Cast;
      operand.ignores_case |= is_citext && operand.changes.empty();
      operand.column = *column;
      return operand;
    }
    const Expression& call = StripCasts(*inner);
    if (call.kind != Expression::Kind::Function || call.arguments.empty()) return std::nullopt;
    const auto change = ReadChange(call);
    if (!change) return std::nullopt;
    operand.changes.push_back(*change);
    inner = &call.arguments.front();
  }
}

// The texts that have none of the characters where they would be trimmed.
TextPattern Untrimmed(const Change& change) {
  std::string set = "[";
  for (const char c : change.characters) {
    if (std::string_view("\\]^-[").find(c) != std::string_view::npos) set.push_back('\\');
    set.push_back(c);
  }
  set.push_back(']');
  std::string pattern;
  if (change.at_start) pattern = "^" + set;
  if (change.at_end) pattern += (pattern.empty() ? "" : "|") + set + "$";
  const auto reading = ReadRegex(pattern, false);
  const TextLanguage language = reading.pattern ? reading.pattern->exact.Complement() : TextLanguage::Everything();
  return {language, language};
}

std::optional<TextLanguage> BeforeTaking(const TextLanguage& language, const Change& part);

// The texts that `change` leaves as they are.
std::optional<TextLanguage> FixedBy(const Change& change) {
  switch (change.kind) {
    case Change::Kind::Lower:
    case Change::Kind::Upper: {
      SymbolSet symbols;
      symbols.set();
      for (char c = 'A'; c <= 'Z'; ++c) {
        const auto folded = static_cast<std::uint32_t>(change.kind == Change::Kind::Lower ? c : c - 'A' + 'a');
        symbols.reset(static_cast<std::size_t>(SymbolOf(folded)));
      }
      return TextLanguage::OverAlphabet(symbols);
    }
    case Change::Kind::Trim:
      return Untrimmed(change).exact;
    case Change::Kind::Part: {
      if (change.from != 1) return std::nullopt;
      const auto reading = ReadRegex("^.{0," + std::to_string(std::min<std::int64_t>(change.count, 255)) + "}$", false);
      return reading.pattern ? std::optional(reading.pattern->exact) : std::nullopt;
    }
    case Change::Kind::Remove: {
      const auto reading = ReadRegex(change.pattern, false);
      return reading.pattern ? std::optional(reading.pattern->exact.Complement()) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<TextLanguage> BeforeChange(const TextLanguage& language, const Change& change) {
  if (change.kind == Change::Kind::Lower || change.kind == Change::Kind::Upper)
    return language.BeforeFolding(change.kind == Change::Kind::Lower);
  if (change.kind == Change::Kind::Part) return BeforeTaking(language, change);
  const auto fixed = FixedBy(change);
  return fixed ? TextLanguage::Intersect(language, *fixed) : std::nullopt;
}

// Counts the characters of the text: before `from` nothing moves, behind the part neither.
std::optional<TextLanguage> BeforeTaking(const TextLanguage& language, const Change& part) {
  const auto skipped = static_cast<std::size_t>(part.from - 1);
  const auto taken = static_cast<std::size_t>(part.count);
  const std::size_t states = language.states();
  if (skipped + states * (taken + 1) > TextLanguage::kMaxStates) return std::nullopt;
  const std::size_t first = skipped;  // states 0 … skipped - 1 count, then (characters taken, state)
  std::array<std::uint8_t, kSymbolCount> class_of{};
  for (std::size_t i = 0; i < class_of.size(); ++i) class_of[i] = static_cast<std::uint8_t>(i);
  std::vector<std::uint16_t> next;
  std::vector<bool> accepts;
  for (std::size_t i = 0; i < skipped; ++i) {
    next.insert(next.end(), kSymbolCount, static_cast<std::uint16_t>(i + 1));
    accepts.push_back(language.Accepts(0));
  }
  for (std::size_t count = 0; count <= taken; ++count)
    for (std::size_t state = 0; state < states; ++state) {
      accepts.push_back(language.Accepts(state));
      for (int symbol = 0; symbol < kSymbolCount; ++symbol) {
        const std::size_t target = count == taken ? first + count * states + state
                                                  : first + (count + 1) * states + language.Next(state, symbol);
        next.push_back(static_cast<std::uint16_t>(target));
      }
    }
  return TextLanguage(class_of, kSymbolCount, std::move(next), std::move(accepts));
}

TextCondition Refused(const Operand& operand, std::string why) { return {operand.column, nullptr, std::move(why)}; }

// The column's texts that the changes turn into texts of `pattern`.
TextCondition PullBack(const Operand& operand, const TextPattern& pattern) {
  std::optional<TextLanguage> exact = pattern.exact;
  std::optional<TextLanguage> preferred = pattern.preferred;
  for (const Change& change : operand.changes) {
    exact = BeforeChange(*exact, change);
    const bool folds = change.kind == Change::Kind::Lower || change.kind == Change::Kind::Upper;
    // Texts that are folded already look better than those in mixed case.
    const auto folded = exact && folds ? FixedBy(change) : std::nullopt;
    auto plain = folded ? TextLanguage::Intersect(*preferred, *folded) : std::nullopt;
    preferred = !exact                       ? std::nullopt
                : plain && !plain->IsEmpty() ? std::move(plain)
                                             : BeforeChange(*preferred, change);
    if (!preferred) return Refused(operand, "a function around the column is not seen through");
  }
  return {operand.column, std::make_shared<TextPattern>(TextPattern{std::move(*exact), std::move(*preferred), false}),
          ""};
}

TextPattern Opposite(const TextPattern& pattern) {
  const TextLanguage rest = pattern.exact.Complement();
  return {rest, rest};
}

std::optional<TextPattern> PatternOfTexts(const std::vector<std::string>& texts, bool ignoring_case) {
  auto language = TextLanguage::OfTexts(texts);
  if (!language) return std::nullopt;
  TextPattern pattern{*language, *language};
  if (ignoring_case) pattern.exact = language->BeforeFolding(true);
  return pattern;
}

// What `text operator constant` asks of the text; "!" in front of an operator of patterns is its opposite.
PatternReading ReadOperator(std::string name, const std::string& text, bool ignoring_case) {
  const bool negated = name.starts_with('!') || name == "<>";
  if (name.starts_with('!')) name.erase(0, 1);
  PatternReading reading;
  if (name == "=" || name == "<>") {
    reading.pattern = PatternOfTexts({text}, ignoring_case);
    if (!reading.pattern) reading.why_not = "the text is too long";
  } else if (name == "~" || name == "~*") {
    reading = ReadRegex(text, ignoring_case || name == "~*");
  } else if (name == "~~" || name == "~~*") {
    reading = ReadLike(text, ignoring_case || name == "~~*");
  } else if (name == "^@") {
    reading = ReadRegex("^" + QuoteRegex(text), ignoring_case);
  } else {
    reading.why_not = "operator " + name + " is not read";
  }
  if (reading.pattern && negated) reading.pattern = Opposite(*reading.pattern);
  return reading;
}

// Of these texts, those of letters and digits look best.
TextPatternPointer PreferLettersAndDigits(const TextLanguage& language) {
  SymbolSet plain;
  for (int symbol = 0; symbol < kOtherSymbol; ++symbol)
    if (std::isalnum(static_cast<unsigned char>(CharacterOf(symbol))) != 0) plain.set(static_cast<std::size_t>(symbol));
  auto preferred = TextLanguage::Intersect(language, TextLanguage::OverAlphabet(plain));
  if (!preferred || preferred->IsEmpty()) preferred = language;
  return std::make_shared<TextPattern>(TextPattern{language, std::move(*preferred)});
}

// lower(btrim(x)) = x and the like: the texts that all of the changes leave alone.
std::optional<TextCondition> ReadFixedPoint(const Operand& a, const Operand& b, const std::string& name) {
  if (a.column.column != b.column.column || (name != "=" && name != "<>")) return std::nullopt;
  TextLanguage fixed = TextLanguage::Everything();
  for (const Operand* side : {&a, &b})
    for (const Change& change : side->changes) {
      const auto here = FixedBy(change);
      const auto both = here ? TextLanguage::Intersect(fixed, *here) : std::nullopt;
      if (!both) return Refused(a, "a function around the column is not seen through");
      fixed = *both;
    }
  if (name == "<>") {
    if (a.changes.size() + b.changes.size() != 1) return Refused(a, "several functions around the column");
    fixed = fixed.Complement();
  }
  return TextCondition{a.column, PreferLettersAndDigits(fixed), ""};
}

// position('x' in column), strpos(column, 'x'), compared with zero.
std::optional<TextCondition> ReadPosition(const Expression& left, const std::string& name, const std::string& number,
                                          const TypesByColumn& types) {
  const Expression& call = StripCasts(left);
  if (call.kind != Expression::Kind::Function || call.arguments.size() != 2) return std::nullopt;
  if (call.name != "position" && call.name != "strpos") return std::nullopt;
  const auto text = TextOf(call.arguments[1]);
  const auto operand = ReadOperand(call.arguments[0], types);
  if (!text || !operand) return std::nullopt;
  const bool is_absent =
      (name == "=" && number == "0") || (name == "<" && number == "1") || (name == "<=" && number == "0");
  const bool is_present =
      (name == ">" && number == "0") || (name == ">=" && number == "1") || (name == "<>" && number == "0");
  const bool is_first = name == "=" && number == "1";
  if (!is_absent && !is_present && !is_first) {
    if (FindTextShape(left, name, number)) return std::nullopt;
    return Refused(*operand, "the position is not zero");
  }
  auto reading = ReadRegex((is_first ? "^" : "") + QuoteRegex(*text), false);
  if (!reading.pattern) return Refused(*operand, reading.why_not);
  if (is_present) reading.pattern->preferred = reading.pattern->exact;
  return PullBack(*operand, is_absent ? Opposite(*reading.pattern) : *reading.pattern);
}

std::optional<TextCondition> ReadShaped(const Expression& left, const std::string& name, const std::string& constant,
                                        const TypesByColumn& types) {
  const auto shape = FindTextShape(left, name, constant);
  const auto operand = shape ? ReadOperand(*shape->text, types) : std::nullopt;
  if (!operand) return std::nullopt;
  auto reading = ReadRegex(shape->pattern, false);
  if (!reading.pattern) return Refused(*operand, reading.why_not);
  return PullBack(*operand, *reading.pattern);
}

}  // namespace

std::string NegateTextOperator(const std::string& name) {
  if (name == "~" || name == "~*" || name == "~~" || name == "~~*" || name == "^@") return "!" + name;
  if (name == "!~" || name == "!~*" || name == "!~~" || name == "!~~*") return name.substr(1);
  return "";
}

std::optional<TextCondition> ReadTextCondition(const Expression& left, const std::string& name, const Expression& right,
                                               const TypesByColumn& types) {
  const auto text = TextOf(right);
  if (text) {
    if (auto position = ReadPosition(left, name, *text, types)) return position;
    if (auto shaped = ReadShaped(left, name, *text, types)) return shaped;
    if (auto length = ReadTextLength(left, name, *text, types)) return length;
  }
  if (!text && name == "=") {
    const Expression& a = StripCasts(left);
    const Expression& b = StripCasts(right);
    static constexpr std::string_view kLengths[] = {"length", "char_length", "character_length", "octet_length"};
    const bool lengths = a.kind == Expression::Kind::Function && b.kind == a.kind && a.name == b.name &&
                         a.arguments.size() == 1 && b.arguments.size() == 1 &&
                         std::ranges::find(kLengths, a.name) != std::end(kLengths);
    const auto x = lengths ? ReadOperand(a.arguments.front(), types) : std::nullopt;
    const auto y = x ? ReadOperand(b.arguments.front(), types) : std::nullopt;
    if (y) return ReadFixedPoint(*x, *y, name);
  }
  const auto operand = ReadOperand(left, types);
  if (!operand) return std::nullopt;
  if (!text) {
    const auto other = ReadOperand(right, types);
    return other ? ReadFixedPoint(*operand, *other, name) : std::nullopt;
  }
  const PatternReading reading = ReadOperator(name, *text, operand->ignores_case);
  if (!reading.pattern) return Refused(*operand, reading.why_not);
  return PullBack(*operand, *reading.pattern);
}

std::optional<TextPair> ReadTextPair(const Expression& left, const std::string& name, const Expression& right,
                                     const TypesByColumn& types) {
  const auto a = name == "=" ? ReadOperand(left, types) : std::nullopt;
  const auto b = a ? ReadOperand(right, types) : std::nullopt;
  if (!b || a->column.column == b->column.column || (a->changes.empty() && b->changes.empty())) return std::nullopt;
  TextLanguage fixed = TextLanguage::Everything();
  for (const Operand* side : {&*a, &*b})
    for (const Change& change : side->changes) {
      const auto here = FixedBy(change);
      const auto both = here ? TextLanguage::Intersect(fixed, *here) : std::nullopt;
      if (!both || both->IsEmpty()) return std::nullopt;
      fixed = *both;
    }
  return TextPair{a->column.column, b->column.column, PreferLettersAndDigits(fixed)};
}

std::optional<TextCondition> ReadTextList(const Expression& left, const std::vector<std::string>& texts, bool inside,
                                          const TypesByColumn& types) {
  const auto operand = ReadOperand(left, types);
  if (!operand) return std::nullopt;
  const auto pattern = PatternOfTexts(texts, operand->ignores_case);
  if (!pattern) return Refused(*operand, "the list is too long");
  return PullBack(*operand, inside ? *pattern : Opposite(*pattern));
}

namespace {

// The characters of UTF-8 `text` from the last to the first.
std::string Reversed(const std::string& text) {
  std::string result;
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t start = end - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
    result.append(text, start, end - start);
    end = start;
  }
  return result;
}

}  // namespace

std::optional<TextCondition> ReadTextCall(const Expression& call, bool negated, const TypesByColumn& types) {
  if (call.kind != Expression::Kind::Function || call.arguments.size() != 2 || call.name != "starts_with")
    return std::nullopt;
  const Expression& text = StripCasts(call.arguments[0]);
  const auto start = AsConstant(call.arguments[1]);
  if (text.kind == Expression::Kind::Function && text.name == "reverse" && text.arguments.size() == 1 && start &&
      !start->is_null) {  // how the text ends
    Expression end = call.arguments[1];
    end.kind = Expression::Kind::Constant;
    end.arguments.clear();
    end.value = QuoteRegex(Reversed(start->text)) + "$";
    return ReadTextCondition(text.arguments.front(), negated ? "!~" : "~", end, types);
  }
  return ReadTextCondition(call.arguments[0], negated ? "!^@" : "^@", call.arguments[1], types);
}

std::optional<TextCondition> ReadTextLength(const Expression& left, const std::string& name, const std::string& number,
                                            const TypesByColumn& types) {
  const Expression& call = StripCasts(left);
  if (call.kind != Expression::Kind::Function || call.arguments.size() != 1) return std::nullopt;
  const bool of_bytes = call.name == "octet_length" || call.name == "bit_length";
  if (call.name != "length" && call.name != "char_length" && call.name != "character_length" && !of_bytes)
    return std::nullopt;
  const auto operand = ReadOperand(call.arguments.front(), types);
  auto count = AsInteger(number);
  if (!operand || !count) return std::nullopt;
  if (call.name == "bit_length") {
    const std::int64_t bytes = *count / 8;  // a limit between two bytes is one at the byte below, or above
    const bool is_between = *count % 8 != 0;
    if (is_between && (name == "=" || *count < 0)) return Refused(*operand, "it counts bits that make no whole bytes");
    count = is_between && (name == "<" || name == ">=") ? bytes + 1 : bytes;
  }
  std::int64_t least = 0;
  std::int64_t most = -1;
  if (name == "=") {
    least = most = *count;
  } else if (name == "<" || name == "<=") {
    most = name == "<" ? *count - 1 : *count;
  } else if (name == ">" || name == ">=") {
    least = name == ">" ? *count + 1 : *count;
  } else if (name == "<>" && *count == 0) {
    least = 1;
  } else {
    return Refused(*operand, "the length is compared by " + name);
  }
  if (least > 255 || most > 255) return Refused(*operand, "the length is too large");
  if (name != "<>" && name.find('<') != std::string::npos && most < 0) most = 0, least = 1;  // nothing is that short
  const auto text =
      "^.{" + std::to_string(std::max<std::int64_t>(least, 0)) + "," + (most < 0 ? "" : std::to_string(most)) + "}$";
  const auto reading = ReadRegex(text, false);
  if (!reading.pattern) return Refused(*operand, reading.why_not);
  TextPattern pattern = *reading.pattern;
  if (of_bytes) {
    SymbolSet ascii;
    ascii.set();
    ascii.reset(kOtherSymbol);
    const auto plain = TextLanguage::Intersect(pattern.exact, TextLanguage::OverAlphabet(ascii));
    if (!plain) return Refused(*operand, "the length is too large");
    pattern = {*plain, *plain};
  }
  return PullBack(*operand, pattern);
}

}  // namespace dbmocker

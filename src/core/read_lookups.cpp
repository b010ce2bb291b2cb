// See read_lookups.h. Bodies are cut into tokens; a SELECT may stand anywhere, also inside of other statements.
// Read first: BodyReader::Read, then ReadSelect.
#include "read_lookups.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace dbmocker {
namespace {

struct Token {
  std::string word;  // of a name or a keyword: in lower case; a symbol as it stands
  std::size_t start;
  std::size_t end;
  int depth;  // of parentheses around it; those themselves stand outside
};

bool IsNamePart(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || (c & 0x80);
}

// Behind a comment, a text or a quoted name that starts here; `at` if none does.
std::size_t SkipQuoted(std::string_view text, std::size_t at) {
  const auto behind = [&](std::size_t found, std::size_t length) {
    return found == std::string_view::npos ? text.size() : found + length;
  };
  if (text.substr(at, 2) == "--") return behind(text.find('\n', at), 1);
  if (text.substr(at, 2) == "/*") return behind(text.find("*/", at + 2), 2);
  if (text[at] == '\'' || text[at] == '"') return behind(text.find(text[at], at + 1), 1);
  return at;
}

std::vector<Token> CutTokens(std::string_view text) {
  std::vector<Token> tokens;
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char first = text[at];
    if (std::isspace(static_cast<unsigned char>(first)) != 0) {
      ++at;
      continue;
    }
    const std::size_t quoted = SkipQuoted(text, at);
    std::size_t end = quoted;
    if (quoted > at && first != '\'' && first != '"') {
      at = quoted;
      continue;
    }
    if (quoted == at && IsNamePart(first)) {
      while (end < text.size() && IsNamePart(text[end])) ++end;
    } else if (quoted == at) {
      end = at + (text.substr(at, 2) == "::" || text.substr(at, 2) == ":=" || text.substr(at, 2) == "<>" ||
                          text.substr(at, 2) == "!=" || text.substr(at, 2) == "<=" || text.substr(at, 2) == ">="
                      ? 2
                      : 1);
    }
    std::string word(text.substr(at, end - at));
    if (IsNamePart(first)) std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
    if (first == '"') word = word.substr(1, word.size() - 2);
    if (word == ")" || word == "]") --depth;
    tokens.push_back({std::move(word), at, end, depth});
    if (first == '(' || first == '[') ++depth;
    at = end;
  }
  return tokens;
}

bool IsOneOf(const std::string& word, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, word) != list.end();
}

// What a name of the function's own stands for.
struct Binding {
  LookupTerm term;
  bool is_row = false;  // a lookup's whole row: its fields are columns
};

class BodyReader {
 public:
  BodyReader(std::string_view text, const std::vector<FunctionBody>& callees, std::vector<Lookup>& lookups, int depth)
      : text_(text), callees_(callees), lookups_(lookups), depth_(depth), tokens_(CutTokens(text)) {}

  std::map<std::string, Binding>& names() { return names_; }

  void Read() {
    for (std::size_t at = 0; at < tokens_.size() && lookups_.size() < kMostLookups; ++at) {
      const std::string& word = tokens_[at].word;
      if (word == "declare") {
        ReadDeclarations(at);
      } else if (word == "if") {
        const bool is_end = at > 0 && tokens_[at - 1].word == "end";
        if (!is_end && nesting_ == 0) ReadRefusal(at);
        nesting_ = std::max(0, nesting_ + (is_end ? -1 : 1));
      } else if (word == "select" || word == "perform") {
        if (!IsForbidding(at)) ReadSelect(at);
      } else if (IsOneOf(word, {":=", "="}) && at > 0) {
        ReadAssignment(at);
      } else if (word == "(" && at > 0) {
        ReadCall(at);
      }
    }
  }

  // The SELECT at `at`, with those inside of it. Where it takes one value, that value.
  std::optional<LookupTerm> ReadSelect(std::size_t at) {
    const int depth = tokens_[at].depth;
    const std::size_t end = FindEnd(at);
    const std::size_t from = FindWord(at + 1, end, depth, {"from"});
    const std::size_t into = FindWord(at + 1, end, depth, {"into"});
    if (from == end || !is_read_.insert({at, 0}).second) return std::nullopt;
    const std::size_t where = FindWord(from, end, depth, {"where"});
    Lookup lookup;
    lookup.from = TextOf(from + 1, std::min(where, end));
    const std::size_t list_end = std::min(into, from);
    if (Refers(from + 1, std::min(where, end))) {
      ForgetTargets(into, from);
      return std::nullopt;
    }
    if (where < end) ReadConditions(where + 1, end, depth, lookup);
    if (lookup.conditions.empty()) {
      ForgetTargets(into, from);
      return std::nullopt;
    }
    if (into >= from && SplitTables(from + 1, std::min(where, end), depth, lookup)) return std::nullopt;
    lookups_.push_back(std::move(lookup));
    const std::size_t place = lookups_.size() - 1;
    std::vector<std::string> outputs = SplitList(at + 1, list_end, depth);
    if (into < from) BindTargets(into, from, depth, outputs, place);
    return LookupTerm{"", place, outputs.empty() ? "" : outputs.front()};
  }

 private:
  static constexpr std::size_t kMostLookups = 30;
  static constexpr int kDeepest = 2;  // functions called by one another

  // Variables hold something unknown at first.
  void ReadDeclarations(std::size_t at) {
    for (++at; at < tokens_.size() && tokens_[at].word != "begin"; ++at)
      if (IsOneOf(tokens_[at - 1].word, {"declare", ";"})) names_.try_emplace(tokens_[at].word);
  }

  // IF EXISTS (SELECT …) mostly leads to an error: such rows must not be there.
  bool IsForbidding(std::size_t at) const {
    return at >= 2 && tokens_[at - 1].word == "(" && tokens_[at - 2].word == "exists" &&
           !(at >= 3 && tokens_[at - 3].word == "not");
  }

  std::size_t FindEnd(std::size_t at) const {
    const int depth = tokens_[at].depth;
    for (std::size_t i = at + 1; i < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      if (token.depth < depth || (token.word == ")" && token.depth < depth)) return i;
      if (token.depth == depth && IsOneOf(token.word, {";", "group", "order", "having", "limit", "for", "returning",
                                                       "union", "except", "intersect", "loop", "offset", "then"}))
        return i;
    }
    return tokens_.size();
  }

  std::size_t FindWord(std::size_t from, std::size_t end, int depth,
                       std::initializer_list<std::string_view> words) const {
    for (std::size_t i = from; i < end; ++i)
      if (tokens_[i].depth == depth && IsOneOf(tokens_[i].word, words)) return i;
    return end;
  }

  std::string TextOf(std::size_t from, std::size_t end) const {
    if (from >= end) return "";
    return std::string(text_.substr(tokens_[from].start, tokens_[end - 1].end - tokens_[from].start));
  }

  // True if the tokens name the new row or something of the function's own.
  bool Refers(std::size_t from, std::size_t end) const {
    for (std::size_t i = from; i < end; ++i) {
      const std::string& word = tokens_[i].word;
      if (IsOneOf(word, {"new", "old"}) || word.starts_with("tg_")) return true;
      const bool is_column = i > 0 && tokens_[i - 1].word == ".";
      const bool is_called = i + 1 < end && tokens_[i + 1].word == "(";
      if (!is_column && !is_called && names_.contains(word)) return true;
    }
    return false;
  }

  std::vector<std::string> SplitList(std::size_t from, std::size_t end, int depth) const {
    std::vector<std::string> parts;
    std::size_t start = from;
    for (std::size_t i = from; i <= end; ++i) {
      if (i < end && !(tokens_[i].word == "," && tokens_[i].depth == depth)) continue;
      if (start < i) parts.push_back(TextOf(start, i));
      start = i + 1;
    }
    return parts;
  }

  // What [from, end) stands for: NEW.x, a variable, a variable's field, or (SELECT …); nullopt if something else.
  std::optional<LookupTerm> ReadTerm(std::size_t from, std::size_t end) {
    if (const std::size_t cast = FindWord(from, end, tokens_[from].depth, {"::"}); cast < end) end = cast;
    const std::size_t count = end - from;
    if (count == 3 && tokens_[from + 1].word == ".") {
      if (tokens_[from].word == "new") {
        const std::string& column = tokens_[from + 2].word;
        const auto set = names_.find("new." + column);
        return set != names_.end() ? std::optional(set->second.term) : std::optional(LookupTerm{column, 0, ""});
      }
      const auto row = names_.find(tokens_[from].word);
      if (row != names_.end() && row->second.is_row)
        return LookupTerm{"", row->second.term.lookup, tokens_[from + 2].word};
    }
    if (count == 1) {
      const auto name = names_.find(tokens_[from].word);
      if (name != names_.end() && !name->second.is_row && IsKnown(name->second)) return name->second.term;
    }
    if (count > 2 && tokens_[from].word == "(" && tokens_[from + 1].word == "select") return ReadSelect(from + 1);
    return std::nullopt;
  }

  static bool IsKnown(const Binding& binding) {
    return !binding.term.column.empty() || !binding.term.expression.empty();
  }

  // The conditions of a WHERE, joined by AND.
  void ReadConditions(std::size_t from, std::size_t end, int depth, Lookup& lookup) {
    std::size_t start = from;
    bool in_between = false;
    for (std::size_t i = from; i <= end; ++i) {
      if (i < end && tokens_[i].depth == depth && tokens_[i].word == "between") in_between = true;
      const bool is_and = i < end && tokens_[i].depth == depth && tokens_[i].word == "and";
      if (is_and && in_between) {
        in_between = false;
        continue;
      }
      if (i < end && !is_and) continue;
      if (start < i) ReadCondition(start, i, depth, lookup);
      start = i + 1;
    }
  }

  // FROM a, b WHERE a.x = NEW.x AND b.y = NEW.y: lookups of their own, where no condition is about two of them and
  // nothing is taken from their rows. False if it is another one.
  bool SplitTables(std::size_t from, std::size_t end, int depth, const Lookup& lookup) {
    const std::vector<std::string> items = SplitList(from, end, depth);
    if (items.size() < 2) return false;
    std::vector<Lookup> parts;
    std::vector<std::string> names;
    for (const std::string& item : items) {
      const std::vector<Token> tokens = CutTokens(item);
      names.push_back(tokens.back().word);
      parts.push_back({item, {}, {}});
    }
    for (const std::string& filter : lookup.filters) {
      const auto owner = FindOwner(filter, names);
      if (!owner) return false;
      parts[*owner].filters.push_back(filter);
    }
    for (const LookupCondition& condition : lookup.conditions) {
      const auto owner = FindOwner(condition.expression, names);
      if (!owner) return false;
      parts[*owner].conditions.push_back(condition);
    }
    for (Lookup& part : parts)
      if (!part.conditions.empty()) lookups_.push_back(std::move(part));
    return true;
  }

  // The only one of the tables whose columns the text names; nullopt if it names others' or columns without a table.
  static std::optional<std::size_t> FindOwner(const std::string& text, const std::vector<std::string>& names) {
    std::optional<std::size_t> owner;
    const std::vector<Token> tokens = CutTokens(text);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const auto name = std::ranges::find(names, tokens[i].word);
      if (i + 1 < tokens.size() && tokens[i + 1].word == "." && name != names.end()) {
        const auto place = static_cast<std::size_t>(name - names.begin());
        if (owner.value_or(place) != place) return std::nullopt;
        owner = place;
      }
    }
    return owner;
  }

  void ReadCondition(std::size_t from, std::size_t end, int depth, Lookup& lookup) {
    if (FindWord(from, end, depth, {"or"}) < end) {
      if (!Refers(from, end)) lookup.filters.push_back("(" + TextOf(from, end) + ")");
      return;
    }
    const std::size_t equal = FindWord(from, end, depth, {"=", "in"});
    if (equal < end && equal > from && tokens_[equal - 1].word != "not") {
      for (const bool is_left : {false, true}) {
        const std::size_t term_from = is_left ? from : equal + 1, term_end = is_left ? equal : end;
        const std::size_t own_from = is_left ? equal + 1 : from, own_end = is_left ? end : equal;
        if (term_from >= term_end || own_from >= own_end || Refers(own_from, own_end)) continue;
        if (!Refers(term_from, term_end)) continue;
        if (const auto term = ReadTerm(term_from, term_end)) {
          lookup.conditions.push_back({TextOf(own_from, own_end), *term});
          return;
        }
      }
    }
    if (!Refers(from, end)) lookup.filters.push_back("(" + TextOf(from, end) + ")");
  }

  // IF v <> 'x' OR … THEN RAISE, and IF y <> 'x' FROM t WHERE … THEN RAISE: what is not to be true of a lookup's row.
  void ReadRefusal(std::size_t at) {
    const int depth = tokens_[at].depth;
    const std::size_t then = FindWord(at + 1, tokens_.size(), depth, {"then", ";"});
    if (then + 1 >= tokens_.size() || tokens_[then].word != "then" || tokens_[then + 1].word != "raise") return;
    const std::size_t from = FindWord(at + 1, then, depth, {"from"});
    if (from < then && from > 1 && tokens_[from - 1].word != "distinct") {
      if (Aggregates(at + 1, from) || Refers(at + 1, from)) return;
      if (const auto looked_up = ReadSelect(at))
        lookups_[looked_up->lookup].filters.push_back("(" + TextOf(at + 1, from) + ") IS NOT TRUE");
      return;
    }
    std::size_t start = at + 1;
    for (std::size_t i = start; i <= then; ++i) {
      if (i < then && !(tokens_[i].word == "or" && tokens_[i].depth == depth)) continue;
      if (start < i && !ReadInequality(start, i, depth)) ReadRefusedTerm(start, i);
      start = i + 1;
    }
  }

  // v <> NEW.y, v IS DISTINCT FROM w: what is to be equal. False if the condition is something else.
  bool ReadInequality(std::size_t from, std::size_t end, int depth) {
    const std::size_t sign = FindWord(from, end, depth, {"<>", "!=", "is"});
    if (sign == end || sign == from) return false;
    std::size_t right = sign + 1;
    if (tokens_[sign].word == "is") {
      if (sign + 3 >= end || tokens_[sign + 1].word != "distinct" || tokens_[sign + 2].word != "from") return false;
      right = sign + 3;
    }
    if (right >= end || FindWord(right, end, depth, {"and", "<>", "!=", "="}) < end) return false;
    if (!IsTerm(from, sign) || !IsTerm(right, end)) return false;
    auto one = ReadTerm(from, sign), other = ReadTerm(right, end);
    if (!one || !other) return false;
    if (one->expression.empty()) std::swap(one, other);
    if (one->expression.empty() || (other->column.empty() && other->lookup == one->lookup)) return false;
    lookups_[one->lookup].conditions.push_back({one->expression, *other});
    return true;
  }

  // True for what ReadTerm may read, so that nothing is read in vain.
  bool IsTerm(std::size_t from, std::size_t end) const {
    if (tokens_[from].word == "(")
      return from + 1 < end && tokens_[from + 1].word == "select" && FindClosing(from) + 1 == end;
    return Refers(from, end) && FindWord(from, end, tokens_[from].depth, {"+", "-", "*", "/", "|", "and"}) == end;
  }

  // The parenthesis that belongs to the one at `at`.
  std::size_t FindClosing(std::size_t at) const {
    std::size_t i = at + 1;
    while (i < tokens_.size() && !(tokens_[i].word == ")" && tokens_[i].depth == tokens_[at].depth)) ++i;
    return i;
  }

  // A condition over the row of one lookup, in terms of its variables, or of (SELECT …).
  void ReadRefusedTerm(std::size_t from, std::size_t end) {
    std::optional<std::size_t> lookup;
    std::string text;
    for (std::size_t i = from; i < end; ++i) {
      if (tokens_[i].word == "(" && i + 1 < end && tokens_[i + 1].word == "select") {
        const bool is_value =
            i == from || !IsOneOf(tokens_[i - 1].word, {"exists", "in", "any", "all", "some", "array"});
        const auto term = is_value ? ReadSelect(i + 1) : std::nullopt;
        if (!term || lookup.value_or(term->lookup) != term->lookup) return;
        lookup = term->lookup;
        text += " (" + term->expression + ")";
        i = FindClosing(i);
        continue;
      }
      const auto name = names_.find(tokens_[i].word);
      const bool is_part = i > from && tokens_[i - 1].word == ".";
      const bool is_called = i + 1 < end && tokens_[i + 1].word == "(";
      if (i > from && tokens_[i].start > tokens_[i - 1].end) text += " ";
      if (is_part || is_called || name == names_.end()) {
        if (!is_part && Refers(i, i + 1)) return;
        text += TextOf(i, i + 1);
        continue;
      }
      const Binding& binding = name->second;
      const bool is_field = binding.is_row && i + 2 < end && tokens_[i + 1].word == ".";
      if (!is_field && (binding.is_row || binding.term.expression.empty())) return;
      if (lookup.value_or(binding.term.lookup) != binding.term.lookup) return;
      lookup = binding.term.lookup;
      text += is_field ? TextOf(i + 2, i + 3) : "(" + binding.term.expression + ")";
      if (is_field) i += 2;
    }
    if (lookup && !Aggregates(CutTokens(text))) lookups_[*lookup].filters.push_back("(" + text + ") IS NOT TRUE");
  }

  bool Aggregates(std::size_t from, std::size_t end) const {
    return Aggregates(std::vector<Token>(tokens_.begin() + static_cast<std::ptrdiff_t>(from),
                                         tokens_.begin() + static_cast<std::ptrdiff_t>(end)));
  }

  static bool Aggregates(const std::vector<Token>& tokens) {
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
      if (tokens[i + 1].word == "(" &&
          IsOneOf(tokens[i].word, {"count", "sum", "min", "max", "avg", "every", "bool_and", "bool_or", "array_agg",
                                   "string_agg", "jsonb_agg"}))
        return true;
    return false;
  }

  // INTO [STRICT] a, b.c …: what the names stand for from here on.
  void BindTargets(std::size_t into, std::size_t from, int depth, const std::vector<std::string>& outputs,
                   std::size_t place) {
    std::size_t start = into + 1;
    if (start < from && tokens_[start].word == "strict") ++start;
    const std::vector<std::string> targets = SplitList(start, from, depth);
    if (targets.size() == 1 && outputs.size() == 1 && (outputs[0] == "*" || outputs[0].ends_with(".*"))) {
      names_[Lower(targets[0])] = {{"", place, ""}, true};
      return;
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const bool is_plain = i < outputs.size() && !outputs[i].ends_with("*");
      names_[Lower(targets[i])] = {{"", place, is_plain ? outputs[i] : ""}, false};
    }
  }

  // Names that hold something unknown now.
  void ForgetTargets(std::size_t into, std::size_t from) {
    for (std::size_t i = into + 1; i < from; ++i) names_[tokens_[i].word] = {};
  }

  // x := NEW.y, as long as it is a variable of the function.
  void ReadAssignment(std::size_t at) {
    const std::string& name = tokens_[at - 1].word;
    const bool starts = at < 2 || IsOneOf(tokens_[at - 2].word, {";", "begin", "then", "else", "loop"}) ||
                        (tokens_[at].word == ":=" && tokens_[at - 2].word != ".");
    if (!starts || at + 1 >= tokens_.size() || name.empty() || !IsNamePart(name[0])) return;
    std::size_t end = at + 1;
    while (end < tokens_.size() && tokens_[end].word != ";") ++end;
    const auto term = ReadTerm(at + 1, end);
    names_[name] = term ? Binding{*term, false} : Binding{};
  }

  // f(NEW.x, y): what f looks up by its arguments.
  void ReadCall(std::size_t at) {
    const auto callee = std::ranges::find(callees_, tokens_[at - 1].word, &FunctionBody::name);
    if (callee == callees_.end() || depth_ >= kDeepest || !is_read_.insert({at, 1}).second) return;
    std::size_t end = at + 1;
    while (end < tokens_.size() && !(tokens_[end].word == ")" && tokens_[end].depth == tokens_[at].depth)) ++end;
    BodyReader reader(callee->source, callees_, lookups_, depth_ + 1);
    std::size_t start = at + 1, argument = 0;
    for (std::size_t i = start; i <= end && argument < callee->arguments.size(); ++i) {
      if (i < end && !(tokens_[i].word == "," && tokens_[i].depth == tokens_[at].depth + 1)) continue;
      const auto term = start < i ? ReadTerm(start, i) : std::nullopt;
      reader.names()[callee->arguments[argument++]] = term ? Binding{*term, false} : Binding{};
      start = i + 1;
    }
    reader.Read();
  }

  static std::string Lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
  }

  std::string_view text_;
  const std::vector<FunctionBody>& callees_;
  std::vector<Lookup>& lookups_;
  int depth_;
  std::vector<Token> tokens_;
  std::map<std::string, Binding> names_;
  std::set<std::pair<std::size_t, int>> is_read_;  // SELECTs and calls that have been read
  int nesting_ = 0;  // of IFs around the place that is read
};

}  // namespace

std::vector<Lookup> ReadLookups(std::string_view source, const std::vector<FunctionBody>& callees) {
  std::vector<Lookup> lookups;
  BodyReader(source, callees, lookups, 0).Read();
  return lookups;
}

}  // namespace dbmocker

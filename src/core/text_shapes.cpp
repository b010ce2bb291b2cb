// See text_shapes.h. Patterns are written in PostgreSQL's regular expressions and read as any other.
// Read first: FindTextShape.
#include "text_shapes.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "read_expression.h"

namespace dbmocker {
namespace {

bool IsText(const std::string& type) {
  return type == "text" || type.starts_with("character") || type.ends_with("citext");
}

bool IsNumber(const std::string& type) {
  static constexpr const char* kTypes[] = {"smallint", "integer", "bigint", "numeric", "double precision", "real"};
  return std::ranges::any_of(kTypes, [&](const char* one) { return type.starts_with(one); });
}

// ------------------------------------------------------------------------------------------------------------ numbers

std::string AnyDigits(std::size_t count) { return count == 0 ? "" : "[0-9]{" + std::to_string(count) + "}"; }

// Whole numbers from `low` to `high`, which have as many digits.
std::string BetweenDigits(const std::string& low, const std::string& high) {
  if (low.empty()) return "";
  const std::string low_rest = low.substr(1), high_rest = high.substr(1);
  const std::size_t rest = low_rest.size();
  if (low[0] == high[0]) return low[0] + BetweenDigits(low_rest, high_rest);
  const bool from_zeros = low_rest.find_first_not_of('0') == std::string::npos;
  const bool to_nines = high_rest.find_first_not_of('9') == std::string::npos;
  char first = low[0], last = high[0];
  std::string parts;
  if (!from_zeros) parts += first++ + BetweenDigits(low_rest, std::string(rest, '9')) + "|";
  std::string end;
  if (!to_nines) end = last-- + BetweenDigits(std::string(rest, '0'), high_rest) + "|";
  if (first <= last) parts += std::string("[") + first + "-" + last + "]" + AnyDigits(rest) + "|";
  parts += end;
  parts.pop_back();
  return "(" + parts + ")";
}

// Whole numbers 0 <= low … high.
std::string BetweenNumbers(std::int64_t low, std::int64_t high) {
  std::string pattern;
  for (std::int64_t start = low; start <= high;) {
    const std::string digits = std::to_string(start);
    const std::string nines(digits.size(), '9');
    const std::int64_t end = std::min(high, static_cast<std::int64_t>(std::stoll(nines)));
    pattern += (pattern.empty() ? "" : "|") + BetweenDigits(digits, std::to_string(end));
    start = end + 1;
  }
  return pattern;
}

std::optional<std::string> NumberPattern(const std::string& name, const std::string& constant) {
  constexpr std::int64_t kLargest = 99'999'999'999'999;
  const auto number = AsInteger(constant);
  if (!number || *number < -kLargest || *number > kLargest) return std::nullopt;
  std::int64_t low = -999'999'999, high = 999'999'999;
  if (name == "=" || name == ">=" || name == ">") low = *number + (name == ">" ? 1 : 0);
  if (name == "=" || name == "<=" || name == "<") high = *number - (name == "<" ? 1 : 0);
  if (name == "<>") return std::nullopt;
  if (low > high && low == *number + (name == ">" ? 1 : 0)) high = low * 10 + 9;
  if (low > high) low = high * 10;
  std::string pattern;
  if (high >= 0) pattern = BetweenNumbers(std::max<std::int64_t>(low, 0), high);
  if (low < 0)
    pattern += (pattern.empty() ? "-(" : "|-(") + BetweenNumbers(std::max<std::int64_t>(1, -high), -low) + ")";
  return "^(" + pattern + ")$";
}

// -------------------------------------------------------------------------------------------------------------- parts

// A character as a member of a bracket expression.
std::optional<std::string> BracketMember(const Expression& constant) {
  const auto text = AsConstant(constant);
  if (!text || text->is_null || text->text.size() != 1) return std::nullopt;
  const char c = text->text.front();
  return std::string(c == '^' || c == ']' || c == '[' || c == '\\' || c == '-' ? "\\" : "") + c;
}

// So many parts between delimiters.
std::optional<std::string> PartsPattern(const std::string& member, const std::string& name,
                                        const std::string& constant) {
  const auto number = AsInteger(constant);
  if (!number || *number < 1 || *number > 50) return std::nullopt;
  const std::string part = "[^" + member + "]";
  const auto more = [&](std::int64_t least, std::optional<std::int64_t> most) {
    return "^" + part + "+([" + member + "]" + part + "+){" + std::to_string(least) +
           (most ? *most == least ? "" : "," + std::to_string(*most) : ",") + "}$";
  };
  if (name == "=") return more(*number - 1, *number - 1);
  if (name == ">=") return more(*number - 1, std::nullopt);
  if (name == ">") return more(*number, std::nullopt);
  if (name == "<=") return more(0, *number - 1);
  if (name == "<" && *number > 1) return more(0, *number - 2);
  return std::nullopt;
}

std::optional<TextShape> FindParts(const Expression& left, const std::string& name, const std::string& constant) {
  const Expression& call = StripCasts(left);
  if (call.kind != Expression::Kind::Function || call.arguments.empty()) return std::nullopt;
  const Expression& split = StripCasts(call.arguments.front());
  const bool counts = call.name == "cardinality" || (call.name == "array_length" && call.arguments.size() == 2);
  if (counts && split.kind == Expression::Kind::Function && split.name == "string_to_array" &&
      split.arguments.size() == 2) {
    const auto member = BracketMember(split.arguments[1]);
    const auto pattern = member ? PartsPattern(*member, name, constant) : std::nullopt;
    return pattern ? std::optional(TextShape{&split.arguments[0], *pattern}) : std::nullopt;
  }
  const bool finds = (call.name == "position" || call.name == "strpos") && call.arguments.size() == 2;
  const auto member = finds ? BracketMember(call.arguments[1]) : std::nullopt;
  const auto number = AsInteger(constant);
  if (!member || !number || *number < 1 || *number > 50) return std::nullopt;
  const std::string other = "[^" + *member + "]";
  const std::string found = "[" + *member + "]";
  if (name == "=") return TextShape{&call.arguments[0], "^" + other + "{" + std::to_string(*number - 1) + "}" + found};
  if (name != ">" && name != ">=") return std::nullopt;
  const std::int64_t before = name == ">" ? *number : *number - 1;
  return TextShape{&call.arguments[0], "^" + other + "{" + std::to_string(before) + ",}" + found};
}

}  // namespace

std::optional<TextShape> FindTextShape(const Expression& left, const std::string& name, const std::string& constant) {
  if (left.kind == Expression::Kind::Cast && left.arguments.size() == 1 && IsNumber(left.type)) {
    const Expression* inner = &left.arguments.front();
    while (inner->kind == Expression::Kind::Cast && inner->arguments.size() == 1 && IsNumber(inner->type))
      inner = &inner->arguments.front();
    if (!IsText(inner->type)) return std::nullopt;
    const auto pattern = NumberPattern(name, constant);
    return pattern ? std::optional(TextShape{inner, *pattern}) : std::nullopt;
  }
  return FindParts(left, name, constant);
}

}  // namespace dbmocker

// See read_expression.h. Types in expressions are named as format_type() does, those of columns as pg_type does.
// Read first: FollowCast.
#include "read_expression.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iterator>
#include <string_view>

namespace dbmocker {
namespace {

// Families of types whose casts keep order, as long as they go to a higher rank.
struct TypeRank {
  std::string_view name;
  char family;
  int rank;
};
constexpr TypeRank kRanks[] = {
    {"int2", 'n', 1},
    {"smallint", 'n', 1},
    {"int4", 'n', 2},
    {"integer", 'n', 2},
    {"int8", 'n', 3},
    {"bigint", 'n', 3},
    {"numeric", 'n', 4},
    {"float4", 'n', 5},
    {"real", 'n', 5},
    {"float8", 'n', 6},
    {"double precision", 'n', 6},
    {"text", 's', 1},
    {"varchar", 's', 1},
    {"character varying", 's', 1},
    {"bpchar", 's', 1},
    {"character", 's', 1},
    {"name", 's', 1},
    {"date", 'd', 1},
    {"timestamp", 'd', 2},
    {"timestamp without time zone", 'd', 2},
    {"timestamptz", 'z', 1},
    {"timestamp with time zone", 'z', 1},
};

const TypeRank* FindRank(std::string_view name) {
  const auto found = std::ranges::find(kRanks, name, &TypeRank::name);
  return found == std::end(kRanks) ? nullptr : found;
}

// False if the cast to `target` may turn different values into one. Clears `keeps_order` if it changes their order.
bool FollowCast(const Type& source, const TypeRank*& from, const std::string& target, bool& keeps_order) {
  if (target.empty() || target == source.name || target == source.schema + "." + source.name) return true;
  const TypeRank* to = FindRank(target);
  if (to == nullptr) return false;
  if (from != nullptr && from->family == to->family) {
    if (to->rank < from->rank || (from->family == 'n' && to->name == "real")) return from->rank == to->rank;
    from = to;
    return true;
  }
  const bool has_labels = source.kind == TypeKind::Enum || source.extension == "citext" || source.name == "uuid";
  if (to->family != 's' || !has_labels) return false;
  from = to;
  keeps_order = false;
  return true;
}

}  // namespace

const Expression& StripCasts(const Expression& expression) {
  const Expression* inner = &expression;
  while (inner->kind == Expression::Kind::Cast && inner->arguments.size() == 1) inner = &inner->arguments.front();
  return *inner;
}

std::optional<ColumnReading> AsColumn(const Expression& expression, const TypesByColumn& types) {
  std::vector<const std::string*> casts;
  const Expression* inner = &expression;
  while (inner->kind == Expression::Kind::Cast && inner->arguments.size() == 1) {
    casts.push_back(&inner->type);
    inner = &inner->arguments.front();
  }
  ColumnReading reading;
  if (inner->kind == Expression::Kind::Column) {
    reading.column = inner->column;
  } else if (inner->kind != Expression::Kind::Value) {
    return std::nullopt;
  }
  const auto found = types.find(reading.column);
  if (found == types.end() || found->second.type == nullptr) return std::nullopt;
  reading.type = found->second;
  const TypeRank* from = reading.type.type->schema == "pg_catalog" ? FindRank(reading.type.type->name) : nullptr;
  for (auto cast = casts.rbegin(); cast != casts.rend(); ++cast)
    if (!FollowCast(*reading.type.type, from, **cast, reading.keeps_order)) return std::nullopt;
  return reading;
}

namespace {

// concat('a', 'b') and 'a' || 'b' of texts.
std::optional<ConstantText> JoinConstants(const Expression& call) {
  const bool is_operator = call.kind == Expression::Kind::Operator && call.name == "||" && call.type == "text";
  const bool is_concat = call.kind == Expression::Kind::Function && call.name == "concat";
  if ((!is_operator && !is_concat) || call.arguments.empty()) return std::nullopt;
  ConstantText joined;
  for (const Expression& argument : call.arguments) {
    auto part = argument.type == "text" || argument.type == "unknown" ? AsConstant(argument) : std::nullopt;
    if (!part) return std::nullopt;
    if (part->is_null && is_operator) return part;
    joined.text += part->text;
  }
  return joined;
}

}  // namespace

std::optional<ConstantText> AsConstant(const Expression& expression) {
  const Expression& inner = StripCasts(expression);
  if (inner.kind == Expression::Kind::Constant) return ConstantText{!inner.value, inner.value.value_or("")};
  if (inner.kind == Expression::Kind::Operator && inner.name == "-" && inner.arguments.size() == 1) {
    const auto operand = AsConstant(inner.arguments.front());
    if (!operand || operand->is_null || operand->text.empty()) return std::nullopt;
    if (operand->text.front() == '-') return ConstantText{false, operand->text.substr(1)};
    if (std::isdigit(static_cast<unsigned char>(operand->text.front())))
      return ConstantText{false, "-" + operand->text};
  }
  return JoinConstants(inner);
}

std::optional<std::vector<std::string>> AsConstantList(const Expression& expression) {
  const Expression& inner = StripCasts(expression);
  std::vector<std::string> texts;
  if (inner.kind == Expression::Kind::ArrayConst) {
    for (const auto& element : inner.elements)
      if (element) texts.push_back(*element);
    return texts;
  }
  if (inner.kind != Expression::Kind::Array) return std::nullopt;
  for (const Expression& argument : inner.arguments) {
    const auto constant = AsConstant(argument);
    if (!constant) return std::nullopt;
    if (!constant->is_null) texts.push_back(constant->text);
  }
  return texts;
}

std::optional<ColumnReading> AsTrimmed(const Expression& expression, const TypesByColumn& types) {
  const Expression& call = StripCasts(expression);
  if (call.kind != Expression::Kind::Function || call.arguments.size() != 1) return std::nullopt;
  if (call.name != "btrim" && call.name != "ltrim" && call.name != "rtrim") return std::nullopt;
  auto column = AsColumn(call.arguments.front(), types);
  return column && column->type.type->category == 'S' ? column : std::nullopt;
}

std::optional<LengthReading> AsLength(const Expression& expression, const TypesByColumn& types) {
  static constexpr std::string_view kTextLengths[] = {"length", "char_length", "character_length"};
  const Expression& call = StripCasts(expression);
  if (call.kind != Expression::Kind::Function || call.arguments.empty()) return std::nullopt;
  const bool of_text = std::ranges::find(kTextLengths, call.name) != std::end(kTextLengths);
  if (of_text && call.arguments.size() == 1)
    if (const auto trimmed = AsTrimmed(call.arguments.front(), types)) return LengthReading{*trimmed, true};
  const auto column = AsColumn(call.arguments.front(), types);
  if (!column) return std::nullopt;
  const Type& type = *column->type.type;
  if (type.kind == TypeKind::Array) {
    if (call.name == "cardinality" && call.arguments.size() == 1) return LengthReading{*column};
    if (call.name != "array_length" || call.arguments.size() != 2) return std::nullopt;
    const auto dimension = AsConstant(call.arguments.back());
    return dimension && dimension->text == "1" ? std::optional(LengthReading{*column}) : std::nullopt;
  }
  if (call.arguments.size() != 1) return std::nullopt;
  const bool is_bytes = type.schema == "pg_catalog" && type.name == "bytea";
  const bool is_bits = type.schema == "pg_catalog" && (type.name == "bit" || type.name == "varbit");
  if (is_bytes && call.name == "octet_length") return LengthReading{*column};
  if (!of_text || !(type.category == 'S' || is_bytes || (is_bits && call.name == "length"))) return std::nullopt;
  return LengthReading{*column};
}

std::optional<std::int64_t> AsInteger(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0' || value < -9e15 || value > 9e15) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(value);
  return static_cast<double>(whole) == value ? std::optional(whole) : std::nullopt;
}

std::string FlipComparison(const std::string& name) {
  if (name == "<") return ">";
  if (name == "<=") return ">=";
  if (name == ">") return "<";
  if (name == ">=") return "<=";
  return name == "=" || name == "<>" ? name : "";
}

std::string NegateComparison(const std::string& name) {
  if (name == "<") return ">=";
  if (name == "<=") return ">";
  if (name == ">") return "<=";
  if (name == ">=") return "<";
  if (name == "=") return "<>";
  if (name == "<>" || name == "!=") return "=";
  return "";
}

std::optional<std::string> TextOf(const Expression& expression) {
  const auto constant = AsConstant(expression);
  return constant && !constant->is_null ? std::optional(constant->text) : std::nullopt;
}

bool HoldsFor(std::int64_t left, const std::string& name, std::int64_t right) {
  if (name == "=") return left == right;
  if (name == "<>") return left != right;
  if (name == "<") return left < right;
  if (name == "<=") return left <= right;
  if (name == ">") return left > right;
  return left >= right;
}

}  // namespace dbmocker

// See rewrite_check.h. One function per family, each for comparisons with the constant on the right.
// Read first: RewriteCheck at the end.
#include "rewrite_check.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "make_expression.h"
#include "read_expression.h"
#include "take_apart.h"
#include "temporal_text.h"

namespace dbmocker {
namespace {

using Kind = Expression::Kind;

Expression Compare(const Expression& left, const std::string& name, const Expression& right) {
  return MakeCondition(Kind::Operator, name, {left, right});
}

const Expression* AsCall(const Expression& expression, std::string_view name, std::size_t arguments) {
  const Expression& call = StripCasts(expression);
  return call.kind == Kind::Function && call.name == name && call.arguments.size() == arguments ? &call : nullptr;
}

// left `name` right, the constant, if there is one, on the right.
struct Sides {
  const Expression* left;
  std::string name;
  const Expression* right;
};

Sides SidesOf(const Expression& comparison) {
  Sides sides{&comparison.arguments[0], comparison.name == "!=" ? "<>" : comparison.name, &comparison.arguments[1]};
  if (AsConstant(*sides.left) && !AsConstant(*sides.right)) {
    std::swap(sides.left, sides.right);
    sides.name = FlipComparison(sides.name);
  }
  return sides;
}

// ------------------------------------------------------------------------------------------------------------- moments

// The start of a year, `days` later.
std::string StartOfYear(std::int64_t year, std::int64_t days, bool has_time) {
  char text[32];
  std::snprintf(text, sizeof text, "%04lld-01-01", static_cast<long long>(year));
  std::string day;
  const auto start = ParseDate(text);
  AppendDate(static_cast<std::int64_t>(start->floor) + days, day);
  return has_time ? day + " 00:00:00" : day;
}

// extract(year FROM x) compared with a whole number, as bounds of x.
std::optional<Expression> RewriteYear(const Sides& sides, bool may_narrow, const TypesByColumn& types) {
  const Expression* call = AsCall(*sides.left, "extract", 2);
  if (call == nullptr) call = AsCall(*sides.left, "date_part", 2);
  const auto text = TextOf(*sides.right);
  const auto number = text ? AsInteger(*text) : std::nullopt;
  if (call == nullptr || !number || *number < 1 || *number > 9998) return std::nullopt;
  const auto field = TextOf(call->arguments[0]);
  const auto column = AsColumn(call->arguments[1], types);
  if (!column || field != "year" || column->type.type->schema != "pg_catalog") return std::nullopt;
  const std::string& type = column->type.type->name;
  const bool is_zoned = type == "timestamptz";
  if ((type != "date" && type != "timestamp" && !is_zoned) || (is_zoned && !may_narrow)) return std::nullopt;
  const Expression& moment = call->arguments[1];
  const auto bound = [&](const char* name, std::int64_t year, std::int64_t days) {
    std::string start = StartOfYear(year, is_zoned ? days : 0, type != "date");
    if (is_zoned) start += "+00";
    return Compare(moment, name,
                   MakeConstant(type == "date" ? "date"
                                : is_zoned     ? "timestamp with time zone"
                                               : "timestamp without time zone",
                                std::move(start)));
  };
  const std::string& name = sides.name;
  if (name == ">=") return bound(">=", *number, 1);
  if (name == ">") return bound(">=", *number + 1, 1);
  if (name == "<") return bound("<", *number, -1);
  if (name == "<=") return bound("<", *number + 1, -1);
  if (name == "=") return MakeCondition(Kind::And, "", {bound(">=", *number, 1), bound("<", *number + 1, -1)});
  if (name == "<>") return MakeCondition(Kind::Or, "", {bound("<", *number, -1), bound(">=", *number + 1, 1)});
  return std::nullopt;
}

bool IsMoment(const TypeOfColumn& type) {
  const std::string& name = type.type->name;
  return type.type->schema == "pg_catalog" && (name == "date" || name == "timestamp" || name == "timestamptz");
}

// isfinite(x) of dates and moments.
std::optional<Expression> RewriteFinite(const Expression& call, const TypesByColumn& types) {
  const auto column = AsColumn(call.arguments.front(), types);
  if (!column || !IsMoment(column->type)) return std::nullopt;
  const Expression& moment = call.arguments.front();
  return MakeCondition(Kind::And, "",
                       {Compare(moment, "<", MakeConstant("text", "infinity")),
                        Compare(moment, ">", MakeConstant("text", "-infinity"))});
}

// extract(epoch FROM interval) compared with seconds.
std::optional<Expression> RewriteEpoch(const Sides& sides, const TypesByColumn& types) {
  const Expression* call = AsCall(*sides.left, "extract", 2);
  if (call == nullptr) call = AsCall(*sides.left, "date_part", 2);
  const auto text = TextOf(*sides.right);
  if (call == nullptr || !text || !AsInteger(*text) || TextOf(call->arguments[0]) != "epoch") return std::nullopt;
  const auto column = AsColumn(call->arguments[1], types);
  if (!column || column->type.type->schema != "pg_catalog" || column->type.type->name != "interval")
    return std::nullopt;
  // Months and years are other lengths to extract() than to a comparison; intervals that are made count days.
  if (sides.name != "<" && sides.name != "<=" && sides.name != ">" && sides.name != ">=") return std::nullopt;
  return Compare(call->arguments[1], sides.name, MakeConstant("interval", *text + " seconds"));
}

// ------------------------------------------------------------------------------------------------------------- numbers

Expression Negative(const Expression& operand) {
  Expression result = MakeCondition(Kind::Operator, "-", {operand});
  result.type = operand.type;
  return result;
}

// abs(a - b) compared; that of a single column is read as it is.
std::optional<Expression> RewriteAbsolute(const Sides& sides, const TypesByColumn& types) {
  const Expression* call = AsCall(*sides.left, "abs", 1);
  if (call == nullptr || AsColumn(call->arguments.front(), types)) return std::nullopt;
  const Expression& inner = call->arguments.front();
  const std::string& name = sides.name;
  const std::string flipped = FlipComparison(name);
  if (flipped.empty()) return std::nullopt;
  Expression above = Compare(inner, name, *sides.right);
  Expression below = Compare(inner, flipped, Negative(*sides.right));
  if (name == "<" || name == "<=" || name == "<>")
    return MakeCondition(Kind::And, "", {std::move(above), std::move(below)});
  return MakeCondition(Kind::Or, "", {std::move(above), std::move(below)});
}

// sign(x) compared with -1, 0 or 1.
std::optional<Expression> RewriteSign(const Sides& sides) {
  const Expression* call = AsCall(*sides.left, "sign", 1);
  const auto text = TextOf(*sides.right);
  const auto number = text ? AsInteger(*text) : std::nullopt;
  if (call == nullptr || !number || FlipComparison(sides.name).empty()) return std::nullopt;
  const Expression zero = MakeConstant("integer", "0");
  std::vector<Expression> parts;
  for (const auto& [sign, name] : {std::pair{-1, "<"}, {0, "="}, {1, ">"}})
    if (HoldsFor(sign, sides.name, *number)) parts.push_back(Compare(call->arguments.front(), name, zero));
  if (parts.empty()) return std::nullopt;
  return parts.size() == 1 ? std::move(parts.front()) : MakeCondition(Kind::Or, "", std::move(parts));
}

// ------------------------------------------------------------------------------------------------------ texts, arrays

// text > '' whatever the collation, and concat(a, b) <> ''.
std::optional<Expression> RewriteEmptyText(const Sides& sides, const TypesByColumn& types) {
  if (TextOf(*sides.right) != "" || (sides.name != ">" && sides.name != "<>")) return std::nullopt;
  const auto column = AsColumn(*sides.left, types);
  if (column && column->type.type->category == 'S' && sides.name == ">")
    return Compare(*sides.left, "<>", *sides.right);
  const Expression& call = StripCasts(*sides.left);
  if (call.kind != Kind::Function || call.name != "concat" || call.arguments.empty()) return std::nullopt;
  std::vector<Expression> parts;
  for (const Expression& argument : call.arguments) {
    const auto part = AsColumn(argument, types);
    if (!part || part->type.type->category != 'S') return std::nullopt;
    parts.push_back(MakeCondition(
        Kind::And, "", {MakeCondition(Kind::IsNotNull, "", {argument}), Compare(argument, "<>", *sides.right)}));
  }
  return MakeCondition(Kind::Or, "", std::move(parts));
}

const Type* ArrayTypeOf(const Expression& expression, const TypesByColumn& types) {
  const Expression& inner = StripCasts(expression);
  if (inner.kind != Kind::Column && inner.kind != Kind::Value) return nullptr;
  const auto found = types.find(inner.column);
  const bool is_array =
      found != types.end() && found->second.type != nullptr && found->second.type->kind == TypeKind::Array;
  return is_array ? found->second.type : nullptr;
}

Expression CountOf(const Expression& array) {
  Expression call = MakeCondition(Kind::Function, "cardinality", {array});
  call.type = "integer";
  return call;
}

// array <> '{}' and array = '{}'; array_ndims(array) = 1 and array_lower(array, 1) = 1, NULL of empty ones.
std::optional<Expression> RewriteArray(const Sides& sides, bool may_narrow, const TypesByColumn& types) {
  const Expression zero = MakeConstant("integer", "0");
  const auto list = AsConstantList(*sides.right);
  if (list && list->empty() && ArrayTypeOf(*sides.left, types) != nullptr &&
      StripCasts(*sides.right).elements.empty() && (sides.name == "<>" || sides.name == "="))
    return Compare(CountOf(*sides.left), sides.name, zero);
  const Expression* call = AsCall(*sides.left, "array_ndims", 1);
  if (call == nullptr) call = AsCall(*sides.left, "array_lower", 2);
  if (call == nullptr || !may_narrow || ArrayTypeOf(call->arguments.front(), types) == nullptr) return std::nullopt;
  if (TextOf(*sides.right) != "1" || (sides.name != "=" && sides.name != "<=" && sides.name != ">="))
    return std::nullopt;
  return Compare(CountOf(call->arguments.front()), ">", zero);
}

// num_nonnulls(a, b) = num_nonnulls(c, d) as the counts that both may be.
std::optional<Expression> RewriteCounts(const Sides& sides) {
  const auto is_count = [](const Expression& side) {
    const Expression& call = StripCasts(side);
    return call.kind == Kind::Function && (call.name == "num_nonnulls" || call.name == "num_nulls") &&
           std::ranges::none_of(call.arguments, [](const Expression& one) { return one.kind == Kind::Array; });
  };
  if (sides.name != "=" || !is_count(*sides.left) || !is_count(*sides.right)) return std::nullopt;
  const std::size_t most =
      std::min(StripCasts(*sides.left).arguments.size(), StripCasts(*sides.right).arguments.size());
  std::vector<Expression> parts;
  for (std::size_t count = 0; count <= most; ++count) {
    const Expression number = MakeConstant("integer", std::to_string(count));
    parts.push_back(
        MakeCondition(Kind::And, "", {Compare(*sides.left, "=", number), Compare(*sides.right, "=", number)}));
  }
  return MakeCondition(Kind::Or, "", std::move(parts));
}

// regexp_like(x, pattern) and regexp_like(x, pattern, 'i').
std::optional<Expression> RewritePattern(const Expression& call) {
  const auto options = call.arguments.size() == 3 ? TextOf(call.arguments[2]) : std::optional<std::string>("");
  if (call.arguments.size() < 2 || !options || (!options->empty() && *options != "i" && *options != "c"))
    return std::nullopt;
  return Compare(call.arguments[0], *options == "i" ? "~*" : "~", call.arguments[1]);
}

// isempty(daterange(a, b)), where a is not above b: as a range includes its lower bound only.
std::optional<Expression> RewriteEmptyRange(const Expression& range, const TypesByColumn& types) {
  static constexpr std::string_view kRanges[] = {"int4range", "int8range", "numrange",
                                                 "daterange", "tsrange",   "tstzrange"};
  const Expression& call = StripCasts(range);
  if (call.kind != Kind::Function || call.arguments.size() < 2 ||
      std::ranges::find(kRanges, call.name) == std::end(kRanges))
    return std::nullopt;
  if (call.arguments.size() == 3 && TextOf(call.arguments[2]) != "[)") return std::nullopt;
  const bool are_columns = AsColumn(call.arguments[0], types) && AsColumn(call.arguments[1], types);
  return are_columns ? std::optional(Compare(call.arguments[0], "=", call.arguments[1])) : std::nullopt;
}

// The functions behind operators, as some programs write them.
std::optional<Expression> RewriteCall(const Expression& call, const TypesByColumn& types) {
  static constexpr std::pair<std::string_view, const char*> kOperators[] = {
      {"jsonb_exists", "?"},    {"jsonb_exists_all", "?&"}, {"jsonb_exists_any", "?|"},
      {"jsonb_contains", "@>"}, {"textregexeq", "~"},       {"texticregexeq", "~*"},
      {"textlike", "~~"},       {"arraycontains", "@>"},    {"arraycontained", "<@"}};
  if (call.name == "regexp_like") return RewritePattern(call);
  if (call.name == "isfinite" && call.arguments.size() == 1) return RewriteFinite(call, types);
  if (call.name == "isempty" && call.arguments.size() == 1) return RewriteEmptyRange(call.arguments.front(), types);
  for (const auto& [name, symbol] : kOperators)
    if (call.name == name && call.arguments.size() == 2) return Compare(call.arguments[0], symbol, call.arguments[1]);
  return std::nullopt;
}

}  // namespace

std::optional<Expression> RewriteNullTest(const Expression& operand, bool is_null) {
  if (operand.kind != Kind::Function || operand.arguments.size() < 2 || !TextOf(operand.arguments[1]))
    return std::nullopt;
  Expression found;
  if (operand.name == "array_position" && operand.arguments.size() == 2) {
    found = MakeCondition(Kind::AnyOf, "=", {operand.arguments[1], operand.arguments[0]});
  } else if (operand.name == "regexp_match" || operand.name == "regexp_substr") {
    const auto pattern = RewritePattern(operand);
    if (!pattern) return std::nullopt;
    found = *pattern;
  } else {
    return std::nullopt;
  }
  return MakeCondition(Kind::BooleanTest, is_null ? "IS NOT TRUE" : "IS TRUE", {std::move(found)});
}

std::optional<Expression> RewriteCheck(const Expression& condition, bool may_narrow, const TypesByColumn& types) {
  if (condition.kind == Kind::Function) return RewriteCall(condition, types);
  if (condition.kind != Kind::Operator || condition.arguments.size() != 2) return std::nullopt;
  const Sides sides = SidesOf(condition);
  if (sides.name.empty()) return std::nullopt;
  if (TextOf(*sides.right) == "empty" && sides.name == "<>")
    if (const auto empty = RewriteEmptyRange(*sides.left, types)) return MakeCondition(Kind::Not, "", {*empty});
  if (auto found = RewriteYear(sides, may_narrow, types)) return found;
  if (auto found = may_narrow ? RewriteEpoch(sides, types) : std::nullopt) return found;
  if (auto found = RewriteAbsolute(sides, types)) return found;
  if (auto found = RewriteSign(sides)) return found;
  if (auto found = RewriteEmptyText(sides, types)) return found;
  if (auto found = RewriteArray(sides, may_narrow, types)) return found;
  return RewriteCounts(sides);
}

}  // namespace dbmocker

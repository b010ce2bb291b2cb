// See read_key_source.h.
// Read first: FindExact, then ReadMoment.
#include "read_key_source.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "solve_check.h"

namespace dbmocker {
namespace {

using Kind = Expression::Kind;

template <std::size_t kSize>
bool IsOneOf(const std::string_view (&names)[kSize], std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

constexpr std::string_view kIntegers[] = {"smallint", "integer", "bigint"};
constexpr std::string_view kNumbers[] = {"smallint", "integer", "bigint", "numeric"};
constexpr std::string_view kTexts[] = {"text", "character varying"};
// Types of which no two values have the same text.
constexpr std::string_view kPlainTexts[] = {"smallint",          "integer", "bigint", "text",
                                            "character varying", "uuid",    "date",   "timestamp without time zone"};
constexpr std::string_view kFolding[] = {"lower", "upper"};
// Functions of their first argument, with constants, that keep values apart.
constexpr std::string_view kKeeping[] = {"md5",    "sha224",     "sha256",  "sha384", "sha512",
                                         "encode", "convert_to", "reverse", "int8",   "to_hex"};
constexpr std::string_view kMembers[] = {"->", "->>", "#>", "#>>"};
constexpr std::string_view kMemberFunctions[] = {"jsonb_extract_path_text", "json_extract_path_text",
                                                 "jsonb_extract_path", "json_extract_path"};

// The expression that a generated column stands for.
const Expression* GenerationOf(const Expression& expression, const Table& table) {
  if (expression.kind != Kind::Column) return nullptr;
  const Column* column = table.FindColumn(expression.column);
  return column != nullptr && column->is_generated && column->default_expression ? &*column->default_expression
                                                                                 : nullptr;
}

bool IsConstant(const Expression& expression) {
  if (expression.kind == Kind::Cast && expression.arguments.size() == 1) return IsConstant(expression.arguments[0]);
  return expression.kind == Kind::Constant && expression.value.has_value();
}

bool IsZero(const Expression& expression) {
  return expression.kind == Kind::Constant && expression.value &&
         expression.value->find_first_not_of("0.-") == std::string::npos;
}

// True of columns of texts, also of domains over them and of citext.
bool IsTextColumn(const Expression& expression, const Table& table) {
  const Column* column = expression.kind == Kind::Column ? table.FindColumn(expression.column) : nullptr;
  return column != nullptr && UnwrapDomains(*column->type, column->type_modifier).type->category == 'S';
}

bool KeepsApart(const Expression& cast, const Expression& argument, const Table& table) {
  const std::string& from = argument.type;
  if (from == cast.type || (cast.type == "text" && IsTextColumn(argument, table))) return true;
  if (IsOneOf(kTexts, cast.type)) return cast.type == "text" && IsOneOf(kPlainTexts, from);
  return IsOneOf(kNumbers, cast.type) && IsOneOf(kIntegers, from);
}

// The argument that is no constant, if that is a single one.
const Expression* OnlyVariable(const Expression& expression) {
  const Expression* found = nullptr;
  for (const Expression& argument : expression.arguments) {
    if (IsConstant(argument)) continue;
    if (found != nullptr) return nullptr;
    found = &argument;
  }
  return found;
}

// The column of which distinct values give distinct values of the expression; 0 if that is not known.
AttributeNumber FindExact(const Expression& expression, const Table& table, bool& folds_case) {
  if (const Expression* generation = GenerationOf(expression, table)) return FindExact(*generation, table, folds_case);
  if (expression.kind == Kind::Column) return expression.column;
  const Expression* inner = OnlyVariable(expression);
  if (inner == nullptr) return 0;
  const bool is_first = inner == &expression.arguments.front();
  bool keeps = false;
  if (expression.kind == Kind::Cast) {
    keeps = KeepsApart(expression, *inner, table);
  } else if (expression.kind == Kind::Function) {
    const bool folds = IsOneOf(kFolding, expression.name) && expression.arguments.size() == 1;
    folds_case |= folds;
    keeps = folds || (is_first && IsOneOf(kKeeping, expression.name));
  } else if (expression.kind == Kind::Operator) {
    const bool is_number = IsOneOf(kNumbers, expression.type);
    keeps = expression.name == "||" ? IsOneOf(kTexts, expression.type)
            : expression.name == "*"
                ? is_number && expression.arguments.size() == 2 && std::ranges::none_of(expression.arguments, IsZero)
                : is_number && (expression.name == "+" || expression.name == "-");
  }
  return keeps ? FindExact(*inner, table, folds_case) : 0;
}

void CollectColumns(const Expression& expression, const Table& table, std::set<AttributeNumber>& columns) {
  for (const AttributeNumber number : expression.columns) {
    const Column* column = table.FindColumn(number);
    if (column == nullptr) continue;
    if (column->is_generated && column->default_expression)
      CollectColumns(*column->default_expression, table, columns);
    else if (!column->is_generated)
      columns.insert(number);
  }
}

// "{a,b}" as a, b; empty if a part is quoted.
std::vector<std::string> SplitPath(const std::string& text) {
  std::vector<std::string> parts;
  if (text.size() < 3 || text.front() != '{' || text.find('"') != std::string::npos) return parts;
  std::size_t start = 1;
  while (start < text.size()) {
    const std::size_t end = text.find_first_of(",}", start);
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

// The path below a column of type json(b); nullopt if the expression is something else.
std::optional<std::vector<std::string>> ReadPath(const Expression& expression, const Table& table) {
  if (const Expression* generation = GenerationOf(expression, table)) return ReadPath(*generation, table);
  if (expression.kind == Kind::Column) return std::vector<std::string>();
  const bool is_function = expression.kind == Kind::Function && IsOneOf(kMemberFunctions, expression.name);
  const bool is_operator = expression.kind == Kind::Operator && IsOneOf(kMembers, expression.name);
  if ((!is_function && !is_operator) || expression.arguments.size() < 2) return std::nullopt;
  auto path = ReadPath(expression.arguments[0], table);
  if (!path) return std::nullopt;
  std::vector<std::string> steps;
  for (std::size_t i = 1; i < expression.arguments.size(); ++i) {
    const Expression* step = &expression.arguments[i];
    while (step->kind == Kind::Cast && step->arguments.size() == 1) step = &step->arguments.front();
    if (step->kind == Kind::ArrayConst) {
      for (const auto& element : step->elements) steps.push_back(element.value_or(""));
    } else if (step->kind != Kind::Constant || !step->value) {
      return std::nullopt;
    } else if (expression.name.front() == '#') {
      steps = SplitPath(*step->value);
    } else {
      steps.push_back(*step->value);
    }
  }
  const bool is_member = std::ranges::all_of(steps, [](const std::string& step) {  // not a place in an array
    return !step.empty() && step.find_first_not_of("0123456789-") != std::string::npos;
  });
  if (steps.empty() || !is_member) return std::nullopt;
  path->insert(path->end(), steps.begin(), steps.end());
  return path;
}

// A part of a column's time; false if the expression is something else.
bool ReadMoment(const Expression& expression, const Table& table, KeySource& source) {
  if (const Expression* generation = GenerationOf(expression, table)) return ReadMoment(*generation, table, source);
  if (expression.kind == Kind::Column) {
    source.moment = expression.column;
    return true;
  }
  const Expression* inner = OnlyVariable(expression);
  if (inner == nullptr) return false;
  const bool is_moment = inner->type == "date" || inner->type.starts_with("timestamp");
  const auto cut = [&source](TimeUnit unit) { source.unit = std::max(source.unit.value_or(unit), unit); };
  if (expression.kind == Kind::Cast) {
    if (expression.type == "date") cut(TimeUnit::Day);
    return (is_moment || IsOneOf(kNumbers, expression.type)) && ReadMoment(*inner, table, source);
  }
  if (expression.kind != Kind::Function || expression.arguments.size() < 2 || !is_moment) return false;
  const Expression& first = expression.arguments.front();
  if (first.kind != Kind::Constant || !first.value) return false;
  if (expression.name == "timezone") {
    source.is_local |= *first.value != "UTC" && *first.value != "GMT" && *first.value != "Etc/UTC";
  } else if (expression.name == "date_trunc") {
    const auto unit = FindTimeUnit(*first.value);
    if (!unit) return false;
    cut(*unit);
  } else if ((expression.name == "extract" || expression.name == "date_part") && source.part.empty()) {
    source.part = *first.value;
  } else {
    return false;
  }
  return ReadMoment(*inner, table, source);
}

}  // namespace

std::optional<TimeUnit> FindUnitOf(const std::vector<KeySource>& sources, AttributeNumber moment) {
  std::optional<TimeUnit> finest;
  std::set<std::string> parts;
  for (const KeySource& source : sources) {
    if (source.moment != moment) continue;
    if (!source.part.empty())
      parts.insert(source.part);
    else if (source.unit)
      finest = std::min(finest.value_or(*source.unit), *source.unit);
  }
  const auto has = [&](const char* part) { return parts.contains(part); };
  std::optional<TimeUnit> by_parts;
  if (has("isoyear") && has("week")) by_parts = TimeUnit::Week;
  if (has("year")) by_parts = TimeUnit::Year;
  if (has("year") && has("quarter")) by_parts = TimeUnit::Quarter;
  if (has("year") && has("month")) by_parts = TimeUnit::Month;
  if (has("year") && (has("doy") || (has("month") && has("day")))) by_parts = TimeUnit::Day;
  if (!finest || (by_parts && *by_parts < *finest)) return by_parts;
  return finest;
}

KeySource ReadKeySource(const Expression& expression, const Table& table) {
  KeySource source;
  CollectColumns(expression, table, source.columns);
  source.exact = FindExact(expression, table, source.folds_case);
  if (source.exact != 0 || source.columns.size() != 1) return source;
  if (!ReadMoment(expression, table, source)) source.moment = 0;
  const Expression* inner = &expression;
  for (bool is_open = true; is_open;) {
    is_open = false;
    if (const Expression* generation = GenerationOf(*inner, table)) {
      inner = generation;
      is_open = true;
    }
    const bool is_cast = inner->kind == Kind::Cast && inner->arguments.size() == 1;
    const bool is_fold =
        inner->kind == Kind::Function && IsOneOf(kFolding, inner->name) && inner->arguments.size() == 1;
    if (is_cast && IsOneOf(kNumbers, inner->type)) source.json_number = true;
    if (is_cast && !IsOneOf(kNumbers, inner->type) && !IsOneOf(kTexts, inner->type)) return source;
    if (!is_cast && !is_fold) continue;
    inner = &inner->arguments.front();
    is_open = true;
  }
  if (auto path = ReadPath(*inner, table)) source.json_path = std::move(*path);
  return source;
}

}  // namespace dbmocker

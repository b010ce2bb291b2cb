// See read_json_checks.h. A condition on a value below keys is read as one that there is such a value: documents
// without the key would pass as well, but are not made.
// Read first: AsJsonPath, then ReadJsonComparison.
#include "read_json_checks.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "json_shape.h"

namespace dbmocker {
namespace {

using Kind = Expression::Kind;

// A value inside of a json column.
struct JsonPath {
  AttributeNumber column = 0;
  std::vector<std::string> keys;
  bool is_text = false;  // ->>: as text
  bool is_hstore = false;
};

bool IsJsonType(const std::string& type) { return type == "json" || type == "jsonb"; }

std::optional<JsonPath> AsJsonColumn(const Expression& expression, const TypesByColumn& types) {
  const Expression& inner = StripCasts(expression);
  if (inner.kind != Kind::Column && inner.kind != Kind::Value) return std::nullopt;
  const auto found = types.find(inner.column);
  if (found == types.end() || found->second.type == nullptr) return std::nullopt;
  const Type& type = *found->second.type;
  JsonPath path;
  path.column = inner.column;
  path.is_hstore = type.name == "hstore" && type.extension == "hstore";
  return IsJsonType(type.name) || path.is_hstore ? std::optional(std::move(path)) : std::nullopt;
}

// x -> 'a' ->> 'b', x #>> '{a,b}' and the functions behind them.
std::optional<JsonPath> AsJsonPath(const Expression& expression, const TypesByColumn& types) {
  const bool is_json_cast = expression.kind == Kind::Cast && IsJsonType(expression.type);
  const Expression& inner = is_json_cast ? StripCasts(expression) : expression;
  if (auto column = AsJsonColumn(inner, types)) return column;
  const bool is_call = inner.kind == Kind::Function && inner.name.find("_extract_path") != std::string::npos;
  if ((inner.kind != Kind::Operator && !is_call) || inner.arguments.size() < 2) return std::nullopt;
  auto path = AsJsonPath(inner.arguments[0], types);
  if (!path || path->is_text || path->is_hstore) return std::nullopt;
  path->is_text = is_call ? inner.name.ends_with("_text") : inner.name.ends_with(">>");
  if (inner.name == "->" || inner.name == "->>") {
    const auto key = TextOf(inner.arguments[1]);
    if (!key || inner.arguments[1].type == "integer") return std::nullopt;
    path->keys.push_back(*key);
    return path;
  }
  if (inner.name != "#>" && inner.name != "#>>" && !is_call) return std::nullopt;
  std::vector<std::string> keys;
  if (!is_call || inner.arguments[1].kind == Kind::ArrayConst || inner.arguments[1].kind == Kind::Array) {
    const auto list = AsConstantList(inner.arguments[1]);
    if (list) keys = *list;
  } else {
    for (std::size_t i = 1; i < inner.arguments.size(); ++i)
      if (const auto key = TextOf(inner.arguments[i])) keys.push_back(*key);
  }
  // A number is a key of an object, but also a place in an array.
  const bool is_place = std::ranges::any_of(keys, [](const std::string& key) { return AsInteger(key).has_value(); });
  if (keys.empty() || is_place) return std::nullopt;
  path->keys.insert(path->keys.end(), keys.begin(), keys.end());
  return path;
}

Atom OfShape(const JsonPath& path, JsonLimits shape) {
  Atom atom;
  atom.columns = {path.column};
  atom.limits[path.column].limits.json = std::make_shared<JsonLimits>(ShapeBelow(path.keys, std::move(shape)));
  return atom;
}

// What holds for every document that is made.
Atom Always(const JsonPath& path) {
  Atom atom;
  atom.columns = {path.column};
  return atom;
}

const Expression* AsCallOf(const Expression& expression, std::initializer_list<std::string_view> names) {
  const Expression& call = StripCasts(expression);
  const bool is_named = call.kind == Kind::Function && call.arguments.size() == 1 &&
                        std::ranges::find(names, std::string_view(call.name)) != names.end();
  return is_named ? &call.arguments.front() : nullptr;
}

std::optional<Atom> ReadType(const Expression& left, const std::vector<std::string>& names, bool inside,
                             const TypesByColumn& types) {
  const Expression* document = AsCallOf(left, {"jsonb_typeof", "json_typeof"});
  const auto path = document == nullptr ? std::nullopt : AsJsonPath(*document, types);
  if (!path || path->is_text || path->is_hstore) return std::nullopt;
  JsonLimits shape;
  for (const char* type : {"object", "array", "string", "number", "boolean", "null"})
    if ((std::ranges::find(names, type) != names.end()) == inside) shape.types.emplace_back(type);
  if (shape.types.empty()) {
    Atom atom = Always(*path);
    atom.is_impossible = true;
    return atom;
  }
  return OfShape(*path, std::move(shape));
}

// Whole numbers that compare so; nullopt for <>.
std::optional<std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>>> BoundsOf(const std::string& name,
                                                                                            std::int64_t number) {
  using Bound = std::optional<std::int64_t>;
  if (name == "=") return std::pair{Bound(number), Bound(number)};
  if (name == ">" || name == ">=") return std::pair{Bound(name == ">" ? number + 1 : number), Bound()};
  if (name == "<" || name == "<=") return std::pair{Bound(), Bound(name == "<" ? number - 1 : number)};
  return std::nullopt;
}

std::optional<Atom> ReadItems(const Expression& left, const std::string& name, const std::string& text,
                              const TypesByColumn& types) {
  const Expression* document = AsCallOf(left, {"jsonb_array_length", "json_array_length"});
  const auto path = document == nullptr ? std::nullopt : AsJsonPath(*document, types);
  const auto number = AsInteger(text);
  if (!path || !number || path->is_hstore) return std::nullopt;
  JsonLimits shape;
  shape.types = {"array"};
  if (const auto bounds = BoundsOf(name, *number)) {
    shape.min_items = std::max<std::int64_t>(bounds->first.value_or(0), 0);
    shape.max_items = bounds->second;
    if (shape.max_items && *shape.max_items < shape.min_items) {
      Atom atom = Always(*path);
      atom.is_impossible = true;
      return atom;
    }
  } else if (name == "<>" && *number == 0) {
    shape.min_items = 1;
  } else {
    return std::nullopt;
  }
  return OfShape(*path, std::move(shape));
}

// octet_length(x::text) < 10000 and pg_column_size(x) < 10000: documents that are made are far smaller.
std::optional<Atom> ReadSize(const Expression& left, const std::string& name, const std::string& text,
                             const TypesByColumn& types) {
  constexpr std::int64_t kLargest = 1000;
  const Expression* document = AsCallOf(left, {"octet_length", "length", "char_length", "pg_column_size"});
  const auto path = document == nullptr ? std::nullopt : AsJsonColumn(*document, types);
  const auto number = AsInteger(text);
  if (!path || path->is_hstore || !number || *number < kLargest || (name != "<" && name != "<=")) return std::nullopt;
  return Always(*path);
}

// x ->> 'key' or a cast of it, compared with a constant.
std::optional<Atom> ReadScalar(const Expression& left, const std::string& name, const std::string& text,
                               const TypesByColumn& types) {
  const auto path = AsJsonPath(StripCasts(left), types);
  if (!path || path->keys.empty() || path->is_hstore) return std::nullopt;
  static constexpr std::string_view kNumbers[] = {"integer", "bigint",           "smallint",
                                                  "numeric", "double precision", "real"};
  const bool is_number = left.kind == Kind::Cast && std::ranges::find(kNumbers, left.type) != std::end(kNumbers);
  JsonLimits shape;
  if (is_number) {
    const auto number = AsInteger(text);
    const auto bounds = number ? BoundsOf(name, *number) : std::nullopt;
    if (!bounds) return std::nullopt;
    shape.types = {"number", "string"};
    shape.minimum = bounds->first;
    shape.maximum = bounds->second;
    return OfShape(*path, std::move(shape));
  }
  if (left.kind == Kind::Cast && left.type != "text" && !left.type.starts_with("character")) return std::nullopt;
  if (!path->is_text) {  // x -> 'key' = '"a"'
    const auto value = name == "=" ? ShapeContaining(text) : std::nullopt;
    if (!value || value->allowed.empty()) return std::nullopt;
    return OfShape(*path, *value);
  }
  if (name != "=" && name != "<>") return std::nullopt;
  (name == "=" ? shape.allowed : shape.excluded) = {text};
  shape.types = {"string", "number", "boolean"};
  return OfShape(*path, std::move(shape));
}

// x ? 'key', x ?& keys, x ?| keys, and no such key.
std::optional<Atom> ReadKeys(const JsonPath& path, const std::string& name, const Expression& right, bool negated) {
  std::vector<std::string> keys;
  if (const auto key = name == "?" ? TextOf(right) : std::nullopt) keys = {*key};
  if (const auto list = name == "?" ? std::nullopt : AsConstantList(right)) keys = *list;
  if (keys.empty()) return std::nullopt;
  JsonLimits shape;
  shape.types = {"object"};
  if (negated) {
    if (name == "?&") keys.resize(1);
    shape.absent = keys;
  } else {
    if (name == "?|") keys.resize(1);
    shape.keys = keys;
    shape.values.resize(keys.size());
  }
  return OfShape(path, std::move(shape));
}

}  // namespace

std::optional<Atom> ReadJsonComparison(const Expression& left, const std::string& name, const Expression& right,
                                       bool negated, const TypesByColumn& types) {
  if (name == "?" || name == "?&" || name == "?|" || name == "@>") {
    const auto path = AsJsonPath(left, types);
    if (!path || path->is_text || (path->is_hstore && negated)) return std::nullopt;
    if (name != "@>") return ReadKeys(*path, name, right, negated);
    const auto document = negated || path->is_hstore ? std::nullopt : TextOf(right);
    auto shape = document ? ShapeContaining(*document) : std::nullopt;
    return shape ? std::optional(OfShape(*path, std::move(*shape))) : std::nullopt;
  }
  const auto text = negated ? std::nullopt : TextOf(right);
  if (!text) return std::nullopt;
  if (name == "=" || name == "<>")
    if (auto atom = ReadType(left, {*text}, name == "=", types)) return atom;
  if (auto atom = ReadItems(left, name, *text, types)) return atom;
  if (auto atom = ReadSize(left, name, *text, types)) return atom;
  return ReadScalar(left, name, *text, types);
}

std::optional<Atom> ReadJsonList(const Expression& left, const std::vector<std::string>& texts, bool inside,
                                 const TypesByColumn& types) {
  if (auto atom = ReadType(left, texts, inside, types)) return atom;
  const auto path = AsJsonPath(StripCasts(left), types);
  if (!path || !path->is_text || path->keys.empty() || texts.empty()) return std::nullopt;
  if (left.kind == Kind::Cast && left.type != "text" && !left.type.starts_with("character")) return std::nullopt;
  JsonLimits shape;
  shape.types = {"string", "number", "boolean"};
  (inside ? shape.allowed : shape.excluded) = texts;
  return OfShape(*path, std::move(shape));
}

std::optional<Atom> ReadJsonTruth(const Expression& expression, bool value, const TypesByColumn& types) {
  if (expression.kind != Kind::Cast || expression.type != "boolean") return std::nullopt;
  const auto path = AsJsonPath(StripCasts(expression), types);
  if (!path || path->keys.empty() || path->is_hstore) return std::nullopt;
  JsonLimits shape;
  shape.types = {"boolean"};
  shape.allowed = {value ? "true" : "false"};
  return OfShape(*path, std::move(shape));
}

std::optional<Atom> ReadJsonPresence(const Expression& operand, bool is_null, const TypesByColumn& types) {
  const auto path = AsJsonPath(StripCasts(operand), types);
  if (!path || path->keys.empty() || path->is_hstore) return std::nullopt;
  if (operand.kind == Kind::Cast && operand.type != "text") return std::nullopt;
  JsonLimits shape;
  if (!is_null) {
    // ->> of a json null is NULL.
    if (path->is_text) shape.types = {"string", "number", "boolean", "object", "array"};
    return OfShape(*path, std::move(shape));
  }
  JsonPath outer = *path;
  outer.keys.pop_back();
  shape.types = {"object"};
  shape.absent = {path->keys.back()};
  return OfShape(outer, std::move(shape));
}

}  // namespace dbmocker

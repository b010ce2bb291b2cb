// See spatial_checks.h. Names of functions count without their schemas: PostGIS may live in any.
// Read first: ShapeByChecks, then ShapeHolds.
#include "spatial_checks.h"

#include <algorithm>
#include <cctype>

#include "type_value_sets.h"

namespace dbmocker {
namespace {

constexpr std::string_view kTags[] = {"",
                                      "POINT",
                                      "LINESTRING",
                                      "POLYGON",
                                      "MULTIPOINT",
                                      "MULTILINESTRING",
                                      "MULTIPOLYGON",
                                      "GEOMETRYCOLLECTION",
                                      "CIRCULARSTRING",
                                      "COMPOUNDCURVE",
                                      "CURVEPOLYGON",
                                      "MULTICURVE",
                                      "MULTISURFACE",
                                      "POLYHEDRALSURFACE",
                                      "TRIANGLE",
                                      "TIN"};

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

// A function's name without its schema, or "" if it is none of one argument.
std::string CallName(const Expression& call) {
  if (call.kind != Expression::Kind::Function || call.arguments.size() != 1) return "";
  const auto dot = call.name.rfind('.');
  return dot == std::string::npos ? call.name : call.name.substr(dot + 1);
}

// The column below casts, functions and the like that keep its shape.
std::optional<AttributeNumber> ColumnBelow(const Expression& expression) {
  const Expression& inner = StripCasts(expression);
  if (inner.kind == Expression::Kind::Column) return inner.column;
  if (inner.kind == Expression::Kind::Value) return AttributeNumber{0};
  return inner.kind == Expression::Kind::Function && inner.arguments.size() == 1 ? ColumnBelow(inner.arguments.front())
                                                                                 : std::nullopt;
}

int DimensionOf(int shape) {
  if (shape == 1 || shape == 4) return 0;
  return shape == 2 || shape == 5 || shape == 8 || shape == 9 || shape == 11 || shape == 7 ? 1 : 2;
}

// What the function gives for a shape of the kind; nullopt if it is not known.
std::optional<std::string> ValueFor(const std::string& name, const SpatialKind& kind) {
  const int dimensions = 2 + static_cast<int>(kind.has_z) + static_cast<int>(kind.has_m);
  const std::string tag(kTags[static_cast<std::size_t>(kind.shape)]);
  if (name == "st_srid" || name == "srid") return std::to_string(kind.srid);
  if (name == "geometrytype") return tag + (kind.has_m && !kind.has_z ? "M" : "");
  if (name == "st_geometrytype") return "ST_" + tag;
  if (name == "st_ndims" || name == "ndims" || name == "st_coorddim") return std::to_string(dimensions);
  if (name == "st_dimension") return std::to_string(DimensionOf(kind.shape));
  if (name == "st_zmflag") return std::to_string((kind.has_z ? 2 : 0) + (kind.has_m ? 1 : 0));
  if (name == "st_isvalid" || name == "isvalid" || name == "st_issimple") return "t";
  if (name == "st_isempty" || name == "isempty") return "f";
  return std::nullopt;
}

bool IsSame(const std::string& name, const std::string& value, const std::string& text) {
  return name.ends_with("geometrytype") ? Upper(value) == Upper(text) : value == text;
}

// Makes the kind one for which the function gives the value.
void Adapt(const std::string& name, const std::string& value, SpatialKind& kind, bool* says_something) {
  const std::string upper = Upper(value);
  for (std::size_t shape = 1; name.ends_with("geometrytype") && shape < std::size(kTags); ++shape) {
    const std::string tag(kTags[shape]);
    if (upper != tag && upper != tag + "M" && upper != "ST_" + tag) continue;
    kind.shape = static_cast<int>(shape);
    kind.has_m = upper == tag + "M";
    *says_something = true;
  }
  const auto number = AsInteger(value);
  if (!number) return;
  const bool of_dimensions = name == "st_ndims" || name == "ndims" || name == "st_coorddim";
  if (name == "st_srid" || name == "srid") kind.srid = static_cast<int>(std::max<std::int64_t>(*number, 0));
  if (of_dimensions) kind.has_z = *number >= 3, kind.has_m = *number == 4;
  if (name == "st_zmflag") kind.has_z = (*number & 2) != 0, kind.has_m = (*number & 1) != 0;
  if (name == "st_dimension") kind.shape = static_cast<int>(std::clamp<std::int64_t>(*number, 0, 2)) + 1;
  *says_something |=
      name == "st_srid" || name == "srid" || of_dimensions || name == "st_zmflag" || name == "st_dimension";
}

void AdaptTo(const Expression& condition, AttributeNumber column, SpatialKind& kind, bool* says_something) {
  using Kind = Expression::Kind;
  if (condition.kind == Kind::And) {
    for (const Expression& part : condition.arguments) AdaptTo(part, column, kind, says_something);
  } else if (condition.kind ==
             Kind::Or) {  // x IS NULL OR …, or one of several shapes: the first one that says something
    for (const Expression& part : condition.arguments) {
      bool says = false;
      AdaptTo(part, column, kind, &says);
      *says_something |= says;
      if (says) return;
    }
  } else if ((condition.kind == Kind::Operator || condition.kind == Kind::AnyOf) && condition.name == "=" &&
             condition.arguments.size() == 2) {
    for (const bool is_swapped : {false, true}) {
      const Expression& call = StripCasts(condition.arguments[is_swapped ? 1 : 0]);
      const Expression& other = condition.arguments[is_swapped ? 0 : 1];
      const std::string name = CallName(call);
      if (name.empty() || ColumnBelow(call) != column) continue;
      if (const auto constant = AsConstant(other); constant && !constant->is_null)
        Adapt(name, constant->text, kind, says_something);
      if (const auto list = AsConstantList(other); list && !list->empty())
        Adapt(name, list->front(), kind, says_something);
    }
  }
}

}  // namespace

int ShapeByChecks(const std::vector<const Expression*>& conditions, AttributeNumber column) {
  SpatialKind kind = ReadSpatialModifier(-1);
  bool says_something = false;
  for (const Expression* condition : conditions) AdaptTo(*condition, column, kind, &says_something);
  return says_something ? WriteSpatialModifier(kind) : -1;
}

std::optional<bool> ShapeHolds(const Expression& call, const std::vector<std::string>& values, bool inside,
                               const TypesByColumn& types, AttributeNumber* column) {
  const Expression& inner = StripCasts(call);
  const std::string name = CallName(inner);
  const auto found = name.empty() ? std::nullopt : ColumnBelow(inner);
  if (!found) return std::nullopt;
  const auto type = types.find(*found);
  if (type == types.end() || type->second.type == nullptr || !IsSpatial(*type->second.type)) return std::nullopt;
  const auto value = ValueFor(name, ReadSpatialModifier(type->second.type_modifier));
  if (!value) return std::nullopt;
  *column = *found;
  const bool is_among =
      std::ranges::any_of(values, [&](const std::string& text) { return IsSame(name, *value, text); });
  return is_among == inside;
}

}  // namespace dbmocker

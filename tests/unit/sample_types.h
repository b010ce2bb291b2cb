// Types as the server's describe step would hand them over, for tests of value sets. Holds no expectations.
// Read first: BaseType.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dbmocker/schema.h"
#include "dbmocker/value_set.h"

namespace dbmocker::sample {

inline Type MakeType(TypeKind kind, std::string schema, std::string name) {
  Type type;
  type.kind = kind;
  type.schema = std::move(schema);
  type.name = std::move(name);
  return type;
}

inline TypePointer BaseType(const std::string& name) {
  return std::make_shared<Type>(MakeType(TypeKind::Base, "pg_catalog", name));
}

inline TypePointer Over(TypeKind kind, const std::string& schema, const std::string& name, TypePointer element,
                        int element_modifier = -1) {
  Type type = MakeType(kind, schema, name);
  type.element = std::move(element);
  type.element_modifier = element_modifier;
  return std::make_shared<Type>(std::move(type));
}

inline TypePointer ArrayOf(const TypePointer& element) {
  return Over(TypeKind::Array, element->schema, "_" + element->name, element);
}

inline TypePointer EnumOf(const std::string& name, std::vector<std::string> labels) {
  Type type = MakeType(TypeKind::Enum, "public", name);
  for (std::size_t i = 0; i < labels.size(); ++i) type.label_oids.push_back(static_cast<std::uint32_t>(70'000 + 2 * i));
  type.labels = std::move(labels);
  return std::make_shared<Type>(std::move(type));
}

inline TypePointer CompositeOf(const std::string& name, std::vector<CompositeAttribute> attributes) {
  Type type = MakeType(TypeKind::Composite, "public", name);
  type.attributes = std::move(attributes);
  return std::make_shared<Type>(std::move(type));
}

// Type modifiers as PostgreSQL packs them.
constexpr int CharacterModifier(int length) { return length + 4; }
constexpr int NumericModifierOf(int precision, int scale) { return ((precision << 16) | (scale & 0x7FF)) + 4; }
constexpr int IntervalModifier(int fields, int precision) { return (fields << 16) | precision; }

// 2024-03-01 12:00:00 UTC.
inline constexpr ValueContext kContext{762'566'400'000'000 + 43'200'000'000};

inline ValueSetPointer MakeSet(const TypePointer& type, int modifier = -1, const ValueLimits& limits = {},
                               bool unique = false) {
  return MakeTypeValueSet(*type, modifier, limits, unique, kContext);
}

inline ValueSetPointer MakeUniqueSet(const TypePointer& type, int modifier = -1) {
  return MakeSet(type, modifier, {}, true);
}

inline std::string TextOf(const ValueSet& values, std::uint64_t index) {
  std::string text;
  values.AppendText(index, text);
  return text;
}

inline ValueLimits Between(std::string lower, std::string upper) {
  ValueLimits limits;
  limits.intervals.push_back({std::move(lower), std::move(upper), true, true});
  return limits;
}

}  // namespace dbmocker::sample

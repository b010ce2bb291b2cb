// Tables from a short notation, for tests of meanings: "email text, age int4, code char(2), at timestamptz".
// Read first: MakeTable.
#pragma once

#include <cctype>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/provider_registry.h"
#include "dbmocker/provider.h"
#include "sample_types.h"

namespace dbmocker::sample {

// "varchar(20)", "char(2)", "numeric(10,2)", "int4", "text[]", "citext".
inline void SetType(Column& column, std::string_view text) {
  const std::size_t parenthesis = text.find('(');
  std::string name(text.substr(0, parenthesis));
  if (name == "char") name = "bpchar";
  if (parenthesis != std::string_view::npos) {
    const std::string arguments(text.substr(parenthesis + 1));
    const int first = std::atoi(arguments.c_str());
    const std::size_t comma = arguments.find(',');
    column.type_modifier = name == "numeric" ? NumericModifierOf(first, std::atoi(arguments.c_str() + comma + 1))
                                             : CharacterModifier(first);
  }
  if (name.ends_with("[]")) {
    column.type = ArrayOf(BaseType(name.substr(0, name.size() - 2)));
  } else if (name == "citext") {
    Type type = MakeType(TypeKind::Base, "public", name);
    type.extension = name;
    column.type = std::make_shared<Type>(type);
  } else {
    column.type = BaseType(name);
  }
}

// Columns are separated by ", " and hold a name and a type.
inline Table MakeTable(const std::string& name, std::string_view columns) {
  Table table;
  table.schema = "public";
  table.name = table.qualified_name = name;
  while (!columns.empty()) {
    const std::size_t end = columns.find(", ");
    const std::string_view item = columns.substr(0, end);
    columns.remove_prefix(end == std::string_view::npos ? columns.size() : end + 2);
    Column column;
    const std::size_t blank = item.rfind(' ');
    column.name = std::string(item.substr(0, blank));
    SetType(column, item.substr(blank + 1));
    column.number = static_cast<AttributeNumber>(table.columns.size()) + 1;
    table.columns.push_back(std::move(column));
  }
  table.attribute_count = static_cast<AttributeNumber>(table.columns.size());
  return table;
}

inline Meaning MeaningOf(const std::string& provider) {
  const ProviderEntry* entry = FindProvider(provider);
  return {provider, entry != nullptr ? entry->group : GroupKind::None, "", ""};
}

// The set of a provider for a type in the notation above; nullptr if it cannot serve it.
inline ValueSetPointer MakeProvided(const std::string& provider, std::string_view type,
                                    const ValueLimits& limits = {}) {
  Column column;
  SetType(column, type);
  return MakeProviderValueSet(MeaningOf(provider), *column.type, column.type_modifier, limits, kContext);
}

}  // namespace dbmocker::sample

// The list of all providers and the doors of provider.h that need no detection.
// Read first: MakeProviderValueSet.
#include "core/provider_registry.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/locale_lists.h"

namespace dbmocker {
namespace {

std::array<ProviderEntries, 10> AllProviders() {
  return {PersonProviders(), PlaceProviders(),  TimelineProviders(), CommerceProviders(), FinanceProviders(),
          WebProviders(),    SecretProviders(), ProseProviders(),    NumberProviders(),   JsonProviders()};
}

struct NamedClass {
  std::string_view name;
  unsigned type_class;
};
constexpr NamedClass kNamedClasses[] = {
    {"text", type_class::kText},
    {"varchar", type_class::kText},
    {"bpchar", type_class::kText},
    {"name", type_class::kText},
    {"int2", type_class::kInteger},
    {"int4", type_class::kInteger},
    {"int8", type_class::kInteger},
    {"numeric", type_class::kDecimal},
    {"money", type_class::kDecimal},
    {"float4", type_class::kFloat},
    {"float8", type_class::kFloat},
    {"bool", type_class::kBoolean},
    {"date", type_class::kDate},
    {"timestamp", type_class::kTimestamp},
    {"timestamptz", type_class::kTimestamp},
    {"time", type_class::kTime},
    {"uuid", type_class::kUuid},
    {"inet", type_class::kInet},
    {"macaddr", type_class::kMacAddress},
    {"json", type_class::kJson},
    {"jsonb", type_class::kJsonb},
    {"bytea", type_class::kBytea},
};

}  // namespace

unsigned ClassOfType(const Type& type) {
  if (type.kind == TypeKind::Domain && type.element) return ClassOfType(*type.element);
  if (type.kind == TypeKind::Array && type.element)
    return ClassOfType(*type.element) == type_class::kText && type.element->kind == TypeKind::Base
               ? type_class::kTextArray
               : type_class::kOther;
  if (type.kind != TypeKind::Base) return type_class::kOther;
  if (type.name == "citext") return type_class::kText;
  if (!type.schema.empty() && type.schema != "pg_catalog") return type_class::kOther;
  for (const NamedClass& named : kNamedClasses)
    if (named.name == type.name) return named.type_class;
  return type_class::kOther;
}

const ProviderEntry* FindProvider(std::string_view name) {
  for (ProviderEntries entries : AllProviders())
    for (const ProviderEntry& entry : entries)
      if (entry.name == name) return &entry;
  return nullptr;
}

std::vector<std::string> ProviderNames() {
  std::vector<std::string> names;
  for (ProviderEntries entries : AllProviders())
    for (const ProviderEntry& entry : entries) names.emplace_back(entry.name);
  std::sort(names.begin(), names.end());
  return names;
}

ValueSetPointer MakeProviderValueSet(const Meaning& meaning, const Type& type, int type_modifier,
                                     const ValueLimits& limits, const ValueContext& context) {
  if (type.kind == TypeKind::Domain && type.element)
    return MakeProviderValueSet(meaning, *type.element, type.element_modifier, limits, context);
  if (limits.periodic != nullptr) return nullptr;
  const ProviderEntry* entry = FindProvider(meaning.provider);
  const unsigned type_class = ClassOfType(type);
  if (entry == nullptr || (entry->classes & type_class) == 0) return nullptr;
  const bool is_alone = meaning.group == GroupKind::None;
  return entry->make(ProviderRequest{type, type_modifier, limits, context, type_class, is_alone});
}

// As many persons have distinct names: 2^20, or those of the locale; places and timelines have no smaller unit than the
// whole. There are as many places as there can be distinct telephone numbers of ten digits.
std::uint64_t GroupBlockSize(GroupKind kind, int locale) {
  if (kind == GroupKind::Person && locale > 0)
    return LocaleOf(locale).given_names.size() * LocaleOf(locale).family_names.size();
  return kind == GroupKind::Person ? std::uint64_t{1} << 20 : GroupSize(kind);
}

std::uint64_t GroupSize(GroupKind kind) {
  switch (kind) {
    case GroupKind::None:
      return 1;
    case GroupKind::Person:
      return std::uint64_t{1} << 40;
    case GroupKind::Place:
      return std::uint64_t{1} << 32;
    case GroupKind::Timeline:
      return std::uint64_t{1} << 48;
  }
  return 1;
}

}  // namespace dbmocker

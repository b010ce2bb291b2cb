// What the files of providers share: the classes of types, the request that a factory gets, and one list of entries per
// file. Must not know any provider. Read first: ProviderEntry.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "dbmocker/provider.h"

namespace dbmocker {

// Kinds of types that providers tell apart, as bits.
namespace type_class {
enum : unsigned {
  kOther = 0,
  kText = 1U << 0,  // text, varchar, bpchar, citext, name
  kInteger = 1U << 1,  // int2, int4, int8
  kDecimal = 1U << 2,  // numeric, money
  kFloat = 1U << 3,  // float4, float8
  kBoolean = 1U << 4,
  kDate = 1U << 5,
  kTimestamp = 1U << 6,  // timestamp, timestamptz
  kTime = 1U << 7,
  kUuid = 1U << 8,
  kInet = 1U << 9,
  kMacAddress = 1U << 10,  // macaddr
  kJson = 1U << 11,
  kJsonb = 1U << 12,
  kTextArray = 1U << 13,  // arrays of text and varchar
  kBytea = 1U << 14,
  kNumber = kInteger | kDecimal | kFloat,
  kAnyJson = kJson | kJsonb,
};
}  // namespace type_class

// The class of a type; domains are looked through, enums and composites are kOther.
unsigned ClassOfType(const Type& type);

struct ProviderRequest {
  const Type& type;
  int type_modifier;
  const ValueLimits& limits;
  const ValueContext& context;
  unsigned type_class;
  bool is_alone = false;  // the meaning names no group: nothing has to agree, values may be a list without repetition
};

using ProviderFactory = ValueSetPointer (*)(const ProviderRequest& request);

struct ProviderEntry {
  std::string_view name;
  GroupKind group;
  unsigned classes;  // the classes of types that it serves
  std::int64_t min_room;  // characters that a text column needs; 0 = any
  ProviderFactory make;  // nullptr result: cannot serve the limits
};

using ProviderEntries = std::span<const ProviderEntry>;

ProviderEntries PersonProviders();
ProviderEntries PlaceProviders();
ProviderEntries TimelineProviders();
ProviderEntries CommerceProviders();
ProviderEntries FinanceProviders();
ProviderEntries WebProviders();
ProviderEntries SecretProviders();
ProviderEntries ProseProviders();
ProviderEntries NumberProviders();
ProviderEntries JsonProviders();

// nullptr if there is no provider of that name.
const ProviderEntry* FindProvider(std::string_view name);

// The longest value that a text column may hold: type modifier, the type's own bound, max_length; nullopt = no bound.
std::optional<std::int64_t> TextRoom(const Type& type, int type_modifier, const ValueLimits& limits);

}  // namespace dbmocker

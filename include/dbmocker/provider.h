// Providers: what a column means (an email address, a city, a price) and the value sets that look like it.
// Values of one row agree because the columns of a group share one index (one person, one place, one timeline).
// Read first: DetectMeaning, then MakeProviderValueSet.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dbmocker/schema.h"
#include "dbmocker/value_set.h"

namespace dbmocker {

// What the columns of a row share: columns of one kind and the same group name read one index.
enum class GroupKind { None, Person, Place, Timeline };

struct Meaning {
  std::string provider;  // a name in ProviderNames(), e.g. "email"
  GroupKind group = GroupKind::None;
  std::string group_name;  // e.g. "billing" for billing_city and billing_postcode; "" for plain names
  std::string reason;  // for the plan: "column name", "comment", "type and table name"
};

// The meaning of a column from its name, type, table name and comment; nullopt where nothing fits its type.
std::optional<Meaning> DetectMeaning(const Table& table, const Column& column);

// All provider names, sorted.
std::vector<std::string> ProviderNames();

// The value set of a meaning for a column's type (with its domains unwrapped), within limits (lengths, intervals,
// lists) and the type modifier. Sets of a group take the group's index: any index below GroupSize() is legal.
// Returns nullptr where the provider cannot serve the type or the limits.
ValueSetPointer MakeProviderValueSet(const Meaning& meaning, const Type& type, int type_modifier,
                                     const ValueLimits& limits, const ValueContext& context);

// Block size of a group's permuted index: within one block of a Person group no two rows have the same first and last
// name, so that email addresses and user names need no number there. And the whole number of indexes.
std::uint64_t GroupBlockSize(GroupKind kind, int locale = 0);
std::uint64_t GroupSize(GroupKind kind);

}  // namespace dbmocker

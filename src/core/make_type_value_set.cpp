// The door to all value sets of types: unwraps domains, with what their checks say, and asks the families in turn.
// Holds no knowledge of single types; a new type goes into the file of its family.
// Read first: MakeTypeValueSet.
#include <algorithm>
#include <iterator>

#include "derived_value_set.h"
#include "type_value_sets.h"

namespace dbmocker {
namespace {

using Family = ValueSetPointer (*)(const TypeRequest&);

constexpr Family kFamilies[] = {
    MakeIntegerValueSet,  MakeObjectIdentifierValueSet, MakeBooleanValueSet, MakeNumericValueSet, MakeFloatValueSet,
    MakeTemporalValueSet, MakeIntervalValueSet,         MakeTextValueSet,    MakeBytesValueSet,   MakeUuidValueSet,
    MakeBitValueSet,      MakeFormattedValueSet,        MakeEnumValueSet,    MakeArrayValueSet,   MakeCompositeValueSet,
    MakeRangeValueSet,    MakeExtensionValueSet,        MakeSpatialValueSet,
};

// Types whose families leave out excluded values themselves.
bool KeepsExclusions(const Type& type) {
  if (type.kind == TypeKind::Enum || type.category == 'S') return true;
  static constexpr std::string_view kNames[] = {"text", "varchar", "bpchar",    "name",        "int2",     "int4",
                                                "int8", "oid",     "money",     "numeric",     "float4",   "float8",
                                                "date", "time",    "timestamp", "timestamptz", "interval", "bool"};
  return type.schema == "pg_catalog" && std::ranges::find(kNames, type.name) != std::end(kNames);
}

}  // namespace

ValueSetPointer MakeTypeValueSet(const Type& type, int type_modifier, const ValueLimits& limits, bool unique,
                                 const ValueContext& context) {
  if (type.kind == TypeKind::Domain && type.extension == "earthdistance")
    return MakeExtensionValueSet({type, type_modifier, limits, unique, context});
  int modifier = type_modifier;
  const Type& base = UnwrapDomains(type, modifier);
  if (!type.constraints.empty())
    return MakeTypeValueSet(base, modifier, AddDomainLimits(type, limits), unique, context);
  const TypeRequest request{base, modifier, limits, unique, context};
  if (!base.has_input) return nullptr;
  if (limits.has_allowed) return MakeAllowedValueSet(request);
  if (limits.pattern != nullptr)
    if (ValueSetPointer values = MakePatternValueSet(request)) return values;
  if (limits.json != nullptr)
    if (ValueSetPointer values = MakeShapedJsonSet(request)) return values;
  // int2vector and oidvector may be described as arrays, but are types of their own to a reader of text.
  for (const Family family : kFamilies) {
    ValueSetPointer values = family(request);
    if (values == nullptr) continue;
    if (limits.excluded.empty() || KeepsExclusions(base)) return values;
    values = LeaveOut(std::move(values), limits.excluded);
    if (values == nullptr) ThrowNoValue(base, limits);
    return values;
  }
  return nullptr;
}

}  // namespace dbmocker

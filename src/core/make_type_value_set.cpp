// The door to all value sets of types: unwraps domains, with what their checks say, and asks the families in turn.
// Holds no knowledge of single types; a new type goes into the file of its family.
// Read first: MakeTypeValueSet.
#include "type_value_sets.h"

namespace dbmocker {
namespace {

using Family = ValueSetPointer (*)(const TypeRequest&);

constexpr Family kFamilies[] = {
    MakeIntegerValueSet,  MakeObjectIdentifierValueSet, MakeBooleanValueSet, MakeNumericValueSet, MakeFloatValueSet,
    MakeTemporalValueSet, MakeIntervalValueSet,         MakeTextValueSet,    MakeBytesValueSet,   MakeUuidValueSet,
    MakeBitValueSet,      MakeFormattedValueSet,        MakeEnumValueSet,    MakeArrayValueSet,   MakeCompositeValueSet,
    MakeRangeValueSet,
};

}  // namespace

ValueSetPointer MakeTypeValueSet(const Type& type, int type_modifier, const ValueLimits& limits, bool unique,
                                 const ValueContext& context) {
  int modifier = type_modifier;
  const Type& base = UnwrapDomains(type, modifier);
  if (!type.constraints.empty())
    return MakeTypeValueSet(base, modifier, AddDomainLimits(type, limits), unique, context);
  const TypeRequest request{base, modifier, limits, unique, context};
  if (!base.has_input) return nullptr;
  if (limits.has_allowed) return MakeAllowedValueSet(request);
  if (limits.pattern != nullptr)
    if (ValueSetPointer values = MakePatternValueSet(request)) return values;
  // int2vector and oidvector may be described as arrays, but are types of their own to a reader of text.
  for (const Family family : kFamilies) {
    if (ValueSetPointer values = family(request)) return values;
  }
  return nullptr;
}

}  // namespace dbmocker

// What a domain's checks say of the values inside of other types. Columns of a domain are the planner's (ReadDomains),
// which joins them with the table's checks. Read first: AddDomainLimits.
#include "limit_algebra.h"
#include "type_value_sets.h"

namespace dbmocker {

ValueLimits AddDomainLimits(const Type& domain, const ValueLimits& limits) {
  const TypeOfColumn base = static_cast<TypeOfColumn (*)(const Type&, int)>(UnwrapDomains)(domain, -1);
  const TypesByColumn value_type{{0, base}};
  LimitsByColumn of_domain;
  for (const DomainConstraint& constraint : domain.constraints) SolveCheck(constraint.check, value_type, of_domain);
  ColumnLimits both;
  both.limits = limits;
  if (const auto found = of_domain.find(0); found != of_domain.end()) MergeColumnLimits(both, found->second, base);
  if (both.always_null) ThrowNoValue(*base.type, limits);
  return both.limits;
}

}  // namespace dbmocker

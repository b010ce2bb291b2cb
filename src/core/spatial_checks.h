// CHECKs on PostGIS columns by what older schemas say in place of a type modifier: st_srid(x) = 4326,
// geometrytype(x) = 'POLYGON', st_ndims(x) = 2, st_isvalid(x). Must not know of other conditions.
// Read first: ShapeByChecks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "read_expression.h"

namespace dbmocker {

// The type modifier that a spatial column without one takes so that the conditions hold; -1 if they say nothing.
int ShapeByChecks(const std::vector<const Expression*>& conditions, AttributeNumber column);

// Whether `call` is among (`inside`) or not among `values` for the shapes that the column's modifier stands for;
// nullopt if it is no function of a spatial column, or if that is not known. `column` is set with it.
std::optional<bool> ShapeHolds(const Expression& call, const std::vector<std::string>& values, bool inside,
                               const TypesByColumn& types, AttributeNumber* column);

}  // namespace dbmocker

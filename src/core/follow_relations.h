// What relations between columns say of each column alone: with a <= b and b <= 10, a is at most 10.
// Read first: FollowRelations.
#pragma once

#include "solve_check.h"

namespace dbmocker {

// Narrows the limits of a case by its relations. False if that leaves nothing to a column while the others of the
// relation must not be NULL.
bool FollowRelations(CheckCase& one, const TypesByColumn& types);

}  // namespace dbmocker

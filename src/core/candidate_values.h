// Values worth trying on a CHECK that cannot be read: built around the constants in it, and what providers, ranges and
// documents of the type look like. Whether they pass is for the server to say.
// Read first: MakeCandidates.
#pragma once

#include <string>
#include <vector>

#include "solve_check.h"

namespace dbmocker {

// Distinct values in the type's input syntax; some may be none of the type. Depends on nothing but the arguments.
std::vector<std::string> MakeCandidates(const TypeOfColumn& type, const std::vector<const Expression*>& checks,
                                        const ValueContext& context);

}  // namespace dbmocker

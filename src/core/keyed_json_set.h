// json documents whose member at a path is distinct: unique keys over data ->> 'code' and the like.
// Knows nothing of keys. Read first: MakeKeyedJsonSet.
#pragma once

#include <string>
#include <vector>

#include "dbmocker/value_set.h"

namespace dbmocker {

// The documents of `inner`, objects, each with a member at `path` that no other one has: a text, or a number.
ValueSetPointer MakeKeyedJsonSet(ValueSetPointer inner, std::vector<std::string> path, bool is_number);

}  // namespace dbmocker

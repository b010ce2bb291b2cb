// The values of a set followed by given ones: values that are repeated on purpose, rows that are reused.
// Read first: MakeExtendedValueSet.
#pragma once

#include <string>
#include <vector>

#include "dbmocker/value_set.h"
#include "solve_check.h"

namespace dbmocker {

// `base`, then `texts` in their order; they are legal values of the type, in its input syntax. Indexes below the size
// of `base` give what they gave before.
ValueSetPointer MakeExtendedValueSet(ValueSetPointer base, const TypeOfColumn& type, std::vector<std::string> texts);

}  // namespace dbmocker

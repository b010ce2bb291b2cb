// The part of StoredValueSet that is not inline. Stored values have no text form of their own: they are never composed.
// Read first: dbmocker/stored_value_set.h.
#include "dbmocker/stored_value_set.h"

#include "dbmocker/error.h"

namespace dbmocker {

void StoredValueSet::AppendText(std::uint64_t, std::string&) const {
  throw Error(sqlstate::kInternalError, "stored values have no text form");
}

}  // namespace dbmocker

// What triggers want of references beyond foreign keys: values that a trigger looks up in another table, and parents
// that agree with one another, as a session's user with the user of its token. Found in the triggers' texts and in the
// foreign keys of parents; they exist in the plan only.
// Read first: AddAgreements.
#pragma once

#include "server/postgres_api.h"

#include <vector>

#include "dbmocker/schema.h"

namespace dbmocker::server {

// Adds to `table` references for the columns that its INSERT triggers compare with those of other tables, and draws
// foreign keys that lead to a common parent together; `known` (pg_constraint.oid) are left as they are. False if there
// is nothing to add. May throw ServerError.
bool AddAgreements(Table& table, const std::vector<Oid>& known);

}  // namespace dbmocker::server

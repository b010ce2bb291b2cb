// Foreign keys to rows that a trigger of the target inserts itself, as where the common columns of several tables are
// kept in a table of their own: the target's key must be new there, and what that table refers to, the target's columns
// of the same names must refer to as well.
// Read first: FindTriggerParent.
#pragma once

#include "server/postgres_api.h"

#include <vector>

#include "dbmocker/schema.h"
#include "server/try_call.h"

namespace dbmocker::server {

// `fault`: why rows of `table` were refused. The foreign key that leads, directly or through others, to a table that
// holds a generated key already; nullptr if there is none beside `known`. May throw ServerError.
const ForeignKey* FindTriggerParent(const Table& table, const TryFault& fault, const std::vector<Oid>& known);

// The foreign key over a key of a table with INSERT triggers: where a parent is missing, or all of them are taken,
// perhaps a trigger inserts the parent's row. nullptr if there is none beside `known`.
const ForeignKey* GuessTriggerParent(const Table& table, const std::vector<Oid>& known);

// Adds to `table` the references of the tables behind `keys` (pg_constraint.oid) as its own: those of columns that it
// has under the same names. They exist in the plan only. May throw ServerError.
void AddInheritedReferences(Table& table, const std::vector<Oid>& keys);

}  // namespace dbmocker::server

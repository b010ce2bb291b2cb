// What a run does for the sake of other tables that are filled with it: see plan_ahead.h.
// Read first: RunHooks.
#pragma once

#include <functional>
#include <map>

#include "dbmocker/plan.h"
#include "dbmocker/schema.h"

namespace dbmocker::server {

struct RunHooks {
  // Keys of parents that do not exist yet, by foreign key (pg_constraint.oid).
  std::map<std::uint32_t, ParentKeys> planned_parents;
  // Called once when all rows are in the target, before its statement ends and its foreign keys are checked.
  std::function<void()> before_end;
  // What the run is to see in its table: foreign keys in another form than the catalog's.
  std::function<void(Table&)> adapt;
  std::map<AttributeNumber, std::string> fixed;  // columns that take one value in all rows
  // What triggers look up is joined from the start, not only once they have refused rows.
  bool looks_up_first = false;
  // Where a trigger misses a row in a third table, the run ends with that error: its caller may make the row.
  bool reports_missing_parents = false;
  // Rows whose draws all fail a CHECK are left out, if others are made.
  bool drops_failed = false;
  bool keep_keys = false;  // rows that are drawn again keep their keys: others refer to them
};

}  // namespace dbmocker::server

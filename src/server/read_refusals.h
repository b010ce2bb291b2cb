// What rows a trigger function refuses, as far as its body says it in conditions over NEW: IF … THEN RAISE …. Sees
// conditions that read nothing but the row; what else the function does is not known.
// Must not create C++ objects: everything here may ereport.
// Read first: ReadRefusals.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// Node* of boolean expressions over the relation's columns (Vars of range table entry 1), none of which may be false
// for a row that the function is to accept. `source`: the body of a plpgsql function; `when`: the trigger's condition
// as stored, nullptr if it has none. A trigger that fires before the row is stored also refuses it by RETURN NULL.
List* ReadRefusals(Oid relation, const char* source, const char* when, bool is_before);

}  // namespace dbmocker::server

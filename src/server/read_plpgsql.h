// Bodies of plpgsql functions that only decide and return, rewritten as one SQL expression. Knows the syntax of four
// statements; anything else is refused. Read first: RewritePlpgsql.
#pragma once

namespace dbmocker::server {

// "SELECT CASE WHEN (…) THEN (…) ELSE … END" in palloc'd memory; nullptr if the body has other statements than IF,
// RETURN, RAISE and NULL. RAISE EXCEPTION counts as false.
const char* RewritePlpgsql(const char* source);

}  // namespace dbmocker::server

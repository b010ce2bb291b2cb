// Reading catalogs in server style: queries through SPI whose results are copied into plain palloc'd memory, so that
// C++ can turn them into core structs afterwards without calling the server again.
// Must not create C++ objects. Functions may ereport; call them outside C++ owners or through CallServer.
// Read first: RunCatalogQuery.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// A query's result: values[row * column_count + column] in the types' output syntax, nullptr for NULL. Lives in the
// memory context that was current at the call.
struct CatalogRows {
  int row_count;
  int column_count;
  char** values;

  const char* Get(int row, int column) const { return values[row * column_count + column]; }
};

// Settings in force while catalogs are read or text forms exchanged: search_path = pg_catalog (so that every name comes
// out qualified and no user object can stand in for a built-in one), DateStyle ISO, IntervalStyle postgres, TimeZone
// UTC, extra_float_digits 1, bytea_output hex, lc_monetary C; and quote_all_identifiers, transform_null_equals,
// array_nulls and standard_conforming_strings at their defaults. Returns the nest level for LeaveCatalogSettings; an
// error undoes them too.
int EnterCatalogSettings();
void LeaveCatalogSettings(int nest_level);

// Runs a read-only query with `argument` as $1 (oid), under the catalog settings, as the caller, over a snapshot of
// this instant. The session keeps the plan, by the query's text: give it constant texts only.
CatalogRows RunCatalogQuery(const char* query, Oid argument);

}  // namespace dbmocker::server

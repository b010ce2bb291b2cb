// What verify() has to prove of a table: one item per constraint, each with SQL over the stored rows that counts what
// breaks it. The SQL is made of the catalogs' own texts, so that it owes nothing to what the writers assumed.
// Read first: VerifyItem.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// Either `condition` or `query` is set. A condition is true for each row of `source` that breaks the constraint; the
// conditions of one source are counted in one scan. A query gives one bigint.
struct VerifyItem {
  Oid relation;
  const char* name;
  const char* kind;
  const char* source;  // what follows FROM
  const char* condition;
  const char* query;
};

// Server style: may ereport. The items of a table, in the order in which they are reported; for a partitioned table
// also those that its leaves have of their own.
List* ReadVerifyItems(Oid relation);

// Appends the CHECKs of the domains that the table's columns are made of.
List* AppendDomainItems(List* items, Oid relation);

}  // namespace dbmocker::server

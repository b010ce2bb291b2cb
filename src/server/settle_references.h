// Foreign keys of rows that were written without row-by-row checks: who may validate them set-wise, the locks that make
// it sound, and the validation itself.
// Read first: PlanReferenceChecks.
#pragma once

#include "server/postgres_api.h"

#include "dbmocker/schema.h"

namespace dbmocker::server {

// True if one query per constraint at the end, with the referenced tables locked against changes of their rows, can stand
// for row-by-row checks; then `reason` is nullptr. False with the reason otherwise. Server style.
bool MayValidateAtEnd(const Table& table, std::int64_t rows, const char** reason);

// Locks the referenced tables (ShareRowExclusive, in order of OID), as adding a foreign key does. Server style.
void LockReferencedTables(const Table& table);

// Checks every foreign key over the rows at or behind `first_block` and ereports 23503 with the first key that is
// missing. Server style.
void ValidateReferences(const Table& table, BlockNumber first_block);

}  // namespace dbmocker::server

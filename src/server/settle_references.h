// Foreign keys of rows that were written without row-by-row checks: who may validate them set-wise, the locks that make
// it sound, and the validation itself.
// Read first: MayValidateAtEnd.
#pragma once

#include "server/postgres_api.h"

#include "dbmocker/schema.h"

namespace dbmocker::server {

// True if one query per constraint at the end, with the referenced tables locked against changes of their rows, can
// stand for row-by-row checks; then `reason` is nullptr. False with the reason otherwise. Server style.
bool MayValidateAtEnd(const Table& table, std::int64_t rows, const char** reason);

// Locks the target for writing: against other writers too if its indexes are built anew; and, if its keys are validated
// at the end, the referenced tables as adding a foreign key does (ShareRowExclusive). Server style.
void LockForRun(const Table& table, bool rebuilds_indexes, bool validates_references);

// The same for lists of tables: `exclusive` against other writers. In order of OID, each with the strongest lock that
// it needs, so that two runs never wait for one another here. Server style.
void LockTables(List* targets, List* exclusive);

// Checks every foreign key over the rows at or behind `first_block` and ereports 23503 with the first key that is
// missing. Server style.
void ValidateReferences(const Table& table, BlockNumber first_block);

}  // namespace dbmocker::server

// The facts that a plan needs of stored data: where sequences and keys go on, and the keys of referenced tables.
// Read first: GatherFacts.
#pragma once

#include "server/postgres_api.h"

#include "dbmocker/plan.h"
#include "server/parse_options.h"

namespace dbmocker::server {

// True if the target holds a row that the current snapshot sees. May ereport.
bool HasRows(Relation target);

// Answers FindFactRequests(table) except for sequences. Reads parents' keys as the caller (SELECT privilege needed).
// first_ordinal and has_rows are given by the caller. May throw ServerError.
void GatherFacts(const Table& table, const RunOptions& options, TargetFacts& facts);

// For every sequence that the table's columns take values from: the first value that `rows` rows may use, past all
// stored ones. `reserve`: moves the sequences past those values (not undone by rollback, like nextval).
// May throw ServerError.
void GatherSequences(const Table& table, std::uint64_t rows, bool reserve, TargetFacts& facts);

// Reserves what GatherSequences has planned in an earlier transaction: moves every sequence past its `rows` values.
// Repeating it does no harm. False if somebody has taken some of the values in between: then plan again.
bool ReserveSequences(const Table& table, std::int64_t rows, const TargetFacts& planned);

}  // namespace dbmocker::server

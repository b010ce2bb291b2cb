// References to rows that are made later in the same statement: where tables refer to one another in a circle none of
// whose references may be NULL, the keys are known before the rows are: rows are a pure function of their numbers.
// Read first: PlanParentsAhead.
#pragma once

#include <map>
#include <memory>

#include "dbmocker/error.h"
#include "dbmocker/plan.h"
#include "server/mutual_keys.h"
#include "server/order_tables.h"
#include "server/parse_options.h"
#include "server/run_hooks.h"

namespace dbmocker::server {

// Stands for keys of rows that do not exist yet: their number counts; who asks for their values gets `error`.
ValueSetPointer MakeUnknownKeys(const Type& type, std::uint64_t size, ErrorReport error);

// The plan for `rows` rows of a table behind those that it has; by foreign key (pg_constraint.oid), `parents` stand for
// the rows of referenced tables. `reserve_sequences`: see GatherSequences. May throw Error and ServerError.
std::shared_ptr<const Plan> PlanWithParents(const Table& table, std::int64_t rows,
                                            const std::map<std::uint32_t, ParentKeys>& parents, const RunOptions& given,
                                            bool reserve_sequences);

struct ParentsAhead {
  std::map<std::uint32_t, ParentKeys> keys;  // by foreign key; of a mutual one, those of its new columns only
  std::vector<MutualKey> mutual;
};

// The keys that the tables inside of `step` are going to have, for the references ahead of its table, `entry`. `rows`:
// those that each table is to get. `reserve_sequences`: those whose values become keys of `entry`'s choice. Throws
// Error 0A000 where a key is not the plan's to choose. May throw ServerError.
ParentsAhead PlanParentsAhead(const FillStep& step, const Table& entry,
                              const std::map<std::uint32_t, std::int64_t>& rows, const RunOptions& options,
                              bool reserve_sequences);

}  // namespace dbmocker::server

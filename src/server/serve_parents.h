// Rows for parents that want some: where a deferred trigger looks whether each row of a table has rows in another one.
// Read first: FindLackingParents.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dbmocker/schema.h"

namespace dbmocker::server {

// Parents that this transaction has made and that have fewer than `wanted` rows of the table.
struct LackingParents {
  std::uint32_t foreign_key;  // pg_constraint.oid
  std::string query;  // their keys, by the names that the foreign key refers to
  std::int64_t count;
};

// One for each foreign key with needs_children for which there are some. May throw ServerError.
std::vector<LackingParents> FindLackingParents(const Table& table, int wanted);

// What a run for parents.count rows sees: each refers to another of the parents.
void ReferToLacking(Table& table, const LackingParents& parents);

}  // namespace dbmocker::server

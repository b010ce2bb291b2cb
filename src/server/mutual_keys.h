// Two tables that hold parts of one another's key, as where each owner has a main item among its own ones:
// owners (id, main_item) refers to items (owner, id), and items (owner) to owners. The owner's rows come first, each
// with a key of its own and a new key for its main item; then the items take both from them.
// Read first: FindMutualKey.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dbmocker/schema.h"

namespace dbmocker::server {

struct MutualKey {
  std::uint32_t forward;  // foreign key of the first table (pg_constraint.oid)
  std::uint32_t backward;  // the other table's foreign key to the first one
  std::vector<AttributeNumber> first_own;  // columns of the first table that the other one's key holds as references
  std::vector<AttributeNumber> first_new;  // its columns that hold the rest of the other table's key
  std::vector<AttributeNumber> other_own;  // twins of first_own and first_new in the other table
  std::vector<AttributeNumber> other_new;
};

// nullopt if `forward`, a foreign key of `first`, does not refer to columns of `other` that refer back to the columns
// it consists of, or if it consists of nothing else.
std::optional<MutualKey> FindMutualKey(const Table& first, const ForeignKey& forward, const Table& other);

// What the first table's run sees: only the columns of the other table's own share refer to it, each to another row.
void ReferToNewOnly(Table& first, const MutualKey& key);

// The other table's reference to the rows of the first one that it has no row for yet, in place of the backward one.
void TakeFromFirst(Table& other, const Table& first, const MutualKey& key);

// How many rows of the first table want a row of the other one.
std::int64_t CountWanted(const Table& other, const Table& first, const MutualKey& key);

}  // namespace dbmocker::server

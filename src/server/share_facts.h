// What parallel workers need to make the same plan, as one piece of memory: the facts of stored data, with the keys of
// referenced tables, which the workers read where they lie.
// Read first: PackFacts.
#pragma once

#include "server/postgres_api.h"

#include <cstddef>
#include <cstdint>

#include "dbmocker/plan.h"
#include "dbmocker/schema.h"

namespace dbmocker::server {

// Bytes that PackFacts() writes.
std::size_t PackedFactsBytes(const TargetFacts& facts);

// Writes the facts as UnpackFacts() reads them; `out` is aligned to 8.
void PackFacts(const TargetFacts& facts, std::byte* out);

// The facts in `packed`, which must stay as it is as long as the result or a plan made from it lives.
TargetFacts UnpackFacts(const Table& table, const std::byte* packed);

// A number that tells one plan from another, by what it does.
std::uint64_t HashPlan(const Plan& plan);

}  // namespace dbmocker::server

// Index sources that repeat values on purpose, and children spread over parents. Pure functions of (key, ordinal,
// attempt), as all sources: what is repeated is worked out anew for each row, nothing is remembered.
// Read first: MakeDuplicateSource.
#pragma once

#include "dbmocker/index_source.h"
#include "rule.h"

namespace dbmocker {

// Draws from [0, size) as a duplicate strategy says:
//   generate_new: every index once before any comes again;
//   allow_simple: with probability p the value of an earlier row, else a new draw;
//   cached_pool: from a pool of `pool` indexes;  weighted_random: the same by Zipf's law;
//   smart_duplicates: 60 % from a small pool, 30 % from a medium one, 10 % new draws, or as the rule says.
IndexSourcePointer MakeDuplicateSource(StreamKey key, const DuplicateRule& rule, std::uint64_t size);

// The indexes of [0, size) that the same rule's pools hold; empty if it has none. At most `most` of them.
std::vector<std::uint64_t> PoolOfDuplicates(StreamKey key, const DuplicateRule& rule, std::uint64_t size,
                                            std::uint64_t most);

// The rows first_ordinal … first_ordinal + rows - 1 spread over `parents`, so that each parent gets between min and max
// of them. Needs parents * min <= rows <= parents * max.
IndexSourcePointer MakePerParentSource(StreamKey key, const PerParentRule& rule, std::uint64_t parents,
                                       std::uint64_t first_ordinal, std::uint64_t rows);

}  // namespace dbmocker

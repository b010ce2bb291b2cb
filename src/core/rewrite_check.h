// Conditions in other words: what a CHECK says through a function that nothing else reads, as comparisons of columns
// that are read. Must not look at values.
// Read first: RewriteCheck.
#pragma once

#include <optional>

#include "dbmocker/schema.h"
#include "relation.h"

namespace dbmocker {

// The same condition (true, false and NULL alike) without extract('year'), abs(), sign(), concat(), regexp_like() and
// their like; nullopt if it is none of these. With `may_narrow`, one that is true for fewer rows will do: what depends
// on the session's time zone keeps a day's distance.
std::optional<Expression> RewriteCheck(const Expression& condition, bool may_narrow, const TypesByColumn& types);

// operand IS NULL (or IS NOT NULL) where that asks for what an array holds or a text matches.
std::optional<Expression> RewriteNullTest(const Expression& operand, bool is_null);

}  // namespace dbmocker

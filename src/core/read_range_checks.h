// Conditions on range columns: not empty, bounds that are there, bounds compared with constants and with each other,
// ranges within others.
// Ranges that are made are never empty or open, and include their lower bound only.
// Read first: ReadRangeComparison.
#pragma once

#include <optional>
#include <string>

#include "read_atoms.h"

namespace dbmocker {

// lower(r) < upper(r), lower(r) >= constant; nullopt if it is of another form.
std::optional<Atom> ReadRangeComparison(const Expression& left, const std::string& name, const Expression& right,
                                        const TypesByColumn& types);
// r <@ constant range, constant range @> r.
std::optional<Atom> ReadRangeWithin(const Expression& left, const std::string& name, const Expression& right,
                                    const TypesByColumn& types);
// isempty(r), lower_inc(r) and the like, where ranges that are made have that value.
std::optional<Atom> ReadRangeTruth(const Expression& call, bool value, const TypesByColumn& types);

}  // namespace dbmocker

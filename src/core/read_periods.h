// Conditions that come again and again along a type's values: a % 5 = 0, (flags & 1) = 0, extract(dow FROM day) < 6,
// date_trunc('hour', t) = t; and how many decimals a number has: round(x, 2) = x, scale(x) <= 2.
// Read first: ReadPeriodic.
#pragma once

#include <optional>
#include <string>

#include "read_atoms.h"

namespace dbmocker {

// left `name` constant; nullopt if it is of another form, or depends on the session's time zone.
std::optional<Atom> ReadPeriodic(const Expression& left, const std::string& name, const std::string& constant,
                                 const TypesByColumn& types);
// round(x, 2) = x, date_trunc('day', x) = x and the like, either way round.
std::optional<Atom> ReadSameRounded(const Expression& left, const std::string& name, const Expression& right,
                                    const TypesByColumn& types);

}  // namespace dbmocker

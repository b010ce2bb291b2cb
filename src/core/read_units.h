// Conditions on whole units of time, as date_trunc('month', at) >= '2024-01-01' and extract(year FROM at) = 2024, as
// intervals of the column. Read first: ReadUnits.
#pragma once

#include <optional>
#include <string>

#include "read_atoms.h"

namespace dbmocker {

// left `name` constant; nullopt if the left side is something else, or depends on the session's time zone.
std::optional<Atom> ReadUnits(const Expression& left, const std::string& name, const std::string& constant,
                              const TypesByColumn& types);

}  // namespace dbmocker

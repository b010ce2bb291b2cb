// Which moment of a row's life a date or timestamp column holds, by the verb in its name.
// Read first: DetectMoment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/table_facts.h"
#include "dbmocker/provider.h"

namespace dbmocker {

// The meaning of a column of the classes kDate, kTimestamp and kTime; `words` are those of its name.
std::optional<Meaning> DetectMoment(const std::vector<std::string>& words, unsigned type_class,
                                    const TableFacts& facts);

}  // namespace dbmocker

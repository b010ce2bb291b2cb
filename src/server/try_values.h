// Values for CHECKs that cannot be read, found by trying: see FindUnreadChecks() in dbmocker/plan.h.
// Read first: TryValues.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dbmocker/plan.h"
#include "server/parse_options.h"

namespace dbmocker::server {

// TargetFacts::tried: by column, the values that pass, at most 1,000 of them. Columns whose draws pass often enough
// have none: their rows are drawn again. The same for every call, as far as the CHECKs' functions are immutable.
// `facts` needs the rules only. May throw Error, ServerError.
std::map<AttributeNumber, std::vector<std::string>> TryValues(const Table& table, const RunOptions& options,
                                                              const TargetFacts& facts);

}  // namespace dbmocker::server

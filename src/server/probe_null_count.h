// Functions of users that cannot be read but may count NULLs, as was usual before num_nulls(): tried out on arrays with
// NULLs in all places. Must not create C++ objects: everything here may ereport.
// Read first: ProbeNullCount.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// "num_nulls" or "num_nonnulls" if an immutable function of one array, called here with ARRAY[…], gives just that for
// every pattern of NULLs and different values; else nullptr. Its rows are still judged by the function itself.
const char* ProbeNullCount(FuncExpr* call);

}  // namespace dbmocker::server

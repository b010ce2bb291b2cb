// Whether a load will fit on the disk, asked before its first page: pages that a failed load leaves behind stay in the
// table's file until VACUUM gives them back.
// Read first: CheckDiskSpace.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

namespace dbmocker::server {

// Ereports 53100 if the file system of the target's tablespace has clearly less than `bytes` left for its heap, by an
// estimate; passes where that cannot be found out. Server style.
void CheckDiskSpace(Relation target, std::uint64_t bytes);

// What becomes of the pages of a load that ran out of space, for the error's detail.
inline constexpr char kLeftPages[] =
    "Nothing was kept, but the pages that were written stay in the table's file until VACUUM gives them back.";

}  // namespace dbmocker::server

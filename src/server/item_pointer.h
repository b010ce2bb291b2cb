// Addresses of rows without the server's macros, whose narrowing the compiler warns of.
// Must know nothing of pages or relations. Read first: MakeItemPointer.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

inline ItemPointerData MakeItemPointer(BlockNumber block, OffsetNumber offset) {
  ItemPointerData pointer;
  pointer.ip_blkid.bi_hi = static_cast<uint16>(block >> 16);
  pointer.ip_blkid.bi_lo = static_cast<uint16>(block & 0xffff);
  pointer.ip_posid = offset;
  return pointer;
}

}  // namespace dbmocker::server

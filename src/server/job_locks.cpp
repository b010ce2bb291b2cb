// Advisory locks of our own kinds; see job_locks.h.
// Read first: TakeJobLock.
#include "server/job_locks.h"

namespace dbmocker::server {
namespace {

LOCKTAG MakeTag(std::uint64_t number, int kind) {
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, static_cast<std::uint32_t>(number >> 32), static_cast<std::uint32_t>(number),
                       static_cast<std::uint16_t>(kind));
  return tag;
}

bool Take(const LOCKTAG& tag, bool is_session) {
  return LockAcquire(&tag, ExclusiveLock, is_session, true) != LOCKACQUIRE_NOT_AVAIL;
}

}  // namespace

bool TakeJobLock(std::int64_t job, bool is_session) {
  return Take(MakeTag(static_cast<std::uint64_t>(job), kJobLock), is_session);
}

void ReleaseJobLock(std::int64_t job) {
  const LOCKTAG tag = MakeTag(static_cast<std::uint64_t>(job), kJobLock);
  LockRelease(&tag, ExclusiveLock, true);
}

int TakeSlot(int count) {
  for (int slot = 0; slot < count; ++slot)
    if (Take(MakeTag(static_cast<std::uint64_t>(slot), kSlotLock), true)) return slot;
  return -1;
}

void ReleaseSlot(int slot) {
  const LOCKTAG tag = MakeTag(static_cast<std::uint64_t>(slot), kSlotLock);
  LockRelease(&tag, ExclusiveLock, true);
}

}  // namespace dbmocker::server

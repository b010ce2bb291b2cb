// Session locks by which jobs know of one another: whoever holds a job's lock is its worker, and a lock cannot outlive
// its process, so that a dead worker is seen at once. They are advisory locks of kinds that SQL functions cannot take.
// Server style.
// Read first: TakeJobLock.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

namespace dbmocker::server {

// Kinds of locks, as column objsubid of pg_locks shows them.
inline constexpr int kJobLock = 23297;  // classid and objid: the job's number
inline constexpr int kSlotLock = 23298;  // objid: a place among those that may run at a time in this database

// False if somebody else holds it. `is_session`: until it is released or the process ends, else until the transaction
// ends.
bool TakeJobLock(std::int64_t job, bool is_session);
void ReleaseJobLock(std::int64_t job);

// Takes one of `count` places; -1 if none is free.
int TakeSlot(int count);
void ReleaseSlot(int slot);

}  // namespace dbmocker::server

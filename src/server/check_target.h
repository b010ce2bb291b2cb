// What generate() and its kin refuse before they look any further: kinds of relations, privileges, read-only states.
// Server style: functions may ereport and own nothing.
// Read first: OpenTarget.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

enum class TargetUse { Write, Describe };

// Opens `target` with `lock`, after checking that rows can be generated for it: a table, partitioned or foreign table,
// nothing of the system's, with INSERT (Write) or INSERT or SELECT (Describe) on it or on one of its columns.
// Ereports 42P01, 42809, 42501.
Relation OpenTarget(Oid target, LOCKMODE lock, TargetUse use);

}  // namespace dbmocker::server

// The settings (GUCs) of the extension; each is read where a run starts and recorded in its report.
// Read first: DefineSettings.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>

namespace dbmocker::server {

// Defines all settings; called once, when the library is loaded.
void DefineSettings();

// dbmocker.allow_superuser_jobs, dbmocker.connection_pool_size (jobs) and dbmocker.launcher_naptime (seconds).
bool AllowSuperuserJobs();
int ConnectionPoolSize();
int LauncherNaptime();

// dbmocker.seed: the seed of runs that name none.
std::int64_t DefaultSeed();

// dbmocker.reference_time as microseconds since 2000-01-01 UTC; the start of the current UTC day when it is empty.
// May ereport.
std::int64_t DefaultReferenceTime();

// True if `text` is a time that does not depend on the clock, as "now" and "tomorrow" do; empty is not. Server style.
bool IsValidReferenceTime(const char* text);

// Parses a time in timestamptz syntax; NULL or empty gives the start of the current UTC day. May ereport.
std::int64_t ParseReferenceTime(const char* text);

}  // namespace dbmocker::server

// The launcher: where shared_preload_libraries names the library, it looks at every database for jobs that nobody works
// on, at the server's start (after a crash, too) and from time to time, and has workers started for them.
// Read first: RegisterLauncher.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// Called when the library is loaded; does nothing but while shared_preload_libraries is processed.
void RegisterLauncher();

}  // namespace dbmocker::server

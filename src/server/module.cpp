// The library's entry: the magic block, the settings, and the launcher of jobs where the library is preloaded. Must not
// do work at load time beyond that.
// Read first: _PG_init.
#include "server/postgres_api.h"

#include "server/launch_jobs.h"
#include "server/settings.h"

#pragma GCC visibility push(default)
extern "C" {
PG_MODULE_MAGIC;
void _PG_init(void);
}
#pragma GCC visibility pop

extern "C" void _PG_init(void) {
  dbmocker::server::DefineSettings();
  dbmocker::server::RegisterLauncher();
}

// Options that are stored: those of the database, of targets, and presets. They stand below a call's own options:
// call > target > database > preset > default.
// Server style: functions may ereport and own nothing.
// Read first: OptionsFor.
#pragma once

#include "server/parse_options.h"

namespace dbmocker::server {

// The options of a run on `target`: `given` (from ParseOptions) with the target's stored ones below the call's.
RunOptions OptionsFor(const RunOptions& given, Oid target);

// The same as if these hints were not given.
RunOptions OptionsWithout(const RunOptions& given, Oid target, Hints hints);

// Adds the stored options of one level, those of `target` or of the database (InvalidOid), and of the preset that is
// then in force. Ereports 22023 for a preset that does not exist.
void ApplyStoredOptions(RunOptions* options, Oid target);

bool IsPreset(const char* name);
bool IsBuiltinPreset(const char* name);

// True if the writer is named by the caller or by a stored option, not by a preset: a preset's is only preferred.
bool DemandsWriter(const RunOptions& options);

// An option as it is in force: for plan() and options().
struct OptionInForce {
  const char* key;
  const char* value;  // JSON, or words where it depends on the run
  const char* origin;  // "call", "target", "database", "preset high_speed", "default"
};

// The option at `place`; key is nullptr behind the last one.
OptionInForce FindOption(const RunOptions& options, int place);

}  // namespace dbmocker::server

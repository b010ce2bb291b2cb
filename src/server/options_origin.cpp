// Stored options: table dbmocker.stored_options (target 0: the database's) and dbmocker.presets; see options_origin.h.
// Read first: ApplyStoredOptions.
#include "server/options_origin.h"

#include <cstring>

#include "server/apply_hints.h"
#include "server/as_owner.h"
#include "server/boundary.h"
#include "server/materialize_rows.h"
#include "server/read_catalog.h"
#include "server/stored_config.h"

namespace dbmocker::server {
namespace {

constexpr char kOptionsOfTarget[] =
    "SELECT o.options FROM dbmocker.stored_options o WHERE o.target OPERATOR(pg_catalog.=) $1";
constexpr char kPresets[] =
    "SELECT p.name, p.options, p.is_builtin FROM dbmocker.presets p WHERE $1 OPERATOR(pg_catalog.=) $1 ORDER BY p.name";

Jsonb* ParseJsonb(const char* text) { return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text))); }

void ApplyPreset(RunOptions* options) {
  ForgetPreset(options);
  if (options->performance_mode == nullptr) return;
  const CatalogRows presets = QueryConfig(kPresets, InvalidOid);
  StringInfoData names;
  initStringInfo(&names);
  for (int i = 0; i < presets.row_count; ++i) {
    if (std::strcmp(presets.Get(i, 0), options->performance_mode) == 0)
      return ApplyOptions(options, ParseJsonb(presets.Get(i, 1)), OptionLevel::Preset);
    appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", presets.Get(i, 0));
  }
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid value for option \"performance_mode\""),
                  errdetail("There is no preset \"%s\".", options->performance_mode),
                  errhint("The presets are: %s.", names.data)));
}

}  // namespace

void ApplyStoredOptions(RunOptions* options, Oid target) {
  const OptionLevel level = OidIsValid(target) ? OptionLevel::Target : OptionLevel::Database;
  const CatalogRows rows = QueryConfig(kOptionsOfTarget, target);
  if (rows.row_count > 0) ApplyOptions(options, ParseJsonb(rows.Get(0, 0)), level);
  if (rows.row_count > 0 || level == OptionLevel::Database) ApplyPreset(options);
}

RunOptions OptionsFor(const RunOptions& given, Oid target) { return OptionsWithout(given, target, Hints{}); }

RunOptions OptionsWithout(const RunOptions& given, Oid target, Hints hints) {
  RunOptions options = given;
  if (options.has_targets) return options;
  ApplyStoredOptions(&options, target);
  options.hints.bits &= ~hints.bits;
  ApplyHints(&options);
  options.has_targets = true;
  return options;
}

namespace {

bool FindPreset(const char* name, bool* is_builtin) {
  const CatalogRows presets = QueryConfig(kPresets, InvalidOid);
  for (int i = 0; i < presets.row_count; ++i) {
    if (std::strcmp(presets.Get(i, 0), name) != 0) continue;
    *is_builtin = *presets.Get(i, 2) == 't';
    return true;
  }
  return false;
}

}  // namespace

bool IsPreset(const char* name) {
  bool is_builtin = false;
  return FindPreset(name, &is_builtin);
}

bool IsBuiltinPreset(const char* name) {
  bool is_builtin = false;
  return FindPreset(name, &is_builtin) && is_builtin;
}

bool DemandsWriter(const RunOptions& options) {
  if (options.insertion_strategy == WriterChoice::Auto || options.insertion_strategy == WriterChoice::Streaming)
    return false;
  for (int place = 0; OptionKey(place) != nullptr; ++place)
    if (std::strcmp(OptionKey(place), "insertion_strategy") == 0) return options.levels[place] != OptionLevel::Preset;
  return true;
}

OptionInForce FindOption(const RunOptions& options, int place) {
  OptionInForce option = {OptionKey(place), nullptr, "default"};
  if (option.key == nullptr) return option;
  constexpr const char* kNames[] = {"default", "preset", "database", "target", "call"};
  option.origin = kNames[static_cast<int>(options.levels[place])];
  if (options.levels[place] == OptionLevel::Preset) option.origin = psprintf("preset %s", options.performance_mode);
  if (options.hinted_by[place] != nullptr) option.origin = psprintf("hint %s", options.hinted_by[place]);
  option.value = options.values[place] != nullptr ? options.values[place] : OptionDefault(place);
  return option;
}

}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_list_options) {
  CallServer([=] {
    const RunOptions given = ParseOptions(nullptr, PG_ARGISNULL(1) ? nullptr : PG_GETARG_JSONB_P(1));
    const RunOptions options = PG_ARGISNULL(0) ? given : OptionsFor(given, PG_GETARG_OID(0));
    ResultSink sink = OpenResultSink(fcinfo);
    for (int place = 0;; ++place) {
      const OptionInForce option = FindOption(options, place);
      if (option.key == nullptr) return;
      const Datum values[] = {CStringGetTextDatum(option.key),
                              DirectFunctionCall1(jsonb_in, CStringGetDatum(option.value)),
                              CStringGetTextDatum(option.origin)};
      const bool nulls[] = {false, std::strcmp(option.value, "null") == 0, false};
      sink.PutRow(values, nulls);
    }
  });
  return Datum{0};
}

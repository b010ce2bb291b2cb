// dbmocker.set_options(), set_preset(), drop_preset(): what lies below a call's own options. Targets belong to their
// owners, options of the database and presets to the owner of the database.
// Read first: dbmocker_set_options.
#include "server/boundary.h"
#include "server/options_origin.h"
#include "server/stored_config.h"

namespace dbmocker::server {
namespace {

// Refuses what a run would refuse, one level at a time.
void CheckOptions(Jsonb* given, OptionLevel level) {
  RunOptions options = {};
  ApplyOptions(&options, given, level);
  if (level == OptionLevel::Preset && options.performance_mode != nullptr)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a preset cannot name another one"),
                    errhint("Leave option performance_mode out.")));
  if (options.performance_mode != nullptr) ApplyStoredOptions(&options, InvalidOid);
}

// Leaves no row that says nothing.
void ForgetEmpty(const ConfigValue& target) {
  ChangeConfig(
      "DELETE FROM dbmocker.stored_options o WHERE o.target OPERATOR(pg_catalog.=) $1"
      " AND o.options OPERATOR(pg_catalog.=) '{}'::pg_catalog.jsonb AND o.rows IS NULL",
      &target, 1);
}

}  // namespace

void StoreOptions(Oid target, Jsonb* options) {
  const ConfigValue values[] = {{OIDOID, ObjectIdGetDatum(target), false}, {JSONBOID, JsonbPGetDatum(options), false}};
  ChangeConfig(
      "INSERT INTO dbmocker.stored_options AS o (target, options) VALUES ($1, pg_catalog.jsonb_strip_nulls($2))"
      " ON CONFLICT (target) DO UPDATE SET options ="
      " pg_catalog.jsonb_strip_nulls(o.options OPERATOR(pg_catalog.||) $2)",
      values, 2);
  ForgetEmpty(values[0]);
}

std::int64_t StorePreset(Datum name, Jsonb* options) {
  const ConfigValue values[] = {{TEXTOID, name, false}, {JSONBOID, JsonbPGetDatum(options), false}};
  return ChangeConfig(
      "INSERT INTO dbmocker.presets AS p (name, options) VALUES ($1, pg_catalog.jsonb_strip_nulls($2))"
      " ON CONFLICT (name) DO UPDATE SET options = excluded.options WHERE NOT p.is_builtin",
      values, 2);
}

namespace {

void SetOptions(Oid target, Jsonb* options) {
  PreventCommandIfReadOnly("dbmocker.set_options()");
  if (OidIsValid(target)) {
    CheckTargetOwner(target);
  } else {
    CheckDatabaseOwner("its options");
  }
  if (options != nullptr) {
    CheckOptions(options, OidIsValid(target) ? OptionLevel::Target : OptionLevel::Database);
    return StoreOptions(target, options);
  }
  const ConfigValue value = {OIDOID, ObjectIdGetDatum(target), false};
  ChangeConfig("UPDATE dbmocker.stored_options o SET options = '{}' WHERE o.target OPERATOR(pg_catalog.=) $1", &value,
               1);
  ForgetEmpty(value);
}

[[noreturn]] void RefusePreset(Datum name, const char* detail) {
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("cannot change preset \"%s\"", TextDatumGetCString(name)), errdetail("%s", detail),
                  errhint("Copy its options under another name: SELECT dbmocker.set_preset('mine', options) FROM "
                          "dbmocker.presets WHERE name = 'high_speed'.")));
  pg_unreachable();
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_set_options) {
  CallServer([=] {
    SetOptions(PG_ARGISNULL(0) ? InvalidOid : PG_GETARG_OID(0), PG_ARGISNULL(1) ? nullptr : PG_GETARG_JSONB_P(1));
  });
  return Datum{0};
}

DBMOCKER_FUNCTION(dbmocker_set_preset) {
  CallServer([=] {
    PreventCommandIfReadOnly("dbmocker.set_preset()");
    CheckDatabaseOwner("presets");
    CheckOptions(PG_GETARG_JSONB_P(1), OptionLevel::Preset);
    if (StorePreset(PG_GETARG_DATUM(0), PG_GETARG_JSONB_P(1)) == 0)
      RefusePreset(PG_GETARG_DATUM(0), "It comes with the extension.");
  });
  return Datum{0};
}

DBMOCKER_FUNCTION(dbmocker_drop_preset) {
  CallServer([=] {
    PreventCommandIfReadOnly("dbmocker.drop_preset()");
    CheckDatabaseOwner("presets");
    const ConfigValue value = {TEXTOID, PG_GETARG_DATUM(0), false};
    const std::int64_t changed = ChangeConfig(
        "DELETE FROM dbmocker.presets p WHERE p.name OPERATOR(pg_catalog.=) $1 AND NOT p.is_builtin", &value, 1);
    if (changed == 0) RefusePreset(PG_GETARG_DATUM(0), "It does not exist, or comes with the extension.");
  });
  return Datum{0};
}

// dbmocker.schedule() and unschedule(): jobs at certain times, by pg_cron where it is installed. Thin: pg_cron keeps
// the time table and calls submit() as the role that has scheduled it.
// Read first: dbmocker_schedule.
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/compat.h"
#include "server/submit_job.h"

namespace dbmocker::server {
namespace {

void RequireCron(const char* example) {
  if (OidIsValid(get_extension_oid("pg_cron", true))) return;
  ereport(ERROR,
          (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("extension pg_cron is not installed in this database"),
           errhint("Install its package (Debian: postgresql-%d-cron), add pg_cron to shared_preload_libraries, set "
                   "cron.database_name = '%s', restart, and CREATE EXTENSION pg_cron. Or let cron or a systemd timer "
                   "run: psql -d %s -c \"%s\"",
                   compat::kServerMajor, get_database_name(MyDatabaseId), get_database_name(MyDatabaseId), example)));
}

const char* ReadText(FunctionCallInfo fcinfo, int place, const char* name) {
  if (PG_ARGISNULL(place))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name),
                    errhint("Call it as dbmocker.schedule('nightly', '0 3 * * *', 'users', 1000).")));
  return text_to_cstring(PG_GETARG_TEXT_PP(place));
}

// ", name => value" in the syntax of the type, if the argument is given.
void AddArgument(StringInfo call, FunctionCallInfo fcinfo, int place, const char* name, Oid type) {
  if (PG_ARGISNULL(place)) return;
  Oid output = InvalidOid;
  bool is_varlena = false;
  getTypeOutputInfo(type, &output, &is_varlena);
  appendStringInfo(call, ", %s => %s::%s", name,
                   quote_literal_cstr(OidOutputFunctionCall(output, PG_GETARG_DATUM(place))),
                   format_type_be_qualified(type));
}

// The call of submit() with the arguments that follow name and schedule.
char* FormCall(FunctionCallInfo fcinfo, Oid target) {
  StringInfoData call;
  initStringInfo(&call);
  const char* name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(target)), get_rel_name(target));
  appendStringInfo(&call, "SELECT dbmocker.submit(target => %s::pg_catalog.regclass", quote_literal_cstr(name));
  AddArgument(&call, fcinfo, 3, "rows", INT8OID);
  AddArgument(&call, fcinfo, 4, "seed", INT8OID);
  AddArgument(&call, fcinfo, 5, "options", JSONBOID);
  AddArgument(&call, fcinfo, 6, "rows_per_second", FLOAT8OID);
  AddArgument(&call, fcinfo, 7, "keep_rows", INT8OID);
  AddArgument(&call, fcinfo, 8, "max_attempts", INT4OID);
  appendStringInfoChar(&call, ')');
  return call.data;
}

// Runs a query of one value as the caller.
Datum QueryCron(const char* query) {
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  const int result = SPI_execute(query, false, 1);
  if (result != SPI_OK_SELECT || SPI_processed != 1) elog(ERROR, "pg_cron has given no answer: %s", query);
  bool is_null = false;
  const Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
  SPI_finish();
  return value;
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

// schedule(name, schedule, target, rows, seed, options, rows_per_second, keep_rows, max_attempts)
DBMOCKER_FUNCTION(dbmocker_schedule) {
  return CallServer([=] {
    const char* name = ReadText(fcinfo, 0, "name");
    const char* schedule = ReadText(fcinfo, 1, "schedule");
    if (PG_ARGISNULL(2))
      ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("target must not be null"),
                      errhint("Call it as dbmocker.schedule('nightly', '0 3 * * *', 'users', 1000).")));
    Oid const target = PG_GETARG_OID(2);
    ReadJobRows(fcinfo, 3, 7);
    ReadJobArguments(fcinfo, {4, 5, 6, 8});
    relation_close(OpenTarget(target, AccessShareLock, TargetUse::Write), AccessShareLock);
    const char* call = FormCall(fcinfo, target);
    RequireCron(call);
    return QueryCron(psprintf("SELECT cron.schedule(%s::pg_catalog.name, %s, %s)::pg_catalog.int8",
                              quote_literal_cstr(name), quote_literal_cstr(schedule), quote_literal_cstr(call)));
  });
}

DBMOCKER_FUNCTION(dbmocker_unschedule) {
  return CallServer([=] {
    const char* name = ReadText(fcinfo, 0, "name");
    RequireCron("SELECT dbmocker.submit('users', 1000)");
    return QueryCron(
        psprintf("SELECT cron.unschedule(%s::pg_catalog.name)::pg_catalog.bool", quote_literal_cstr(name)));
  });
}

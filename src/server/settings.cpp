// Definitions of the settings in settings.h. In C style: hooks are called by the server and must not throw.
// Read first: DefineSettings.
#include "server/settings.h"

#include "server/compat.h"

namespace dbmocker::server {
namespace {

bool allow_superuser_jobs_setting = false;
int connection_pool_size_setting = 4;
int launcher_naptime_setting = 60;
int seed_setting = 0;
char* reference_time_setting = nullptr;

bool DependsOnClock(char* field) {
  int value = 0;
  for (char* letter = field; *letter != '\0'; ++letter)
    *letter = static_cast<char>(pg_tolower(static_cast<unsigned char>(*letter)));
  return DecodeSpecial(0, field, &value) == RESERV &&
         (value == DTK_NOW || value == DTK_TODAY || value == DTK_TOMORROW || value == DTK_YESTERDAY);
}

}  // namespace

bool IsValidReferenceTime(const char* text) {
  char work[MAXDATELEN + MAXDATEFIELDS];
  char* fields[MAXDATEFIELDS];
  int types[MAXDATEFIELDS];
  int count = 0, kind = 0;
  if (ParseDateTime(text, work, sizeof work, fields, types, MAXDATEFIELDS, &count) != 0) return false;
  for (int i = 0; i < count; ++i)
    if (types[i] == DTK_STRING && DependsOnClock(fields[i])) return false;
  return compat::DecodeDateTime(fields, types, count, &kind) == 0 && kind == DTK_DATE;
}

namespace {

bool CheckReferenceTime(char** value, void**, GucSource) {
  if (*value == nullptr || **value == '\0' || IsValidReferenceTime(*value)) return true;
  GUC_check_errdetail("The value must be a date or timestamp, for example \"2025-01-01\", or empty for today.");
  return false;
}

}  // namespace

void DefineSettings() {
  DefineCustomBoolVariable("dbmocker.allow_superuser_jobs", "Lets superusers submit jobs.",
                           "A background worker then carries them out with a superuser's rights.",
                           &allow_superuser_jobs_setting, false, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("dbmocker.connection_pool_size", "Jobs that may run at a time in one database.",
                          "Further ones wait in state queued.", &connection_pool_size_setting, 4, 1, 64, PGC_SIGHUP, 0,
                          nullptr, nullptr, nullptr);
  DefineCustomIntVariable("dbmocker.launcher_naptime",
                          "Time between the launcher's looks for jobs that nobody works on.",
                          "There is a launcher only if shared_preload_libraries names dbmocker.",
                          &launcher_naptime_setting, 60, 1, 86400, PGC_SIGHUP, GUC_UNIT_S, nullptr, nullptr, nullptr);
  DefineCustomStringVariable("dbmocker.reference_time", "Time that generated dates are drawn against.",
                             "A date or timestamp with time zone; empty means the start of the current day in UTC.",
                             &reference_time_setting, "", PGC_USERSET, 0, CheckReferenceTime, nullptr, nullptr);
  DefineCustomIntVariable("dbmocker.seed", "Seed of runs that name none.",
                          "The same seed gives the same rows on any machine and any number of workers.", &seed_setting,
                          0, INT_MIN, INT_MAX, PGC_USERSET, 0, nullptr, nullptr, nullptr);
  compat::ReserveSettingPrefix("dbmocker");
}

bool AllowSuperuserJobs() { return allow_superuser_jobs_setting; }

int ConnectionPoolSize() { return connection_pool_size_setting; }

int LauncherNaptime() { return launcher_naptime_setting; }

std::int64_t DefaultSeed() { return seed_setting; }

std::int64_t ParseReferenceTime(const char* text) {
  if (text == nullptr || *text == '\0') {
    const TimestampTz now = GetCurrentTransactionStartTimestamp();
    std::int64_t day = now / USECS_PER_DAY;
    if (now % USECS_PER_DAY < 0) day--;
    return day * USECS_PER_DAY;
  }
  const TimestampTz time = DatumGetTimestampTz(
      DirectFunctionCall3(timestamptz_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
  if (TIMESTAMP_NOT_FINITE(time))
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("reference_time must be finite"),
                    errhint("Give a date or timestamp, for example \"2025-01-01\".")));
  return time;
}

std::int64_t DefaultReferenceTime() { return ParseReferenceTime(reference_time_setting); }

}  // namespace dbmocker::server

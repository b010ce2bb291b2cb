// Definitions of the settings in settings.h. In C style: hooks are called by the server and must not throw.
// Read first: DefineSettings.
#include "server/settings.h"

#include "server/compat.h"

namespace dbmocker::server {
namespace {

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
  DefineCustomStringVariable("dbmocker.reference_time", "Time that generated dates are drawn against.",
                             "A date or timestamp with time zone; empty means the start of the current day in UTC.",
                             &reference_time_setting, "", PGC_USERSET, 0, CheckReferenceTime, nullptr, nullptr);
  DefineCustomIntVariable("dbmocker.seed", "Seed of runs that name none.",
                          "The same seed gives the same rows on any machine and any number of workers.", &seed_setting,
                          0, INT_MIN, INT_MAX, PGC_USERSET, 0, nullptr, nullptr, nullptr);
  compat::ReserveSettingPrefix("dbmocker");
}

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

// See query_numbers.h.
// Read first: QueryNumbersAsIs.
#include "server/query_numbers.h"

#include "server/read_catalog.h"

namespace dbmocker::server {

Numbers QueryNumbersAsIs(const char* query) {
  Numbers numbers = {{0, 0, 0}, {true, true, true}};
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPI_execute(query, true, 1);
  for (int i = 0; SPI_processed > 0 && i < SPI_tuptable->tupdesc->natts && i < 3; ++i) {
    const Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &numbers.is_null[i]);
    if (!numbers.is_null[i]) numbers.values[i] = DatumGetInt64(value);
  }
  SPI_finish();
  return numbers;
}

Numbers QueryNumbers(const char* query) {
  const int level = EnterCatalogSettings();
  const Numbers numbers = QueryNumbersAsIs(query);
  LeaveCatalogSettings(level);
  return numbers;
}

}  // namespace dbmocker::server

// See truncate_target.h.
// Read first: TruncateTargets.
#include "server/truncate_target.h"

#include "server/read_catalog.h"

namespace dbmocker::server {

void TruncateTargets(const Oid* targets, int count) {
  if (count == 0) return;
  StringInfoData statement;
  initStringInfo(&statement);
  appendStringInfoString(&statement, "TRUNCATE ");
  for (int i = 0; i < count; ++i) {
    const char* schema = get_namespace_name(get_rel_namespace(targets[i]));
    appendStringInfo(&statement, "%s%s", i > 0 ? ", " : "",
                     quote_qualified_identifier(schema, get_rel_name(targets[i])));
  }
  const int level = EnterCatalogSettings();
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  const int result = SPI_execute(statement.data, false, 0);
  if (result != SPI_OK_UTILITY) elog(ERROR, "truncating failed: %s", SPI_result_code_string(result));
  SPI_finish();
  LeaveCatalogSettings(level);
  CommandCounterIncrement();
}

}  // namespace dbmocker::server

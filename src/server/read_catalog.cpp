// Catalog queries through SPI, copied into plain palloc'd memory, and the settings under which texts are exchanged.
// Must not create C++ objects: every function here may ereport.
// Read first: RunCatalogQuery.
#include "server/read_catalog.h"

#include <cstring>

namespace dbmocker::server {
namespace {

struct Setting {
  const char* name;
  const char* value;
};

// Whatever shapes the text of names, expressions and constants, or the meaning of a text that is parsed.
constexpr Setting kCatalogSettings[] = {
    {"search_path", "pg_catalog"},
    {"DateStyle", "ISO, MDY"},
    {"IntervalStyle", "postgres"},
    {"TimeZone", "UTC"},
    {"extra_float_digits", "1"},
    {"bytea_output", "hex"},
    {"lc_monetary", "C"},
    {"quote_all_identifiers", "off"},
    {"transform_null_equals", "off"},
    {"array_nulls", "on"},
    {"standard_conforming_strings", "on"},
};

// A snapshot of this instant, so that what a lock has just made stable is what the query sees. In parallel mode no new
// snapshot can be taken; the one in use is the one that all processes share.
void PushCatalogSnapshot() { PushActiveSnapshot(IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot()); }

// Copies what SPI holds into `context`.
CatalogRows CopyResult(MemoryContext context) {
  CatalogRows rows;
  rows.row_count = static_cast<int>(SPI_processed);
  rows.column_count = SPI_tuptable->tupdesc->natts;
  const Size cells = static_cast<Size>(rows.row_count) * static_cast<Size>(rows.column_count);
  rows.values = static_cast<char**>(MemoryContextAllocZero(context, (cells + 1) * sizeof(char*)));
  char** cell = rows.values;
  for (int row = 0; row < rows.row_count; ++row) {
    for (int column = 1; column <= rows.column_count; ++column, ++cell) {
      char* text = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
      if (text == nullptr) continue;
      *cell = MemoryContextStrdup(context, text);
      pfree(text);
    }
  }
  return rows;
}

// Plans of this session's catalog queries, kept: planning them costs several times what running them does. They are
// generic: the server would plan each query anew for its first five runs.
struct KeptPlan {
  const char* query;
  SPIPlanPtr plan;
};
constexpr int kMaxKeptPlans = 48;
KeptPlan kept_plans[kMaxKeptPlans];
int kept_plan_count = 0;

SPIPlanPtr PreparePlan(const char* query) {
  for (int i = 0; i < kept_plan_count; ++i) {
    if (std::strcmp(kept_plans[i].query, query) == 0) return kept_plans[i].plan;
  }
  Oid type = OIDOID;
  SPIPlanPtr plan = SPI_prepare_cursor(query, 1, &type, CURSOR_OPT_GENERIC_PLAN);
  if (plan == nullptr) elog(ERROR, "could not prepare a catalog query: %s", SPI_result_code_string(SPI_result));
  if (kept_plan_count < kMaxKeptPlans) {
    char* copy = MemoryContextStrdup(TopMemoryContext, query);
    SPI_keepplan(plan);
    kept_plans[kept_plan_count++] = {copy, plan};
  }
  return plan;
}

}  // namespace

int EnterCatalogSettings() {
  const int nest_level = NewGUCNestLevel();
  for (const Setting& setting : kCatalogSettings) {
    set_config_option(setting.name, setting.value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
  }
  return nest_level;
}

void LeaveCatalogSettings(int nest_level) { AtEOXact_GUC(true, nest_level); }

CatalogRows RunCatalogQuery(const char* query, Oid argument) {
  MemoryContext const context = CurrentMemoryContext;
  Datum values[1] = {ObjectIdGetDatum(argument)};

  const int nest_level = EnterCatalogSettings();
  PushCatalogSnapshot();
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "could not connect to SPI");
  const int result = SPI_execute_plan(PreparePlan(query), values, nullptr, true, 0);
  if (result != SPI_OK_SELECT) elog(ERROR, "catalog query failed: %s", SPI_result_code_string(result));
  const CatalogRows rows = CopyResult(context);
  SPI_finish();
  PopActiveSnapshot();
  LeaveCatalogSettings(nest_level);
  return rows;
}

}  // namespace dbmocker::server

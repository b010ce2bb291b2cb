// See trigger_rows.h.
// Read first: LookAtTriggerRows.
#include "server/trigger_rows.h"

#include <algorithm>
#include <string>

#include "server/boundary.h"
#include "server/query_numbers.h"

namespace dbmocker::server {
namespace {

// The number of rows that this transaction has made, and `columns` of them. Server style.
Numbers CountOwnRows(const char* table, const char* columns) {
  PushActiveSnapshot(GetTransactionSnapshot());  // with the rows of the runs before
  const Numbers counted = QueryNumbers(
      psprintf("SELECT pg_catalog.count(*), %s FROM %s t WHERE dbmocker.is_own_transaction(xmin)", columns, table));
  PopActiveSnapshot();
  return counted;
}

}  // namespace

TriggerRows LookAtTriggerRows(const Table& table) {
  std::string used;
  for (const ForeignKey& key : table.foreign_keys) {
    std::string values;
    for (const AttributeNumber number : key.columns) {
      const char* name = CallServer([&] { return quote_identifier(table.FindColumn(number)->name.c_str()); });
      values += (values.empty() ? "t." : ", t.") + std::string(name);
    }
    used += (used.empty() ? "" : " AND ") + ("pg_catalog.bool_or(pg_catalog.num_nulls(" + values + ") = 0)");
  }
  const std::string columns = used.empty() ? "1" : "(" + used + ")::pg_catalog.int4::pg_catalog.int8";
  const std::string rows = (table.kind == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ") + table.qualified_name;
  const Numbers counted = CallServer([&] { return CountOwnRows(rows.c_str(), columns.c_str()); });
  return {counted.values[0], counted.values[1] != 0};
}

bool TakesKeysFromOthers(const Table& table) {
  const auto key = std::ranges::find_if(table.unique_keys, &UniqueKey::is_primary);
  return key != table.unique_keys.end() && std::ranges::none_of(key->columns, [&](AttributeNumber number) {
           const Column* column = table.FindColumn(number);
           return column->sequence || column->identity != '\0' || !column->default_text.empty();
         });
}

}  // namespace dbmocker::server

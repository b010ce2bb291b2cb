// The single writer: INSERT … SELECT over dbmocker.run_rows(). The executor does the rest as for any INSERT: triggers,
// row security, rules, routing, foreign tables.
// Read first: WriteSingly.
#include "server/boundary.h"
#include "server/run_source.h"
#include "server/write_rows.h"

namespace dbmocker::server {

std::int64_t WriteSingly(RowProducer& producer, const Table& table, const Plan& plan) {
  RunInProgress run = {&producer, InvalidOid, false, nullptr, false, nullptr, 0, nullptr};
  const RunScope scope(run);
  return CallServer([&]() -> std::int64_t {
    run.row_type = get_rel_type_id(table.oid);
    if (table.has_rules) run.kept = tuplestore_begin_heap(true, false, work_mem);
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    const int result = SPI_execute(InsertStatement(table, plan), false, 0);
    if (result < 0) elog(ERROR, "INSERT failed: %s", SPI_result_code_string(result));
    const auto stored = static_cast<std::int64_t>(SPI_processed);
    SPI_finish();
    if (run.kept != nullptr) tuplestore_end(run.kept);
    CommandCounterIncrement();
    return table.has_rules ? -1 : stored;
  });
}

}  // namespace dbmocker::server

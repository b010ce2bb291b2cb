// The single writer: INSERT … SELECT over dbmocker.run_rows(), which hands out the rows of the run in progress one by one.
// The executor does the rest as for any INSERT: triggers, row security, rules, routing, foreign tables.
// Read first: WriteSingly.
#include "server/boundary.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

// The run that run_rows() reads from. Nested runs (a trigger that generates rows) stack up.
struct RunInProgress {
  RowProducer* producer;
  Oid row_type;
  RunInProgress* outer;
};
RunInProgress* run_in_progress = nullptr;

class RunScope {
 public:
  explicit RunScope(RunInProgress& run) {
    run.outer = run_in_progress;
    run_in_progress = &run;
  }
  ~RunScope() { run_in_progress = run_in_progress->outer; }
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;
};

char* InsertStatement(const Table& table, const Plan& plan) {
  StringInfoData columns, fields, statement;
  initStringInfo(&columns);
  initStringInfo(&fields);
  initStringInfo(&statement);
  for (const Column& column : table.columns) {
    if (column.is_generated || !column.may_insert) continue;
    bool is_default = false;
    for (const AttributeNumber number : plan.server_columns) is_default |= number == column.number;
    if (is_default) continue;
    const char* name = quote_identifier(column.name.c_str());
    appendStringInfo(&columns, "%s%s", columns.len > 0 ? ", " : "", name);
    appendStringInfo(&fields, "%s(r.r).%s", fields.len > 0 ? ", " : "", name);
  }
  if (columns.len == 0) {
    appendStringInfo(&statement, "INSERT INTO %s SELECT FROM (SELECT dbmocker.run_rows(NULL::%s) AS r OFFSET 0) r",
                     table.qualified_name.c_str(), table.qualified_name.c_str());
    return statement.data;
  }
  appendStringInfo(&statement,
                   "INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM "
                   "(SELECT dbmocker.run_rows(NULL::%s) AS r OFFSET 0) r",
                   table.qualified_name.c_str(), columns.data, fields.data, table.qualified_name.c_str());
  return statement.data;
}

// What run_rows() keeps between calls.
struct RunCursor {
  int row;
  int rows;
};

}  // namespace

void WriteSingly(RowProducer& producer, const Table& table, const Plan& plan) {
  RunInProgress run = {&producer, InvalidOid, nullptr};
  const RunScope scope(run);
  CallServer([&] {
    run.row_type = get_rel_type_id(table.oid);
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    const int result = SPI_execute(InsertStatement(table, plan), false, 0);
    if (result != SPI_OK_INSERT) elog(ERROR, "INSERT failed: %s", SPI_result_code_string(result));
    SPI_finish();
    CommandCounterIncrement();
  });
}

}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_run_rows) {
  FuncCallContext* const call = CallServer([&]() -> FuncCallContext* {
    if (SRF_IS_FIRSTCALL()) {
      FuncCallContext* first = SRF_FIRSTCALL_INIT();
      if (run_in_progress == nullptr || get_fn_expr_argtype(fcinfo->flinfo, 0) != run_in_progress->row_type)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("no run of this table is in progress"),
                        errhint("Use dbmocker.rows() to look at generated rows.")));
      MemoryContext const caller = MemoryContextSwitchTo(first->multi_call_memory_ctx);
      first->user_fctx = palloc0(sizeof(RunCursor));
      MemoryContextSwitchTo(caller);
    }
    return SRF_PERCALL_SETUP();
  });
  auto* cursor = static_cast<RunCursor*>(call->user_fctx);
  RowProducer* producer = run_in_progress->producer;
  if (cursor->row == cursor->rows) {
    cursor->rows = producer->NextBatch();
    cursor->row = 0;
  }
  auto* info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  if (cursor->rows == 0) {
    info->isDone = ExprEndResult;
    fcinfo->isnull = true;
    CallServer([&] { end_MultiFuncCall(fcinfo, call); });
    return Datum{0};
  }
  info->isDone = ExprMultipleResult;
  return CallServer([&] { return ExecFetchSlotHeapTupleDatum(producer->slots()[cursor->row++]); });
}

// dbmocker.run_rows() and the statements that read from it; see run_source.h.
// Read first: NextRow.
#include "server/run_source.h"

#include "server/boundary.h"

namespace dbmocker::server {
namespace {

RunInProgress* run_in_progress = nullptr;

// What run_rows() keeps between calls.
struct RunCursor {
  RunInProgress* run;
  TupleTableSlot* kept_slot;  // for rows that were kept; nullptr on the first reading
  int row;
  int rows;
};

RunCursor* OpenCursor(FunctionCallInfo fcinfo) {
  RunInProgress* const run = run_in_progress;
  if (run == nullptr || get_fn_expr_argtype(fcinfo->flinfo, 0) != run->row_type ||
      (run->is_claimed && run->kept == nullptr && !run->may_read_again))
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("no run of this table is in progress"),
                    errhint("Use dbmocker.rows() to look at generated rows.")));
  auto* cursor = static_cast<RunCursor*>(palloc0(sizeof(RunCursor)));
  cursor->run = run;
  if (run->is_claimed && run->given == nullptr) {
    tuplestore_rescan(run->kept);
    cursor->kept_slot = MakeSingleTupleTableSlot(run->producer->slots()[0]->tts_tupleDescriptor, &TTSOpsMinimalTuple);
  }
  run->is_claimed = true;
  return cursor;
}

// The next row; nullptr at the end.
TupleTableSlot* NextRow(RunCursor* cursor) {
  RunInProgress* const run = cursor->run;
  if (run->given != nullptr) return cursor->row < run->given_count ? run->given[cursor->row++] : nullptr;
  if (cursor->kept_slot != nullptr)
    return CallServer([=] { return tuplestore_gettupleslot(run->kept, true, false, cursor->kept_slot); })
               ? cursor->kept_slot
               : nullptr;
  if (cursor->row == cursor->rows) {
    cursor->rows = run->producer->NextBatch();
    cursor->row = 0;
  }
  if (cursor->rows == 0) return nullptr;
  TupleTableSlot* const slot = run->producer->slots()[cursor->row++];
  if (run->kept != nullptr) CallServer([=] { tuplestore_puttupleslot(run->kept, slot); });
  return slot;
}

}  // namespace

RunScope::RunScope(RunInProgress& run) {
  run.outer = run_in_progress;
  run_in_progress = &run;
}

RunScope::~RunScope() { run_in_progress = run_in_progress->outer; }

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

}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_run_rows) {
  FuncCallContext* const call = CallServer([&]() -> FuncCallContext* {
    if (SRF_IS_FIRSTCALL()) {
      FuncCallContext* first = SRF_FIRSTCALL_INIT();
      MemoryContext const caller = MemoryContextSwitchTo(first->multi_call_memory_ctx);
      first->user_fctx = OpenCursor(fcinfo);
      MemoryContextSwitchTo(caller);
    }
    return SRF_PERCALL_SETUP();
  });
  TupleTableSlot* const slot = NextRow(static_cast<RunCursor*>(call->user_fctx));
  auto* info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  if (slot == nullptr) {
    info->isDone = ExprEndResult;
    fcinfo->isnull = true;
    CallServer([&] { end_MultiFuncCall(fcinfo, call); });
    return Datum{0};
  }
  info->isDone = ExprMultipleResult;
  return CallServer([=] { return ExecFetchSlotHeapTupleDatum(slot); });
}

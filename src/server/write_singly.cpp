// The single writer: INSERT … SELECT over dbmocker.run_rows(), which hands out the rows of the run in progress one by
// one. The executor does the rest as for any INSERT: triggers, row security, rules, routing, foreign tables.
// Read first: WriteSingly.
#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/try_call.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

// The run that run_rows() reads from. Nested runs (a trigger that generates rows) stack up.
struct RunInProgress {
  RowProducer* producer;
  Oid row_type;
  bool is_claimed;  // by the run's own INSERT: nobody else gets its rows
  // A rule makes the server evaluate the INSERT's source once for each of its commands: the rows are kept for the
  // second and later times. nullptr without rules.
  Tuplestorestate* kept;
  TupleTableSlot* only_row;  // the one row that the statement at hand takes; nullptr: all of the producer's
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
  RunInProgress* run;
  TupleTableSlot* kept_slot;  // for rows that were kept; nullptr on the first reading
  int row;
  int rows;
};

RunCursor* OpenCursor(FunctionCallInfo fcinfo) {
  RunInProgress* const run = run_in_progress;
  if (run == nullptr || get_fn_expr_argtype(fcinfo->flinfo, 0) != run->row_type ||
      (run->is_claimed && run->kept == nullptr && run->only_row == nullptr))
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("no run of this table is in progress"),
                    errhint("Use dbmocker.rows() to look at generated rows.")));
  auto* cursor = static_cast<RunCursor*>(palloc0(sizeof(RunCursor)));
  cursor->run = run;
  if (run->is_claimed && run->only_row == nullptr) {
    tuplestore_rescan(run->kept);
    cursor->kept_slot = MakeSingleTupleTableSlot(run->producer->slots()[0]->tts_tupleDescriptor, &TTSOpsMinimalTuple);
  }
  run->is_claimed = true;
  return cursor;
}

// The next row; nullptr at the end.
TupleTableSlot* NextRow(RunCursor* cursor) {
  RunInProgress* const run = cursor->run;
  if (run->only_row != nullptr) return cursor->row++ == 0 ? run->only_row : nullptr;
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

// A row as text, for an error.
const char* RowText(TupleTableSlot* slot) {
  const Datum row = ExecFetchSlotHeapTupleDatum(slot);
  char* text = OidOutputFunctionCall(F_RECORD_OUT, row);
  constexpr int kLongest = 500;
  const int length = static_cast<int>(std::strlen(text));
  if (length > kLongest) text[pg_mbcliplen(text, length, kLongest)] = '\0';
  return text;
}

[[noreturn]] void FailRefused(const Table& table, std::uint64_t place, int draws, const TryFault& fault,
                              const char* row) {
  const PendingError& error = fault.error;
  throw RefusalError(
      fault, {error.sqlstate,
              "cannot insert row " + std::to_string(place) + " into table \"" + table.name + "\": " + error.message,
              std::string(error.detail) + (error.detail[0] != '\0' ? " " : "") + "The row was drawn " +
                  std::to_string(draws) + " times; the last one was " + row + ".",
              error.hint[0] != '\0' ? error.hint
                                    : "Make rows that the table's triggers accept possible, or disable the trigger."});
}

void ExecuteInsert(SPIPlanPtr statement) {
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  const int result = SPI_execute_plan(statement, nullptr, nullptr, false, 0);
  if (result < 0) elog(ERROR, "INSERT failed: %s", SPI_result_code_string(result));
  SPI_finish();
}

SPIPlanPtr PrepareInsert(const Table& table, const Plan& plan) {
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPIPlanPtr statement = SPI_prepare(InsertStatement(table, plan), 0, nullptr);
  if (statement == nullptr) elog(ERROR, "could not prepare an INSERT: %s", SPI_result_code_string(SPI_result));
  SPI_keepplan(statement);
  SPI_finish();
  return statement;
}

}  // namespace

RefusedRows WriteRowByRow(RowProducer& producer, const Table& table, const Plan& plan, int max_attempts, bool may_drop,
                          const RefusalJudge& ends_run) {
  constexpr std::int64_t kHopelessTime = 3 * USECS_PER_SEC;  // without a stored row
  // Each attempt is a subtransaction: in all, a few for each row, and some more for rows that are hard to find.
  std::int64_t budget = 2000 + static_cast<std::int64_t>(std::min<std::uint64_t>(plan.rows, 1000000)) * 5;
  RunInProgress run = {&producer, InvalidOid, false, nullptr, nullptr, nullptr};
  const RunScope scope(run);
  RefusedRows refused;
  SPIPlanPtr const statement = CallServer([&] {
    run.row_type = get_rel_type_id(table.oid);
    return PrepareInsert(table, plan);
  });
  constexpr int kMostJudged = 30;
  int judged = 0;
  constexpr int kOwnDraws = 8;
  constexpr std::size_t kMostAccepted = 1000;
  std::vector<std::pair<std::uint64_t, int>> accepted;  // draws of rows that were stored: ordinal and attempt
  int in_turn = 0;
  std::int64_t stored = 0;
  bool is_hopeless = false;
  TimestampTz last_stored = CallServer([] { return GetCurrentTimestamp(); });
  while (!is_hopeless && producer.NextBatch() > 0) {
    TryFault fault;
    TryFault of_full_row;  // of a draw without NULLs: what refuses it tells most
    bool is_stored = false;
    const std::uint64_t ordinal = plan.first_ordinal + producer.produced() - 1;
    std::pair<std::uint64_t, int> used{ordinal, producer.last_attempt()};
    int draws = 1;
    for (;; ++draws) {
      run.only_row = producer.slots()[0];
      is_stored = TryCall([&] { CallServer([&] { ExecuteInsert(statement); }); }, &fault, false);
      if (is_stored) break;
      if (judged < kMostJudged && ends_run && ++judged > 0 && ends_run(fault)) ThrowFault(fault);
      if (draws == 1 || producer.last_attempt() % 4 == 1) of_full_row = fault;
      fault = of_full_row;
      const bool is_late = CallServer([] { return GetCurrentTimestamp(); }) - last_stored > kHopelessTime;
      if (is_late || draws >= max_attempts || --budget <= 0) {
        is_hopeless = is_late || budget <= 0;
        if (may_drop) break;
        const char* row = CallServer([&] { return RowText(run.only_row); });
        FailRefused(table, plan.first_ordinal + producer.produced() - 1, draws, fault, row);
      }
      // Every second time what another row was accepted with.
      const std::pair<std::uint64_t, int>* model = nullptr;
      if (draws >= kOwnDraws && draws % 2 == 0 && !accepted.empty())
        model = &accepted[static_cast<std::size_t>(stored + draws / 2) % accepted.size()];
      if (model != nullptr && producer.RedrawAs(model->first, model->second)) {
        used = *model;
        continue;
      }
      if (!producer.RedrawRow()) break;
      used = {ordinal, producer.last_attempt()};
    }
    if (is_stored) {
      if (accepted.size() < kMostAccepted) accepted.push_back(used);
      in_turn = 0;
      stored += 1;
      last_stored = CallServer([] { return GetCurrentTimestamp(); });
      continue;
    }
    is_hopeless = is_hopeless || ++in_turn >= (stored > 0 ? 5 : 2);
    ++refused.count;
    refused.why = std::string(fault.error.message) + (fault.error.detail[0] != '\0' ? ". " : "") + fault.error.detail;
    if (!is_hopeless || stored > 0) continue;
    const char* row = CallServer([&] { return RowText(run.only_row); });
    FailRefused(table, plan.first_ordinal + producer.produced() - 1, draws, fault, row);
  }
  refused.count += static_cast<std::int64_t>(plan.rows - producer.produced());
  CallServer([&] { SPI_freeplan(statement); });
  return refused;
}

void WriteSingly(RowProducer& producer, const Table& table, const Plan& plan) {
  RunInProgress run = {&producer, InvalidOid, false, nullptr, nullptr, nullptr};
  const RunScope scope(run);
  CallServer([&] {
    run.row_type = get_rel_type_id(table.oid);
    if (table.has_rules) run.kept = tuplestore_begin_heap(true, false, work_mem);
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    const int result = SPI_execute(InsertStatement(table, plan), false, 0);
    if (result < 0) elog(ERROR, "INSERT failed: %s", SPI_result_code_string(result));
    SPI_finish();
    if (run.kept != nullptr) tuplestore_end(run.kept);
    CommandCounterIncrement();
  });
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

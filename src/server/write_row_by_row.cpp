// The single writer, a row at a time: what triggers, row security or late checks refuse is undone and drawn again. As
// long as nothing is refused, statements take more and more rows. Which rows are stored depends on counts of draws
// alone, not on the machine: where time decides to give up, none is.
// Read first: RowByRowWriter::Write.
#include <algorithm>
#include <cstring>
#include <string_view>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/run_source.h"
#include "server/try_call.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

// A row as text, for an error.
const char* RowText(TupleTableSlot* slot) {
  if (TTS_EMPTY(slot)) return "one that fails the table's own constraints";
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
                                    : "Make rows that the table's triggers accept possible, or disable the trigger.",
              fault.constraint});
}

// Returns how many rows were stored.
std::uint64_t ExecuteInsert(SPIPlanPtr statement) {
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  const int result = SPI_execute_plan(statement, nullptr, nullptr, false, 0);
  if (result < 0) elog(ERROR, "INSERT failed: %s", SPI_result_code_string(result));
  const std::uint64_t stored = SPI_processed;
  SPI_finish();
  return stored;
}

// The plan is freed with the current memory context.
SPIPlanPtr PrepareInsert(const Table& table, const Plan& plan) {
  auto* cleanup = static_cast<MemoryContextCallback*>(palloc0(sizeof(MemoryContextCallback)));
  MemoryContext const context = CurrentMemoryContext;
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPIPlanPtr statement = SPI_prepare(InsertStatement(table, plan), 0, nullptr);
  if (statement == nullptr) elog(ERROR, "could not prepare an INSERT: %s", SPI_result_code_string(SPI_result));
  SPI_keepplan(statement);
  cleanup->func = [](void* plan_to_free) { SPI_freeplan(static_cast<SPIPlanPtr>(plan_to_free)); };
  cleanup->arg = statement;
  MemoryContextRegisterResetCallback(context, cleanup);
  SPI_finish();
  return statement;
}

constexpr int kMostInGroup = 256;  // rows a statement

class RowByRowWriter {
 public:
  static constexpr std::int64_t kMostForFew = 100'000;  // attempts
  static constexpr std::int64_t kPatience = 3 * USECS_PER_SEC;  // without a row that is accepted

  RowByRowWriter(RowProducer& producer, const Table& table, const Plan& plan, const RowByRowSettings& settings)
      : producer_(producer),
        table_(table),
        plan_(plan),
        settings_(settings),
        // Each attempt is a subtransaction: in all, a few for each row, and more where rows are few or hard to find.
        budget_(2 * settings.max_attempts + std::max(std::min(RowsOf(plan) * 50, kMostForFew), RowsOf(plan) * 5)),
        scope_(run_) {
    run_.producer = &producer;
    run_.may_read_again = table.has_rules;
    statement_ = CallServer([this] {
      run_.row_type = get_rel_type_id(table_.oid);
      return PrepareInsert(table_, plan_);
    });
  }

  RefusedRows Write() {
    while (!is_hopeless_) {
      batch_rows_ = producer_.NextBatch();
      if (batch_rows_ == 0) break;
      for (row_ = 0; row_ < batch_rows_ && !is_hopeless_;) {
        const int count = std::min(group_, batch_rows_ - row_);
        if (count > 1 ? WriteGroup(count) : WriteRowOrLeaveOut()) row_ += count;
      }
      refused_.count += batch_rows_ - row_;
    }
    refused_.count += static_cast<std::int64_t>(plan_.rows - producer_.produced());
    return refused_;
  }

 private:
  static std::int64_t RowsOf(const Plan& plan) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(plan.rows, 1'000'000));
  }

  // One statement for the next rows of the batch. False, with nothing stored, if one of them is refused.
  bool Insert(int count, TryFault* fault) {
    run_.given = producer_.slots() + row_;
    run_.given_count = count;
    run_.is_claimed = false;
    std::uint64_t stored = 0;
    if (!TryCall([&] { stored = CallServer([this] { return ExecuteInsert(statement_); }); }, fault, false))
      return false;
    const auto rows = static_cast<std::uint64_t>(count);
    if (!table_.has_rules && stored < rows) refused_.taken += static_cast<std::int64_t>(rows - stored);
    last_stored_ = CallServer([] { return GetCurrentTimestamp(); });
    stored_ += count;
    refused_in_turn_ = 0;
    return true;
  }

  // Groups grow while rows pass, and shrink to find the one that does not.
  bool WriteGroup(int count) {
    TryFault fault;
    if (!Insert(count, &fault)) {
      passed_in_turn_ = 0;
      group_ = std::max(1, count / 4);
      return false;
    }
    NotePassed(count);
    return true;
  }

  void NotePassed(int count) {
    passed_in_turn_ += count;
    if (passed_in_turn_ >= 4 * group_) group_ = std::min(2 * group_, kMostInGroup);
  }

  bool WriteRowOrLeaveOut() {
    TryFault fault;
    if (!WriteRow(&fault)) LeaveOut(fault);
    if (draws_ > 1)
      passed_in_turn_ = 0;
    else
      NotePassed(1);
    return true;
  }

  // False if the row is to be left out; `fault` says why. Throws if the run is to end.
  bool WriteRow(TryFault* fault) {
    TryFault of_full_row;  // of a draw without NULLs: what refuses it tells most
    for (draws_ = 1;; ++draws_) {
      if (Insert(1, fault)) return true;
      if (!MayTryAgain(*fault)) ThrowFault(*fault);
      if (CallServer([] { return GetCurrentTimestamp(); }) - last_stored_ > kPatience) Fail(*fault);
      if (draws_ == 1 || producer_.last_attempt() % 4 == 1) of_full_row = *fault;
      *fault = of_full_row;
      if (--budget_ <= 0 || draws_ >= settings_.max_attempts) {
        is_hopeless_ = budget_ <= 0;
        if (!settings_.may_drop) Fail(*fault);
        return false;
      }
      if (!producer_.RedrawRow(row_)) return false;
    }
  }

  // The first refusals of a run are judged.
  bool MayTryAgain(const TryFault& fault) {
    constexpr int kMostJudged = 30;
    constexpr int kMostStopped = 50;
    if (!MayHelpToRedraw(table_, fault)) return false;
    if ((MostlyStopsAll(fault) || MissesSameParent(fault)) && ++stopped_ > kMostStopped) return false;
    return judged_ >= kMostJudged || !settings_.ends_run || (++judged_, !settings_.ends_run(fault));
  }

  // True if another table misses the same parent as before: what a trigger inserts there does not come from the row.
  bool MissesSameParent(const TryFault& fault) {
    if (fault.key[0] == '\0' || table_.name == fault.table || stored_ > 0) return false;
    const std::string missing = std::string(fault.constraint) + " " + fault.key;
    const bool is_same = missing == missing_;
    missing_ = missing;
    return is_same;
  }

  void LeaveOut(const TryFault& fault) {
    constexpr int kHopeless = 5;  // rows in turn
    constexpr int kHopelessAtFirst = 2;
    is_hopeless_ = is_hopeless_ || ++refused_in_turn_ >= (stored_ > 0 ? kHopeless : kHopelessAtFirst);
    is_hopeless_ = is_hopeless_ || !plan_.same_table_references.empty();  // later rows may refer to this one
    ++refused_.count;
    refused_.why = std::string(fault.error.message) + (fault.error.detail[0] != '\0' ? ". " : "") + fault.error.detail;
    if (is_hopeless_ && stored_ == 0) Fail(fault);
  }

  [[noreturn]] void Fail(const TryFault& fault) {
    const char* row = CallServer([this] { return RowText(producer_.slots()[row_]); });
    FailRefused(table_, producer_.ordinal(row_), draws_, fault, row);
  }

  RowProducer& producer_;
  const Table& table_;
  const Plan& plan_;
  const RowByRowSettings& settings_;
  std::int64_t budget_;
  RunInProgress run_ = {};
  RunScope scope_;
  SPIPlanPtr statement_ = nullptr;
  RefusedRows refused_;
  TimestampTz last_stored_ = GetCurrentTimestamp();
  int batch_rows_ = 0;
  int row_ = 0;  // of the batch
  int group_ = 1;  // rows that the next statement takes
  int passed_in_turn_ = 0;
  int draws_ = 0;
  int judged_ = 0;
  int stopped_ = 0;  // by what mostly stops every row
  int refused_in_turn_ = 0;
  std::int64_t stored_ = 0;
  bool is_hopeless_ = false;
  std::string missing_;  // parent of another table's row
};

}  // namespace

bool MayHelpToRedraw(const Table& table, const TryFault& fault) {
  if (!fault.is_of_server) return false;
  if (std::strcmp(fault.error.sqlstate, "42501") == 0 && !fault.is_raised) return table.row_security;
  // A column that the role may not insert into keeps its default.
  const auto column = std::ranges::find(table.columns, std::string_view(fault.column), &Column::name);
  if (std::strcmp(fault.error.sqlstate, sqlstate::kNotNullViolation) == 0 && column != table.columns.end() &&
      !column->may_insert)
    return false;
  return true;
}

bool MostlyStopsAll(const TryFault& fault) {
  if (std::strcmp(fault.error.sqlstate, "42501") == 0) return false;
  // Missing features, prerequisites and objects, internal errors.
  constexpr const char* kHopelessClasses[] = {"0A", "25", "26", "28", "34", "3B", "3D", "3F",
                                              "42", "55", "58", "72", "F0", "HV", "XX"};
  return std::ranges::any_of(kHopelessClasses,
                             [&](const char* one) { return std::strncmp(fault.error.sqlstate, one, 2) == 0; });
}

// One where what a row holds depends on what has become of the one before.
int RowByRowBatch(const Plan& plan) { return plan.HasStride() && plan.checked_keys.empty() ? kMostInGroup : 1; }

RefusedRows WriteRowByRow(RowProducer& producer, const Table& table, const Plan& plan,
                          const RowByRowSettings& settings) {
  return RowByRowWriter(producer, table, plan, settings).Write();
}

}  // namespace dbmocker::server

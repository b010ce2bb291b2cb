// The row producer: batches of rows as tuple slots that satisfy the target's CHECK, NOT NULL and domain constraints by
// the server's own evaluator and, where asked for, do not collide with stored rows. Rows that fail are drawn again.
// All writers take their rows from here. Alternates C++ phases (Plan::Fill) and server phases, see boundary.h.
// Read first: RowProducer::NextBatch.
#pragma once

#include "server/postgres_api.h"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "dbmocker/plan.h"
#include "server/check_partition.h"
#include "server/compute_columns.h"
#include "server/form_tuples.h"
#include "server/run_meter.h"

namespace dbmocker::server {

// What a batch is handed out as.
enum class RowForm {
  Values,  // slots() hold values
  HeapSlots,  // slots() hold heap tuples
  HeapTuples,  // NextTuple() gives them one by one
};

struct ProducerSettings {
  int batch_size = 1000;
  int max_attempts = 1000;
  std::uint64_t first_spare = 0;  // of the plan's spare positions, those that earlier parts of the run have used
  std::uint64_t skip_rows = 0;  // rows of the plan that are not made
  RowForm form = RowForm::Values;
  bool probe_stored_rows = false;  // look unique keys up in the target's indexes
  bool keep_keys = false;  // rows drawn again keep their keys as long as they can
  bool drop_exhausted = false;  // rows for which a key has no value left are left out instead of ending the run
  bool catches_errors = false;  // a row whose CHECKs or generated columns raise data exceptions is drawn again
  bool drop_failed = false;  // so are those whose draws all fail a CHECK
  std::function<void()> before_end;  // called once when all rows are made and stored
  RunMeter* meter = nullptr;  // counts what is made
};

// What the server must do for one column of each row beyond copying its word. Plain data in the producer's memory
// context.
struct ServerColumn {
  AttrNumber number;
  bool by_value;
  short length;
  Oid type;  // of the values: the base type below domains
  int32 type_modifier;
  FmgrInfo input;  // for values that come as text
  Oid input_parameter;
  bool may_refuse;  // the input function may refuse a value: a domain inside of the type checks it
  ExprState* default_value;  // for columns left to their default
  DomainConstraintRef* domain;  // nullptr if the column's type is no domain
};

// A stored generated column that is NOT NULL.
struct NeverNull {
  AttributeNumber column;
  const char* name;  // of the condition
};

struct ServerCheck {
  const char* name;
  ExprState* state;
};

// True if a row that is drawn again takes the next of the spare positions, so that rows depend on the order in which
// they are made; else each depends on its ordinal only. CHECKs that hold by construction do not count: a row that fails
// one all the same keeps its keys when it is drawn again.
bool DependsOnOrder(const Table& table, const Plan& plan);

class RowProducer {
 public:
  // `relation` must stay open; `result_relation` (with its indexes open) is needed only to probe; `estate` evaluates
  // expressions. May throw ServerError.
  RowProducer(const Table& table, const Plan& plan, const ProducerSettings& settings, Relation relation, EState* estate,
              ResultRelInfo* result_relation);
  RowProducer(const RowProducer&) = delete;
  RowProducer& operator=(const RowProducer&) = delete;

  // Fills slots()[0, n) with the next rows and returns n; 0 when all rows of the plan are made. The slots' contents
  // stay valid until the next call. Throws Error 23514 or 23505 when a row cannot be made in max_attempts draws.
  int NextBatch();

  // Goes on with rows first … first + count - 1 of the plan, counted from 0, and ends there.
  void SetRange(std::uint64_t first, std::uint64_t count) {
    produced_ = first;
    end_ = first + count;
  }

  // Fills slots or tuples with the given rows of the plan, counted from 0, at most batch_size of them. None may have to
  // be left out.
  void MakeBatch(std::span<const std::uint64_t> rows);

  // Draws a row of the last batch again. False if no row was found in max_attempts draws.
  bool RedrawRow(int row);
  int last_attempt() const { return last_attempt_; }
  std::uint64_t ordinal(int row) const { return ordinals_[static_cast<std::size_t>(row)]; }  // of the last batch
  // Spare positions that the run has used up so far, those of its earlier parts included.
  std::uint64_t spares_used() const { return spare_; }

  TupleTableSlot** slots() { return settings_.form == RowForm::HeapSlots ? heap_slots_ : slots_; }
  const HeapTuple* tuples() const { return tuples_; }  // those in the slots
  // The next heap tuple of the batch, valid until the one after it. Server style.
  HeapTuple NextTuple() { return former_.FormNext(); }
  std::uint64_t produced() const { return produced_; }
  std::uint64_t rows_asked() const { return plan_.rows; }
  // Draws that failed, by the constraint that they failed.
  const Rejections& rejections() const { return rejections_; }
  std::uint64_t redrawn_rows() const { return redrawn_rows_; }
  // Rows left out, and the key that had no value for the last one of them; else the CHECK that it failed.
  std::uint64_t dropped_rows() const { return dropped_rows_; }
  const std::string& exhausted_key() const { return exhausted_key_; }
  const std::string& failed_check() const { return failed_check_; }

 private:
  void PrepareColumns();
  void PrepareChecks();
  void PrepareComputed();
  void ChooseArbiters();
  int FillBatch();
  void MeasureBatch(int rows);

  // redraw_rows.cpp
  int CheckBatch(int rows);
  int DropRows(int rows);
  bool MayDrop(const char* reason);
  bool MayDropFailed(const char* reason);
  void RedrawFailed(const std::vector<int>& failed, const std::vector<const char*>& reasons);
  void RedrawGroup(std::vector<int> rows, std::vector<const char*> reasons, int draws = 1);
  bool ChoosePosition(int row, const char* reason, int attempt, std::uint64_t* position);
  void ConvertDrawn(const std::vector<int>& rows, std::vector<const char*>& reasons);
  void DropOrFail(int row, const char* reason, int draws);
  bool KeepsPosition(const char* reason, int attempt) const;
  bool IsTakenPosition(const char* reason) const;
  void FailRow(std::uint64_t ordinal, const char* constraint, int draws) const;

  // Server phases: called through CallServer, own nothing.
  int ConvertBatch(int rows, int* failed, const char** reasons);
  void FormBatch(int rows);
  void FlattenValues(int rows);
  const char* TryRow(const Batch& batch, std::size_t row, TupleTableSlot* slot);
  const char* ConvertRow(const Batch& batch, std::size_t row, TupleTableSlot* slot);
  const char* FindFault(TupleTableSlot* slot);
  const char* FindDomainFault(const ServerColumn& column, Datum value, bool is_null);
  void KeepRow(TupleTableSlot* slot);

  const Table& table_;
  const Plan& plan_;
  ProducerSettings settings_;
  Relation relation_;
  EState* estate_;
  ResultRelInfo* result_relation_;
  MemoryContext context_ = nullptr;  // lives as long as the producer's owner
  MemoryContext batch_context_ = nullptr;  // reset for every batch
  MemoryContext draw_context_ = nullptr;  // reset for every draw that may fail
  MemoryContext row_context_ = nullptr;  // that of the two in which rows are made now
  std::vector<ServerColumn> columns_;  // that need work beyond copying a word
  std::vector<ServerCheck> checks_;
  ColumnComputer* computer_ = nullptr;  // nullptr if no rule computes a column
  PartitionCheck* partition_check_ = nullptr;  // nullptr if every row fits
  std::vector<ServerCheck> arbiters_;  // names of probed indexes; state unused
  std::vector<Oid> arbiter_oids_;
  List* arbiter_list_ = nullptr;
  bool has_generated_ = false;
  std::vector<NeverNull> never_null_;
  bool needs_check_ = false;
  bool needs_slots_ = true;  // rows go through value slots; else tuples are formed straight from the columns
  TupleTableSlot** slots_ = nullptr;
  TupleTableSlot** heap_slots_ = nullptr;
  HeapTuple* tuples_ = nullptr;
  TupleFormer former_;
  ValueColumn* value_columns_ = nullptr;  // one per attribute, for the former
  std::vector<Datum> gathered_words_;  // slots' values by column, where rows go through slots
  std::vector<std::uint8_t> gathered_nulls_;
  Batch batch_;
  Batch scratch_;
  std::vector<std::uint64_t> ordinals_;
  std::vector<std::uint64_t> positions_;
  bool may_move_;  // rows that are drawn again may take other positions
  std::uint64_t spare_ = 0;  // spare positions used
  bool lacks_positions_ = false;  // none was left for a row
  std::uint64_t produced_ = 0;
  std::uint64_t end_ = 0;  // of the range in work
  std::uint64_t redrawn_rows_ = 0;
  std::uint64_t dropped_rows_ = 0;
  std::uint64_t dropped_in_turn_ = 0;  // since the last row that was made
  bool is_hopeless_ = false;  // no more rows are tried
  const char* judged_by_ = nullptr;  // the CHECK that is evaluated; nullptr while values are made
  std::string exhausted_key_;
  std::string failed_check_;
  int failed_rows_ = 0;  // dropped since they failed a CHECK
  bool has_made_ = false;  // some row has passed its checks
  std::vector<int> dropped_;  // rows of the batch at hand
  int last_attempt_ = 0;  // of the row redrawn last
  std::vector<int> attempts_;  // of each row of the batch
  Rejections rejections_;
  std::uint64_t last_rows_ = 0;  // of the batch at hand: written once the next one is asked for
};

}  // namespace dbmocker::server

// The writers: what puts produced rows into the target. `auto` takes the fastest that is correct; the choice and its
// reason are in the plan.
// Read first: ChooseWriter, then WriteBatches, WritePages and WriteSingly.
#pragma once

#include "server/postgres_api.h"

#include <functional>

#include "dbmocker/schema.h"
#include "server/parse_options.h"
#include "server/produce_rows.h"
#include "server/try_call.h"
#include "server/write_pages.h"

namespace dbmocker::server {

enum class Writer {
  Single,  // the executor's INSERT
  Batch,  // table_multi_insert and index entries per batch
  Bulk,  // table_multi_insert; indexes are built anew at the end
  ParallelBulk,  // whole pages, by parallel workers too; indexes are built anew at the end
};

// How a run writes. The reasons are phrases for the plan: static storage, nullptr where there is nothing to decide.
struct WriterDecision {
  Writer writer = Writer::Single;
  const char* reason = nullptr;
  bool rebuilds_indexes = false;
  const char* index_reason = nullptr;
  bool validates_references = false;  // at the end, by one query per constraint
  const char* reference_reason = nullptr;
};

// What the choice depends on beyond the table's description: the state of its storage, indexes and transaction.
struct WriterFacts {
  double stored_rows;  // an estimate; 0 only if the target is empty
  bool has_indexes;
  const char* rebuild_obstacle;  // why the indexes cannot be built anew; nullptr if they can
  const char* page_obstacle;  // why no pages can be written; nullptr if they can
  const char* routing_obstacle;  // why rows of a partitioned table cannot be routed in batches; nullptr if they can
  const char* freeze_obstacle;  // why rows cannot be frozen; nullptr if they can
  bool may_validate;  // foreign keys at the end
  const char* validate_obstacle;
};

const char* NameOf(Writer writer);

// Server style.
WriterFacts ReadWriterFacts(Relation target, const Table& table, std::int64_t rows);

// Throws Error 0A000 if the options ask for a writer that cannot serve the table, 55000 if they ask for frozen rows
// where there can be none.
WriterDecision ChooseWriter(const Table& table, const WriterFacts& facts, std::int64_t rows, const RunOptions& options);

// Both in one.
WriterDecision DecideWriter(Relation target, const Table& table, std::int64_t rows, const RunOptions& options);

// A decision with what is known once the plan is.
struct WriterReview {
  WriterDecision decision;
  int workers = 0;  // at most
  const char* worker_reason = nullptr;  // why there are none; nullptr if there are
  RowSample sample;
};

// Leaves the writer of pages where keys can only be kept by their index, or rows are too large. Throws as ChooseWriter.
WriterReview ReviewWriter(const WriterDecision& decision, const Table& table, const Plan& plan,
                          const RunOptions& options, Relation target);

// The target opened for the executor's functions: range table, triggers and, unless left out, indexes. Server style;
// lives in `estate`. `probing`: unique indexes are prepared for conflict look-ups too.
enum class IndexUse { None, Insert, InsertAndProbe };
ResultRelInfo* OpenResultRelation(Relation relation, EState* estate, IndexUse indexes);

// `batch` and `bulk`: rows through the table access method and entries for the indexes that are open.
struct BatchSettings {
  bool insert_index_entries;
  bool fire_reference_checks;  // foreign keys are checked row by row by the server's own triggers
  bool freeze;
};
// May throw what NextBatch throws, and ServerError.
void WriteBatches(RowProducer& producer, Relation relation, EState* estate, ResultRelInfo* result_relation,
                  const BatchSettings& settings);

// What WriteRowByRow has left out.
struct RefusedRows {
  std::int64_t taken = 0;  // by triggers that return NULL
  std::int64_t count = 0;
  std::string why;  // of the last one
};

// True if another row may pass where this fault has stopped one: not if the statement itself cannot be carried out.
bool MayHelpToRedraw(const Table& table, const TryFault& fault);

// True for what mostly stops every row, as a missing object in a trigger's function does.
bool MostlyStopsAll(const TryFault& fault);

struct RowByRowSettings {
  int max_attempts = 1000;
  bool may_drop = false;  // a row that is refused each time is left out instead of ending the run
  // Asked about the first refusals of a run: true ends it with the error at hand.
  std::function<bool(const TryFault&)> ends_run;
};

// `single`, in statements of few rows, of one where rows are refused: one that the target's triggers refuse is drawn
// again. One that they refuse each time ends the run with an error that shows it, unless it may be left out. The
// producer's batch_size must be that of RowByRowBatch.
int RowByRowBatch(const Plan& plan);
RefusedRows WriteRowByRow(RowProducer& producer, const Table& table, const Plan& plan,
                          const RowByRowSettings& settings);

// `single`: INSERT … SELECT through the executor, with all that belongs to it. Returns how many rows were stored:
// triggers may take some for themselves; -1 if rules leave that open. May throw as WriteBatches.
std::int64_t WriteSingly(RowProducer& producer, const Table& table, const Plan& plan);

}  // namespace dbmocker::server

// Which writer serves a table; see write_rows.h. Facts of the server are read in one place (ReadWriterFacts), the
// choice itself calls nothing.
// Read first: ChooseWriter.
#include "dbmocker/error.h"
#include "server/apply_hints.h"
#include "server/boundary.h"
#include "server/compat.h"
#include "server/find_worker_obstacle.h"
#include "server/options_origin.h"
#include "server/run_hooks.h"
#include "server/settle_references.h"
#include "server/write_partitions.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

constexpr std::int64_t kFewRows = 1000;  // below, pages of their own would waste more than they save
constexpr std::int64_t kFewRowsToRebuild = 10000;
// Building a B-tree anew costs a fraction of keeping it up to date, for each row; but it counts the stored ones too.
constexpr double kOversizedShare = 0.1;  // of rows that the page writer would have to leave to another one
constexpr double kRebuildShare = 0.3;  // of the stored rows that the new ones must at least be

// Why only the executor can write to the table; nullptr if nothing stands against writing batches.
const char* WhySingleOnly(const Table& table, const WriterFacts& facts) {
  if (table.kind == RELKIND_FOREIGN_TABLE) return "the target is a foreign table";
  if (table.has_rules) return "the target has rules for INSERT";
  if (table.row_security) return "row security is in force for the current role";
  for (const Trigger& trigger : table.triggers)
    if (trigger.on_insert && trigger.is_enabled) return "the target has triggers for INSERT";
  for (const Column& column : table.columns)
    if (!column.may_insert) return "the current role may not insert into every column";
  return facts.routing_obstacle;
}

// Why the indexes that the list names cannot be built anew; nullptr if they can.
const char* WhyNoRebuild(Relation target, List* indexes) {
  if (!compat::UserOwnsRelation(RelationGetRelid(target), GetUserId()))
    return "only the owner may build the indexes anew";
  ListCell* cell = nullptr;
  foreach (cell, indexes) {
    Relation const index = index_open(lfirst_oid(cell), AccessShareLock);
    Form_pg_index const form = index->rd_index;
    const char* obstacle = nullptr;
    if (!form->indisvalid || !form->indisready) obstacle = "an index is not valid";
    if (!form->indimmediate) obstacle = "a unique key is deferrable";
    if (index->rd_refcnt > 1) obstacle = "an open cursor of this session uses an index";
    index_close(index, NoLock);
    if (obstacle != nullptr) return obstacle;
  }
  return nullptr;
}

const char* WhyNoPages(Relation target) {
  if (target->rd_tableam != GetHeapamTableAmRoutine()) return "the table's access method is not heap";
  if (RelationUsesLocalBuffers(target)) return "the target is a temporary table";
  if (IsolationIsSerializable()) return "the transaction is serializable";
  if (IsSubTransaction() && RelationIsLogicallyLogged(target))
    return "inside a subtransaction whose rows are decoded for logical replication";
  return nullptr;
}

// The conditions of COPY FREEZE.
const char* WhyNoFreeze(Relation target) {
  if (target->rd_rel->relkind != RELKIND_RELATION) return "the target is not a plain table";
  InvalidateCatalogSnapshot();
  if (!ThereAreNoPriorRegisteredSnapshots() || !ThereAreNoReadyPortals())
    return "an open cursor or an earlier snapshot could see the rows too early";
  const SubTransactionId current = GetCurrentSubTransactionId();
  if (target->rd_createSubid != current && compat::NewStorageSubid(target) != current)
    return "the table was not created or truncated in the current subtransaction";
  return nullptr;
}

double CountStoredRows(Relation target) {
  if (target->rd_rel->relkind != RELKIND_RELATION || RelationGetNumberOfBlocks(target) == 0) return 0;
  BlockNumber pages = 0;
  double rows = 0, visible = 0;
  table_relation_estimate_size(target, nullptr, &pages, &rows, &visible);
  return rows < 1 ? 1 : rows;
}

[[noreturn]] void Refuse(const Table& table, const char* writer, const char* obstacle) {
  throw Error(sqlstate::kFeatureNotSupported,
              "writer \"" + std::string(writer) + "\" cannot be used for table \"" + table.name + "\"",
              "The reason: " + std::string(obstacle) + ".",
              "Use insertion_strategy \"auto\", or \"single\", which always works.");
}

// Why `bulk` cannot serve; nullptr if it can. The writer of pages has the same needs, and WriterFacts::page_obstacle.
const char* WhyNoBulk(const Table& table, const WriterFacts& facts) {
  if (table.kind == RELKIND_PARTITIONED_TABLE) return "the target is partitioned: rows go to batches of leaves";
  if (facts.has_indexes && facts.rebuild_obstacle != nullptr) return facts.rebuild_obstacle;
  // Row-by-row checks would ask indexes that are not built yet.
  if (!table.foreign_keys.empty() && !facts.may_validate) return facts.validate_obstacle;
  return nullptr;
}

// Why `auto` leaves the indexes to be kept up to date; nullptr if building them anew costs less.
const char* WhyRebuildCosts(const WriterFacts& facts, std::int64_t rows, const RunOptions& options) {
  if (!facts.has_indexes) return nullptr;
  if (rows < options.slice.rows) return "part of a longer run: the indexes are kept up to date";
  if (rows < kFewRowsToRebuild) return "few rows: the indexes are kept up to date";
  if (static_cast<double>(rows) < kRebuildShare * facts.stored_rows)
    return "few rows beside those stored: the indexes are kept up to date";
  return nullptr;
}

WriterDecision ChooseAutomatically(const Table& table, const WriterFacts& facts, std::int64_t rows,
                                   const RunOptions& options) {
  WriterDecision decision;
  if (const char* obstacle = WhySingleOnly(table, facts)) {
    decision.reason = obstacle;
    return decision;
  }
  decision.writer = Writer::Batch;
  decision.reason = table.kind == RELKIND_PARTITIONED_TABLE ? "no partition has triggers: rows go to batches of leaves"
                                                            : "a plain table without triggers";
  if (facts.has_indexes) decision.index_reason = WhyRebuildCosts(facts, rows, options);
  if (const char* obstacle = WhyNoBulk(table, facts)) {
    if (rows >= kFewRows) decision.reason = obstacle;
    return decision;
  }
  if (options.freeze && rows < kFewRows) return decision;
  if (rows < kFewRows) {
    decision.reason = "few rows: they go where the table has room";
    return decision;
  }
  if (decision.index_reason != nullptr) {
    decision.reason = decision.index_reason;
    return decision;
  }
  decision.writer = Writer::ParallelBulk;
  decision.reason = "a plain table without triggers: whole pages, by several processes";
  if (options.freeze || facts.page_obstacle != nullptr) {
    decision.writer = facts.has_indexes ? Writer::Bulk : Writer::Batch;
    decision.reason = options.freeze ? "frozen rows are written by the server's own function" : facts.page_obstacle;
  }
  return decision;
}

WriterDecision ChooseByName(const Table& table, const WriterFacts& facts, std::int64_t rows,
                            const RunOptions& options) {
  WriterDecision decision;
  decision.reason = DemandsWriter(options) ? "asked for" : "preferred by the preset";
  if (options.insertion_strategy == WriterChoice::Single) return decision;
  decision.writer = options.insertion_strategy == WriterChoice::Batch  ? Writer::Batch
                    : options.insertion_strategy == WriterChoice::Bulk ? Writer::Bulk
                                                                       : Writer::ParallelBulk;
  const char* obstacle = WhySingleOnly(table, facts);
  if (obstacle == nullptr && decision.writer != Writer::Batch) obstacle = WhyNoBulk(table, facts);
  if (obstacle == nullptr && decision.writer != Writer::Batch && !DemandsWriter(options))
    obstacle = WhyRebuildCosts(facts, rows, options);
  if (obstacle == nullptr && decision.writer == Writer::ParallelBulk)
    obstacle = options.freeze ? "frozen rows are written by the server's own function" : facts.page_obstacle;
  if (obstacle != nullptr && !DemandsWriter(options)) return ChooseAutomatically(table, facts, rows, options);
  if (obstacle != nullptr) Refuse(table, NameOf(decision.writer), obstacle);
  return decision;
}

}  // namespace

const char* NameOf(Writer writer) {
  switch (writer) {
    case Writer::Single:
      return "single";
    case Writer::Batch:
      return "batch";
    case Writer::Bulk:
      return "bulk";
    case Writer::ParallelBulk:
      break;
  }
  return "parallel_bulk";
}

WriterFacts ReadWriterFacts(Relation target, const Table& table, std::int64_t rows) {
  WriterFacts facts = {};
  List* const indexes = target->rd_rel->relhasindex ? RelationGetIndexList(target) : NIL;
  facts.stored_rows = CountStoredRows(target);
  facts.has_indexes = indexes != NIL;
  facts.rebuild_obstacle = WhyNoRebuild(target, indexes);
  facts.page_obstacle = WhyNoPages(target);
  facts.freeze_obstacle = WhyNoFreeze(target);
  if (target->rd_rel->relkind == RELKIND_PARTITIONED_TABLE) facts.routing_obstacle = WhyNoRouting(target);
  facts.may_validate = MayValidateAtEnd(table, rows, &facts.validate_obstacle);
  list_free(indexes);
  return facts;
}

WriterDecision ChooseWriter(const Table& table, const WriterFacts& facts, std::int64_t rows,
                            const RunOptions& options) {
  const bool is_automatic =
      options.insertion_strategy == WriterChoice::Auto || options.insertion_strategy == WriterChoice::Streaming;
  WriterDecision decision =
      is_automatic ? ChooseAutomatically(table, facts, rows, options) : ChooseByName(table, facts, rows, options);
  if (options.freeze) {
    const char* obstacle =
        decision.writer == Writer::Single ? "the rows go through the executor" : facts.freeze_obstacle;
    if (obstacle != nullptr)
      throw Error("55000", "cannot write frozen rows to table \"" + table.name + "\"",
                  "The reason: " + std::string(obstacle) + ".", "Leave option freeze out.");
  }
  if (facts.has_indexes && decision.writer >= Writer::Bulk) {
    decision.rebuilds_indexes = true;
    decision.index_reason = "nobody else can read the table from then until the transaction ends";
  }
  if (decision.writer != Writer::Single && !table.foreign_keys.empty()) {
    const bool is_partitioned = table.kind == RELKIND_PARTITIONED_TABLE;
    decision.validates_references = facts.may_validate && !is_partitioned;
    decision.reference_reason = is_partitioned ? "the target is partitioned"
                                : facts.may_validate
                                    ? "one query per constraint; referenced tables are locked against changes"
                                    : facts.validate_obstacle;
  }
  return decision;
}

WriterDecision DecideWriter(Relation target, const Table& table, std::int64_t rows, const RunOptions& options) {
  const std::int64_t of_references = RowsForReferences(options, rows);
  const WriterFacts facts = CallServer([&] { return ReadWriterFacts(target, table, of_references); });
  return ChooseWriter(table, facts, RowsForWriter(options, rows), options);
}

WriterReview ReviewWriter(const WriterDecision& decision, const Table& table, const Plan& plan,
                          const RunOptions& options, Relation target) {
  WriterReview review;
  review.decision = decision;
  if (decision.writer < Writer::Bulk) return review;
  const bool is_asked_for = DemandsWriter(options);
  if (!plan.checked_keys.empty()) {
    constexpr char kReason[] = "a key that only its index can keep: the indexes are kept up to date";
    if (is_asked_for) Refuse(table, NameOf(decision.writer), kReason);
    review.decision.writer = Writer::Batch;
    review.decision.reason = kReason;
    review.decision.rebuilds_indexes = false;
    review.decision.index_reason = nullptr;
    return review;
  }
  if (decision.writer != Writer::ParallelBulk) return review;
  const char* obstacle = DependsOnOrder(table, plan)
                             ? "rows that are drawn again take the spare values of a small key, in order"
                             : nullptr;
  if (options.catches_errors) obstacle = "expressions of the table raise errors for some rows, which are drawn again";
  if (options.hooks != nullptr && options.hooks->drops_failed)
    obstacle = "rows that no draw makes right are left out, by one process";
  if (obstacle == nullptr) {
    review.sample = SampleRows(table, plan, options, target);
    if (review.sample.oversized_share > kOversizedShare && !is_asked_for)
      obstacle = "many rows are so large that they are compressed or moved out of line";
  } else if (is_asked_for) {
    Refuse(table, NameOf(decision.writer), obstacle);
  }
  if (obstacle != nullptr) {
    review.decision.writer = decision.rebuilds_indexes ? Writer::Bulk : Writer::Batch;
    review.decision.reason = obstacle;
    return review;
  }
  review.workers =
      ChooseWorkers(options, static_cast<std::uint64_t>(RowsForWriter(options, static_cast<std::int64_t>(plan.rows))));
  if (review.workers == 0) {
    review.worker_reason = options.max_workers == 0 ? "asked for" : "few rows, or no processor or worker to spare";
    return review;
  }
  review.worker_reason = CallServer([&] { return FindWorkerObstacle(target, table, plan); });
  if (review.worker_reason != nullptr) review.workers = 0;
  return review;
}

}  // namespace dbmocker::server

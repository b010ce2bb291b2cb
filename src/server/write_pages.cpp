// The page writer and its parallel workers; see write_pages.h. Workers are the server's own (ParallelContext): they end
// before the transaction does, whatever happens, and their errors reach the caller. They get the transaction and the
// command id of the caller, make the same plan from the same inputs, and read parents' keys in shared memory.
// A row that is too large for a page without compression or TOAST is marked, and written by the caller afterwards.
// Read first: WritePages, then FillChunks.
#include "server/write_pages.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_disk_space.h"
#include "server/describe_table.h"
#include "server/generate_table.h"
#include "server/produce_rows.h"
#include "server/publish_pages.h"
#include "server/share_facts.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

constexpr std::uint64_t kChunkRows = 16384;  // at least, that a process claims at a time
constexpr std::uint64_t kRowsPerWorker = 100000;  // that make up for starting one
constexpr std::uint64_t kMarkBits = std::uint64_t{8} << 20;  // at most, for rows that are too large
constexpr std::uint64_t kSampleRows = 100;

enum Key : uint64 { kStateKey = 1, kReferencesKey, kFactsKey, kMarksKey };

// The run, in memory that all processes share.
struct SharedState {
  Oid target;
  std::int64_t rows;
  RunOptions options;
  TransactionId transaction;
  CommandId command;
  bool probes_stored_rows;
  bool use_ring;
  std::uint64_t chunk_rows;
  std::uint64_t rows_per_mark;
  std::uint64_t plan_hash;
  pg_atomic_uint64 next_chunk;
  pg_atomic_uint64 redrawn_rows;
  pg_atomic_uint64 spares_used;
  pg_atomic_uint64 written_rows;
  WorkerTotals totals;
};

// The pieces of shared memory as one process sees them.
struct SharedRun {
  SharedState* state;
  std::uint8_t* marks;  // a bit for every rows_per_mark rows: at least one of them is too large
};

std::uint64_t RoundUp(std::uint64_t number, std::uint64_t unit) { return (number + unit - 1) / unit * unit; }

// The caller's ids, which have to be assigned before parallel mode.
struct Ids {
  TransactionId transaction;  // of the current subtransaction
  CommandId command;
};

void InitializeState(SharedState* state, const PageRun& run, const Ids& ids) {
  const std::uint64_t rows = run.plan.rows;
  memset(static_cast<void*>(state), 0, sizeof *state);
  InitializeTotals(&state->totals);
  state->target = run.table.oid;
  state->rows = static_cast<std::int64_t>(rows);
  state->options = run.options;
  state->options.hooks = nullptr;  // of the caller's memory, and for other writers
  state->options.trigger_filled = nullptr;
  state->options.trigger_filled_count = 0;
  state->transaction = ids.transaction;
  state->command = ids.command;
  state->probes_stored_rows = run.probes_stored_rows;
  state->use_ring = run.sample.bytes_per_row * static_cast<double>(rows) / BLCKSZ > NBuffers / 4.0;
  state->rows_per_mark = std::max<std::uint64_t>(1, (rows + kMarkBits - 1) / kMarkBits);
  // No two processes ever set bits of one byte.
  state->chunk_rows = RoundUp(std::max<std::uint64_t>(kChunkRows, static_cast<std::uint64_t>(run.options.batch_size)),
                              8 * state->rows_per_mark);
  state->plan_hash = HashPlan(run.plan);
  pg_atomic_init_u64(&state->next_chunk, 0);
  pg_atomic_init_u64(&state->redrawn_rows, 0);
  pg_atomic_init_u64(&state->spares_used, 0);
  pg_atomic_init_u64(&state->written_rows, 0);
}

Size MarkBytes(std::uint64_t rows) { return std::min(rows, kMarkBits) / 8 + 1; }

ProducerSettings SettingsFor(const Table& table, const RunOptions& options, bool probes, RowForm form,
                             RunMeter* meter) {
  ProducerSettings settings;
  settings.batch_size = ChooseBatchSize(table, options);
  settings.max_attempts = options.max_attempts;
  settings.form = form;
  settings.probe_stored_rows = probes;
  settings.first_spare = static_cast<std::uint64_t>(options.slice.spares_used);
  settings.meter = meter;
  return settings;
}

// ------------------------------------------------------------------------------------------------------- every process

// A row producer with what it needs of the executor.
class OpenProducer {
 public:
  OpenProducer(const Table& table, const Plan& plan, const RunOptions& options, Relation relation, bool probes,
               RowForm form, RunMeter* meter = nullptr)
      : estate_(CallServer([] { return CreateExecutorState(); })),
        result_relation_(CallServer([=, this] {
          return OpenResultRelation(relation, estate_, probes ? IndexUse::InsertAndProbe : IndexUse::None);
        })),
        producer_(table, plan, SettingsFor(table, options, probes, form, meter), relation, estate_, result_relation_) {}

  // To be called at the end; after an error the server's own cleanup does it.
  void Close() {
    CallServer([this] {
      ExecCloseIndices(result_relation_);
      FreeExecutorState(estate_);
    });
  }
  RowProducer& producer() { return producer_; }

 private:
  EState* estate_;
  ResultRelInfo* result_relation_;
  RowProducer producer_;
};

// Makes the rows of one chunk and puts them on pages.
void FillChunk(const SharedRun& shared, std::uint64_t first, RowProducer& producer, PageWriter& writer) {
  std::uint64_t row = first;
  while (const int rows = producer.NextBatch()) {
    CallServer([&] {
      for (int i = 0; i < rows; ++i, ++row) {
        if (writer.Add(producer.NextTuple())) continue;
        const std::uint64_t mark = row / shared.state->rows_per_mark;
        shared.marks[mark / 8] = static_cast<std::uint8_t>(shared.marks[mark / 8] | (1 << (mark % 8)));
      }
      CHECK_FOR_INTERRUPTS();
    });
  }
}

// Claims chunks until none is left.
void FillChunks(const SharedRun& shared, const Table& table, const Plan& plan, const RunOptions& options,
                Relation relation, RunMeter& meter) {
  SharedState* const state = shared.state;
  OpenProducer open(table, plan, options, relation, state->probes_stored_rows, RowForm::HeapTuples, &meter);
  PageWriter writer;
  CallServer([&] { writer.Open(relation, state->transaction, state->command, state->use_ring, CurrentMemoryContext); });
  for (;;) {
    const std::uint64_t first = pg_atomic_fetch_add_u64(&state->next_chunk, 1) * state->chunk_rows;
    if (first >= plan.rows) break;
    open.producer().SetRange(first, std::min(state->chunk_rows, plan.rows - first));
    FillChunk(shared, first, open.producer(), writer);
  }
  CallServer([&] { writer.Close(); });
  pg_atomic_fetch_add_u64(&state->written_rows, static_cast<int64>(writer.rows()));
  pg_atomic_fetch_add_u64(&state->redrawn_rows, static_cast<int64>(open.producer().redrawn_rows()));
  pg_atomic_write_u64(&state->spares_used, open.producer().spares_used());
  meter.KeepRejections(open.producer().rejections());
  open.Close();
}

// ------------------------------------------------------------------------------------------------- the calling process

struct Team {
  ParallelContext* context;
  SharedRun shared;
};

// Fills the shared memory and starts the workers; as many as the server has room for, perhaps none.
Team StartWorkers(const PageRun& run, const Ids& ids, std::size_t facts_bytes) {
  const Size reference_bytes = sizeof(Oid) * static_cast<Size>(run.options.open_reference_count) + 1;
  const Size mark_bytes = MarkBytes(run.plan.rows);
  EnterParallelMode();
  ParallelContext* const context = CreateParallelContext("dbmocker", "dbmocker_fill_pages", run.workers);
  for (const Size bytes : {sizeof(SharedState), reference_bytes, Size{facts_bytes}, mark_bytes})
    shm_toc_estimate_chunk(&context->estimator, bytes);
  shm_toc_estimate_keys(&context->estimator, 4);
  InitializeParallelDSM(context);
  const auto allocate = [&](Key key, Size bytes) {
    void* const memory = shm_toc_allocate(context->toc, bytes);
    shm_toc_insert(context->toc, key, memory);
    return memory;
  };
  auto* const state = static_cast<SharedState*>(allocate(kStateKey, sizeof(SharedState)));
  InitializeState(state, run, ids);
  void* const references = allocate(kReferencesKey, reference_bytes);
  if (reference_bytes > 1) memcpy(references, run.options.open_references, reference_bytes - 1);
  PackFacts(run.facts, static_cast<std::byte*>(allocate(kFactsKey, facts_bytes)));
  auto* const marks = static_cast<std::uint8_t*>(allocate(kMarksKey, mark_bytes));
  memset(marks, 0, mark_bytes);
  LaunchParallelWorkers(context);
  if (context->nworkers_launched < run.workers)
    ereport(DEBUG1,
            (errmsg_internal("dbmocker: %d of %d parallel workers started", context->nworkers_launched, run.workers)));
  return {context, {state, marks}};
}

// Waits for the workers, keeps what they shared in `kept`, and leaves parallel mode. Returns how many took part.
int EndWorkers(const Team& team, const SharedRun& kept, std::uint64_t rows) {
  WaitForParallelWorkersToFinish(team.context);
  const int launched = team.context->nworkers_launched;
  memcpy(static_cast<void*>(kept.state), team.shared.state, sizeof(SharedState));
  memcpy(kept.marks, team.shared.marks, MarkBytes(rows));
  DestroyParallelContext(team.context);
  ExitParallelMode();
  return launched;
}

// Inserts those of the slots whose rows are too large for the page writer.
void InsertOversized(RowProducer& producer, int rows, const SharedState* state, Relation relation,
                     BulkInsertState bulk_state, TupleTableSlot** chosen) {
  int count = 0;
  for (int i = 0; i < rows; ++i)
    if (producer.tuples()[i]->t_len > TOAST_TUPLE_THRESHOLD) chosen[count++] = producer.slots()[i];
  MemoryContext const context =
      AllocSetContextCreate(CurrentMemoryContext, "dbmocker oversized rows", ALLOCSET_DEFAULT_SIZES);
  MemoryContext const caller = MemoryContextSwitchTo(context);
  table_multi_insert(relation, chosen, count, state->command, TABLE_INSERT_SKIP_FSM, bulk_state);
  MemoryContextSwitchTo(caller);
  MemoryContextDelete(context);
  CHECK_FOR_INTERRUPTS();
}

// Makes the marked rows again and inserts them through the table access method, which compresses them and moves values
// out of line.
void WriteOversizedRows(const PageRun& run, const SharedRun& shared) {
  OpenProducer open(run.table, run.plan, run.options, run.relation, run.probes_stored_rows, RowForm::HeapSlots);
  const auto batch_size = static_cast<std::size_t>(ChooseBatchSize(run.table, run.options));
  struct Plain {
    BulkInsertState bulk_state;
    TupleTableSlot** chosen;
  };
  const Plain plain = CallServer([=]() -> Plain {
    return {GetBulkInsertState(), static_cast<TupleTableSlot**>(palloc(sizeof(TupleTableSlot*) * batch_size))};
  });
  std::vector<std::uint64_t> rows;
  const auto insert = [&] {
    open.producer().MakeBatch(rows);
    CallServer([&] {
      InsertOversized(open.producer(), static_cast<int>(rows.size()), shared.state, run.relation, plain.bulk_state,
                      plain.chosen);
    });
    rows.clear();
  };
  for (std::uint64_t row = 0; row < run.plan.rows; ++row) {
    const std::uint64_t mark = row / shared.state->rows_per_mark;
    if ((shared.marks[mark / 8] >> (mark % 8) & 1) == 0) {
      row = (mark + 1) * shared.state->rows_per_mark - 1;
      continue;
    }
    rows.push_back(row);
    if (rows.size() == batch_size) insert();
  }
  if (!rows.empty()) insert();
  CallServer([&] {
    FreeBulkInsertState(plain.bulk_state);
    table_finish_bulk_insert(run.relation, TABLE_INSERT_SKIP_FSM);
  });
  open.Close();
}

// All of the run but its last words, which follow once every row is on its page.
PageRunResult WriteAllRows(const PageRun& run, const Ids& ids, const SharedRun& shared) {
  PageRunResult result;
  if (run.workers > 0) {
    const std::size_t facts_bytes = PackedFactsBytes(run.facts);
    const Team team = CallServer([&] { return StartWorkers(run, ids, facts_bytes); });
    run.meter->FollowWorkers(&team.shared.state->totals);
    FillChunks(team.shared, run.table, run.plan, run.options, run.relation, *run.meter);
    result.workers = CallServer([&] { return EndWorkers(team, shared, run.plan.rows); });
    run.meter->AddWorkers(shared.state->totals);
  } else {
    FillChunks(shared, run.table, run.plan, run.options, run.relation, *run.meter);
  }
  const auto on_pages = static_cast<std::uint64_t>(pg_atomic_read_u64(&shared.state->written_rows));
  CallServer([&] { pgstat_count_heap_insert(run.relation, static_cast<PgStat_Counter>(on_pages)); });
  if (on_pages < run.plan.rows) WriteOversizedRows(run, shared);
  result.redrawn_rows = static_cast<std::uint64_t>(pg_atomic_read_u64(&shared.state->redrawn_rows));
  result.spares_used = static_cast<std::uint64_t>(pg_atomic_read_u64(&shared.state->spares_used));
  return result;
}

}  // namespace

RowSample SampleRows(const Table& table, const Plan& plan, const RunOptions& options, Relation relation) {
  RowSample sample;
  if (!plan.server_columns.empty() || plan.rows == 0) {
    sample.bytes_per_row = 28.0 + 12.0 * table.attribute_count;
    return sample;
  }
  RunOptions sample_options = options;
  sample_options.batch_size = static_cast<int>(std::min(kSampleRows, plan.rows));
  OpenProducer open(table, plan, sample_options, relation, false, RowForm::HeapTuples);
  open.producer().SetRange(0, static_cast<std::uint64_t>(sample_options.batch_size));
  const int rows = open.producer().NextBatch();
  for (int i = 0; i < rows; ++i) {
    const std::size_t bytes = open.producer().NextTuple()->t_len;
    sample.bytes_per_row += static_cast<double>(MAXALIGN(bytes) + sizeof(ItemIdData)) / rows;
    sample.oversized_share += bytes > TOAST_TUPLE_THRESHOLD ? 1.0 / rows : 0;
  }
  open.Close();
  return sample;
}

int ChooseWorkers(const RunOptions& options, std::uint64_t rows) {
  if (options.max_workers != kAutomaticWorkers) return options.max_workers;
  const auto others = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)) - 1;
  const auto useful = static_cast<int>(std::min<std::uint64_t>(rows / kRowsPerWorker, kMaxWorkers));
  return std::max(0, std::min({others, useful, max_parallel_maintenance_workers}));
}

PageRunResult WritePages(const PageRun& run) {
  struct Plain {
    Ids ids;
    SharedRun shared;
    BlockNumber blocks;
  };
  const Plain plain = CallServer([&]() -> Plain {
    CheckDiskSpace(run.relation,
                   static_cast<std::uint64_t>(run.sample.bytes_per_row * static_cast<double>(run.plan.rows)));
    Plain made = {{GetCurrentTransactionId(), GetCurrentCommandId(true)}, {}, RelationGetNumberOfBlocks(run.relation)};
    made.shared.state = static_cast<SharedState*>(palloc(sizeof(SharedState)));
    made.shared.marks = static_cast<std::uint8_t*>(palloc0(MarkBytes(run.plan.rows)));
    InitializeState(made.shared.state, run, made.ids);
    return made;
  });
  try {
    const PageRunResult result = WriteAllRows(run, plain.ids, plain.shared);
    CallServer([&] {
      FreeSpaceMapVacuumRange(run.relation, plain.blocks, InvalidBlockNumber);
      CommandCounterIncrement();
    });
    return result;
  } catch (const ServerError& error) {
    if (error.data()->sqlerrcode == ERRCODE_DISK_FULL && error.data()->detail == nullptr)
      error.data()->detail = const_cast<char*>(kLeftPages);
    throw;
  }
}

}  // namespace dbmocker::server

using namespace dbmocker;
using namespace dbmocker::server;

DBMOCKER_PARALLEL_WORKER(dbmocker_fill_pages) {
  auto* const state = static_cast<SharedState*>(shm_toc_lookup(contents, kStateKey, false));
  const auto* const facts_memory = static_cast<const std::byte*>(shm_toc_lookup(contents, kFactsKey, false));
  const SharedRun shared = {state, static_cast<std::uint8_t*>(shm_toc_lookup(contents, kMarksKey, false))};
  RunOptions options = state->options;
  options.open_references = static_cast<const Oid*>(shm_toc_lookup(contents, kReferencesKey, false));
  Relation const relation = CallServer([=] { return table_open(state->target, RowExclusiveLock); });
  const Table table = DescribeTable(state->target);
  const TargetFacts facts = UnpackFacts(table, facts_memory);
  const std::unique_ptr<dbmocker::Plan> plan = PlanFacts(table, state->rows, options, facts);
  if (HashPlan(*plan) != state->plan_hash)
    throw Error(sqlstate::kInternalError, "a parallel worker has made another plan for table \"" + table.name + "\"");
  RunMeter meter(&state->totals);
  meter.StartWriting(state->rows, facts.cache);
  FillChunks(shared, table, *plan, options, relation, meter);
  meter.FinishWorker();
  CallServer([=] { table_close(relation, NoLock); });
}

// The writers: what puts produced rows into the target. `auto` takes the fastest that is correct; the choice and its
// reason are in the plan.
// Read first: ChooseWriter, then WriteBatches.
#pragma once

#include "server/postgres_api.h"

#include <functional>

#include "dbmocker/schema.h"
#include "server/parse_options.h"
#include "server/produce_rows.h"
#include "server/try_call.h"

namespace dbmocker::server {

enum class Writer { Single, Batch };

struct WriterDecision {
  Writer writer;
  const char* reason;  // a phrase for the plan; static storage or palloc'd
};

inline const char* NameOf(Writer writer) { return writer == Writer::Single ? "single" : "batch"; }

// Throws Error 0A000 if the options ask for a writer that cannot serve the table.
WriterDecision ChooseWriter(const Table& table, const RunOptions& options);

// The target opened for the executor's functions: range table, indexes, triggers. Server style; lives in `estate`.
// `probing`: unique indexes are prepared for conflict look-ups too.
ResultRelInfo* OpenResultRelation(Relation relation, EState* estate, bool probing);

// `batch`: table_multi_insert and index entries per batch. `fire_reference_checks`: foreign keys are checked row by row
// by the server's own triggers, else the caller validates them. May throw what NextBatch throws, and ServerError.
void WriteBatches(RowProducer& producer, Relation relation, EState* estate, ResultRelInfo* result_relation,
                  bool fire_reference_checks);

// What WriteRowByRow has left out.
struct RefusedRows {
  std::int64_t count = 0;
  std::string why;  // of the last one
};

// Asked about the first refusals of a run: true ends it with the error at hand.
using RefusalJudge = std::function<bool(const TryFault&)>;

// `single`, a row at a time: one that the target's triggers refuse is drawn again. One that they refuse each time ends
// the run with an error that shows it, or is left out where `may_drop`. The producer's batch_size must be 1.
RefusedRows WriteRowByRow(RowProducer& producer, const Table& table, const Plan& plan, int max_attempts, bool may_drop,
                          const RefusalJudge& ends_run);

// `single`: INSERT … SELECT through the executor, with all that belongs to it. May throw as WriteBatches.
void WriteSingly(RowProducer& producer, const Table& table, const Plan& plan);

}  // namespace dbmocker::server

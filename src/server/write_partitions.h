// The batch writer for partitioned tables: each row goes to its leaf's batch, and batches into the leaves.
// Read first: WritePartitions.
#pragma once

#include "server/postgres_api.h"

#include "server/produce_rows.h"

namespace dbmocker::server {

// Why rows cannot be routed in batches (a leaf is a foreign table or has triggers of its own); nullptr if they can.
// Locks the leaves against changes of their definition. Server style.
const char* WhyNoRouting(Relation target);

// Writes all rows of the producer, which gives values. Foreign keys are checked row by row by the server's own
// triggers. May throw what NextBatch throws, and ServerError.
void WritePartitions(RowProducer& producer, Relation target, EState* estate, ResultRelInfo* root);

}  // namespace dbmocker::server

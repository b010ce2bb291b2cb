// Whether a row fits a partition: the bounds of a target that is one, or those of the partitions of a partitioned
// target. Server style: functions may ereport and own nothing.
// Read first: FitsPartition.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

struct PartitionCheck;

// nullptr if every row fits. Lives in the memory of `estate`.
PartitionCheck* PreparePartitionCheck(Relation target, EState* estate);

// Evaluates expressions in `context`, whose scan tuple it changes.
bool FitsPartition(PartitionCheck* check, TupleTableSlot* row, ExprContext* context);

}  // namespace dbmocker::server

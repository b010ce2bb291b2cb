// Whether a row fits a partition: the bounds of a target that is one, or those of the partitions of a partitioned
// target. Server style: functions may ereport and own nothing.
// Read first: FitsPartition.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// Partition constraints of leaves in terms of the target's columns, the one that fitted last in front.
struct PartitionCheck {
  int count;
  ExprState** leaves;
};

// nullptr if every row fits. Lives in the memory of `estate`.
PartitionCheck* PreparePartitionCheck(Relation target, EState* estate);

// `context` has the row as its scan tuple.
bool FitsPartition(PartitionCheck* check, ExprContext* context);

}  // namespace dbmocker::server

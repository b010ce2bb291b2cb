// Rebuilding indexes; see rebuild_indexes.h. Each gets new storage, so that a rollback brings the old one back.
// Read first: RebuildIndexes.
#include "server/rebuild_indexes.h"

#include "server/compat.h"

namespace dbmocker::server {

void RebuildIndexes(Relation target) {
  CommandCounterIncrement();
  // The list is the relation cache's own: a rebuild may replace it.
  List* const indexes = list_copy(RelationGetIndexList(target));
  ListCell* cell = nullptr;
  foreach (cell, indexes) {
    compat::RebuildIndex(lfirst_oid(cell), target->rd_rel->relpersistence);
    CommandCounterIncrement();
    CHECK_FOR_INTERRUPTS();
  }
  list_free(indexes);
}

}  // namespace dbmocker::server

// See deferred_triggers.h.
// Read first: AskDeferredTriggers.
#include "server/deferred_triggers.h"

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

// Name and schema.
constexpr char kDeferredTriggers[] = R"(
SELECT t.tgname, n.nspname
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE t.tgrelid = $1 AND NOT t.tgisinternal AND t.tgdeferrable AND t.tginitdeferred AND t.tgenabled <> 'D'
   AND (t.tgtype & 4) <> 0
 ORDER BY t.tgname)";

}  // namespace

std::vector<DeferredTrigger> FindDeferredTriggers(std::uint32_t table) {
  std::vector<DeferredTrigger> triggers;
  const CatalogRows found = CallServer([oid = table] { return RunCatalogQuery(kDeferredTriggers, oid); });
  for (int row = 0; row < found.row_count; ++row) triggers.push_back({table, found.Get(row, 0), found.Get(row, 1)});
  return triggers;
}

void SetDeferred(const DeferredTrigger* triggers, std::size_t count, bool deferred) {
  auto* statement = makeNode(ConstraintsSetStmt);
  for (std::size_t i = 0; i < count; ++i)
    statement->constraints =
        lappend(statement->constraints, makeRangeVar(pstrdup(triggers[i].schema), pstrdup(triggers[i].name), -1));
  statement->deferred = deferred;
  AfterTriggerSetState(statement);
}

bool AskDeferredTriggers(const std::vector<DeferredTrigger>& triggers, TryFault* fault) {
  if (triggers.empty()) return true;
  bool is_done = false;
  TryCall(
      [&] {
        CallServer([&] { SetDeferred(triggers.data(), triggers.size(), false); });
        is_done = true;
        throw Error(sqlstate::kInternalError, "asked");  // undone: they are asked again when the transaction ends
      },
      fault);
  return is_done;
}

}  // namespace dbmocker::server

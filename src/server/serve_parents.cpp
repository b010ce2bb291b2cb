// See serve_parents.h.
// Read first: FindLackingParents.
#include "server/serve_parents.h"

#include <algorithm>

#include "server/boundary.h"
#include "server/query_numbers.h"

namespace dbmocker::server {

std::vector<LackingParents> FindLackingParents(const Table& table, int wanted) {
  std::vector<LackingParents> found;
  for (const ForeignKey& key : table.foreign_keys) {
    if (!key.needs_children || key.referenced_oid == table.oid) continue;
    std::string list, pairs;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
      const std::string parent = CallServer([&] { return quote_identifier(key.referenced_names[i].c_str()); });
      const std::string child =
          CallServer([&] { return quote_identifier(table.FindColumn(key.columns[i])->name.c_str()); });
      list.append(list.empty() ? "p." : ", p.").append(parent);
      pairs.append(pairs.empty() ? "c." : " AND c.").append(child).append(" = p.").append(parent);
    }
    LackingParents parents = {key.constraint_oid, "", 0};
    parents.query = "SELECT " + list + " FROM " + key.referenced_table;
    parents.query += " p WHERE dbmocker.is_own_transaction(p.xmin) AND (SELECT pg_catalog.count(*) FROM ";
    parents.query += table.qualified_name + " c WHERE " + pairs + ") < " + std::to_string(wanted);
    const std::string query = "SELECT pg_catalog.count(*) FROM (" + parents.query + ") l";
    parents.count = CallServer([&] {
      PushActiveSnapshot(GetTransactionSnapshot());
      const Numbers counted = QueryNumbers(query.c_str());
      PopActiveSnapshot();
      return counted.values[0];
    });
    if (parents.count > 0) found.push_back(std::move(parents));
  }
  return found;
}

void ReferToLacking(Table& table, const LackingParents& parents) {
  const auto key = std::ranges::find(table.foreign_keys, parents.foreign_key, &ForeignKey::constraint_oid);
  if (key == table.foreign_keys.end()) return;
  key->referenced_table = "(" + parents.query + ")";
  key->referenced_oid = 0;
  key->needs_children = false;
  UniqueKey unique;  // of this run only: no index keeps it
  unique.name = key->name;
  unique.columns = key->columns;
  table.unique_keys.push_back(std::move(unique));
}

}  // namespace dbmocker::server

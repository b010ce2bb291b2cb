// See mutual_keys.h.
// Read first: FindMutualKey.
#include "server/mutual_keys.h"

#include <algorithm>
#include <string>

#include "server/boundary.h"
#include "server/query_numbers.h"

namespace dbmocker::server {
namespace {

std::string Quoted(const Table& table, AttributeNumber number) {
  return CallServer([&] { return quote_identifier(table.FindColumn(number)->name.c_str()); });
}

// Rows of the first table without the row that they refer to: the columns c0, c1 … hold that row's key.
std::string WantedQuery(const Table& other, const Table& first, const MutualKey& key) {
  std::string list, pairs;
  const auto add = [&](const std::vector<AttributeNumber>& of_first, const std::vector<AttributeNumber>& of_other) {
    for (std::size_t i = 0; i < of_first.size(); ++i) {
      const std::string name = "f." + Quoted(first, of_first[i]);
      const auto place = std::to_string(std::ranges::count(list, ',') + (list.empty() ? 0 : 1));
      list.append(list.empty() ? "" : ", ").append(name).append(" AS c").append(place);
      pairs.append(pairs.empty() ? "" : " AND ").append(name).append(" = o.").append(Quoted(other, of_other[i]));
    }
  };
  add(key.first_own, key.other_own);
  add(key.first_new, key.other_new);
  return "SELECT " + list + " FROM " + first.qualified_name + " f WHERE NOT EXISTS (SELECT FROM " +
         other.qualified_name + " o WHERE " + pairs + ")";
}

}  // namespace

std::optional<MutualKey> FindMutualKey(const Table& first, const ForeignKey& forward, const Table& other) {
  for (const ForeignKey& backward : other.foreign_keys) {
    if (backward.referenced_oid != first.oid) continue;
    MutualKey key = {forward.constraint_oid, backward.constraint_oid, {}, {}, {}, {}};
    for (std::size_t i = 0; i < forward.columns.size(); ++i) {
      const auto back = std::ranges::find(backward.columns, forward.referenced_columns[i]);
      const bool is_own =
          back != backward.columns.end() &&
          backward.referenced_columns[static_cast<std::size_t>(back - backward.columns.begin())] == forward.columns[i];
      (is_own ? key.first_own : key.first_new).push_back(forward.columns[i]);
      (is_own ? key.other_own : key.other_new).push_back(forward.referenced_columns[i]);
    }
    if (key.first_own.size() == backward.columns.size() && !key.first_new.empty()) return key;
  }
  return std::nullopt;
}

void ReferToNewOnly(Table& first, const MutualKey& key) {
  const auto forward = std::ranges::find(first.foreign_keys, key.forward, &ForeignKey::constraint_oid);
  if (forward == first.foreign_keys.end()) return;
  std::vector<std::string> names;
  for (const AttributeNumber number : key.other_new) {
    const auto place = std::ranges::find(forward->referenced_columns, number) - forward->referenced_columns.begin();
    names.push_back(forward->referenced_names[static_cast<std::size_t>(place)]);
  }
  forward->columns = key.first_new;
  forward->referenced_columns = key.other_new;
  forward->referenced_names = std::move(names);
  UniqueKey unique;  // of this run only: no index keeps it
  unique.name = forward->name;
  unique.columns = key.first_new;
  first.unique_keys.push_back(std::move(unique));
}

void TakeFromFirst(Table& other, const Table& first, const MutualKey& key) {
  ForeignKey wanted;
  wanted.name = "wanted by " + first.qualified_name;
  wanted.referenced_table = "(" + WantedQuery(other, first, key) + ")";
  wanted.columns = key.other_own;
  wanted.columns.insert(wanted.columns.end(), key.other_new.begin(), key.other_new.end());
  for (std::size_t i = 0; i < wanted.columns.size(); ++i) wanted.referenced_names.push_back("c" + std::to_string(i));
  for (Column& column : other.columns)  // the first table has taken them from the sequence
    if (std::ranges::count(key.other_new, column.number) > 0) column.sequence.reset();
  std::erase_if(other.foreign_keys, [&](const ForeignKey& own) { return own.constraint_oid == key.backward; });
  other.foreign_keys.push_back(std::move(wanted));
}

std::int64_t CountWanted(const Table& other, const Table& first, const MutualKey& key) {
  const std::string query = "SELECT pg_catalog.count(*) FROM (" + WantedQuery(other, first, key) + ") w";
  return CallServer([&] {
    PushActiveSnapshot(GetTransactionSnapshot());  // rows of the statement in progress count
    const Numbers wanted = QueryNumbers(query.c_str());
    PopActiveSnapshot();
    return wanted.values[0];
  });
}

}  // namespace dbmocker::server

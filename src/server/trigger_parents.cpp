// See trigger_parents.h. Tables are described anew here: runs seldom come this way.
// Read first: FindTriggerParent.
#include "server/trigger_parents.h"

#include <algorithm>
#include <cstring>

#include "dbmocker/error.h"
#include "server/describe_table.h"

namespace dbmocker::server {
namespace {

constexpr int kDeepest = 4;  // tables behind one another

// True if no two rows of the table can have the same parent.
bool IsIdentifying(const Table& table, const ForeignKey& key) {
  return std::ranges::any_of(table.unique_keys, [&](const UniqueKey& unique) {
    return !unique.predicate && std::ranges::all_of(unique.columns, [&](AttributeNumber number) {
      return std::ranges::count(key.columns, number) > 0;
    });
  });
}

bool LeadsTo(Oid from, Oid to, int depth) {
  if (from == to) return true;
  if (depth >= kDeepest) return false;
  const Table table = DescribeTable(from);
  return std::ranges::any_of(table.foreign_keys, [&](const ForeignKey& key) {
    return IsIdentifying(table, key) && key.referenced_oid != from && LeadsTo(key.referenced_oid, to, depth + 1);
  });
}

const Column* FindByName(const Table& table, const std::string& name) {
  const auto found = std::ranges::find(table.columns, name, &Column::name);
  return found == table.columns.end() ? nullptr : &*found;
}

// The reference of `parent` over the columns of the same names in `table`; false if there are none, or if all of them
// are decided by keys of the table's own.
bool TakeOver(const Table& table, const Table& parent, const std::vector<Oid>& keys, ForeignKey& key) {
  bool is_needed = false;
  for (AttributeNumber& number : key.columns) {
    const Column* column = FindByName(table, parent.FindColumn(number)->name);
    if (column == nullptr || column->is_generated) return false;
    number = column->number;
    is_needed |= std::ranges::none_of(table.foreign_keys, [&](const ForeignKey& own) {
      return std::ranges::count(keys, own.constraint_oid) == 0 && std::ranges::count(own.columns, column->number) > 0;
    });
  }
  return is_needed;
}

}  // namespace

const ForeignKey* FindTriggerParent(const Table& table, const TryFault& fault, const std::vector<Oid>& known) {
  if (std::strcmp(fault.error.sqlstate, sqlstate::kUniqueViolation) != 0 || fault.table[0] == '\0') return nullptr;
  const Oid taken = CallServer([&] {
    const Oid schema = get_namespace_oid(fault.schema, true);
    return OidIsValid(schema) ? get_relname_relid(fault.table, schema) : InvalidOid;
  });
  if (!OidIsValid(taken) || taken == table.oid) return nullptr;
  for (const ForeignKey& key : table.foreign_keys)
    if (key.referenced_oid != table.oid && std::ranges::count(known, key.constraint_oid) == 0 &&
        LeadsTo(key.referenced_oid, taken, 0))
      return &key;
  return nullptr;
}

const ForeignKey* GuessTriggerParent(const Table& table, const std::vector<Oid>& known) {
  const bool may_insert = std::ranges::any_of(
      table.triggers, [](const Trigger& trigger) { return trigger.on_insert && trigger.is_row && trigger.is_enabled; });
  if (!may_insert) return nullptr;
  for (const ForeignKey& key : table.foreign_keys)
    if (key.referenced_oid != table.oid && std::ranges::count(known, key.constraint_oid) == 0 && !key.is_deferred &&
        IsIdentifying(table, key))
      return &key;
  return nullptr;
}

void AddInheritedReferences(Table& table, const std::vector<Oid>& keys) {
  std::vector<Oid> parents;
  for (const ForeignKey& key : table.foreign_keys)
    if (std::ranges::count(keys, key.constraint_oid) > 0) parents.push_back(key.referenced_oid);
  for (std::size_t i = 0; i < parents.size() && i < kDeepest; ++i) {
    const Table parent = DescribeTable(parents[i]);
    for (ForeignKey key : parent.foreign_keys) {
      if (key.referenced_oid == table.oid || !TakeOver(table, parent, keys, key)) continue;
      const bool is_chain = std::ranges::any_of(table.unique_keys, [&](const UniqueKey& unique) {
        return unique.is_primary && std::ranges::equal(unique.columns, key.columns);
      });
      if (is_chain) {  // the key itself: the trigger's insertion sets off another one
        parents.push_back(key.referenced_oid);
        continue;
      }
      key.name = "inherited from " + parent.name + ": " + key.name;
      key.constraint_oid = InvalidOid;
      table.foreign_keys.push_back(std::move(key));
    }
  }
}

}  // namespace dbmocker::server

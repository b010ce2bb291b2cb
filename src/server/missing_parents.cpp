// See missing_parents.h.
// Read first: ParentMaker::Make.
#include "server/missing_parents.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/deferred_triggers.h"
#include "server/describe_table.h"
#include "server/gather_facts.h"
#include "server/generate_table.h"
#include "server/options_origin.h"

namespace dbmocker::server {
namespace {

// The table that an error names; InvalidOid if it names none.
Oid FindNamedTable(const TryFault& fault) {
  return CallServer([&] {
    const Oid schema = get_namespace_oid(fault.schema, true);
    return OidIsValid(schema) ? get_relname_relid(fault.table, schema) : InvalidOid;
  });
}

bool IsEmpty(std::uint32_t table) {
  return CallServer([=] {
    Relation const relation = table_open(table, AccessShareLock);
    PushActiveSnapshot(GetTransactionSnapshot());
    const bool has_rows = HasRows(relation);
    PopActiveSnapshot();
    table_close(relation, NoLock);
    return !has_rows;
  });
}

}  // namespace

bool IsMissingParent(std::uint32_t target, const TryFault& fault) {
  if (std::strcmp(fault.error.sqlstate, sqlstate::kForeignKeyViolation) != 0 || fault.key[0] == '\0') return false;
  const Oid referring = FindNamedTable(fault);
  return OidIsValid(referring) && referring != target;
}

bool ParentMaker::Make(std::uint32_t target, const TryFault& fault) {
  return MakeMissing(target, fault) || MakeFree(target, fault);
}

bool ParentMaker::TryRows(std::uint32_t target, std::int64_t rows, const RunOptions& options) {
  TryFault fault;
  std::int64_t made = 0;
  const auto make = [&] {
    made = GenerateRows(target, rows, options).rows;
    TryFault of_trigger;
    if (!AskDeferredTriggers(FindDeferredTriggers(target), &of_trigger)) ThrowFault(of_trigger);
  };
  if (!TryCall(make, &fault)) return false;
  added_[target] += made;
  return true;
}

// Where a trigger inserts into another table and misses a row that this one refers to, as 6 in a table of classes,
// that row is made.
bool ParentMaker::MakeMissing(std::uint32_t target, const TryFault& fault) {
  if (!IsMissingParent(target, fault)) return false;
  const Table table = DescribeTable(FindNamedTable(fault));
  const auto key = std::ranges::find(table.foreign_keys, std::string(fault.constraint), &ForeignKey::name);
  if (key == table.foreign_keys.end() || key->columns.size() != 1 || key->referenced_oid == target) return false;
  if (!plan_->rows.contains(key->referenced_oid)) return false;
  RunHooks hooks;
  hooks.fixed[key->referenced_columns.front()] = fault.key;
  return MakeRow(key->referenced_oid, hooks, 0);
}

// One row ahead of the table's turn, with one of each empty table that it refers to.
bool ParentMaker::MakeRow(std::uint32_t target, const RunHooks& hooks, int depth) {
  constexpr int kDeepest = 4;
  RunOptions options = CallServer([&] { return OptionsFor(*options_, target); });
  options.hooks = &hooks;
  if (TryRows(target, 1, options)) return true;
  if (depth == kDeepest) return false;
  bool has_changed = false;
  const Table table = DescribeTable(target);
  for (const ForeignKey& key : table.foreign_keys) {
    if (key.referenced_oid == target || !plan_->rows.contains(key.referenced_oid) || !IsEmpty(key.referenced_oid))
      continue;
    has_changed |= MakeRow(key.referenced_oid, RunHooks(), depth + 1);
  }
  return has_changed && TryRows(target, 1, options);
}

// Where a trigger inserts into another table and finds all parents taken there, as where several kinds of a thing
// share a table of what they have in common, as many parents as this table wants rows are made, once.
bool ParentMaker::MakeFree(std::uint32_t target, const TryFault& fault) {
  if (std::strcmp(fault.error.sqlstate, sqlstate::kUniqueViolation) != 0) return false;
  const Oid taken = FindNamedTable(fault);
  if (!OidIsValid(taken) || taken == target) return false;
  const Table table = DescribeTable(taken);
  const auto unique = std::ranges::find(table.unique_keys, std::string(fault.constraint), &UniqueKey::name);
  if (unique == table.unique_keys.end()) return false;
  for (const ForeignKey& key : table.foreign_keys) {
    const std::uint32_t parent = key.referenced_oid;
    if (!std::ranges::is_permutation(key.columns, unique->columns) || parent == target) continue;
    if (!plan_->rows.contains(parent) || !extended_.insert({target, parent}).second) continue;
    RunOptions options = CallServer([&] { return OptionsFor(*options_, parent); });
    options.cap_exhausted = true;
    return TryRows(parent, plan_->rows.at(target), options);
  }
  return false;
}

bool ParentMaker::Widen(std::uint32_t target) {
  constexpr int kTimes = 4;
  bool has_changed = false;
  std::set<std::uint32_t> parents;
  for (const ForeignKey& key : DescribeTable(target).foreign_keys) parents.insert(key.referenced_oid);
  for (const std::uint32_t parent : parents) {
    if (parent == target || !plan_->rows.contains(parent) || plan_->trigger_written.contains(parent)) continue;
    if (!widened_.insert(parent).second) continue;
    RunOptions options = CallServer([&] { return OptionsFor(*options_, parent); });
    options.cap_exhausted = true;
    has_changed |= TryRows(parent, plan_->rows.at(parent) * kTimes, options);
  }
  return has_changed;
}

}  // namespace dbmocker::server

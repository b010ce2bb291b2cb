// Facts of stored data, by queries; see gather_facts.h. Keys of parents are read by read_parents.cpp.
// Read first: GatherFacts.
#include "server/gather_facts.h"

#include <algorithm>

#include "server/as_owner.h"
#include "server/boundary.h"
#include "server/find_lookups.h"
#include "server/fix_facts.h"
#include "server/query_numbers.h"
#include "server/read_catalog.h"
#include "server/read_parents.h"
#include "server/run_hooks.h"
#include "server/try_values.h"

namespace dbmocker::server {
namespace {

bool LeafHasRows(Relation relation) {
  TableScanDesc scan = table_beginscan(relation, GetActiveSnapshot(), 0, nullptr);
  TupleTableSlot* slot = table_slot_create(relation, nullptr);
  const bool found = table_scan_getnextslot(scan, ForwardScanDirection, slot);
  ExecDropSingleTupleTableSlot(slot);
  table_endscan(scan);
  return found;
}

bool ForeignTableHasRows(Oid relation) {
  if (pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) != ACLCHECK_OK) return true;
  char* query =
      psprintf("SELECT 1 FROM %s LIMIT 1",
               quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation)));
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPI_execute(query, true, 1);
  const bool found = SPI_processed > 0;
  SPI_finish();
  return found;
}

// The stored value that a sequence of the column must go past: the smallest one if it counts down.
std::optional<std::int64_t> LargestStored(const Table& table, const Column& column) {
  if (table.kind == RELKIND_FOREIGN_TABLE) {
    // The remote side may refuse; a table that cannot be read is taken as empty of such keys.
    if (!CallServer([&] { return pg_class_aclcheck(table.oid, GetUserId(), ACL_SELECT) == ACLCHECK_OK; }))
      return std::nullopt;
  }
  const char* only = table.kind == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ";
  const Numbers found = CallServer([&] {
    const char* name = quote_identifier(column.name.c_str());
    const char* end = column.sequence && column.sequence->increment < 0 ? "min" : "max";
    char* query =
        psprintf("SELECT pg_catalog.%s(%s)::pg_catalog.int8 FROM %s%s", end, name, only, table.qualified_name.c_str());
    return RunAs(table.kind == RELKIND_FOREIGN_TABLE ? GetUserId() : OwnerOf(table.oid),
                 [=] { return QueryNumbers(query); });
  });
  if (found.is_null[0]) return std::nullopt;
  return found.values[0];
}

// ------------------------------------------------------------------------------------------------------- sequences

// The next value that nextval() would give, as the sequence's owner sees it.
std::int64_t NextSequenceValue(Oid sequence, std::int64_t increment) {
  char* query =
      psprintf("SELECT s.last_value, s.is_called::pg_catalog.int4::pg_catalog.int8 FROM %s s",
               quote_qualified_identifier(get_namespace_name(get_rel_namespace(sequence)), get_rel_name(sequence)));
  const Numbers state = RunAs(OwnerOf(sequence), [=] { return QueryNumbers(query); });
  return state.values[1] != 0 ? state.values[0] + increment : state.values[0];
}

void CheckSequencePrivilege(Oid sequence, bool is_identity) {
  if (is_identity || pg_class_aclcheck(sequence, GetUserId(), ACL_USAGE | ACL_UPDATE) == ACLCHECK_OK) return;
  aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_SEQUENCE, get_rel_name(sequence));
}

// First of `rows` values past those that are handed out and stored. `reserve` moves the sequence behind the last one,
// under a lock that nextval() waits for; one that has not that many values is left to nextval() as it is.
std::int64_t TakeSequenceValues(Oid sequence, const SequenceInfo& limits, std::int64_t beyond, std::int64_t rows,
                                bool reserve) {
  const std::int64_t increment = limits.increment;
  if (reserve) LockRelationOid(sequence, ShareRowExclusiveLock);
  std::int64_t first = NextSequenceValue(sequence, increment);
  first = increment > 0 ? std::max(first, beyond) : std::min(first, beyond);
  if (reserve) {
    std::int64_t last = 0;
    const bool fits = !pg_mul_s64_overflow(rows - 1, increment, &last) && !pg_add_s64_overflow(first, last, &last) &&
                      last >= limits.minimum && last <= limits.maximum;
    if (rows > 0 && fits) {
      RunAs(OwnerOf(sequence), [=] {
        DirectFunctionCall2(setval_oid, ObjectIdGetDatum(sequence), Int64GetDatum(last));
        return 0;
      });
    }
    UnlockRelationOid(sequence, ShareRowExclusiveLock);
  }
  return first;
}

bool IsLeftOpen(const ForeignKey& key, const RunOptions& options) {
  const Oid* const end = options.open_references + options.open_reference_count;
  return std::find(options.open_references, end, key.constraint_oid) != end;
}

bool IsTriggerFilled(const ForeignKey& key, const RunOptions& options) {
  const Oid* const end = options.trigger_filled + options.trigger_filled_count;
  return std::find(options.trigger_filled, end, key.constraint_oid) != end;
}

// Moves the sequence behind the `rows` values from `first` on, which an earlier transaction planned with; true also if
// that has been done before. False if somebody else has taken some of them since.
bool ReserveValues(Oid sequence, std::int64_t increment, std::int64_t first, std::int64_t rows) {
  std::int64_t last = 0, next_after = 0;
  if (pg_mul_s64_overflow(rows - 1, increment, &last) || pg_add_s64_overflow(first, last, &last)) return true;
  LockRelationOid(sequence, ShareRowExclusiveLock);
  const std::int64_t next = NextSequenceValue(sequence, increment);
  const bool is_free = increment > 0 ? next <= first : next >= first;
  const bool is_done = !pg_add_s64_overflow(last, increment, &next_after) && next == next_after;
  if (is_free) {
    RunAs(OwnerOf(sequence), [=] {
      DirectFunctionCall2(setval_oid, ObjectIdGetDatum(sequence), Int64GetDatum(last));
      return 0;
    });
  }
  UnlockRelationOid(sequence, ShareRowExclusiveLock);
  return is_free || is_done;
}

}  // namespace

bool HasRows(Relation target) {
  const char kind = target->rd_rel->relkind;
  if (kind == RELKIND_FOREIGN_TABLE) return ForeignTableHasRows(RelationGetRelid(target));
  if (kind != RELKIND_PARTITIONED_TABLE) return LeafHasRows(target);
  List* leaves = find_all_inheritors(RelationGetRelid(target), AccessShareLock, nullptr);
  ListCell* cell = nullptr;
  foreach (cell, leaves) {
    Relation const leaf = table_open(lfirst_oid(cell), NoLock);
    const bool found = leaf->rd_rel->relkind == RELKIND_RELATION        ? LeafHasRows(leaf)
                       : leaf->rd_rel->relkind == RELKIND_FOREIGN_TABLE ? ForeignTableHasRows(RelationGetRelid(leaf))
                                                                        : false;
    table_close(leaf, NoLock);
    if (found) return true;
  }
  return false;
}

namespace {

CacheLimits CacheLimitsOf(const RunOptions& options) {
  constexpr std::uint64_t kMegabyte = 1024 * 1024;
  return {options.cache_strategy, static_cast<std::uint64_t>(options.cache_size_mb) * kMegabyte,
          static_cast<std::uint64_t>(options.memory_limit_mb) * kMegabyte};
}

}  // namespace

void GatherFacts(const Table& table, const RunOptions& options, TargetFacts& facts) {
  const FactRequests requests = FindFactRequests(table);
  const bool is_fixed = options.slice.rows > 0;  // then ApplyFacts adds what the run began with
  if ((is_fixed || !facts.has_rows) && facts.first_ordinal == 0) facts.looked_up = FindLookups(table);
  facts.tried = TryValues(table, options, facts);
  for (const AttributeNumber number : requests.maxima) {
    const bool is_known = is_fixed && std::ranges::count(requests.sequences, number) > 0;
    if (facts.has_rows && !is_known) facts.maxima[number] = LargestStored(table, *table.FindColumn(number));
  }
  facts.cache = std::make_shared<ValueCache>(CacheLimitsOf(options));
  const bool is_moved = is_fixed && MoveMaxima(options.slice, facts);
  for (const std::size_t place : requests.foreign_keys) {
    const ForeignKey& key = table.foreign_keys[place];
    if (key.referenced_oid == table.oid && !(is_fixed ? is_moved || ReadsOwnRows(options.slice, key) : facts.has_rows))
      continue;
    if (IsTriggerFilled(key, options)) continue;
    if (options.hooks != nullptr && options.hooks->planned_parents.contains(key.constraint_oid)) {
      facts.parents[place] = options.hooks->planned_parents.at(key.constraint_oid);
      continue;
    }
    facts.parents[place] = IsLeftOpen(key, options) ? ParentKeys() : ReadParents(table, key, facts.cache);
  }
}

void GatherSequences(const Table& table, std::uint64_t rows, bool reserve, TargetFacts& facts) {
  for (const AttributeNumber number : FindFactRequests(table).sequences) {
    const Column& column = *table.FindColumn(number);
    const SequenceInfo& sequence = *column.sequence;
    std::int64_t beyond = sequence.increment > 0 ? sequence.minimum : sequence.maximum;
    if (const auto stored = facts.maxima.find(number); stored != facts.maxima.end() && stored->second) {
      if (sequence.increment > 0 && *stored->second < sequence.maximum) beyond = std::max(beyond, *stored->second + 1);
      if (sequence.increment < 0 && *stored->second > sequence.minimum) beyond = std::min(beyond, *stored->second - 1);
    }
    const Oid oid = sequence.oid;
    const bool is_identity = column.identity != '\0';
    const auto wanted = static_cast<std::int64_t>(rows);
    facts.sequence_starts[number] = CallServer([=, &sequence] {
      CheckSequencePrivilege(oid, is_identity);
      return TakeSequenceValues(oid, sequence, beyond, wanted, reserve);
    });
  }
}

bool ReserveSequences(const Table& table, std::int64_t rows, const TargetFacts& planned) {
  for (const auto& [number, first] : planned.sequence_starts) {
    const Column* column = table.FindColumn(number);
    if (column == nullptr || !column->sequence || column->sequence->cycle) continue;
    const bool is_ours = CallServer([&, start = first] {
      CheckSequencePrivilege(column->sequence->oid, column->identity != '\0');
      return ReserveValues(column->sequence->oid, column->sequence->increment, start, rows);
    });
    if (!is_ours) return false;
  }
  return true;
}

}  // namespace dbmocker::server

// Facts of stored data, by queries; see gather_facts.h. Parents' keys are read in chunks: a server phase copies Datums
// out of SPI, a C++ phase appends them to the store.
// Read first: GatherFacts, then ReadParents.
#include "server/gather_facts.h"

#include <algorithm>

#include "dbmocker/stored_value_set.h"
#include "server/as_owner.h"
#include "server/boundary.h"
#include "server/filter_parents.h"
#include "server/find_lookups.h"
#include "server/fix_facts.h"
#include "server/read_catalog.h"
#include "server/run_hooks.h"
#include "server/try_values.h"

namespace dbmocker::server {
namespace {

constexpr long kChunk = 10000;

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

// The result of a query that returns one row of up to three bigints; is_null where there is none.
struct Numbers {
  std::int64_t values[3];
  bool is_null[3];
};

Numbers QueryNumbersAsIs(const char* query) {
  Numbers numbers = {{0, 0, 0}, {true, true, true}};
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPI_execute(query, true, 1);
  for (int i = 0; SPI_processed > 0 && i < SPI_tuptable->tupdesc->natts && i < 3; ++i) {
    const Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &numbers.is_null[i]);
    if (!numbers.is_null[i]) numbers.values[i] = DatumGetInt64(value);
  }
  SPI_finish();
  return numbers;
}

Numbers QueryNumbers(const char* query) {
  const int level = EnterCatalogSettings();
  const Numbers numbers = QueryNumbersAsIs(query);
  LeaveCatalogSettings(level);
  return numbers;
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

// ---------------------------------------------------------------------------------------------------------- parents

// A chunk of key tuples as plain memory: values[row * columns + column].
struct KeyChunk {
  long rows;
  Datum* values;
};

struct KeyColumn {
  bool by_value;
  short length;
  Encoding encoding;
};

Encoding EncodingOf(const Type& type) {
  if (type.by_value) return Encoding::Word;
  return type.length == -1 ? Encoding::Varlena : Encoding::Fixed;
}

// The names of the key's columns in ParentSource, separated by commas.
char* KeyList(const Table& table, const ForeignKey& key) {
  StringInfoData list;
  initStringInfo(&list);
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    appendStringInfo(&list, "%sk.%s", i > 0 ? ", " : "",
                     quote_identifier(table.FindColumn(key.columns[i])->name.c_str()));
  return list.data;
}

// The catalog settings, but for the caller's search_path where a CHECK of the caller's is evaluated.
int EnterParentSettings(const ParentRows& parents) {
  char* path = pstrdup(namespace_search_path);
  const int level = EnterCatalogSettings();
  if (parents.is_filtered)
    set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
  return level;
}

Portal OpenKeys(const Table& table, const ForeignKey& key, const ParentRows& parents) {
  const char* columns = KeyList(table, key);
  const char* query = psprintf("SELECT %s FROM %s ORDER BY %s", columns, parents.text, columns);
  const int level = EnterParentSettings(parents);
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPIPlanPtr const plan = SPI_prepare_cursor(query, 0, nullptr, 0);
  if (plan == nullptr) elog(ERROR, "could not plan: %s", query);
  Portal const portal = SPI_cursor_open(nullptr, plan, nullptr, nullptr, true);
  LeaveCatalogSettings(level);
  return portal;
}

KeyChunk FetchKeys(Portal portal, const KeyColumn* columns, int count, MemoryContext context) {
  SPI_cursor_fetch(portal, true, kChunk);
  KeyChunk chunk = {static_cast<long>(SPI_processed), nullptr};
  MemoryContext const caller = MemoryContextSwitchTo(context);
  chunk.values = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(std::max<long>(chunk.rows, 1) * count)));
  for (long row = 0; row < chunk.rows; ++row) {
    for (int i = 0; i < count; ++i) {
      bool is_null = false;
      Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, i + 1, &is_null);
      if (!columns[i].by_value) {
        value = columns[i].length == -1 ? PointerGetDatum(PG_DETOAST_DATUM_PACKED(datumCopy(value, false, -1)))
                                        : datumCopy(value, false, columns[i].length);
      }
      chunk.values[row * count + i] = value;
    }
  }
  MemoryContextSwitchTo(caller);
  SPI_freetuptable(SPI_tuptable);
  return chunk;
}

void AppendKey(StoredValueSet& store, const KeyColumn& column, Datum value) {
  if (column.by_value) {
    store.AppendWord(value);
  } else if (column.length == -1) {
    store.AppendBytes(DatumGetPointer(value), VARSIZE_ANY(DatumGetPointer(value)));
  } else {
    store.AppendBytes(DatumGetPointer(value), static_cast<std::size_t>(column.length));
  }
}

// All keys of the parents, or every stride-th one, in key order.
void StoreKeys(const Table& table, const ForeignKey& key, const ParentRows& rows, std::int64_t stride,
               ParentKeys& parents) {
  std::vector<KeyColumn> columns;
  std::vector<std::shared_ptr<StoredValueSet>> stores;
  for (const AttributeNumber number : key.columns) {
    const Type& type = *table.FindColumn(number)->type;
    columns.push_back({type.by_value, static_cast<short>(type.length), EncodingOf(type)});
    stores.push_back(std::make_shared<StoredValueSet>(columns.back().encoding, key.columns.size() == 1));
  }
  const int count = static_cast<int>(columns.size());
  const KeyColumn* plain_columns = columns.data();
  Portal const portal = CallServer([&] { return OpenKeys(table, key, rows); });
  MemoryContext const context = CallServer(
      [] { return AllocSetContextCreate(CurrentMemoryContext, "dbmocker parent keys", ALLOCSET_DEFAULT_SIZES); });
  std::int64_t seen = 0;
  for (;;) {
    const KeyChunk chunk = CallServer([=] { return FetchKeys(portal, plain_columns, count, context); });
    for (long row = 0; row < chunk.rows; ++row, ++seen) {
      if (seen % stride != 0) continue;
      for (int i = 0; i < count; ++i)
        AppendKey(*stores[static_cast<std::size_t>(i)], columns[static_cast<std::size_t>(i)],
                  chunk.values[row * count + i]);
      parents.count++;
    }
    CallServer([=] {
      MemoryContextReset(context);
      CHECK_FOR_INTERRUPTS();
    });
    if (chunk.rows < kChunk) break;
  }
  CallServer([=] {
    MemoryContextDelete(context);
    SPI_cursor_close(portal);
    SPI_finish();
  });
  for (auto& store : stores) parents.columns.push_back(store);
}

bool IsIntegerType(const Type& type) {
  return type.schema == "pg_catalog" && (type.name == "int2" || type.name == "int4" || type.name == "int8");
}

// count, smallest and largest key of an integer foreign key; count and bytes of all keys of another one.
Numbers MeasureParents(const Table& table, const ForeignKey& key, const ParentRows& parents, bool is_integer) {
  StringInfoData query;
  initStringInfo(&query);
  if (is_integer) {
    const char* first = KeyList(table, key);
    appendStringInfo(
        &query, "SELECT pg_catalog.count(%s), pg_catalog.min(%s)::pg_catalog.int8, pg_catalog.max(%s)::pg_catalog.int8",
        first, first, first);
  } else {
    appendStringInfoString(&query, "SELECT pg_catalog.count(*), pg_catalog.sum((0");
    for (const AttributeNumber number : key.columns)
      appendStringInfo(&query, " + pg_catalog.pg_column_size(k.%s) + 16",
                       quote_identifier(table.FindColumn(number)->name.c_str()));
    appendStringInfoString(&query, ")::pg_catalog.int8)::pg_catalog.int8");
  }
  appendStringInfo(&query, " FROM %s", parents.text);
  const int level = EnterParentSettings(parents);
  const Numbers numbers = QueryNumbersAsIs(query.data);
  LeaveCatalogSettings(level);
  return numbers;
}

ParentKeys ReadParents(const Table& table, const ForeignKey& key, const RunOptions& options) {
  ParentKeys parents;
  const Column& column = *table.FindColumn(key.columns.front());
  const bool is_integer = key.columns.size() == 1 && IsIntegerType(*column.type);
  ParentRows rows = CallServer([&] { return ParentSource(table, key); });
  Numbers measured = {};
  if (key.needs_children) {  // those without a child first
    const ParentRows childless = CallServer([&] { return ChildlessParents(table, key, rows); });
    measured = CallServer([&] { return MeasureParents(table, key, childless, is_integer); });
    if (measured.values[0] > 0) rows = childless;
  }
  if (measured.values[0] == 0) measured = CallServer([&] { return MeasureParents(table, key, rows, is_integer); });
  const std::int64_t count = measured.values[0];
  parents.is_filtered = rows.is_filtered;
  if (count == 0) return parents;
  if (is_integer && measured.values[2] - measured.values[1] + 1 == count) {
    parents.count = static_cast<std::uint64_t>(count);
    parents.dense_first = measured.values[1];
    parents.columns.push_back(MakeSequenceValueSet(*column.type, measured.values[1], 1, parents.count));
    parents.description = "keys " + std::to_string(measured.values[1]) + " to " + std::to_string(measured.values[2]);
    return parents;
  }
  const std::int64_t bytes = is_integer ? count * 8 : measured.values[1];
  const std::int64_t limit = static_cast<std::int64_t>(options.memory_limit_mb) * 1024 * 1024;
  const std::int64_t stride = bytes <= limit ? 1 : (bytes + limit - 1) / limit;
  StoreKeys(table, key, rows, stride, parents);
  parents.description = std::to_string(parents.count) + " keys";
  if (stride > 1) {
    parents.description =
        "every " + std::to_string(stride) + "th of " + std::to_string(count) + " keys (memory_limit_mb)";
    CallServer([&] {
      ereport(NOTICE, (errmsg("foreign key \"%s\" uses only every %lldth key of %s", key.name.c_str(),
                              static_cast<long long>(stride), key.referenced_table.c_str()),
                       errdetail("All %lld keys need %lld MB.", static_cast<long long>(count),
                                 static_cast<long long>(bytes / 1024 / 1024)),
                       errhint("Raise option memory_limit_mb.")));
    });
  }
  return parents;
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

void GatherFacts(const Table& table, const RunOptions& options, TargetFacts& facts) {
  const FactRequests requests = FindFactRequests(table);
  const bool is_fixed = options.slice.rows > 0;  // then ApplyFacts adds what the run began with
  if ((is_fixed || !facts.has_rows) && facts.first_ordinal == 0) facts.looked_up = FindLookups(table);
  facts.tried = TryValues(table, options, facts);
  for (const AttributeNumber number : requests.maxima) {
    const bool is_known = is_fixed && std::ranges::count(requests.sequences, number) > 0;
    if (facts.has_rows && !is_known) facts.maxima[number] = LargestStored(table, *table.FindColumn(number));
  }
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
    facts.parents[place] = IsLeftOpen(key, options) ? ParentKeys() : ReadParents(table, key, options);
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

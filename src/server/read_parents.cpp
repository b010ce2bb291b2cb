// Parents' keys, by queries; see read_parents.h. They are read in chunks: a server phase copies Datums out of SPI, a
// C++ phase appends them to the store, or to the blocks of a file that the next server phase writes. The file is one of
// the server's temporary files: it counts against temp_file_limit and goes with the transaction.
// Read first: ReadParents.
#include "server/read_parents.h"

#include <algorithm>

#include "dbmocker/key_file.h"
#include "dbmocker/stored_value_set.h"
#include "server/boundary.h"
#include "server/filter_parents.h"
#include "server/query_numbers.h"
#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

constexpr long kChunk = 10000;

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

// Where the values of one column of the key go: memory or a file.
class KeyStore {
 public:
  KeyStore(const KeyColumn& column, bool is_distinct, bool in_file, const std::shared_ptr<ValueCache>& cache)
      : column_(column), cache_(cache) {
    if (!in_file) {
      stored_ = std::make_shared<StoredValueSet>(column.encoding, is_distinct, cache);
      return;
    }
    builder_ = std::make_unique<KeyFileBuilder>(column.encoding, is_distinct);
    file_ = CallServer([] {
      PrepareTempTablespaces();
      return OpenTemporaryFile(false);
    });
  }

  void Append(Datum value) {
    const void* bytes = column_.by_value ? nullptr : DatumGetPointer(value);
    const std::size_t size = column_.by_value       ? 0
                             : column_.length == -1 ? VARSIZE_ANY(bytes)
                                                    : static_cast<std::size_t>(column_.length);
    if (column_.by_value)
      stored_ != nullptr ? stored_->AppendWord(value) : builder_->AppendWord(value);
    else
      stored_ != nullptr ? stored_->AppendBytes(bytes, size) : builder_->AppendBytes(bytes, size);
  }

  // Writes what has come together.
  void Flush() {
    if (builder_ == nullptr) return;
    const auto pending = builder_->pending();
    CallServer([&] {
      constexpr std::size_t kMost = 1024 * 1024;
      for (std::size_t done = 0; done < pending.size();) {
        const auto size = static_cast<int>(std::min(kMost, pending.size() - done));
        char* from = reinterpret_cast<char*>(const_cast<std::byte*>(pending.data() + done));
        const int written = static_cast<int>(FileWrite(file_, from, size, offset_, WAIT_EVENT_BUFFILE_WRITE));
        if (written != size)
          ereport(ERROR, (errcode_for_file_access(),
                          errmsg("could not write to temporary file \"%s\": %m", FilePathName(file_)),
                          errhint("The keys of a referenced table need more room than memory_limit_mb gives.")));
        done += static_cast<std::size_t>(size);
        offset_ += size;
      }
    });
    builder_->Forget();
  }

  ValueSetPointer Finish() {
    if (stored_ != nullptr) return stored_;
    builder_->Finish();
    Flush();
    KeyFile file = builder_->file();
    file.path = CallServer([this] { return FilePathName(file_); });
    file.handle = file_;
    return std::make_shared<FileValueSet>(std::move(file), cache_);
  }

 private:
  KeyColumn column_;
  std::shared_ptr<ValueCache> cache_;
  std::shared_ptr<StoredValueSet> stored_;
  std::unique_ptr<KeyFileBuilder> builder_;
  File file_ = -1;
  off_t offset_ = 0;
};

// All keys of the parents, in key order.
void StoreKeys(const Table& table, const ForeignKey& key, const ParentRows& rows, bool in_file,
               const std::shared_ptr<ValueCache>& cache, ParentKeys& parents) {
  std::vector<KeyColumn> columns;
  std::vector<KeyStore> stores;
  for (const AttributeNumber number : key.columns) {
    const Type& type = *table.FindColumn(number)->type;
    columns.push_back({type.by_value, static_cast<short>(type.length), EncodingOf(type)});
    stores.emplace_back(columns.back(), key.columns.size() == 1, in_file, cache);
  }
  const int count = static_cast<int>(columns.size());
  const KeyColumn* plain_columns = columns.data();
  Portal const portal = CallServer([&] { return OpenKeys(table, key, rows); });
  MemoryContext const context = CallServer(
      [] { return AllocSetContextCreate(CurrentMemoryContext, "dbmocker parent keys", ALLOCSET_DEFAULT_SIZES); });
  for (;;) {
    const KeyChunk chunk = CallServer([=] { return FetchKeys(portal, plain_columns, count, context); });
    for (long row = 0; row < chunk.rows; ++row)
      for (int i = 0; i < count; ++i) stores[static_cast<std::size_t>(i)].Append(chunk.values[row * count + i]);
    parents.count += static_cast<std::uint64_t>(chunk.rows);
    for (KeyStore& store : stores) store.Flush();
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
  for (KeyStore& store : stores) parents.columns.push_back(store.Finish());
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

}  // namespace

ParentKeys ReadParents(const Table& table, const ForeignKey& key, const std::shared_ptr<ValueCache>& cache) {
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
  const auto bytes = static_cast<std::uint64_t>(is_integer ? count * 8 : measured.values[1]);
  const bool in_file = !cache->Reserve(bytes);
  StoreKeys(table, key, rows, in_file, cache, parents);
  parents.description = std::to_string(parents.count) + " keys";
  if (in_file)
    parents.description +=
        std::string(" in a file, cache_strategy ") + kCacheStrategies[static_cast<int>(cache->limits().strategy)];
  return parents;
}

void CloseKeyFiles(const TargetFacts& facts) {
  for (const auto& entry : facts.parents)
    for (const ValueSetPointer& column : entry.second.columns)
      if (const auto* file = dynamic_cast<const FileValueSet*>(column.get());
          file != nullptr && file->file().handle >= 0)
        FileClose(file->file().handle);
}

}  // namespace dbmocker::server

// See sample_rows.h. The rows of parts of a longer run are found by the places where they were stored when it began.
// Read first: GatherSample.
#include "server/sample_rows.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/rule.h"
#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/fix_facts.h"
#include "server/read_catalog.h"
#include "server/sample_table.h"

namespace dbmocker::server {
namespace {

// Rows as texts, one after the other; nullptr for NULL. Plain memory.
struct StoredRows {
  std::int64_t rows;
  int columns;
  const char** texts;  // rows * columns
  const std::int64_t* places;  // table, block and offset of each row; nullptr if they cannot be read
};

struct SampleRequest {
  Oid relation;
  const AttrNumber* columns;
  int count;
  bool has_places;
  int rows;
  std::int64_t seed;
};

const char* ColumnList(const SampleRequest& request) {
  StringInfoData list;
  initStringInfo(&list);
  if (request.has_places) appendStringInfoString(&list, "tableoid, ctid");
  for (int i = 0; i < request.count; ++i)
    appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
                     quote_identifier(get_attname(request.relation, request.columns[i], false)));
  return list.data;
}

// Copies the rows of SPI_tuptable that `step` picks into `context`.
StoredRows CopyRows(const SampleRequest& request, std::int64_t wanted, MemoryContext context) {
  MemoryContext const caller = MemoryContextSwitchTo(context);
  const auto found = static_cast<std::int64_t>(SPI_processed);
  StoredRows stored = {std::min(found, wanted), request.count, nullptr, nullptr};
  const auto cells = static_cast<Size>(stored.rows) * static_cast<Size>(request.count);
  stored.texts = static_cast<const char**>(palloc0(sizeof(char*) * (cells + 1)));
  auto* places = static_cast<std::int64_t*>(palloc(sizeof(std::int64_t) * 3 * static_cast<Size>(stored.rows + 1)));
  const int first = request.has_places ? 2 : 0;
  for (std::int64_t row = 0; row < stored.rows; ++row) {
    HeapTuple tuple = SPI_tuptable->vals[stored.rows == 0 ? 0 : row * found / stored.rows];
    if (request.has_places) {
      bool is_null = false;
      places[3 * row] = DatumGetObjectId(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &is_null));
      auto* const place =
          reinterpret_cast<ItemPointer>(DatumGetPointer(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &is_null)));
      places[3 * row + 1] = ItemPointerGetBlockNumberNoCheck(place);
      places[3 * row + 2] = ItemPointerGetOffsetNumberNoCheck(place);
    }
    for (int i = 0; i < request.count; ++i) {
      const char* text = SPI_getvalue(tuple, SPI_tuptable->tupdesc, first + i + 1);
      stored.texts[row * request.count + i] = text;
    }
  }
  if (request.has_places) stored.places = places;
  MemoryContextSwitchTo(caller);
  return stored;
}

// Rows of a small table are picked by what they hold, wherever they are stored.
const char* ChoosingByValue(const SampleRequest& request) {
  StringInfoData list;
  initStringInfo(&list);
  for (int i = 0; i < request.count; ++i)
    appendStringInfo(&list, "%s%s", i > 0 ? ", " : "",
                     quote_identifier(get_attname(request.relation, request.columns[i], false)));
  return psprintf(
      " ORDER BY pg_catalog.hashtextextended(ROW(%s)::pg_catalog.text, %lld), ROW(%s)::pg_catalog.text"
      " LIMIT %d",
      list.data, static_cast<long long>(request.seed), list.data, request.rows);
}

void RunQuery(const char* query, std::int64_t at_most) {
  const int result = SPI_execute(query, true, static_cast<long>(at_most));
  if (result != SPI_OK_SELECT) elog(ERROR, "sampling failed: %s", SPI_result_code_string(result));
}

StoredRows ReadStored(const SampleRequest& request, const char* condition) {
  MemoryContext const context = CurrentMemoryContext;
  const int level = EnterCatalogSettings();
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  const char* columns = ColumnList(request);
  const char* name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(request.relation)),
                                                get_rel_name(request.relation));
  if (condition != nullptr) {
    RunQuery(psprintf("SELECT %s FROM %s WHERE %s", columns, name, condition), 0);
  } else {
    const SamplingClause clause = FindSampling(request.relation, request.rows, request.seed);
    RunQuery(psprintf("SELECT %s FROM %s%s%s", columns, name, clause.is_small ? "" : clause.text,
                      clause.is_small ? ChoosingByValue(request) : ""),
             100 * request.rows);
  }
  const StoredRows stored = CopyRows(request, condition != nullptr ? PG_INT64_MAX : request.rows, context);
  SPI_finish();
  LeaveCatalogSettings(level);
  return stored;
}

bool MayRead(Oid relation, AttrNumber column) {
  return pg_attribute_aclcheck(relation, column, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
         pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

std::vector<AttrNumber> ReadableColumns(const Table& table) {
  std::vector<AttrNumber> readable;
  for (const Column& column : table.columns) {
    const auto number = static_cast<AttrNumber>(column.number);
    const Oid relation = table.oid;
    const bool is_open = !column.is_generated && CallServer([=] { return MayRead(relation, number); });
    if (is_open) readable.push_back(number);
  }
  if (!readable.empty()) return readable;
  throw Error("42501", "permission denied to read table \"" + table.name + "\"",
              "Its stored rows are asked for, and the caller has no SELECT privilege on any of its columns.",
              "Grant SELECT on the table, or leave out what looks at stored rows: analyze_existing_data and "
              "fast_data_reuse.");
}

RowSample SampleOf(const StoredRows& stored, const std::vector<AttrNumber>& columns) {
  RowSample sample;
  if (stored.rows == 0) return sample;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    auto& values = sample[columns[i]];
    for (std::int64_t row = 0; row < stored.rows; ++row) {
      const char* text = stored.texts[row * stored.columns + static_cast<std::int64_t>(i)];
      values.push_back(text == nullptr ? std::nullopt : std::optional<std::string>(text));
    }
  }
  return sample;
}

// What asks for a sample, and how many rows of it; 0: nothing does.
int FindSampleSize(const RunOptions& options, const TargetFacts& facts) {
  constexpr auto kReuse = DuplicateRule::Strategy::FastDataReuse;
  int rows = 0;
  const bool by_options =
      options.duplicates && std::string_view(NameOf(kReuse)) == kDuplicateStrategies[options.duplicate_strategy];
  if (by_options || options.analyze_existing_data) rows = options.sample_size;
  for (const auto& [number, text] : facts.rules) {
    Faults faults;
    const ColumnRule rule = ReadColumnRule(ReadJson(text.json), "", faults);
    if (!rule.duplicates || rule.duplicates->strategy != kReuse) continue;
    rows = std::max(rows, static_cast<int>(rule.duplicates->sample_size.value_or(options.sample_size)));
  }
  return rows;
}

SampleRequest MakeRequest(const Table& table, const std::vector<AttrNumber>& columns, int rows, std::int64_t seed) {
  SampleRequest request = {table.oid, columns.data(), static_cast<int>(columns.size()), false, rows, seed};
  const Oid relation = table.oid;
  const bool is_foreign = table.kind == RELKIND_FOREIGN_TABLE;
  request.has_places =
      !is_foreign && CallServer([=] { return pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK; });
  return request;
}

// The rows with which the whole run began; where one is gone, the next one in its place.
void ReadAgain(const Table& table, const RunSlice& slice, TargetFacts& facts) {
  const auto places = FindSamplePlaces(slice);
  if (!places)
    throw Error("55000", "the rows that the run repeats are not known",
                "It is made in parts, which need SELECT on the whole table \"" + table.name + "\".",
                "Grant SELECT on the table, or call dbmocker.generate().");
  if (places->empty()) return;
  std::string condition = "ctid = ANY ('{";
  for (std::size_t i = 0; i < places->size(); i += 3)
    condition +=
        (i > 0 ? ",\"(" : "\"(") + std::to_string((*places)[i + 1]) + "," + std::to_string((*places)[i + 2]) + ")\"";
  condition += "}'::pg_catalog.tid[])";
  const std::vector<AttrNumber> columns = ReadableColumns(table);
  SampleRequest request = MakeRequest(table, columns, 0, 0);
  const char* const plain = condition.c_str();
  const StoredRows stored = CallServer([=] { return ReadStored(request, plain); });
  std::map<std::array<std::int64_t, 3>, std::int64_t> by_place;
  for (std::int64_t row = 0; row < stored.rows && stored.places != nullptr; ++row)
    by_place[{stored.places[3 * row], stored.places[3 * row + 1], stored.places[3 * row + 2]}] = row;
  const RowSample found = SampleOf(stored, columns);
  std::vector<std::int64_t> order;
  for (std::size_t i = 0; i < places->size(); i += 3) {
    const auto row = by_place.find({(*places)[i], (*places)[i + 1], (*places)[i + 2]});
    order.push_back(row == by_place.end() ? -1 : row->second);
  }
  if (std::ranges::count(order, -1) == static_cast<std::ptrdiff_t>(order.size())) return;
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t next = i; order[i] < 0; next = (next + 1) % order.size()) order[i] = order[next];
  for (const auto& [column, values] : found)
    for (const std::int64_t row : order) facts.sample[column].push_back(values[static_cast<std::size_t>(row)]);
}

}  // namespace

RowSample SampleTarget(const Table& table, int rows, std::int64_t seed) {
  const std::vector<AttrNumber> columns = ReadableColumns(table);
  const SampleRequest request = MakeRequest(table, columns, rows, seed);
  return SampleOf(CallServer([=] { return ReadStored(request, nullptr); }), columns);
}

void GatherSample(const Table& table, const RunOptions& options, TargetFacts& facts) {
  const int rows = FindSampleSize(options, facts);
  facts.sample.clear();
  facts.sample_places.clear();
  if (rows == 0) return;
  if (options.slice.rows > 0) return ReadAgain(table, options.slice, facts);
  const std::vector<AttrNumber> columns = ReadableColumns(table);
  const SampleRequest request = MakeRequest(table, columns, rows, options.seed);
  const StoredRows stored = CallServer([=] { return ReadStored(request, nullptr); });
  facts.sample = SampleOf(stored, columns);
  if (stored.places != nullptr) {
    facts.sample_places.push_back(stored.rows);
    facts.sample_places.insert(facts.sample_places.end(), stored.places, stored.places + 3 * stored.rows);
  }
  if (stored.rows > 0) return;
  const char* name = table.name.c_str();
  CallServer([=] {
    ereport(NOTICE, (errmsg("table \"%s\" holds no rows to look at", name),
                     errdetail("New values are generated for all columns.")));
  });
}

}  // namespace dbmocker::server

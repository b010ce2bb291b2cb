// See sample_table.h.
// Read first: ReadSample, then ChooseSampling.
#include "server/sample_table.h"

#include <algorithm>
#include <cstring>

#include "server/compat.h"
#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

constexpr int kLongestText = 200;  // bytes
constexpr double kFewPages = 1000;  // up to which rows are sampled one by one
constexpr double kFewestBlocks = 100;  // that a sample of blocks comes from, so that neighbours do not decide it

struct TableSize {
  double pages;
  double rows;
};

void AddSize(Oid oid, TableSize* size) {
  Relation relation = table_open(oid, AccessShareLock);
  if (relation->rd_rel->relkind == RELKIND_RELATION || relation->rd_rel->relkind == RELKIND_MATVIEW) {
    BlockNumber pages = 0;
    double rows = 0;
    double visible = 0;
    estimate_rel_size(relation, nullptr, &pages, &rows, &visible);
    size->pages += pages;
    size->rows += rows;
  }
  table_close(relation, AccessShareLock);
}

// With everything that a query of the table reads.
TableSize EstimateSize(Oid relation) {
  TableSize size = {0, 0};
  const List* members = find_all_inheritors(relation, AccessShareLock, nullptr);
  for (int i = 0; i < list_length(members); ++i) AddSize(list_nth_oid(members, i), &size);
  return size;
}

char* MakeQuery(Oid relation, const AttrNumber* columns, int column_count, const char* sampling) {
  StringInfoData query;
  initStringInfo(&query);
  appendStringInfoString(&query, "SELECT ");
  for (int i = 0; i < column_count; ++i) {
    const char* name = get_attname(relation, columns[i], false);
    appendStringInfo(&query, "%s%s", i > 0 ? ", " : "", quote_identifier(name));
  }
  appendStringInfo(&query, " FROM %s.%s%s", quote_identifier(get_namespace_name(get_rel_namespace(relation))),
                   quote_identifier(get_rel_name(relation)), sampling);
  return query.data;
}

// The sampling clause for about `wanted` rows or more; empty: all rows are to be read.
const char* ChooseSampling(Oid relation, const TableSize& size, double wanted, std::int64_t seed) {
  if (get_rel_relkind(relation) == RELKIND_FOREIGN_TABLE || size.rows <= 2 * wanted) return "";
  const auto repeat = static_cast<long long>(seed);
  if (size.pages <= kFewPages)
    return psprintf(" TABLESAMPLE BERNOULLI (%g) REPEATABLE (%lld)", 100 * wanted / size.rows, repeat);
  const double share = std::max(wanted / size.rows, std::min(kFewestBlocks / size.pages, 1.0));
  return psprintf(" TABLESAMPLE SYSTEM (%g) REPEATABLE (%lld)", 100 * share, repeat);
}

// Runs the query and leaves its rows in SPI_tuptable.
void RunQuery(const char* query, std::int64_t at_most) {
  const int result = SPI_execute(query, true, static_cast<long>(at_most));
  if (result != SPI_OK_SELECT) elog(ERROR, "sampling failed: %s", SPI_result_code_string(result));
}

// Leaves the sample in SPI_tuptable. The size is a guess where the table has not been analyzed: a small table that gave
// too few rows is read as a whole.
void RunSample(Oid relation, const AttrNumber* columns, int column_count, std::int64_t wanted) {
  const bool is_foreign = get_rel_relkind(relation) == RELKIND_FOREIGN_TABLE;
  const TableSize size = is_foreign ? TableSize{0, 0} : EstimateSize(relation);
  const char* sampling = ChooseSampling(relation, size, static_cast<double>(wanted), 0);
  const std::int64_t at_most = is_foreign ? wanted : 100 * wanted;
  RunQuery(MakeQuery(relation, columns, column_count, sampling), at_most);
  const bool is_short = static_cast<std::int64_t>(SPI_processed) < wanted / 2;
  if (is_short && *sampling != '\0' && size.pages <= kFewPages)
    RunQuery(MakeQuery(relation, columns, column_count, ""), at_most);
}

// The rows of SPI_tuptable that are taken: about `wanted`, evenly.
HeapTuple* PickRows(std::int64_t wanted, std::int64_t* count) {
  const auto found = static_cast<std::int64_t>(SPI_processed);
  const std::int64_t step_base = found > wanted + wanted / 4 ? found : wanted;
  auto* rows = static_cast<HeapTuple*>(palloc(sizeof(HeapTuple) * static_cast<Size>(found + 1)));
  *count = 0;
  for (std::int64_t i = 0; i < wanted + wanted / 4; ++i) {
    const std::int64_t place = i * step_base / wanted;
    if (place >= found) break;
    rows[(*count)++] = SPI_tuptable->vals[place];
  }
  return rows;
}

char* TextOf(FmgrInfo* output, Datum value) {
  char* text = OutputFunctionCall(output, value);
  const int length = static_cast<int>(std::strlen(text));
  if (length > kLongestText) text[pg_mbcliplen(text, length, kLongestText)] = '\0';
  return text;
}

// Column `place` of the rows; what is kept goes to `context`.
ColumnSample SampleColumn(const HeapTuple* rows, std::int64_t count, int place, MemoryContext context) {
  TupleDesc descriptor = SPI_tuptable->tupdesc;
  Form_pg_attribute const attribute = TupleDescAttr(descriptor, place - 1);
  Oid output_function = InvalidOid;
  bool is_varlena = false;
  FmgrInfo output;
  getTypeOutputInfo(attribute->atttypid, &output_function, &is_varlena);
  fmgr_info(output_function, &output);
  TypeCacheEntry* type = lookup_type_cache(attribute->atttypid, TYPECACHE_CMP_PROC_FINFO);
  const bool is_ordered = OidIsValid(type->cmp_proc_finfo.fn_oid);

  MemoryContext const caller = MemoryContextSwitchTo(context);
  ColumnSample sample = {true, 0, 0, nullptr, nullptr, nullptr};
  sample.texts = static_cast<char**>(palloc(sizeof(char*) * static_cast<Size>(count + 1)));
  Datum least = 0;
  Datum greatest = 0;
  for (std::int64_t row = 0; row < count; ++row) {
    bool is_null = false;
    Datum const value = SPI_getbinval(rows[row], descriptor, place, &is_null);
    if (is_null) {
      sample.null_count++;
      continue;
    }
    const auto compare = [&](Datum other) {
      return DatumGetInt32(FunctionCall2Coll(&type->cmp_proc_finfo, attribute->attcollation, value, other));
    };
    if (sample.count == 0 || (is_ordered && compare(least) < 0)) least = value;
    if (sample.count == 0 || (is_ordered && compare(greatest) > 0)) greatest = value;
    sample.texts[sample.count++] = TextOf(&output, value);
  }
  if (is_ordered && sample.count > 0) {
    sample.minimum = TextOf(&output, least);
    sample.maximum = TextOf(&output, greatest);
  }
  MemoryContextSwitchTo(caller);
  return sample;
}

}  // namespace

SamplingClause FindSampling(Oid relation, std::int64_t rows, std::int64_t seed) {
  if (get_rel_relkind(relation) == RELKIND_FOREIGN_TABLE) return {"", false};
  const TableSize size = EstimateSize(relation);
  const char* text = ChooseSampling(relation, size, static_cast<double>(rows), seed);
  return {text, size.pages <= kFewPages || *text == '\0'};
}

TableSample ReadSample(Oid relation, const AttrNumber* columns, int column_count, std::int64_t rows) {
  MemoryContext const context = CurrentMemoryContext;
  TableSample sample = {0, nullptr};
  sample.columns = static_cast<ColumnSample*>(palloc0(sizeof(ColumnSample) * static_cast<Size>(column_count + 1)));
  auto* readable = static_cast<AttrNumber*>(palloc(sizeof(AttrNumber) * static_cast<Size>(column_count + 1)));
  int readable_count = 0;
  const bool reads_all = pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
  for (int i = 0; i < column_count; ++i) {
    const bool reads = reads_all || pg_attribute_aclcheck(relation, columns[i], GetUserId(), ACL_SELECT) == ACLCHECK_OK;
    sample.columns[i].is_readable = reads;
    if (reads) readable[readable_count++] = columns[i];
  }
  if (readable_count == 0 || rows == 0) return sample;

  const int nest_level = EnterCatalogSettings();
  PushActiveSnapshot(GetTransactionSnapshot());
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "could not connect to SPI");
  RunSample(relation, readable, readable_count, rows);
  const HeapTuple* picked = PickRows(rows, &sample.row_count);
  int place = 0;
  for (int i = 0; i < column_count; ++i)
    if (sample.columns[i].is_readable) sample.columns[i] = SampleColumn(picked, sample.row_count, ++place, context);
  SPI_finish();
  PopActiveSnapshot();
  LeaveCatalogSettings(nest_level);
  return sample;
}

}  // namespace dbmocker::server

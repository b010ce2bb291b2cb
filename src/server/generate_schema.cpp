// dbmocker.generate_schema(): the tables of a schema in the order of their references, then the references that had to
// wait. All in the caller's transaction: one table that fails undoes everything.
// Read first: dbmocker_generate_schema.
#include <map>
#include <set>
#include <vector>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/fill_references.h"
#include "server/generate_table.h"
#include "server/materialize_rows.h"
#include "server/options_origin.h"
#include "server/order_tables.h"
#include "server/read_catalog.h"
#include "server/settle_references.h"
#include "server/stored_config.h"
#include "server/target_state.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

// A table's name and the rows asked for; rows -1 in the list of excluded tables.
struct TableRequest {
  char* name;
  std::int64_t rows;
};

// The arguments as plain memory.
struct SchemaArguments {
  Oid schema;
  std::int64_t rows;  // -1: only the tables that are named
  RunOptions options;
  int request_count;
  TableRequest* requests;
  int exclude_count;
  TableRequest* excludes;
};

// The tables of $1 that hold rows of their own: no partitions, foreign tables or tables of an extension.
constexpr char kTables[] =
    "SELECT c.oid, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname), n.nspname"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT EXISTS ("
    " SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
    " AND d.objid = c.oid AND d.deptype = 'e') ORDER BY c.relname";

constexpr char kReferences[] =
    "SELECT f.oid, f.conname, f.conrelid, f.confrelid,"
    " CASE WHEN f.confmatchtype = 'f' THEN pg_catalog.bool_and(NOT a.attnotnull)"
    " ELSE pg_catalog.bool_or(NOT a.attnotnull) END"
    " FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_class c ON c.oid = f.conrelid"
    " JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = ANY (f.conkey)"
    " WHERE f.contype = 'f' AND c.relnamespace = $1 AND f.conparentid = 0"
    " GROUP BY f.oid, f.conname, f.conrelid, f.confrelid, f.confmatchtype ORDER BY f.conname, f.oid";

constexpr char kConfiguredRows[] =
    "SELECT c.relname, o.rows FROM dbmocker.stored_options o"
    " JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) o.target"
    " WHERE c.relnamespace OPERATOR(pg_catalog.=) $1 AND o.rows IS NOT NULL ORDER BY c.relname";

void ReadRequests(Jsonb* tables, SchemaArguments* arguments) {
  if (!JB_ROOT_IS_OBJECT(tables))
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("tables must be a JSON object"),
                    errhint("Write it as in '{\"users\": 1000, \"orders\": 5000}'.")));
  arguments->requests = static_cast<TableRequest*>(palloc0(sizeof(TableRequest) * (JB_ROOT_COUNT(tables) + 1)));
  JsonbIterator* iterator = JsonbIteratorInit(&tables->root);
  JsonbValue key, value;
  JsonbIteratorNext(&iterator, &key, true);
  while (JsonbIteratorNext(&iterator, &key, true) == WJB_KEY) {
    JsonbIteratorNext(&iterator, &value, true);
    TableRequest* request = &arguments->requests[arguments->request_count++];
    request->name = pnstrdup(key.val.string.val, static_cast<Size>(key.val.string.len));
    const bool is_number =
        value.type == jbvNumeric && !numeric_is_nan(value.val.numeric) && !numeric_is_inf(value.val.numeric);
    const double rows =
        is_number ? DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value.val.numeric)))
                  : -1;
    if (rows < 0 || rows > 9e15 || rows != static_cast<double>(static_cast<std::int64_t>(rows)))
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("invalid number of rows for table \"%s\"", request->name),
                      errhint("Give a whole number of 0 or more.")));
    request->rows = static_cast<std::int64_t>(rows);
  }
}

// The numbers of rows that the configuration gives.
void ReadConfiguredRows(SchemaArguments* arguments) {
  const CatalogRows configured = QueryConfig(kConfiguredRows, arguments->schema);
  arguments->requests =
      static_cast<TableRequest*>(palloc0(sizeof(TableRequest) * static_cast<Size>(configured.row_count + 1)));
  for (int i = 0; i < configured.row_count; ++i) {
    TableRequest* request = &arguments->requests[arguments->request_count++];
    request->name = pstrdup(configured.Get(i, 0));
    request->rows = DatumGetInt64(DirectFunctionCall1(int8in, CStringGetDatum(configured.Get(i, 1))));
  }
}

void ReadExcludes(ArrayType* names, SchemaArguments* arguments) {
  Datum* elements = nullptr;
  bool* nulls = nullptr;
  deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &arguments->exclude_count);
  arguments->excludes =
      static_cast<TableRequest*>(palloc0(sizeof(TableRequest) * static_cast<Size>(arguments->exclude_count + 1)));
  for (int i = 0; i < arguments->exclude_count; ++i) {
    if (nulls[i])
      ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("exclude must not contain nulls"),
                      errhint("Give the names of tables.")));
    arguments->excludes[i].name = TextDatumGetCString(elements[i]);
  }
}

SchemaArguments ReadArguments(FunctionCallInfo fcinfo) {
  SchemaArguments read = {};
  if (PG_ARGISNULL(0))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("schema must not be null"),
                    errhint("Call it as dbmocker.generate_schema('public', 1000).")));
  read.schema = PG_GETARG_OID(0);
  read.rows = PG_ARGISNULL(1) ? -1 : PG_GETARG_INT64(1);
  if (!PG_ARGISNULL(1) && read.rows < 0)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("rows must not be negative"),
                    errhint("Ask for 0 rows or more a table.")));
  if (!PG_ARGISNULL(2)) ReadRequests(PG_GETARG_JSONB_P(2), &read);
  if (!PG_ARGISNULL(3)) ReadExcludes(PG_GETARG_ARRAYTYPE_P(3), &read);
  if (read.rows < 0 && PG_ARGISNULL(2)) ReadConfiguredRows(&read);
  if (read.rows < 0 && read.request_count == 0)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("neither rows nor tables are given"),
                    errhint("Give the rows a table, or tables => '{\"users\": 1000}'.")));
  const std::int64_t seed = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT64(4);
  read.options = ParseOptions(PG_ARGISNULL(4) ? nullptr : &seed, PG_ARGISNULL(5) ? nullptr : PG_GETARG_JSONB_P(5));
  if (read.options.call_rules != nullptr)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"columns\" belongs to a single table"),
                    errhint("Set rules with dbmocker.set_rule(), or fill the table with dbmocker.generate().")));
  return read;
}

[[noreturn]] void RefuseUnknownTable(const char* name, const CatalogRows& tables) {
  std::string known;
  for (int i = 0; i < tables.row_count && i < 20; ++i) known += (i > 0 ? ", " : "") + std::string(tables.Get(i, 1));
  throw Error("42P01", "schema has no table \"" + std::string(name) + "\" to fill", "",
              known.empty() ? "The schema has no tables." : "Its tables are: " + known + ".");
}

struct SchemaPlan {
  std::map<std::uint32_t, std::int64_t> rows;
  FillOrder order;
};

SchemaPlan PlanSchema(const SchemaArguments& arguments) {
  const CatalogRows tables = CallServer([&] { return RunCatalogQuery(kTables, arguments.schema); });
  const CatalogRows references = CallServer([&] { return RunCatalogQuery(kReferences, arguments.schema); });
  std::map<std::string, std::uint32_t> known;
  for (int i = 0; i < tables.row_count; ++i)
    known[tables.Get(i, 1)] = static_cast<std::uint32_t>(std::stoul(tables.Get(i, 0)));
  SchemaPlan plan;
  if (arguments.rows >= 0)
    for (const auto& [name, oid] : known) plan.rows[oid] = arguments.rows;
  for (int i = 0; i < arguments.request_count; ++i) {
    const auto found = known.find(arguments.requests[i].name);
    if (found == known.end()) RefuseUnknownTable(arguments.requests[i].name, tables);
    plan.rows[found->second] = arguments.requests[i].rows;
  }
  for (int i = 0; i < arguments.exclude_count; ++i) {
    const auto found = known.find(arguments.excludes[i].name);
    if (found == known.end()) RefuseUnknownTable(arguments.excludes[i].name, tables);
    plan.rows.erase(found->second);
  }
  std::vector<TableNode> nodes;
  for (int i = 0; i < tables.row_count; ++i) {
    const auto oid = static_cast<std::uint32_t>(std::stoul(tables.Get(i, 0)));
    if (plan.rows.contains(oid)) nodes.push_back({oid, tables.Get(i, 2)});
  }
  std::vector<ReferenceEdge> edges;
  for (int i = 0; i < references.row_count; ++i)
    edges.push_back({static_cast<std::uint32_t>(std::stoul(references.Get(i, 0))), references.Get(i, 1),
                     static_cast<std::uint32_t>(std::stoul(references.Get(i, 2))),
                     static_cast<std::uint32_t>(std::stoul(references.Get(i, 3))), references.Get(i, 4)[0] == 't'});
  plan.order = OrderTables(nodes, edges);
  return plan;
}

// Takes the locks of all runs at once, in the order of LockTables, so that two calls that share tables never wait for
// one another. Needs no lock for the tables that are written without validation at the end: their runs take it.
void LockForSchema(const SchemaPlan& plan, const RunOptions& options) {
  CallServer([&] {
    PreventCommandDuringRecovery("dbmocker.generate_schema()");
    PreventCommandIfReadOnly("dbmocker.generate_schema()");
    for (const auto& [oid, rows] : plan.rows)
      relation_close(OpenTarget(oid, AccessShareLock, TargetUse::Write), AccessShareLock);
    for (const auto& [oid, rows] : plan.rows)
      if (rows > 0) LockTarget(oid);
  });
  std::vector<std::uint32_t> exclusive;
  for (const auto& [oid, rows] : plan.rows) {
    const Table table = DescribeTable(oid);
    Relation const relation = CallServer([oid = oid] { return relation_open(oid, AccessShareLock); });
    const RunOptions of_table = CallServer([&, oid = oid] { return OptionsFor(options, oid); });
    const WriterDecision decision = DecideWriter(relation, table, rows, of_table);
    CallServer([=] { relation_close(relation, NoLock); });
    if (decision.rebuilds_indexes) exclusive.push_back(oid);
    if (!decision.validates_references) continue;
    for (const ForeignKey& key : table.foreign_keys) exclusive.push_back(key.referenced_oid);
  }
  CallServer([&] {
    List* targets = NIL;
    List* most_locked = NIL;
    for (const auto& [oid, rows] : plan.rows) targets = lappend_oid(targets, oid);
    for (const std::uint32_t oid : exclusive) most_locked = list_append_unique_oid(most_locked, oid);
    LockTables(targets, most_locked);
  });
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_generate_schema) {
  const SchemaArguments arguments = CallServer([=] { return ReadArguments(fcinfo); });
  const ResultSink opened = CallServer([=] { return OpenResultSink(fcinfo); });
  ResultSink sink = opened;
  const SchemaPlan plan = PlanSchema(arguments);
  LockForSchema(plan, arguments.options);
  const CommandId first_command = CallServer([] { return GetCurrentCommandId(true); });
  RunOptions options = arguments.options;
  std::vector<Oid> left_open;
  for (const ReferenceEdge& reference : plan.order.filled_in_later) left_open.push_back(reference.constraint);
  options.open_references = left_open.data();
  options.open_reference_count = static_cast<int>(left_open.size());
  for (const std::uint32_t table : plan.order.tables) {
    const RunReport report = GenerateRows(table, plan.rows.at(table), options);
    CallServer([&] {
      Datum values[kReportColumns];
      bool nulls[kReportColumns];
      FormReport(report, values, nulls);
      sink.PutRow(values, nulls);
    });
  }
  for (const Oid constraint : left_open)
    CallServer([&] { FillReference(constraint, first_command, arguments.options); });
  return Datum{0};
}

// See schema_request.h. The Read functions are server style and create no C++ object.
// Read first: PlanSchema.
#include "server/schema_request.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/deferred_triggers.h"
#include "server/read_catalog.h"
#include "server/stored_config.h"

namespace dbmocker::server {
namespace {

// The tables of $1 that hold rows of their own: no partitions, foreign tables or tables of an extension.
constexpr char kTables[] =
    "SELECT c.oid, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname), n.nspname"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT EXISTS ("
    " SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
    " AND d.objid = c.oid AND d.deptype = 'e') ORDER BY c.relname";

// Foreign keys: oid, name, the tables (partitions stand for their root), and whether the reference may be NULL; a
// domain may forbid that as well; whether the key referred to consists in part of references back (mutual_keys.h);
// whether no two rows can have the same parent.
constexpr char kReferences[] = R"(
WITH RECURSIVE strict AS (
  SELECT oid FROM pg_type WHERE typtype = 'd' AND typnotnull
  UNION
  SELECT t.oid FROM pg_type t JOIN strict s ON t.typbasetype = s.oid WHERE t.typtype = 'd'
)
SELECT f.oid, f.conname, coalesce(pg_partition_root(f.conrelid), f.conrelid)::oid,
       coalesce(pg_partition_root(f.confrelid), f.confrelid)::oid,
       CASE f.confmatchtype WHEN 'f' THEN bool_and(n.may_be_null) ELSE bool_or(n.may_be_null) END,
       EXISTS (SELECT FROM pg_constraint b
                WHERE b.contype = 'f' AND b.conrelid = f.confrelid AND b.confrelid = f.conrelid
                  AND b.conkey <@ f.confkey AND cardinality(b.conkey) < cardinality(f.confkey)),
       EXISTS (SELECT FROM pg_index i
                WHERE i.indrelid = f.conrelid AND i.indisunique AND i.indpred IS NULL
                  AND (i.indkey::int2[])[0:i.indnkeyatts - 1] <@ f.conkey)
  FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid
  JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = ANY (f.conkey),
       LATERAL (SELECT NOT a.attnotnull AND NOT EXISTS (SELECT FROM strict s WHERE s.oid = a.atttypid)) n (may_be_null)
 WHERE f.contype = 'f' AND c.relnamespace = $1 AND f.conparentid = 0
 GROUP BY f.oid, f.conname, f.conrelid, f.confrelid, f.confmatchtype, f.confkey
 ORDER BY f.conname, f.oid)";

// Tables of the schema that INSERT triggers of other ones write to, as far as the text of the triggers' functions, and
// of functions that these call, says so: named in plain words, handed to the trigger as an argument, or, where the text
// of the INSERT is put together, with a name made of that of the trigger's table: the written table, that table, and
// whether the row comes first.
constexpr char kTriggerWrites[] = R"(
WITH triggers AS (
  SELECT coalesce(pg_partition_root(t.tgrelid), t.tgrelid)::oid AS source, t.tgfoid, (t.tgtype & 2) <> 0 AS is_before,
         lower(c.relname COLLATE "C") AS source_name, lower(encode(t.tgargs, 'escape') COLLATE "C") AS arguments
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.relnamespace = $1 AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND (t.tgtype & 4) <> 0
), own AS (
  SELECT p.oid, lower(p.prosrc COLLATE "C") AS source FROM pg_proc p WHERE p.oid IN (SELECT tgfoid FROM triggers)
), functions AS (
  SELECT oid, source FROM own
  UNION
  SELECT o.oid, g.source
    FROM own o JOIN (
      SELECT lower(p.proname::text COLLATE "C") AS name, lower(p.prosrc COLLATE "C") AS source
        FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
       WHERE l.lanname IN ('sql', 'plpgsql') AND p.oid >= 16384 AND p.prorettype <> 'trigger'::regtype
         AND p.prosrc ~* '\minsert\s+into\M'
    ) g ON strpos(o.source, g.name || '(') > 0
), tables AS (
  SELECT w.oid, lower(w.relname COLLATE "C") AS name FROM pg_class w
   WHERE w.relnamespace = $1 AND w.relkind IN ('r', 'p') AND NOT w.relispartition
), writes AS (
  SELECT w.oid, t.source, t.is_before
    FROM triggers t JOIN functions f ON f.oid = t.tgfoid,
         regexp_matches(f.source, '\minsert\s+into\s+(?:"?\w+"?\.)?"?(\w+)', 'g') m
    JOIN tables w ON w.name = m[1]
  UNION
  SELECT w.oid, t.source, t.is_before
    FROM triggers t JOIN functions f ON f.oid = t.tgfoid AND f.source ~ '\mexecute\M' AND f.source ~ '\minsert\s+into\M'
    JOIN tables w ON strpos('\000' || t.arguments, '\000' || w.name || '\000') > 0
      OR (f.source ~ '\mtg_(table_name|relname|relid)\M'
          AND (starts_with(w.name, t.source_name || '_')
               OR right(w.name, length(t.source_name) + 1) = '_' || t.source_name))
)
SELECT oid, source, bool_or(is_before) FROM writes WHERE oid <> source GROUP BY 1, 2 ORDER BY 1, 2)";

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

[[noreturn]] void RefuseUnknownTable(const char* name, const CatalogRows& tables) {
  std::string known;
  for (int i = 0; i < tables.row_count && i < 20; ++i) known += (i > 0 ? ", " : "") + std::string(tables.Get(i, 1));
  throw Error("42P01", "schema has no table \"" + std::string(name) + "\" to fill", "",
              known.empty() ? "The schema has no tables." : "Its tables are: " + known + ".");
}

}  // namespace

SchemaArguments ReadSchemaArguments(FunctionCallInfo fcinfo, SchemaCall call) {
  SchemaArguments read = {};
  const bool has_seed = call == SchemaCall::Generate && !PG_ARGISNULL(4);
  const int options_place = call == SchemaCall::Generate ? 5 : 4;
  if (PG_ARGISNULL(0))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("schema must not be null"),
                    errhint("Call it as dbmocker.%s('public', 1000).",
                            call == SchemaCall::Generate ? "generate_schema" : "plan_schema")));
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
  const std::int64_t seed = has_seed ? PG_GETARG_INT64(4) : 0;
  read.given = PG_ARGISNULL(options_place) ? nullptr : PG_GETARG_JSONB_P(options_place);
  read.options = ParseOptions(has_seed ? &seed : nullptr, read.given);
  if (read.options.call_rules != nullptr)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"columns\" belongs to a single table"),
                    errhint("Set rules with dbmocker.set_rule(), or fill the table with dbmocker.generate().")));
  return read;
}

SchemaPlan PlanSchema(const SchemaArguments& arguments) {
  const CatalogRows tables = CallServer([&] { return RunCatalogQuery(kTables, arguments.schema); });
  std::map<std::string, std::uint32_t> known;
  for (int i = 0; i < tables.row_count; ++i)
    known[tables.Get(i, 1)] = static_cast<std::uint32_t>(std::stoul(tables.Get(i, 0)));
  std::map<std::uint32_t, std::int64_t> rows;
  if (arguments.rows >= 0)
    for (const auto& [name, oid] : known) rows[oid] = arguments.rows;
  for (int i = 0; i < arguments.request_count; ++i) {
    const auto found = known.find(arguments.requests[i].name);
    if (found == known.end()) RefuseUnknownTable(arguments.requests[i].name, tables);
    rows[found->second] = arguments.requests[i].rows;
  }
  for (int i = 0; i < arguments.exclude_count; ++i) {
    const auto found = known.find(arguments.excludes[i].name);
    if (found == known.end()) RefuseUnknownTable(arguments.excludes[i].name, tables);
    rows.erase(found->second);
  }
  return PlanTables(arguments.schema, rows);
}

SchemaPlan PlanTables(Oid schema, const std::map<std::uint32_t, std::int64_t>& rows) {
  const CatalogRows tables = CallServer([=] { return RunCatalogQuery(kTables, schema); });
  const CatalogRows references = CallServer([=] { return RunCatalogQuery(kReferences, schema); });
  SchemaPlan plan;
  plan.rows = rows;
  std::vector<TableNode> nodes;
  for (int i = 0; i < tables.row_count; ++i) {
    const auto oid = static_cast<std::uint32_t>(std::stoul(tables.Get(i, 0)));
    if (plan.rows.contains(oid)) nodes.push_back({oid, tables.Get(i, 2)});
  }
  // Among the edges that may be left out of a circle, those of triggers go first: first of all those to the tables that
  // the rows that a trigger inserts refer to.
  std::set<std::pair<std::uint32_t, std::uint32_t>>
      made_first;  // a table, and one whose row comes with its own, before
  const CatalogRows writes = CallServer([=] { return RunCatalogQuery(kTriggerWrites, schema); });
  for (int i = 0; i < writes.row_count; ++i) {
    plan.edges.push_back({0, "", static_cast<std::uint32_t>(std::stoul(writes.Get(i, 0))),
                          static_cast<std::uint32_t>(std::stoul(writes.Get(i, 1))), true});
    if (writes.Get(i, 2)[0] == 't') made_first.emplace(plan.edges.back().to, plan.edges.back().from);
  }
  std::vector<ReferenceEdge> of_triggers;
  for (int i = 0; i < references.row_count; ++i)
    plan.references.push_back({static_cast<std::uint32_t>(std::stoul(references.Get(i, 0))), references.Get(i, 1),
                               static_cast<std::uint32_t>(std::stoul(references.Get(i, 2))),
                               static_cast<std::uint32_t>(std::stoul(references.Get(i, 3))),
                               references.Get(i, 4)[0] == 't', references.Get(i, 5)[0] == 't'});
  for (int i = 0; i < references.row_count; ++i)
    if (const ReferenceEdge& reference = plan.references[static_cast<std::size_t>(i)];
        references.Get(i, 6)[0] == 't' && made_first.contains({reference.from, reference.to}))
      plan.kinds.emplace(reference.to, reference.from);
  for (const ReferenceEdge& write : plan.edges)
    for (const ReferenceEdge& reference : plan.references)
      if (reference.from == write.from && reference.to != write.to && reference.to != write.from)
        of_triggers.push_back({0, "", write.to, reference.to, true});
  std::vector<ReferenceEdge> inserts = plan.edges;
  plan.edges.insert(plan.edges.begin(), of_triggers.begin(), of_triggers.end());
  // The kinds go before their base table: its rows come with theirs.
  std::ranges::copy_if(plan.references, std::back_inserter(plan.edges), [&](const ReferenceEdge& reference) {
    return !plan.kinds.contains({reference.to, reference.from});
  });
  plan.order = OrderTables(nodes, plan.edges);
  std::erase_if(plan.order.filled_in_later, [&](const ReferenceEdge& later) {
    if (later.constraint != 0) return false;
    const auto same = [&](const ReferenceEdge& one) { return one.from == later.from && one.to == later.to; };
    if (std::ranges::none_of(of_triggers, same)) std::erase_if(inserts, same);
    std::erase_if(plan.edges, [&](const ReferenceEdge& edge) { return edge.constraint == 0 && same(edge); });
    return true;
  });
  for (const ReferenceEdge& insert : inserts) plan.trigger_written.insert(insert.from);
  return plan;
}

std::vector<std::vector<std::uint32_t>> GroupForTransactions(const SchemaPlan& plan) {
  std::vector<ReferenceEdge> edges = plan.edges;
  const auto join = [&](std::uint32_t one, std::uint32_t other) {
    edges.push_back({0, "", one, other, true});
    edges.push_back({0, "", other, one, true});
  };
  for (const auto& [base, kind] : plan.kinds) join(base, kind);
  std::set<std::uint32_t> asked_late;
  for (const auto& [table, rows] : plan.rows)
    if (!FindDeferredTriggers(table).empty()) asked_late.insert(table);
  for (const ReferenceEdge& reference : plan.references)
    if (asked_late.contains(reference.to) && reference.from != reference.to) join(reference.from, reference.to);
  return GroupTables(plan.order, edges);
}

}  // namespace dbmocker::server

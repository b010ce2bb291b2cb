// Conditions for parents, from the CHECKs and partition bounds that are about no other columns than the key's; see
// filter_parents.h.
// Must not create C++ objects: everything here may ereport.
// Read first: ParentSource.
#include "server/filter_parents.h"

#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

constexpr char kKeyChecks[] = R"(
SELECT pg_get_expr(c.conbin, c.conrelid)
  FROM pg_constraint f JOIN pg_constraint c ON c.conrelid = f.conrelid AND c.contype = 'c' AND c.conkey <@ f.conkey
 WHERE f.oid = $1 AND cardinality(c.conkey) > 0
 ORDER BY c.conname)";

// The CHECKs of the columns' domains that the referenced columns do not have themselves.
constexpr char kDomainChecks[] = R"(
WITH RECURSIVE keys AS (
  SELECT a.attname, a.atttypid, r.atttypid AS parent_type, t.typbasetype, t.typtypmod
    FROM pg_constraint f
   CROSS JOIN ROWS FROM (unnest(f.conkey), unnest(f.confkey)) AS k (child, parent)
    JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.child
    JOIN pg_attribute r ON r.attrelid = f.confrelid AND r.attnum = k.parent
    JOIN pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
   WHERE f.oid = $1 AND r.atttypid <> a.atttypid
), chain AS (
  SELECT attname, atttypid AS domain FROM keys
  UNION ALL
  SELECT chain.attname, t.typbasetype FROM chain JOIN pg_type t ON t.oid = chain.domain AND t.typtype = 'd'
)
SELECT quote_ident(chain.attname), pg_get_expr(c.conbin, 0)
  FROM chain JOIN pg_constraint c ON c.contypid = chain.domain AND c.contype = 'c'
 ORDER BY 1, c.conname)";

// Generated columns of the key whose expressions read no column outside of it: name and expression.
constexpr char kGeneratedColumns[] = R"(
SELECT quote_ident(a.attname), pg_get_expr(d.adbin, d.adrelid)
  FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = ANY (f.conkey)
  JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE f.oid = $1 AND a.attgenerated <> ''
   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_attrdef'::regclass AND e.objid = d.oid
                      AND e.refclassid = 'pg_class'::regclass AND e.refobjid = f.conrelid AND e.refobjsubid > 0
                      AND NOT e.refobjsubid = ANY (f.conkey))
 ORDER BY a.attnum)";

// The bounds of the child's partitions, where the key holds all columns that they are about: OR of the leaves'. A
// default partition takes every row.
constexpr char kPartitionBounds[] = R"(
WITH tree AS (
  SELECT t.relid, t.isleaf FROM pg_constraint f CROSS JOIN pg_partition_tree(f.conrelid) t WHERE f.oid = $1
), roots AS (
  SELECT relid FROM tree
  UNION
  SELECT a.relid FROM pg_constraint f CROSS JOIN pg_partition_ancestors(f.conrelid) a WHERE f.oid = $1
)
SELECT string_agg('(' || pg_get_partition_constraintdef(relid) || ')', ' OR ' ORDER BY relid) FROM tree
 WHERE isleaf
   AND NOT EXISTS (SELECT FROM roots r JOIN pg_partitioned_table p ON p.partrelid = r.relid
                    WHERE p.partdefid <> 0
                       OR EXISTS (SELECT FROM unnest(p.partattrs::int2[]) u (number)
                                    LEFT JOIN pg_attribute a ON a.attrelid = r.relid AND a.attnum = u.number
                                   WHERE NOT EXISTS (SELECT FROM pg_constraint f JOIN pg_attribute k
                                                         ON k.attrelid = f.conrelid AND k.attnum = ANY (f.conkey)
                                                      WHERE f.oid = $1 AND k.attname = a.attname)))
HAVING count(*) BETWEEN 1 AND 1000)";

// The child's type without its domains, whose checks stand among the conditions.
const char* TypeText(const Column& column) {
  int32 modifier = column.type_modifier;
  const Oid type = getBaseTypeAndTypmod(column.type->oid, &modifier);
  return format_type_extended(type, modifier, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

}  // namespace

ParentRows ParentSource(const Table& table, const ForeignKey& key) {
  const CatalogRows checks = RunCatalogQuery(kKeyChecks, key.constraint_oid);
  const CatalogRows domains = RunCatalogQuery(kDomainChecks, key.constraint_oid);
  const CatalogRows generated = RunCatalogQuery(kGeneratedColumns, key.constraint_oid);
  const CatalogRows bounds = RunCatalogQuery(kPartitionBounds, key.constraint_oid);
  const int level = EnterCatalogSettings();
  StringInfoData text;
  initStringInfo(&text);
  appendStringInfoString(&text, "(SELECT ");
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const Column& column = *table.FindColumn(key.columns[i]);
    appendStringInfo(&text, "%sp.%s::%s AS ", i > 0 ? ", " : "", quote_identifier(key.referenced_names[i].c_str()),
                     TypeText(column));
    appendStringInfoString(&text, quote_identifier(column.name.c_str()));
  }
  // A query, or a table with rows of its own.
  const bool is_only =
      OidIsValid(key.referenced_oid) && get_rel_relkind(key.referenced_oid) != RELKIND_PARTITIONED_TABLE;
  appendStringInfo(&text, " FROM %s%s p) k WHERE ", is_only ? "ONLY " : "", key.referenced_table.c_str());
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    appendStringInfo(&text, "%sk.%s IS NOT NULL", i > 0 ? " AND " : "",
                     quote_identifier(table.FindColumn(key.columns[i])->name.c_str()));
  for (int row = 0; row < checks.row_count; ++row)
    appendStringInfo(&text, " AND (%s) IS NOT FALSE", checks.Get(row, 0));
  for (int row = 0; row < domains.row_count; ++row)
    appendStringInfo(&text, " AND (SELECT (%s) IS NOT FALSE FROM (SELECT k.%s AS value) d)", domains.Get(row, 1),
                     domains.Get(row, 0));
  for (int row = 0; row < generated.row_count; ++row)
    appendStringInfo(&text, " AND k.%s = (%s)", generated.Get(row, 0), generated.Get(row, 1));
  const char* bound = bounds.row_count > 0 ? bounds.Get(0, 0) : nullptr;
  if (bound != nullptr) appendStringInfo(&text, " AND (%s)", bound);
  LeaveCatalogSettings(level);
  const bool is_query = !OidIsValid(key.referenced_oid);  // made of the caller's functions
  return {text.data,
          is_query || generated.row_count > 0 || bound != nullptr || checks.row_count + domains.row_count > 0};
}

ParentRows ChildlessParents(const Table& table, const ForeignKey& key, const ParentRows& parents) {
  StringInfoData text;
  initStringInfo(&text);
  const char* only = table.kind == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ";
  appendStringInfo(&text, "%s AND NOT EXISTS (SELECT FROM %s%s c WHERE ", parents.text, only,
                   table.qualified_name.c_str());
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const char* name = quote_identifier(table.FindColumn(key.columns[i])->name.c_str());
    appendStringInfo(&text, "%sc.%s = k.%s", i > 0 ? " AND " : "", name, name);
  }
  appendStringInfoChar(&text, ')');
  return {text.data, parents.is_filtered};
}

}  // namespace dbmocker::server

// Conditions for parents, from the CHECKs that read no other columns than the key's; see filter_parents.h.
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
  LeaveCatalogSettings(level);
  const bool is_query = !OidIsValid(key.referenced_oid);  // made of the caller's functions
  return {text.data, is_query || checks.row_count + domains.row_count > 0};
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

// Set-based validation of foreign keys; see settle_references.h.
// Read first: ValidateReferences.
#include "server/settle_references.h"

#include <algorithm>

#include "server/compat.h"
#include "server/item_pointer.h"
#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

constexpr std::int64_t kFewRows = 1000;  // up to here row-by-row checks cost less than a lock

bool MayLock(Oid relation) {
  Oid const user = GetUserId();
  return pg_class_aclcheck(relation, user, ACL_UPDATE | ACL_DELETE | ACL_TRUNCATE) == ACLCHECK_OK ||
         compat::UserOwnsRelation(relation, user);
}

bool MayRead(Oid relation) {
  return pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
         check_enable_rls(relation, InvalidOid, true) != RLS_ENABLED;
}

// The query that finds a row whose key is missing, or whose period the referenced ones do not cover; $1 is the
// constraint. Operators are those of the constraint.
constexpr char kQueryText[] = R"(
SELECT format(CASE WHEN t.has_period
              THEN 'SELECT %1$s FROM ONLY %2$s f LEFT JOIN (SELECT %7$s, pg_catalog.range_agg(%8$s) AS all_periods'
                   ' FROM ONLY %3$s p GROUP BY %7$s) p ON %4$s WHERE f.ctid OPERATOR(pg_catalog.>=) $1'
                   ' AND (p.all_periods OPERATOR(pg_catalog.@>) %9$s) IS NOT TRUE AND (%6$s) LIMIT 1'
              ELSE 'SELECT %1$s FROM ONLY %2$s f LEFT JOIN ONLY %3$s p ON %4$s WHERE f.ctid OPERATOR(pg_catalog.>=) $1'
                   ' AND p.%5$I IS NULL AND (%6$s) LIMIT 1' END,
              string_agg(format('f.%I::pg_catalog.text', a.attname), ', ' ORDER BY k.place),
              c.conrelid::regclass, c.confrelid::regclass,
              string_agg(format('p.%I OPERATOR(%I.%s) f.%I', r.attname, n.nspname, o.oprname, a.attname), ' AND '
                         ORDER BY k.place) FILTER (WHERE NOT k.is_period),
              min(r.attname::text) FILTER (WHERE k.place = 1),
              string_agg(format('f.%I IS NOT NULL', a.attname),
                         CASE WHEN c.confmatchtype = 'f' THEN ' OR ' ELSE ' AND ' END ORDER BY k.place),
              string_agg(format('p.%I', r.attname), ', ') FILTER (WHERE NOT k.is_period),
              min(format('p.%I', r.attname)) FILTER (WHERE k.is_period),
              min(format('f.%I', a.attname)) FILTER (WHERE k.is_period))
  FROM pg_constraint c
 CROSS JOIN LATERAL (SELECT coalesce((to_jsonb(c) ->> 'conperiod')::bool, false) AS has_period) t
 CROSS JOIN LATERAL (
       SELECT u.*, t.has_period AND u.place = cardinality(c.conkey) AS is_period
         FROM ROWS FROM (unnest(c.conkey), unnest(c.confkey), unnest(c.conpfeqop)) WITH ORDINALITY
              AS u (child, parent, operator, place)) k
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.child
  JOIN pg_attribute r ON r.attrelid = c.confrelid AND r.attnum = k.parent
  JOIN pg_operator o ON o.oid = k.operator
  JOIN pg_namespace n ON n.oid = o.oprnamespace
 WHERE c.oid = $1
 GROUP BY c.oid, c.conrelid, c.confrelid, c.confmatchtype, t.has_period)";

void ValidateReference(const Table& table, const ForeignKey& key, ItemPointer first) {
  const CatalogRows text = RunCatalogQuery(kQueryText, key.constraint_oid);
  if (text.row_count != 1) elog(ERROR, "foreign key %u has disappeared", key.constraint_oid);
  const int level = EnterCatalogSettings();
  // A merge or hash join over the new rows; the default work_mem is meant for many queries at once.
  char memory[32];
  pg_snprintf(memory, sizeof memory, "%d", std::max(work_mem, maintenance_work_mem));
  set_config_option("work_mem", memory, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
  Oid types[] = {TIDOID};
  Datum values[] = {PointerGetDatum(first)};
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPI_execute_with_args(text.Get(0, 0), 1, types, values, nullptr, true, 1);
  if (SPI_processed > 0) {
    StringInfoData row;
    initStringInfo(&row);
    for (int i = 1; i <= SPI_tuptable->tupdesc->natts; ++i) {
      const char* value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i);
      appendStringInfo(&row, "%s%s", i > 1 ? ", " : "", value == nullptr ? "null" : value);
    }
    ereport(ERROR, (errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
                    errmsg("generated rows of table \"%s\" violate foreign key constraint \"%s\"", table.name.c_str(),
                           key.name.c_str()),
                    errdetail("Key (%s) is not present in table %s.", row.data, key.referenced_table.c_str()),
                    errhint("Nothing was kept. Columns that several foreign keys share may have no common key.")));
  }
  SPI_finish();
  LeaveCatalogSettings(level);
}

}  // namespace

bool MayValidateAtEnd(const Table& table, std::int64_t rows, const char** reason) {
  *reason = nullptr;
  if (rows < kFewRows) {
    *reason = "few rows";
  } else if (IsolationUsesXactSnapshot()) {
    *reason = "the transaction keeps one snapshot";
  } else if (!MayRead(table.oid)) {
    *reason = "the current role may not read the target";
  }
  for (const ForeignKey& key : table.foreign_keys) {
    if (*reason != nullptr) return false;
    if (get_rel_relkind(key.referenced_oid) != RELKIND_RELATION)
      *reason = "a referenced table is partitioned";
    else if (!MayRead(key.referenced_oid))
      *reason = "row security or missing SELECT on a referenced table";
    else if (!MayLock(key.referenced_oid))
      *reason = "the current role may not lock a referenced table";
  }
  return *reason == nullptr;
}

void LockForRun(const Table& table, bool rebuilds_indexes, bool validates_references) {
  List* exclusive = rebuilds_indexes ? list_make1_oid(table.oid) : NIL;
  if (validates_references)
    for (const ForeignKey& key : table.foreign_keys) exclusive = list_append_unique_oid(exclusive, key.referenced_oid);
  LockTables(list_make1_oid(table.oid), exclusive);
}

void LockTables(List* targets, List* exclusive) {
  List* tables = list_union_oid(targets, exclusive);
  list_sort(tables, list_oid_cmp);
  ListCell* cell = nullptr;
  foreach (cell, tables)
    LockRelationOid(lfirst_oid(cell),
                    list_member_oid(exclusive, lfirst_oid(cell)) ? ShareRowExclusiveLock : RowExclusiveLock);
}

void ValidateReferences(const Table& table, BlockNumber first_block) {
  ItemPointerData first = MakeItemPointer(first_block, 0);
  PushActiveSnapshot(GetLatestSnapshot());
  for (const ForeignKey& key : table.foreign_keys) ValidateReference(table, key, &first);
  PopActiveSnapshot();
}

}  // namespace dbmocker::server

// Constraints -> SQL that counts their violations, by one catalog query per kind of constraint. Names are qualified and
// keys compared by the constraints' own operators and collations. "IS DISTINCT FROM NULL" stands for "IS NOT NULL",
// which means something else for composite values.
// Must not create C++ objects: everything here may ereport.
// Read first: ReadVerifyItems.
#include "server/verify_items.h"

#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

// Every query gives: name, kind, source, condition, query, and whether a partition has the constraint from its parent.
constexpr char kNotNullItems[] = R"(
SELECT a.attname, 'NOT NULL',
       CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END || format('%I.%I', n.nspname, c.relname),
       format('%I IS NOT DISTINCT FROM NULL', a.attname), NULL,
       c.relispartition AND
       EXISTS (SELECT FROM pg_partition_ancestors(c.oid) p JOIN pg_attribute b ON b.attrelid = p.relid
                WHERE p.relid <> c.oid AND b.attname = a.attname AND b.attnotnull)
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.oid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
 ORDER BY a.attnum)";

constexpr char kCheckItems[] = R"(
SELECT k.conname, 'CHECK',
       CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END || format('%I.%I', n.nspname, c.relname),
       format('(%s) IS FALSE', pg_get_expr(k.conbin, k.conrelid)), NULL,
       k.coninhcount > 0
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE k.conrelid = $1 AND k.contype = 'c'
 ORDER BY k.conname)";

// Compared as binary images: generation is a pure function, and not every type has an equality operator.
constexpr char kGeneratedItems[] = R"(
SELECT a.attname, 'GENERATED',
       CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END || format('%I.%I', n.nspname, c.relname),
       format('CAST(ROW(%I) AS record) OPERATOR(pg_catalog.*<>) CAST(ROW(CAST((%s) AS %s)) AS record)',
              a.attname, pg_get_expr(d.adbin, d.adrelid), format_type(a.atttypid, a.atttypmod)), NULL,
       c.relispartition
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid
  JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE c.oid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = 's'
 ORDER BY a.attnum)";

// The key's values are named k1, k2 … in a subquery. What counts: rows beyond the first of each key; for exclusions by
// "=" and one "&&" of ranges, rows that overlap the one before them in the ranges' order (some do if any two overlap);
// for all others, conflicting pairs. Periods of keys WITHOUT OVERLAPS must not be empty.
constexpr char kIndexItems[] = R"(
SELECT coalesce(k.conname, x.relname) AS name,
       CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' WHEN 'x' THEN 'EXCLUDE'
                      ELSE 'UNIQUE INDEX' END,
       NULL, NULL,
       CASE WHEN NOT i.indisexclusion THEN
         format('SELECT coalesce(sum(n - 1), 0)::bigint FROM'
                ' (SELECT count(*) AS n FROM (%s) s WHERE %s GROUP BY %s) g WHERE n > 1',
                s.subquery,
                CASE WHEN (to_jsonb(i) ->> 'indnullsnotdistinct')::bool THEN 'true' ELSE y.all_present END, y.names)
       WHEN y.range_key IS NOT NULL AND y.others = y.equalities THEN
         format('SELECT count(*) FROM'
                ' (SELECT %1$s OPERATOR(pg_catalog.&&) lag(%1$s) OVER (%2$s ORDER BY %1$s) AS conflict'
                ' FROM (%3$s) s WHERE %4$s) w WHERE conflict',
                y.range_key, 'PARTITION BY ' || y.equal_names, s.subquery, y.all_present)
       ELSE
         format('SELECT count(*) FROM (%1$s) a JOIN (%1$s) b'
                ' ON (a.table_id, a.row_id) < (b.table_id, b.row_id) AND %2$s',
                s.subquery, y.conflicts)
       END || CASE WHEN i.indisunique AND i.indisexclusion THEN
         format(' UNION ALL SELECT count(*) FROM (%s) s WHERE isempty(k%s)', s.subquery, i.indnkeyatts) ELSE '' END,
       x.relispartition
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
  CROSS JOIN LATERAL (
       SELECT string_agg(format('k%s', place), ', ' ORDER BY place) AS names,
              string_agg(format('(%s)%s AS k%s', pg_get_indexdef(i.indexrelid, place, false),
                                CASE WHEN l.oid IS NOT NULL THEN format(' COLLATE %I.%I', ln.nspname, l.collname) END,
                                place), ', ' ORDER BY place) AS keys,
              string_agg(format('k%s IS DISTINCT FROM NULL', place), ' AND ' ORDER BY place) AS all_present,
              string_agg(format('a.k%1$s OPERATOR(%2$s.%3$s) b.k%1$s', place, quote_ident(opn.nspname), o.oprname),
                         ' AND ' ORDER BY place) AS conflicts,
              min(format('k%s', place)) FILTER (WHERE o.oprcode = 'range_overlaps'::regproc) AS range_key,
              string_agg(format('k%s', place), ', ' ORDER BY place) FILTER (WHERE o.oprname = '=') AS equal_names,
              count(*) FILTER (WHERE o.oprname = '=') AS equalities,
              count(*) - 1 AS others
         FROM generate_series(1, i.indnkeyatts::int) AS place
         LEFT JOIN pg_collation l ON l.oid = i.indcollation[place - 1]
         LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
         LEFT JOIN pg_operator o ON o.oid = k.conexclop[place]
         LEFT JOIN pg_namespace opn ON opn.oid = o.oprnamespace) y
  CROSS JOIN LATERAL (
       SELECT format('SELECT tableoid AS table_id, ctid AS row_id, %s FROM %s%I.%I WHERE %s', y.keys,
                     CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END, n.nspname, c.relname,
                     coalesce(pg_get_expr(i.indpred, i.indrelid), 'true')) AS subquery) s
 WHERE i.indrelid = $1 AND (i.indisunique OR i.indisexclusion) AND i.indisready AND i.indislive
 ORDER BY i.indisprimary DESC, name)";

// MATCH SIMPLE asks only for keys without a null; MATCH FULL also refuses keys that are null in part. A PERIOD asks
// that the referenced periods together cover the referencing one.
constexpr char kForeignKeyItems[] = R"(
SELECT k.conname, 'FOREIGN KEY', NULL, NULL,
       format(CASE WHEN (to_jsonb(k) ->> 'conperiod')::bool THEN
                'SELECT count(*) FROM %1$s f'
                ' LEFT JOIN (SELECT %8$s, pg_catalog.range_agg(%6$s) AS all_periods FROM %2$s p GROUP BY %8$s) p'
                ' ON %4$s WHERE %3$s AND (p.all_periods OPERATOR(pg_catalog.@>) %7$s) IS NOT TRUE'
              ELSE
                'SELECT count(*) FROM %1$s f WHERE %3$s AND NOT EXISTS (SELECT FROM %2$s p WHERE %4$s)'
              END
              || CASE WHEN k.confmatchtype = 'f'
                      THEN ' UNION ALL SELECT count(*) FROM %1$s f WHERE NOT (%3$s) AND NOT (%5$s)' ELSE '' END,
              CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END || format('%I.%I', n.nspname, c.relname),
              CASE WHEN r.relkind = 'p' THEN '' ELSE 'ONLY ' END || format('%I.%I', rn.nspname, r.relname),
              y.all_present, y.matches, y.all_absent, y.referenced_period, y.period, y.referenced_keys),
       k.conparentid <> 0
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class r ON r.oid = k.confrelid
  JOIN pg_namespace rn ON rn.oid = r.relnamespace
  CROSS JOIN LATERAL (
       SELECT string_agg(format('f.%I IS DISTINCT FROM NULL', a.attname), ' AND ' ORDER BY u.place) AS all_present,
              string_agg(format('f.%I IS NOT DISTINCT FROM NULL', a.attname), ' AND ' ORDER BY u.place) AS all_absent,
              coalesce(string_agg(
                format('p.%I OPERATOR(%I.%s) f.%I%s', b.attname, opn.nspname, o.oprname, a.attname,
                       CASE WHEN a.attcollation <> b.attcollation AND b.attcollation <> 0
                            THEN format(' COLLATE %I.%I', ln.nspname, l.collname) END), ' AND ' ORDER BY u.place)
                FILTER (WHERE u.place < cardinality(k.conkey)
                              OR NOT coalesce((to_jsonb(k) ->> 'conperiod')::bool, false)),
                'true') AS matches,
              min(format('p.%I', b.attname)) FILTER (WHERE u.place = cardinality(k.conkey)) AS referenced_period,
              min(format('f.%I', a.attname)) FILTER (WHERE u.place = cardinality(k.conkey)) AS period,
              string_agg(format('p.%I', b.attname), ', ') FILTER (WHERE u.place < cardinality(k.conkey))
                AS referenced_keys
         FROM ROWS FROM (unnest(k.conkey), unnest(k.confkey), unnest(k.conpfeqop))
              WITH ORDINALITY AS u (attribute, referenced, operator, place)
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attribute
         JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.referenced
         JOIN pg_operator o ON o.oid = u.operator
         JOIN pg_namespace opn ON opn.oid = o.oprnamespace
         LEFT JOIN pg_collation l ON l.oid = b.attcollation
         LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace) y
 WHERE k.conrelid = $1 AND k.contype = 'f'
   AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)
 ORDER BY k.conname)";

constexpr char kPartitionItems[] = R"(
SELECT pg_get_expr(c.relpartbound, c.oid), 'PARTITION', NULL, NULL,
       format('SELECT count(*) FROM ONLY %I.%I WHERE (%s) IS FALSE', n.nspname, c.relname,
              coalesce(pg_get_partition_constraintdef(c.oid), 'true')),
       false
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = $1 AND c.relispartition AND c.relkind = 'r')";

// The next value of a column's sequence must lie beyond the values in use.
constexpr char kSequenceItems[] = R"(
SELECT a.attname, CASE WHEN a.attidentity <> '' THEN 'IDENTITY' ELSE 'SEQUENCE' END, NULL, NULL,
       format('SELECT count(*) FROM (SELECT %s(%I)::numeric AS used FROM %s%I.%I) t, %I.%I q'
              ' WHERE t.used %s q.last_value::numeric + CASE WHEN q.is_called THEN %s ELSE 0 END',
              CASE WHEN s.seqincrement > 0 THEN 'max' ELSE 'min' END, a.attname,
              CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END, n.nspname, c.relname, qn.nspname, q.relname,
              CASE WHEN s.seqincrement > 0 THEN '>=' ELSE '<=' END, s.seqincrement),
       c.relispartition
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid
  JOIN pg_type t ON t.oid = a.atttypid AND t.typcategory = 'N'
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                        AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%'
  JOIN pg_depend p ON CASE WHEN a.attidentity <> ''
                      THEN p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass
                       AND p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype = 'i'
                      ELSE p.classid = 'pg_attrdef'::regclass AND p.refclassid = 'pg_class'::regclass
                       AND p.objid = d.oid END
  JOIN pg_sequence s ON s.seqrelid = CASE WHEN a.attidentity <> '' THEN p.objid ELSE p.refobjid END
  JOIN pg_class q ON q.oid = s.seqrelid
  JOIN pg_namespace qn ON qn.oid = q.relnamespace
 WHERE c.oid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND NOT s.seqcycle
   AND CASE WHEN q.relkind = 'S' THEN has_sequence_privilege(q.oid, 'SELECT') END
 ORDER BY a.attnum)";

constexpr char kLeafQuery[] = R"(
SELECT p.relid::oid
  FROM pg_partition_tree($1) p JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE p.isleaf AND p.relid <> $1 ORDER BY n.nspname, c.relname)";

List* AppendItems(List* items, const char* query, Oid relation, bool own_only) {
  const CatalogRows rows = RunCatalogQuery(query, relation);
  for (int row = 0; row < rows.row_count; ++row) {
    if (own_only && *rows.Get(row, 5) == 't') continue;
    auto* item = static_cast<VerifyItem*>(palloc0(sizeof(VerifyItem)));
    item->relation = relation;
    item->name = rows.Get(row, 0);
    item->kind = rows.Get(row, 1);
    item->source = rows.Get(row, 2);
    item->condition = rows.Get(row, 3);
    item->query = rows.Get(row, 4);
    items = lappend(items, item);
  }
  return items;
}

List* AppendTableItems(List* items, Oid relation, bool own_only) {
  items = AppendItems(items, kNotNullItems, relation, own_only);
  items = AppendItems(items, kCheckItems, relation, own_only);
  items = AppendItems(items, kGeneratedItems, relation, own_only);
  if (!own_only) items = AppendDomainItems(items, relation);
  items = AppendItems(items, kIndexItems, relation, own_only);
  items = AppendItems(items, kForeignKeyItems, relation, own_only);
  items = AppendItems(items, kSequenceItems, relation, own_only);
  return AppendItems(items, kPartitionItems, relation, own_only);
}

}  // namespace

List* ReadVerifyItems(Oid relation) {
  List* items = AppendTableItems(NIL, relation, false);
  const CatalogRows leaves = RunCatalogQuery(kLeafQuery, relation);
  for (int row = 0; row < leaves.row_count; ++row) {
    items = AppendTableItems(items, static_cast<Oid>(strtoul(leaves.Get(row, 0), nullptr, 10)), true);
  }
  return items;
}

}  // namespace dbmocker::server

// The read phase of the describe step: one query per kind of object, node trees flattened, types read. What exists in
// some PostgreSQL versions only is asked for through to_jsonb(), which gives NULL where it is unknown.
// Must not create C++ objects: everything here may ereport.
// Read first: ReadTable.
#include "server/raw_table.h"

#include "server/compat.h"
#include "server/read_refusals.h"

namespace dbmocker::server {
namespace {

constexpr char kTableQuery[] = R"(
SELECT c.oid, n.nspname, c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind,
       c.relpersistence,
       CASE WHEN c.relkind = 'r' THEN (SELECT amname FROM pg_am WHERE oid = c.relam) END,
       obj_description(c.oid, 'pg_class'),
       EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type = '3' AND r.ev_enabled <> 'D'),
       c.relispartition,
       current_setting('wal_level') = 'logical' AND c.relpersistence = 'p',
       c.relreplident,
       c.relkind <> 'p' AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid),
       c.relnatts,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
       EXISTS (SELECT FROM pg_publication)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = $1)";
constexpr int kAnyPublicationPlace = 15;

constexpr char kPublicationQuery[] = R"(
SELECT FROM pg_publication_tables p
  JOIN pg_namespace n ON n.nspname = p.schemaname
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
 WHERE c.oid = $1 OR c.oid IN (SELECT relid FROM pg_partition_ancestors($1))
    OR c.oid IN (SELECT relid FROM pg_partition_tree($1))
 LIMIT 1)";

constexpr char kColumnQuery[] = R"(
SELECT a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated <> '', a.attidentity,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(l.collname)
          FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
         WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation),
       col_description(a.attrelid, a.attnum),
       pg_get_expr(d.adbin, d.adrelid), d.adbin::text,
       has_column_privilege(a.attrelid, a.attnum, 'INSERT')
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum)";
constexpr int kIdentityPlace = 6;
constexpr int kDefaultPlace = 9;

// Of the same columns: the sequence of an identity column (which a partition shares with its root), else the one that
// the default depends on, else the one that the default names as text, as old dumps do.
constexpr char kSequenceQuery[] = R"(
SELECT s.seqrelid, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle
  FROM pg_attribute a
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN LATERAL
       (SELECT CASE WHEN a.attidentity <> '' THEN
               (SELECT p.objid
                  FROM pg_depend p
                  JOIN pg_attribute o ON o.attrelid = p.refobjid AND o.attnum = p.refobjsubid
                  JOIN pg_sequence q ON q.seqrelid = p.objid
                 WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass AND p.deptype = 'i'
                   AND o.attname = a.attname AND o.attidentity <> ''
                   AND (p.refobjid = a.attrelid OR p.refobjid IN (SELECT relid FROM pg_partition_ancestors(a.attrelid)))
                 LIMIT 1)
               ELSE coalesce(
               (SELECT p.refobjid
                  FROM pg_depend p JOIN pg_sequence q ON q.seqrelid = p.refobjid
                 WHERE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass
                 LIMIT 1),
               to_regclass(substring(pg_get_expr(d.adbin, d.adrelid)
                                     FROM $$^nextval\(\(?'([A-Za-z_0-9]+\.[A-Za-z_0-9]+)'::text\)?::regclass\)$$)))
               END AS oid) AS found ON true
  LEFT JOIN pg_sequence s ON s.seqrelid = found.oid
  LEFT JOIN pg_class c ON c.oid = s.seqrelid
  LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum)";

constexpr char kCheckQuery[] = R"(
SELECT conname, pg_get_constraintdef(oid), convalidated, conbin::text
  FROM pg_constraint WHERE conrelid = $1 AND contype = 'c' ORDER BY conname)";

constexpr char kIndexQuery[] = R"(
SELECT i.indisexclusion, coalesce(k.conname, x.relname), i.indexrelid, i.indisprimary, k.oid IS NOT NULL,
       i.indkey::text, i.indnkeyatts,
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false),
       NOT i.indimmediate OR coalesce(k.condeferrable, false),
       CASE WHEN i.indisexclusion THEN pg_get_constraintdef(k.oid) ELSE pg_get_indexdef(i.indexrelid) END,
       (SELECT string_agg(o.oprname, ' ' ORDER BY u.place)
          FROM unnest(k.conexclop) WITH ORDINALITY AS u (operator, place) JOIN pg_operator o ON o.oid = u.operator),
       i.indisunique,
       i.indexprs::text, i.indpred::text
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
 WHERE i.indrelid = $1 AND (i.indisunique OR i.indisexclusion) AND i.indisready AND i.indislive
 ORDER BY i.indisprimary DESC, 2)";
constexpr int kIndexExpressionsPlace = 12;
constexpr int kIndexPredicatePlace = 13;

// A key that refers to a partitioned table has further rows, one per partition of that table: they are left out. Keys
// that partitions have for themselves count as keys of the whole, one for all that say the same.
constexpr char kForeignKeyQuery[] = R"(
WITH keys AS (
  SELECT k.oid, k.conrelid, k.confrelid, k.conkey, k.confkey,
         (SELECT array_agg(a.attnum ORDER BY u.place)
            FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
            JOIN pg_attribute o ON o.attrelid = k.conrelid AND o.attnum = u.number
            JOIN pg_attribute a ON a.attrelid = $1 AND a.attname = o.attname) AS columns
    FROM pg_constraint k
   WHERE k.contype = 'f'
     AND (k.conrelid = $1 OR k.conparentid = 0 AND k.conrelid IN (SELECT relid FROM pg_partition_tree($1)))
     AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)
), distinct_keys AS (
  SELECT * FROM keys WHERE conrelid = $1
  UNION ALL
  (SELECT DISTINCT ON (columns, confrelid, confkey) * FROM keys k
    WHERE conrelid <> $1
      AND NOT EXISTS (SELECT FROM keys o WHERE o.conrelid = $1 AND o.columns = k.columns AND o.confrelid = k.confrelid
                         AND o.confkey = k.confkey)
    ORDER BY columns, confrelid, confkey, oid)
)
SELECT k.oid, k.conname, k.confrelid, quote_ident(n.nspname) || '.' || quote_ident(r.relname),
       k.condeferrable, k.condeferred, k.confmatchtype, k.convalidated, pg_get_constraintdef(k.oid),
       EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = k.confrelid AND NOT t.tgisinternal AND t.tgdeferrable
                  AND t.tginitdeferred AND t.tgenabled <> 'D' AND (t.tgtype & 4) <> 0),
       coalesce((to_jsonb(k) ->> 'conperiod')::bool, false),
       u.attribute, u.referenced, a.attname
  FROM distinct_keys d
  JOIN pg_constraint k ON k.oid = d.oid
  JOIN pg_class r ON r.oid = k.confrelid
  JOIN pg_namespace n ON n.oid = r.relnamespace
  CROSS JOIN LATERAL ROWS FROM (unnest(d.columns), unnest(k.confkey))
       WITH ORDINALITY AS u (attribute, referenced, place)
  JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.referenced
 ORDER BY k.conname, k.oid, u.place)";

// CHECKs that read a column which refers to a column of this table by itself.
constexpr char kDemandQuery[] = R"(
SELECT f.confkey[1], f.conkey[1], c.conbin::text
  FROM pg_constraint f
  JOIN pg_constraint c ON c.conrelid = f.conrelid AND c.contype = 'c' AND c.conkey @> f.conkey
 WHERE f.confrelid = $1 AND f.contype = 'f' AND cardinality(f.conkey) = 1 AND f.conparentid = 0
 ORDER BY f.confkey[1], f.conname, f.oid, c.conname)";

constexpr char kTriggerQuery[] = R"(
SELECT t.tgname, t.tgtype,
       t.tgenabled = 'A'
       OR t.tgenabled = CASE current_setting('session_replication_role') WHEN 'replica' THEN 'R' ELSE 'O' END,
       quote_ident(n.nspname) || '.' || quote_ident(p.proname),
       CASE WHEN l.lanname = 'plpgsql' AND (t.tgtype & 5) = 5 THEN p.prosrc END, t.tgqual::text
  FROM pg_trigger t
  JOIN pg_proc p ON p.oid = t.tgfoid
  JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_language l ON l.oid = p.prolang
 WHERE t.tgrelid = $1 AND NOT t.tgisinternal ORDER BY t.tgname)";

// A table that is a leaf itself is its own only partition here.
constexpr char kPartitionQuery[] = R"(
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) COLLATE "C", c.oid,
       EXISTS (SELECT FROM pg_partition_ancestors(c.oid) a JOIN pg_class b ON b.oid = a.relid
                WHERE pg_get_expr(b.relpartbound, b.oid) = 'DEFAULT'
                  AND (b.oid <> $1 OR b.oid = c.oid)
                  AND b.oid IN (SELECT relid FROM pg_partition_tree($1))),
       c.relnatts
  FROM pg_partition_tree($1) p
  JOIN pg_class c ON c.oid = p.relid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE p.isleaf
 ORDER BY 1)";

template <class T>
T* AllocateTwin(const CatalogRows& rows) {
  return static_cast<T*>(palloc0(sizeof(T) * static_cast<Size>(rows.row_count + 1)));
}

Oid ParseOid(const char* text) { return static_cast<Oid>(std::strtoul(text, nullptr, 10)); }

void ReadColumns(RawTable* raw, Oid relation, FlattenContext* context) {
  TypeReader types;
  raw->columns = RunCatalogQuery(kColumnQuery, relation);
  raw->column_types = AllocateTwin<RawType*>(raw->columns);
  raw->defaults = AllocateTwin<FlatExpression*>(raw->columns);
  for (int row = 0; row < raw->columns.row_count; ++row) {
    context->live_columns = bms_add_member(context->live_columns, std::atoi(raw->columns.Get(row, 0)));
  }
  bool may_have_sequence = false;
  for (int row = 0; row < raw->columns.row_count; ++row) {
    raw->column_types[row] = ReadType(&types, ParseOid(raw->columns.Get(row, 2)));
    may_have_sequence |=
        *raw->columns.Get(row, kIdentityPlace) != '\0' || raw->columns.Get(row, kDefaultPlace) != nullptr;
    raw->defaults[row] = FlattenNodeText(raw->columns.Get(row, 10), context);
  }
  if (may_have_sequence) raw->sequences = RunCatalogQuery(kSequenceQuery, relation);
}

// What the table's own row in pg_class says it may have. Flags may stay set after the last such object has gone.
struct PossibleParts {
  bool checks;
  bool indexes;
  bool triggers;  // those of foreign keys too, but for keys NOT ENFORCED, which have none
  bool partitions;
};

PossibleParts FindPossibleParts(Oid relation) {
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for relation %u", relation);
  const auto* form = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
  const bool is_partitioned = form->relkind == RELKIND_PARTITIONED_TABLE;
  constexpr bool kHasUnenforced = compat::kServerMajor >= 18;
  const PossibleParts parts = {form->relchecks > 0, form->relhasindex,
                               form->relhastriggers || is_partitioned || kHasUnenforced,
                               is_partitioned || form->relispartition};
  ReleaseSysCache(tuple);
  return parts;
}

void ReadChecks(RawTable* raw, Oid relation, FlattenContext* context) {
  raw->checks = RunCatalogQuery(kCheckQuery, relation);
  raw->check_trees = AllocateTwin<FlatExpression*>(raw->checks);
  for (int row = 0; row < raw->checks.row_count; ++row) {
    raw->check_trees[row] = FlattenNodeText(raw->checks.Get(row, 3), context);
  }
}

void ReadIndexes(RawTable* raw, Oid relation, FlattenContext* context) {
  raw->indexes = RunCatalogQuery(kIndexQuery, relation);
  raw->index_expressions = AllocateTwin<List*>(raw->indexes);
  raw->index_predicates = AllocateTwin<FlatExpression*>(raw->indexes);
  for (int row = 0; row < raw->indexes.row_count; ++row) {
    raw->index_predicates[row] = FlattenNodeText(raw->indexes.Get(row, kIndexPredicatePlace), context);
    const char* text = raw->indexes.Get(row, kIndexExpressionsPlace);
    if (text == nullptr) continue;
    auto* nodes = static_cast<List*>(stringToNode(text));
    for (int i = 0; i < list_length(nodes); ++i) {
      FlatExpression* expression = FlattenExpression(static_cast<Node*>(list_nth(nodes, i)), context);
      raw->index_expressions[row] = lappend(raw->index_expressions[row], expression);
    }
  }
}

// Names in a body are looked up where the table lives, and in public.
void ReadTriggers(RawTable* raw, Oid relation, FlattenContext* context) {
  raw->triggers = RunCatalogQuery(kTriggerQuery, relation);
  raw->trigger_accepts = AllocateTwin<List*>(raw->triggers);
  const char* home = get_namespace_name(get_rel_namespace(relation));
  for (int row = 0; row < raw->triggers.row_count; ++row) {
    const char* source = raw->triggers.Get(row, 4);
    if (source == nullptr || *raw->triggers.Get(row, 2) != 't' || home == nullptr) continue;
    const int level = NewGUCNestLevel();
    (void)set_config_option("search_path", psprintf("%s, public", quote_identifier(home)), PGC_USERSET, PGC_S_SESSION,
                            GUC_ACTION_SAVE, true, 0, false);
    List* accepts = ReadRefusals(relation, source, raw->triggers.Get(row, 5),
                                 (std::atoi(raw->triggers.Get(row, 1)) & TRIGGER_TYPE_BEFORE) != 0);
    AtEOXact_GUC(true, level);
    for (int i = 0; i < list_length(accepts); ++i)
      raw->trigger_accepts[row] =
          lappend(raw->trigger_accepts[row], FlattenExpression(static_cast<Node*>(list_nth(accepts, i)), context));
  }
}

void ReadDemands(RawTable* raw, Oid relation) {
  raw->demands = RunCatalogQuery(kDemandQuery, relation);
  raw->demand_trees = AllocateTwin<FlatExpression*>(raw->demands);
  for (int row = 0; row < raw->demands.row_count; ++row) {
    FlattenContext of_child;
    raw->demand_trees[row] = FlattenNodeText(raw->demands.Get(row, 2), &of_child);
  }
}

// The leaf's whole constraint with the leaf's attribute numbers turned into those of `relation`, by name.
FlatExpression* ReadPartitionConstraint(Oid relation, Oid leaf, int leaf_attributes, Bitmapset* live_columns) {
  Expr* constraint = get_partition_qual_relid(leaf);
  if (constraint == nullptr) return nullptr;
  const int count = leaf_attributes + 1;
  int* map = static_cast<int*>(palloc0(sizeof(int) * static_cast<Size>(count)));
  for (int number = 1; number < count; ++number) {
    const char* name = get_attname(leaf, static_cast<AttrNumber>(number), true);
    map[number] = name == nullptr ? 0 : get_attnum(relation, name);
  }
  FlattenContext context;
  context.attribute_map = map;
  context.attribute_count = count;
  context.live_columns = live_columns;
  return FlattenExpression(reinterpret_cast<Node*>(constraint), &context);
}

void ReadPartitions(RawTable* raw, Oid relation, Bitmapset* live_columns) {
  raw->partitions = RunCatalogQuery(kPartitionQuery, relation);
  raw->partition_constraints = AllocateTwin<FlatExpression*>(raw->partitions);
  for (int row = 0; row < raw->partitions.row_count; ++row) {
    const Oid leaf = ParseOid(raw->partitions.Get(row, 1));
    const int leaf_attributes = std::atoi(raw->partitions.Get(row, 3));
    raw->partition_constraints[row] = ReadPartitionConstraint(relation, leaf, leaf_attributes, live_columns);
  }
}

}  // namespace

RawTable* ReadTable(Oid relation) {
  auto* raw = static_cast<RawTable*>(palloc0(sizeof(RawTable)));
  FlattenContext context;
  const int nest_level = EnterCatalogSettings();
  raw->table = RunCatalogQuery(kTableQuery, relation);
  if (raw->table.row_count != 1) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relation)));
  }
  if (*raw->table.Get(0, kAnyPublicationPlace) == 't') {
    raw->is_published = RunCatalogQuery(kPublicationQuery, relation).row_count > 0;
  }
  ReadColumns(raw, relation, &context);
  // In a new session each query costs the time to plan it: those that can find nothing are left out.
  const PossibleParts parts = FindPossibleParts(relation);
  if (parts.checks) ReadChecks(raw, relation, &context);
  if (parts.indexes) ReadIndexes(raw, relation, &context);
  if (parts.triggers) {
    raw->foreign_keys = RunCatalogQuery(kForeignKeyQuery, relation);
    ReadDemands(raw, relation);
    ReadTriggers(raw, relation, &context);
  }
  if (parts.partitions) ReadPartitions(raw, relation, context.live_columns);
  LeaveCatalogSettings(nest_level);
  raw->row_security = check_enable_rls(relation, InvalidOid, true) == RLS_ENABLED;
  return raw;
}

}  // namespace dbmocker::server

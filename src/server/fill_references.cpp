// See fill_references.h. The draws come from dbmocker.draw_index(), so they depend on the rows' order only.
// Read first: FillReference.
#include "server/fill_references.h"

#include "dbmocker/error.h"
#include "dbmocker/permutation.h"
#include "server/boundary.h"
#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

// The statement for constraint $1: the run's rows in the order of the primary key (without one: of storage), which does
// not depend on the writer, and parents in key order, joined by a drawn place. Columns of the foreign key that may not
// be NULL, or are the row's own key, keep their values: the parents are those that have them too, in groups of their
// own.
// The statement's own parameters: $1 seed, $2 null_probability, $3 first command of the run.
constexpr char kStatement[] = R"(
WITH RECURSIVE strict AS (
  SELECT oid FROM pg_type WHERE typtype = 'd' AND typnotnull
  UNION
  SELECT t.oid FROM pg_type t JOIN strict s ON t.typbasetype = s.oid WHERE t.typtype = 'd'
), keys AS (
  SELECT f.oid, k.place, k.child, pg_catalog.quote_ident(a.attname) AS own, pg_catalog.quote_ident(r.attname) AS key,
         a.attnotnull OR a.atttypid IN (SELECT oid FROM strict)
           OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid = f.conrelid AND i.indisprimary
                         AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])) AS is_kept
    FROM pg_constraint f
   CROSS JOIN ROWS FROM (unnest(f.conkey), unnest(f.confkey)) WITH ORDINALITY AS k (child, parent, place)
    JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.child
    JOIN pg_attribute r ON r.attrelid = f.confrelid AND r.attnum = k.parent
   WHERE f.oid = $1
), parts AS (
  SELECT string_agg(format('%s = d.key_%s', own, place), ', ' ORDER BY place) FILTER (WHERE NOT is_kept) AS assignments,
         string_agg(format('c.%s IS NULL', own), ' OR ' ORDER BY place) FILTER (WHERE NOT is_kept) AS is_open,
         string_agg(format('k.%s IS NOT NULL', key), ' AND ' ORDER BY place) AS has_key,
         string_agg(format('u.%s = k.%s', own, key), ' AND ' ORDER BY place) AS is_taken,
         string_agg(format('k.%s AS key_%s', key, place), ', ' ORDER BY place) AS key_list,
         string_agg('k.' || key, ', ' ORDER BY place) AS key_order,
         string_agg(format('k.%s AS key_%s, ', key, place), '' ORDER BY place) FILTER (WHERE is_kept) AS group_list,
         string_agg(format('c.%s AS key_%s, ', own, place), '' ORDER BY place) FILTER (WHERE is_kept) AS own_list,
         string_agg('k.' || key, ', ' ORDER BY place) FILTER (WHERE is_kept) AS groups,
         string_agg('c.' || own, ', ' ORDER BY place) FILTER (WHERE is_kept) AS own_groups,
         string_agg(format('g.key_%1$s = m.key_%1$s', place), ' AND ' ORDER BY place)
           FILTER (WHERE is_kept) AS same_group,
         string_agg(format('p.key_%1$s = m.key_%1$s AND ', place), '' ORDER BY place)
           FILTER (WHERE is_kept) AS same_parent,
         coalesce(array_agg(child) FILTER (WHERE is_kept), '{}') AS kept, array_agg(child) AS columns
    FROM keys
), target AS (
  SELECT f.conname, f.conrelid::regclass AS child, f.confrelid::regclass AS parent,
         EXISTS (SELECT FROM pg_index i WHERE i.indrelid = f.conrelid AND i.indisunique
                    AND (i.indkey::int2[])[0:i.indnkeyatts - 1] <@ p.columns
                    AND NOT (i.indkey::int2[])[0:i.indnkeyatts - 1] <@ p.kept) AS is_unique,
         coalesce((SELECT string_agg(format('c.%I', o.attname), ', ' ORDER BY u.place)
                     FROM pg_index i
                    CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS u (number, place)
                     JOIN pg_attribute o ON o.attrelid = i.indrelid AND o.attnum = u.number
                    WHERE i.indrelid = f.conrelid AND i.indisprimary AND u.place <= i.indnkeyatts),
                  'c.tableoid, c.ctid') AS row_order
    FROM pg_constraint f, parts p WHERE f.oid = $1
)
SELECT format(
  'UPDATE %1$s t SET %2$s FROM (SELECT m.row_table, m.row_id, p.*
     FROM (SELECT c.tableoid AS row_table, c.ctid AS row_id, %3$s
                  pg_catalog.row_number() OVER (ORDER BY %4$s) - 1 AS place,
                  pg_catalog.row_number() OVER (%5$s ORDER BY %4$s) - 1 AS group_place
             FROM %1$s c
            WHERE dbmocker.is_own_transaction(c.xmin) AND c.cmin::pg_catalog.text::pg_catalog.int8 >= $3 AND (%6$s)) m
          %7$s
          JOIN (SELECT %8$s, pg_catalog.row_number() OVER (%9$s ORDER BY %10$s) - 1 AS key_place
                  FROM %11$s k WHERE %12$s) p
            ON %13$s p.key_place = dbmocker.draw_index($1, %14$L, m.%15$s, %16$s, %17$L)
    WHERE dbmocker.draw_index($1, %18$L, m.place, 1000000, false) >= $2 * 1000000) d
   WHERE t.tableoid = d.row_table AND t.ctid = d.row_id',
  t.child, p.assignments, p.own_list, t.row_order, 'PARTITION BY ' || p.own_groups, p.is_open,
  CASE WHEN p.groups IS NOT NULL
       THEN format('JOIN (SELECT %spg_catalog.count(*) AS keys FROM %s k WHERE %s GROUP BY %s) g ON %s',
                   p.group_list, t.parent, s.text, p.groups, p.same_group) END,
  p.key_list, 'PARTITION BY ' || p.groups, p.key_order, t.parent, s.text, p.same_parent, t.conname,
  CASE WHEN t.is_unique AND p.groups IS NOT NULL THEN 'group_place' ELSE 'place' END,
  CASE WHEN p.groups IS NULL THEN format('NULLIF((SELECT pg_catalog.count(*) FROM %s k WHERE %s), 0)', t.parent, s.text)
       ELSE 'g.keys' END,
  t.is_unique, t.conname || ' IS NULL')
  FROM parts p, target t,
       LATERAL (SELECT p.has_key || CASE WHEN t.is_unique
                  THEN format(' AND NOT EXISTS (SELECT 1 FROM %s u WHERE %s)', t.child, p.is_taken) ELSE '' END)
         AS s (text)
 WHERE p.assignments IS NOT NULL)";

}  // namespace

void FillReference(Oid constraint, CommandId first_command, const RunOptions& options) {
  const CatalogRows text = RunCatalogQuery(kStatement, constraint);
  if (text.row_count != 1) return;  // every column of the key keeps its value
  Oid types[] = {INT8OID, FLOAT8OID, INT8OID};
  Datum values[] = {Int64GetDatum(options.seed), Float8GetDatum(options.null_probability),
                    Int64GetDatum(first_command)};
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  // The planner takes the rows that the run has made for a few: nested loops would be a product of two tables.
  const int level = NewGUCNestLevel();
  set_config_option("enable_nestloop", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
  SPI_execute_with_args(text.Get(0, 0), 3, types, values, nullptr, false, 0);
  AtEOXact_GUC(false, level);
  SPI_finish();
}

}  // namespace dbmocker::server

using namespace dbmocker;
using namespace dbmocker::server;

// draw_index(seed, name, ordinal, size, is_distinct): an index in [0, size); distinct ordinals below size give distinct
// indexes if is_distinct, and NULL (no index left) from size on.
DBMOCKER_FUNCTION(dbmocker_draw_index) {
  const std::int64_t size = PG_GETARG_INT64(3);
  const auto ordinal = static_cast<std::uint64_t>(PG_GETARG_INT64(2));
  if (size <= 0 || PG_GETARG_INT64(2) < 0)
    throw Error(sqlstate::kInvalidParameterValue, "size must be positive and ordinal not negative", "",
                "Give a size of 1 or more and an ordinal of 0 or more.");
  text* name = CallServer([=] { return PG_GETARG_TEXT_PP(1); });
  const StreamKey key =
      MakeStreamKey(PG_GETARG_INT64(0), "draw_index", std::string_view(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
  const auto count = static_cast<std::uint64_t>(size);
  if (!PG_GETARG_BOOL(4)) return Int64GetDatum(static_cast<std::int64_t>(Scale(Word(key, ordinal), count)));
  if (ordinal >= count) {
    fcinfo->isnull = true;
    return Datum{0};
  }
  return Int64GetDatum(static_cast<std::int64_t>(Permutation(key, count)(ordinal)));
}

// is_own_transaction(xid): true for the transaction in progress and its subtransactions.
DBMOCKER_FUNCTION(dbmocker_is_own_transaction) {
  return CallServer([=] { return BoolGetDatum(TransactionIdIsCurrentTransactionId(PG_GETARG_TRANSACTIONID(0))); });
}

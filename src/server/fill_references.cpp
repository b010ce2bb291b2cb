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
// not depend on the writer, and parents in key order, joined by a drawn place.
// The statement's own parameters: $1 seed, $2 null_probability, $3 first command of the run.
constexpr char kStatement[] = R"(
SELECT pg_catalog.format(
  'UPDATE %1$s t SET %2$s FROM (SELECT m.row_table, m.row_id, p.*
     FROM (SELECT c.tableoid AS row_table, c.ctid AS row_id,
                  pg_catalog.row_number() OVER (ORDER BY %11$s) - 1 AS place
             FROM %1$s c
            WHERE dbmocker.is_own_transaction(c.xmin) AND c.cmin::pg_catalog.text::pg_catalog.int8 >= $3 AND (%3$s)) m
          JOIN (SELECT %6$s, pg_catalog.row_number() OVER (ORDER BY %7$s) - 1 AS key_place FROM %4$s k WHERE %5$s) p
            ON p.key_place = dbmocker.draw_index($1, %8$L, m.place,
                 NULLIF((SELECT pg_catalog.count(*) FROM %4$s k WHERE %5$s), 0), %9$L)
    WHERE dbmocker.draw_index($1, %10$L, m.place, 1000000, false) >= $2 * 1000000) d
   WHERE t.tableoid = d.row_table AND t.ctid = d.row_id',
  f.conrelid::regclass,
  pg_catalog.string_agg(pg_catalog.format('%I = d.key_%s', a.attname, k.place), ', ' ORDER BY k.place),
  pg_catalog.string_agg(pg_catalog.format('c.%I IS NULL', a.attname), ' OR ' ORDER BY k.place),
  f.confrelid::regclass,
  pg_catalog.string_agg(pg_catalog.format('k.%I IS NOT NULL', r.attname), ' AND ' ORDER BY k.place)
    || CASE WHEN is_unique.yes THEN
         pg_catalog.format(' AND NOT EXISTS (SELECT 1 FROM %s u WHERE %s)', f.conrelid::regclass,
           pg_catalog.string_agg(pg_catalog.format('u.%I = k.%I', a.attname, r.attname), ' AND ' ORDER BY k.place))
       ELSE '' END,
  pg_catalog.string_agg(pg_catalog.format('k.%I AS key_%s', r.attname, k.place), ', ' ORDER BY k.place),
  pg_catalog.string_agg(pg_catalog.format('k.%I', r.attname), ', ' ORDER BY k.place),
  f.conname, is_unique.yes, f.conname || ' IS NULL', row_order.columns)
FROM pg_catalog.pg_constraint f
  CROSS JOIN ROWS FROM (pg_catalog.unnest(f.conkey), pg_catalog.unnest(f.confkey))
    WITH ORDINALITY AS k(child, parent, place)
  CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = f.conrelid AND i.indisunique
                      AND (i.indkey::pg_catalog.int2[])[0:i.indnkeyatts - 1] <@ f.conkey) AS yes) is_unique
  CROSS JOIN LATERAL (
    SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('c.%I', o.attname), ', ' ORDER BY u.place),
                    'c.tableoid, c.ctid') AS columns
      FROM pg_catalog.pg_index i
      CROSS JOIN pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS u (number, place)
      JOIN pg_catalog.pg_attribute o ON o.attrelid = i.indrelid AND o.attnum = u.number
     WHERE i.indrelid = f.conrelid AND i.indisprimary AND u.place <= i.indnkeyatts) row_order
  JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.child
  JOIN pg_catalog.pg_attribute r ON r.attrelid = f.confrelid AND r.attnum = k.parent
WHERE f.oid = $1
GROUP BY f.oid, f.conname, f.conrelid, f.confrelid, is_unique.yes, row_order.columns)";

}  // namespace

void FillReference(Oid constraint, CommandId first_command, const RunOptions& options) {
  const CatalogRows text = RunCatalogQuery(kStatement, constraint);
  if (text.row_count != 1) elog(ERROR, "foreign key %u has disappeared", constraint);
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

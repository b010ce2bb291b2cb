// See fill_references.h. The draws come from dbmocker.draw_index(), so they depend on the rows' order only.
// Read first: FillReference.
#include "server/fill_references.h"

#include "dbmocker/error.h"
#include "dbmocker/permutation.h"
#include "server/boundary.h"
#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

// The statement for constraint $1: child rows in storage order, parents in key order, joined by a drawn place.
// The statement's own parameters: $1 seed, $2 null_probability.
constexpr char kStatement[] =
    "SELECT pg_catalog.format('UPDATE %s t SET %s FROM (SELECT m.row_table, m.row_id, m.place,"
    " p.* FROM (SELECT c.tableoid AS row_table, c.ctid AS row_id,"
    " pg_catalog.row_number() OVER (ORDER BY c.tableoid, c.ctid) - 1 AS place FROM %s c WHERE %s) m"
    " JOIN (SELECT %s, pg_catalog.row_number() OVER (ORDER BY %s) - 1 AS key_place,"
    " pg_catalog.count(*) OVER () AS key_count FROM %s k WHERE %s) p"
    " ON p.key_place = dbmocker.draw_index($1, %L, m.place, p.key_count, %L)"
    " WHERE dbmocker.draw_index($1, %L, m.place, 1000000, false) >= $2 * 1000000) d"
    " WHERE t.tableoid = d.row_table AND t.ctid = d.row_id',"
    " f.conrelid::regclass,"
    " pg_catalog.string_agg(pg_catalog.format('%I = d.key_%s', a.attname, k.place), ', ' ORDER BY k.place),"
    " f.conrelid::regclass,"
    " pg_catalog.string_agg(pg_catalog.format('c.%I IS NULL', a.attname), ' OR ' ORDER BY k.place),"
    " pg_catalog.string_agg(pg_catalog.format('k.%I AS key_%s', r.attname, k.place), ', ' ORDER BY k.place),"
    " pg_catalog.string_agg(pg_catalog.format('k.%I', r.attname), ', ' ORDER BY k.place),"
    " f.confrelid::regclass,"
    " pg_catalog.string_agg(pg_catalog.format('k.%I IS NOT NULL', r.attname), ' AND ' ORDER BY k.place),"
    " f.conname, is_unique.yes, f.conname || ' IS NULL')"
    " FROM pg_catalog.pg_constraint f,"
    " ROWS FROM (pg_catalog.unnest(f.conkey), pg_catalog.unnest(f.confkey)) WITH ORDINALITY AS k(child, parent, place),"
    " LATERAL (SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = f.conrelid AND i.indisunique"
    "   AND i.indkey::pg_catalog.int2[] <@ f.conkey) AS yes) is_unique,"
    " pg_catalog.pg_attribute a, pg_catalog.pg_attribute r"
    " WHERE f.oid = $1 AND a.attrelid = f.conrelid AND a.attnum = k.child"
    " AND r.attrelid = f.confrelid AND r.attnum = k.parent"
    " GROUP BY f.oid, f.conname, f.conrelid, f.confrelid, is_unique.yes";

}  // namespace

void FillReference(Oid constraint, const RunOptions& options) {
  const CatalogRows text = RunCatalogQuery(kStatement, constraint);
  if (text.row_count != 1) elog(ERROR, "foreign key %u has disappeared", constraint);
  Oid types[] = {INT8OID, FLOAT8OID};
  Datum values[] = {Int64GetDatum(options.seed), Float8GetDatum(options.null_probability)};
  if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
  SPI_execute_with_args(text.Get(0, 0), 2, types, values, nullptr, false, 0);
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
  const StreamKey key = MakeStreamKey(PG_GETARG_INT64(0), "draw_index", std::string_view(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
  const auto count = static_cast<std::uint64_t>(size);
  if (!PG_GETARG_BOOL(4)) return Int64GetDatum(static_cast<std::int64_t>(Scale(Word(key, ordinal), count)));
  if (ordinal >= count) {
    fcinfo->isnull = true;
    return Datum{0};
  }
  return Int64GetDatum(static_cast<std::int64_t>(Permutation(key, count)(ordinal)));
}

// See find_lookups.h. The functions' texts are searched by patterns: what they miss costs nothing, and a text too many
// is a row like any other.
// Read first: kLookups.
#include "server/find_lookups.h"

#include <cstdlib>

#include "server/boundary.h"
#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

constexpr std::size_t kMostValues = 20;

// Constants that a text column is compared with in a function that reads the table, and those that are handed to such
// a function as the argument that it compares the column with. Plain searches under the C collation come first: they
// leave the patterns little to do.
constexpr char kLookups[] = R"(
WITH target AS (SELECT oid, lower(relname::text) AS name FROM pg_class WHERE oid = $1 AND relname ~ '^\w+$'),
columns AS (
  SELECT a.attnum, a.attname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid, target
   WHERE a.attrelid = target.oid AND a.attnum > 0 AND NOT a.attisdropped AND t.typcategory = 'S' AND a.attname ~ '^\w+$'
     AND NOT EXISTS (SELECT FROM pg_constraint k
                      WHERE k.conrelid = target.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey))
), functions AS (
  SELECT p.oid, lower(p.proname::text) AS name, p.proargnames, p.prosrc, lower(p.prosrc COLLATE "C") AS source
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
   WHERE l.lanname IN ('sql', 'plpgsql') AND p.oid >= 16384 AND EXISTS (SELECT FROM columns)
), readers AS (
  SELECT f.*, c.attnum, lower(c.attname::text) AS column_name FROM functions f, target, columns c
   WHERE strpos(f.source, target.name) > 0 AND strpos(f.source, lower(c.attname::text)) > 0
     AND f.source ~ ('\m' || lower(c.attname::text) || '\s*=')
     AND f.source ~ ('\m(from|join)\s+(\w+\.)?' || target.name || '\M')
), arguments AS (
  SELECT r.attnum, r.name, u.place FROM readers r, unnest(r.proargnames) WITH ORDINALITY AS u (name, place)
   WHERE u.name <> '' AND lower(u.name) <> r.column_name
     AND r.source ~ ('\m' || r.column_name || '\s*=\s*' || lower(u.name) || '\M')
)
SELECT r.attnum, m[1]
  FROM readers r, regexp_matches(r.prosrc, '\m' || r.column_name || '\s*=\s*''([^'']*)''', 'gi') m
UNION
SELECT a.attnum, btrim(part, ' ''')
  FROM arguments a JOIN functions f ON strpos(f.source, a.name) > 0,
       regexp_matches(f.prosrc, '\m' || a.name || '\s*\(([^;()]*)\)', 'gi') m,
       LATERAL (SELECT (string_to_array(m[1], ','))[a.place]) AS s (part)
 WHERE part ~ '^\s*''[^'']*''\s*$'
 ORDER BY 1, 2)";

}  // namespace

std::map<AttributeNumber, std::vector<std::string>> FindLookups(const Table& table) {
  std::map<AttributeNumber, std::vector<std::string>> lookups;
  const CatalogRows rows = CallServer([oid = table.oid] { return RunCatalogQuery(kLookups, oid); });
  for (int row = 0; row < rows.row_count; ++row) {
    std::vector<std::string>& values = lookups[std::atoi(rows.Get(row, 0))];
    if (values.size() < kMostValues) values.emplace_back(rows.Get(row, 1));
  }
  return lookups;
}

}  // namespace dbmocker::server

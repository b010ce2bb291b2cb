#!/usr/bin/env bash
# Every object of the extension, and every column of its tables and views, has a COMMENT. Needs a running server with
# the extension installed (PGHOST …).
set -euo pipefail

database=dbmocker_comment_check
run() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
trap 'run -d postgres -c "DROP DATABASE IF EXISTS $database" 2>/dev/null || true' EXIT
run -d postgres -c "SET client_min_messages = error" -c "DROP DATABASE IF EXISTS $database"
run -d postgres -c "CREATE DATABASE $database"
run -d "$database" -c 'CREATE EXTENSION dbmocker'
# Row types and array types are named by their table or type; toast tables and indexes do not belong to the list.
missing=$(run -d "$database" <<'SQL'
WITH members AS (
    SELECT d.classid, d.objid
    FROM pg_depend d
    JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    WHERE d.deptype = 'e' AND e.extname = 'dbmocker'
), wanted AS (
    SELECT classid, objid, 0 AS objsubid FROM members
    WHERE NOT (classid = 'pg_type'::regclass
               AND EXISTS (SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
                           WHERE t.oid = objid AND (t.typcategory = 'A' OR c.relkind <> 'c')))
      AND NOT (classid = 'pg_class'::regclass
               AND EXISTS (SELECT FROM pg_class c WHERE c.oid = objid AND c.relkind IN ('c', 'i', 't')))
    UNION ALL
    SELECT m.classid, m.objid, a.attnum
    FROM members m
    JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid AND c.relkind IN ('r', 'v', 'm', 'p')
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'pg_extension'::regclass, oid, 0 FROM pg_extension WHERE extname = 'dbmocker'
)
SELECT pg_describe_object(classid, objid, objsubid)
FROM wanted w
WHERE NOT EXISTS (SELECT FROM pg_description p
                  WHERE p.classoid = w.classid AND p.objoid = w.objid AND p.objsubid = w.objsubid)
ORDER BY 1;
SQL
)
if [ -n "$missing" ]; then
  echo 'objects without a COMMENT:'
  printf '%s\n' "$missing"
  exit 1
fi

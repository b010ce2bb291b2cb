-- rows(): rows without storing them, one at a time, wherever a FROM item may stand.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_rows_stream;
SET search_path = test_rows_stream;
SET dbmocker.reference_time = '2025-01-01';

CREATE TABLE parents (id integer PRIMARY KEY);
INSERT INTO parents SELECT generate_series(1, 100);
CREATE TABLE people (
  id bigserial PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text,
  odd integer CHECK (odd % 2 = 1),
  born date,
  twice integer GENERATED ALWAYS AS (odd * 2) STORED,
  parent integer NOT NULL REFERENCES parents
);
CREATE FUNCTION digest(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  EXECUTE format('SELECT md5(string_agg(t::text, E''\n'' ORDER BY id)) FROM (%s) t', query) INTO result;
  RETURN result;
END
$$;

-- The rows of rows() are those that generate() would store, in whichever window.
CREATE TABLE shown AS SELECT * FROM dbmocker.rows(NULL::people, 3000);
SELECT count(*), min(id), max(id), bool_and(twice = odd * 2) AS computed FROM shown;
SELECT count(*) FROM people;
SELECT digest('SELECT * FROM dbmocker.rows(NULL::people, 3000)') = digest('SELECT * FROM shown') AS again,
  digest('SELECT * FROM dbmocker.rows(NULL::people, 100, first_row => 1234)') = digest('SELECT * FROM shown WHERE id BETWEEN 1235 AND 1334') AS part,
  digest('SELECT * FROM dbmocker.rows(NULL::people, 1, first_row => 2999)') = digest('SELECT * FROM shown WHERE id = 3000') AS last,
  digest('SELECT * FROM dbmocker.rows(NULL::people, 3000, options => ''{"batch_size": 7}'')') = digest('SELECT * FROM shown') AS in_sevens,
  digest('SELECT * FROM dbmocker.rows(NULL::people, 3000, seed => 1)') <> digest('SELECT * FROM shown') AS other_seed,
  digest('SELECT * FROM dbmocker.rows(NULL::people, 3000, seed => 0)') = digest('SELECT * FROM shown') AS same_seed;
SELECT rows FROM dbmocker.generate('people', 3000);
SELECT digest('SELECT * FROM people') = digest('SELECT * FROM shown') AS stored;
SET dbmocker.seed = 1;
SELECT digest('SELECT * FROM dbmocker.rows(NULL::people, 30)') = digest('SELECT * FROM dbmocker.rows(NULL::people, 30, 1)') AS by_setting;
RESET dbmocker.seed;

-- It streams: a few of a billion rows come at once, and nothing is stored on the way.
CREATE TABLE events (id bigint, name text, at timestamptz);
SELECT count(*) FROM (SELECT * FROM dbmocker.rows(NULL::events, 1000000000) LIMIT 10) t;
EXPLAIN (COSTS OFF) SELECT * FROM dbmocker.rows(NULL::events, 1000000000) LIMIT 10;
CREATE FUNCTION temporary_blocks(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
  EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT json) ' || query INTO plan;
  RETURN (plan->0->'Plan'->>'Temp Written Blocks')::bigint;
END
$$;
SET work_mem = '64kB';
SELECT temporary_blocks('SELECT count(*) FROM dbmocker.rows(NULL::test_rows_stream.events, 100000)');
RESET work_mem;
CREATE FUNCTION memory() RETURNS bigint LANGUAGE sql AS 'SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts';
DO $$
DECLARE
  rows CURSOR FOR SELECT * FROM dbmocker.rows(NULL::events, 1000000);
  early bigint;
  late bigint;
BEGIN
  OPEN rows;
  MOVE FORWARD 3000 FROM rows;
  early := memory();
  MOVE FORWARD 200000 FROM rows;
  late := memory();
  CLOSE rows;
  IF late > early + 1000000 THEN RAISE WARNING 'memory grew from % to %', early, late; END IF;
END
$$;

-- As a FROM item.
SELECT count(*), max(ordinality) FROM dbmocker.rows(NULL::people, 25) WITH ORDINALITY;
SELECT n, count(*), count(DISTINCT r.id) FROM generate_series(0, 3) n, LATERAL dbmocker.rows(NULL::people, n, first_row => n) r GROUP BY n ORDER BY n;
SELECT count(*) FROM dbmocker.rows(NULL::people, 50) r JOIN parents p ON p.id = r.parent;
SELECT count(*) FROM dbmocker.rows(NULL::people, 20) a JOIN dbmocker.rows(NULL::people, 30) b USING (id, email);
SELECT count(*) FROM parents p LEFT JOIN LATERAL (SELECT * FROM dbmocker.rows(NULL::people, 1000, p.id) LIMIT 1) r ON true;
SELECT (SELECT count(*) FROM dbmocker.rows(NULL::people, p.id)) FROM parents p WHERE id IN (1, 5) ORDER BY id;
SELECT count(*) FROM (SELECT dbmocker.rows(NULL::people, 5)) r;
SELECT * FROM ROWS FROM (dbmocker.rows(NULL::parents, 3), generate_series(1, 2)) AS t(id, n);
PREPARE take (bigint) AS SELECT count(*) FROM dbmocker.rows(NULL::people, $1);
EXECUTE take (3);
EXECUTE take (4);
COPY (SELECT id, parent > 0 FROM dbmocker.rows(NULL::people, 3)) TO STDOUT (FORMAT csv);
SELECT json_agg(r) IS NOT NULL AS json FROM dbmocker.rows(NULL::people, 3) r;
BEGIN;
DECLARE taken CURSOR FOR SELECT id FROM dbmocker.rows(NULL::people, 5000);
FETCH 2 FROM taken;
MOVE 3000 FROM taken;
FETCH 1 FROM taken;
CLOSE taken;
DECLARE kept SCROLL CURSOR WITH HOLD FOR SELECT id FROM dbmocker.rows(NULL::people, 10);
COMMIT;
FETCH LAST FROM kept;
FETCH PRIOR FROM kept;
CLOSE kept;
-- The table may not change under an open cursor, and may again once it is closed.
BEGIN;
DECLARE taken CURSOR FOR SELECT id FROM dbmocker.rows(NULL::people, 5000);
FETCH 1 FROM taken;
ALTER TABLE people ADD COLUMN extra integer;
ROLLBACK;
ALTER TABLE people ADD COLUMN extra integer;
SELECT count(extra) > 0 AS has_extra FROM dbmocker.rows(NULL::people, 50);
ALTER TABLE people DROP COLUMN name;
SELECT count(*) FROM dbmocker.rows(NULL::people, 50);

-- Other kinds of tables; a row type's prototype may be a row.
CREATE TABLE parted (id integer, day date) PARTITION BY RANGE (day);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
SELECT count(*) FROM dbmocker.rows(NULL::parted, 50) WHERE day >= '2024-01-01' AND day < '2024-02-01';
SELECT count(*) FROM dbmocker.rows(NULL::parted_1, 50) WHERE day >= '2024-01-01' AND day < '2024-02-01';
CREATE TEMPORARY TABLE fleeting (id integer, n integer);
SELECT count(*) FROM dbmocker.rows(NULL::fleeting, 50);
SELECT count(r.id) FROM parents p, LATERAL dbmocker.rows(p, 2) r WHERE p.id <= 3;

RESET search_path;
DROP SCHEMA test_rows_stream CASCADE;

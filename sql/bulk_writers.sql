-- The writers bulk and parallel_bulk: where each is taken and why not, what they leave behind, and their options.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_bulk_writers;
SET search_path = test_bulk_writers;
SET dbmocker.reference_time = '2025-01-01';
SET max_parallel_maintenance_workers = 2;
-- What the plan says of the table as a whole; the number of workers depends on the machine.
CREATE FUNCTION writing(target regclass, rows bigint DEFAULT 20000, options jsonb DEFAULT '{"max_workers": 1}')
RETURNS TABLE (kind text, method text, detail text) LANGUAGE sql AS $$
  SELECT kind, method, detail FROM dbmocker.plan(target, rows, options) WHERE object = 'table' AND kind <> 'rows'
$$;
CREATE FUNCTION failure(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE state text; message text; detail text; hint text;
BEGIN
  EXECUTE statement;
  RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN NEXT state || ': ' || message;
  IF detail <> '' THEN RETURN NEXT '  DETAIL: ' || detail; END IF;
  IF hint <> '' THEN RETURN NEXT '  HINT: ' || hint; END IF;
END
$$;
CREATE FUNCTION digest(target regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  EXECUTE format('SELECT md5(string_agg(t::text, E''\n'' ORDER BY t::text)) FROM %s t', target) INTO result;
  RETURN result;
END
$$;

-- The choice, by the number of rows and by what is stored.
CREATE TABLE plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE, age integer CHECK (age > 17));
CREATE TABLE bare (id bigint, name text);
SELECT * FROM writing('plain', 10);
SELECT * FROM writing('plain', 9999);
SELECT * FROM writing('plain', 10000);
SELECT * FROM writing('plain', 10000, '{"max_workers": 0}');
SELECT * FROM writing('bare', 999);
SELECT * FROM writing('bare', 1000);
SELECT rows, writer, workers FROM dbmocker.generate('plain', 40000, options => '{"max_workers": 1}');
SELECT * FROM writing('plain', 11000);
SELECT * FROM writing('plain', 13000);
SELECT rows, writer FROM dbmocker.generate('plain', 13000);
SELECT rows, writer FROM dbmocker.generate('plain', 100);
SELECT count(*), count(DISTINCT email), min(id), max(id) FROM plain;
SELECT sum(violations) FROM dbmocker.verify('plain');
INSERT INTO plain (email, age) VALUES ('next', 20) RETURNING id;

-- What stands against pages or against building indexes anew.
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT * FROM writing('bare');
SELECT * FROM writing('plain', 100000);
ROLLBACK;
CREATE TEMPORARY TABLE passing (id integer PRIMARY KEY, name text);
SELECT * FROM writing('pg_temp.passing');
SELECT rows, writer FROM dbmocker.generate('pg_temp.passing', 20000);
SELECT count(*) FROM passing WHERE id = 20000;
CREATE TABLE later (id integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, name text);
SELECT * FROM writing('later');
CREATE TABLE apart (id integer, EXCLUDE USING gist (circle(point(id, 0), 0.25) WITH &&));
SELECT rows, writer FROM dbmocker.generate('apart', 5);
BEGIN;
DECLARE reader CURSOR FOR SELECT * FROM plain ORDER BY id;
SET LOCAL enable_seqscan = off;
DECLARE index_reader CURSOR FOR SELECT * FROM plain ORDER BY id;
FETCH 1 FROM index_reader;
SELECT * FROM writing('plain', 100000);
ROLLBACK;
CREATE ROLE dbmocker_test_loader;
GRANT USAGE ON SCHEMA test_bulk_writers TO dbmocker_test_loader;
GRANT INSERT, SELECT ON plain, bare TO dbmocker_test_loader;
SET ROLE dbmocker_test_loader;
SELECT * FROM writing('plain', 100000);
SELECT rows, writer FROM dbmocker.generate('bare', 1000);
SELECT failure($$SELECT dbmocker.generate('plain', 10, options => '{"insertion_strategy": "bulk"}')$$);
RESET ROLE;
CREATE TABLE children (id integer, parent bigint REFERENCES plain);
SELECT * FROM writing('children');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM writing('children');
ROLLBACK;

-- Asked for by name where it cannot serve.
SELECT failure($$SELECT dbmocker.generate('later', 10, options => '{"insertion_strategy": "bulk"}')$$);
SELECT failure($$SELECT dbmocker.generate('pg_temp.passing', 10, options => '{"insertion_strategy": "parallel_bulk"}')$$);
SELECT failure($$SELECT dbmocker.generate('apart', 2, options => '{"insertion_strategy": "parallel_bulk"}')$$);
SELECT failure($$SELECT dbmocker.generate('bare', 10, options => '{"insertion_strategy": "parallel_bulk", "freeze": true}')$$);
SELECT failure($$SELECT dbmocker.generate('bare', 10, options => '{"max_workers": -1}')$$);
SELECT failure($$SELECT dbmocker.generate('bare', 10, options => '{"max_workers": 65}')$$);
SELECT failure($$SELECT dbmocker.generate('bare', 10, options => '{"freeze": "yes"}')$$);

-- By name it serves few rows too, and the indexes are built anew.
CREATE TABLE small (id integer PRIMARY KEY, name text);
SELECT rows, writer FROM dbmocker.generate('small', 3, options => '{"insertion_strategy": "parallel_bulk"}');
SELECT rows, writer FROM dbmocker.generate('small', 3, options => '{"insertion_strategy": "bulk"}');
SET enable_seqscan = off;
SELECT id FROM small WHERE id BETWEEN 1 AND 100 ORDER BY id;
RESET enable_seqscan;

-- Rows that are compressed or moved out of line go through the table access method; they are the same rows.
CREATE TABLE wide (id integer PRIMARY KEY, body text CHECK (length(body) BETWEEN 1500 AND 6000), tail bytea);
CREATE TABLE digests (how text, digest text);
DO $$
DECLARE options jsonb; used text;
BEGIN
  FOR options IN VALUES ('{"insertion_strategy": "single"}'::jsonb), ('{"insertion_strategy": "batch"}'),
    ('{"insertion_strategy": "bulk"}'), ('{"insertion_strategy": "parallel_bulk", "max_workers": 0}'),
    ('{"insertion_strategy": "parallel_bulk", "max_workers": 2, "batch_size": 13}')
  LOOP
    TRUNCATE wide RESTART IDENTITY;
    SELECT writer INTO used FROM dbmocker.generate('wide', 400, 7, options);
    INSERT INTO digests VALUES (used, digest('wide'));
  END LOOP;
END
$$;
SELECT count(*), count(DISTINCT digest) FROM digests;
SELECT count(*), count(*) FILTER (WHERE length(body) BETWEEN 1500 AND 6000) FROM wide;
-- `auto` leaves a table of such rows to another writer.
CREATE TABLE essays (body text CHECK (length(body) BETWEEN 3000 AND 6000));
SELECT * FROM writing('essays', 5000);

-- Free space for updates is left as fillfactor says; rows of the widest kind still fit.
CREATE TABLE airy (id integer, name text) WITH (fillfactor = 40);
CREATE TABLE dense (LIKE airy);
SELECT (dbmocker.generate(t, 20000)).rows FROM unnest('{airy, dense}'::regclass[]) t;
SELECT pg_relation_size('airy') > 2.2 * pg_relation_size('dense') AS leaves_room;
CREATE TABLE narrow ();
SELECT rows, writer FROM dbmocker.generate('narrow', 5000);
SELECT count(*) FROM narrow;

-- A partition as the target keeps its bounds.
CREATE TABLE events (id integer, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
SELECT rows, writer, workers FROM dbmocker.generate('events_2024', 20000, options => '{"max_workers": 1}');
SELECT count(*), count(DISTINCT id), min(day) >= '2024-01-01' AND max(day) < '2025-01-01' AS within FROM events;

-- Statistics move as for INSERT; analyze makes those of the planner.
SELECT rows FROM dbmocker.generate('dense', 5000, options => '{"analyze": true}');
SELECT reltuples FROM pg_class WHERE oid = 'dense'::regclass;
SELECT count(*) > 0 AS analyzed FROM pg_stats WHERE schemaname = 'test_bulk_writers' AND tablename = 'dense';

-- Frozen rows, under COPY FREEZE's conditions.
CREATE TABLE steps (id bigint GENERATED ALWAYS AS IDENTITY, name text);
SELECT failure($$SELECT dbmocker.generate('bare', 2000, options => '{"freeze": true}')$$);
SELECT rows, writer FROM dbmocker.generate('steps', 2000);
BEGIN;
CREATE TABLE frozen (id integer PRIMARY KEY, name text);
SELECT rows, writer FROM dbmocker.generate('frozen', 20000, options => '{"freeze": true}');
COMMIT;
BEGIN;
TRUNCATE bare;
SELECT rows, writer FROM dbmocker.generate('bare', 2000, options => '{"freeze": true}');
COMMIT;
CREATE EXTENSION pg_visibility;
-- Of the pages that hold rows: the server may have added some more.
SELECT (SELECT bool_and(all_visible AND all_frozen) FROM pg_visibility_map('frozen')
        WHERE blkno IN (SELECT (ctid::text::point)[0] FROM frozen)) AS frozen,
       (SELECT bool_and(all_visible AND all_frozen) FROM pg_visibility_map('bare')
        WHERE blkno IN (SELECT (ctid::text::point)[0] FROM bare)) AS bare,
       (SELECT bool_and(all_visible AND all_frozen) FROM pg_visibility_map('steps')
        WHERE blkno IN (SELECT (ctid::text::point)[0] FROM steps)) AS steps;
DROP EXTENSION pg_visibility;

-- Subtransactions: what is rolled back leaves nothing, what is not stays.
TRUNCATE steps;
BEGIN;
SELECT rows, writer FROM dbmocker.generate('steps', 3000);
SAVEPOINT inner_step;
SELECT rows, writer FROM dbmocker.generate('steps', 2000, options => '{"insertion_strategy": "batch"}');
SELECT rows, writer FROM dbmocker.generate('steps', 2000);
SELECT count(*) FROM steps;
ROLLBACK TO inner_step;
SELECT count(*) FROM steps;
SELECT rows FROM dbmocker.generate('steps', 1000);
COMMIT;
SELECT count(*), count(DISTINCT name) > 1 FROM steps;

-- Expressions that only the calling process may evaluate.
CREATE FUNCTION is_even(integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE AS
  'BEGIN RETURN $1 % 2 = 0; END';
CREATE FUNCTION is_small(integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
  'BEGIN RETURN $1 < 1000; END';
CREATE TABLE unsafe (id integer, even integer CHECK (is_even(even)));
CREATE TABLE safe (id integer, small integer CHECK (is_small(small)));
SELECT detail FROM writing('unsafe') WHERE kind = 'workers';
SELECT detail FROM writing('safe') WHERE kind = 'workers';
SELECT rows, writer, workers FROM dbmocker.generate('unsafe', 20000, options => '{"max_workers": 1}');
SELECT rows, writer, workers FROM dbmocker.generate('safe', 20000, options => '{"max_workers": 1}');
SELECT count(*) FILTER (WHERE NOT is_even(even)) FROM unsafe;
-- An error of a worker's arrives as the caller's own.
CREATE FUNCTION breaks(integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
  $$BEGIN PERFORM 1; RAISE EXCEPTION USING ERRCODE = 'ZX001', MESSAGE = 'no such luck', HINT = 'Try another one.'; END$$;
CREATE TABLE luckless (id integer CHECK (breaks(id)));
SELECT failure($$SELECT dbmocker.generate('luckless', 20000, options => '{"max_workers": 2}')$$);
SELECT count(*) FROM luckless;

DROP OWNED BY dbmocker_test_loader;
DROP ROLE dbmocker_test_loader;
DROP SCHEMA test_bulk_writers CASCADE;
DROP TABLE passing;

-- The boundary between C++ and the server: errors of every kind arrive whole, and nothing leaks however often they come.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_boundary;
SET search_path = test_boundary;
SET dbmocker.reference_time = '2025-01-01';

-- Test functions of the library that the extension does not declare.
CREATE FUNCTION probe_error(kind text) RETURNS boolean LANGUAGE c AS '$libdir/dbmocker', 'dbmocker_probe_error';
CREATE FUNCTION probe_memory() RETURNS bigint LANGUAGE c AS '$libdir/dbmocker', 'dbmocker_probe_memory';

CREATE FUNCTION show_error(kind text, OUT kind_of_error text, OUT state text, OUT message text, OUT detail text, OUT hint text, OUT fields text)
LANGUAGE plpgsql AS $$
DECLARE
  in_schema text; in_table text; in_column text; in_type text; in_constraint text;
BEGIN
  kind_of_error := kind;
  PERFORM probe_error(kind);
  message := 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
    in_schema = SCHEMA_NAME, in_table = TABLE_NAME, in_column = COLUMN_NAME, in_type = PG_DATATYPE_NAME, in_constraint = CONSTRAINT_NAME;
  fields := concat_ws(', ', in_schema, in_table, in_column, in_type, in_constraint);
  IF length(message) > 100 THEN message := length(message) || ' characters'; END IF;
  IF length(detail) > 100 THEN detail := length(detail) || ' characters'; END IF;
END
$$;
SELECT e.* FROM unnest('{core,long,memory,length,unknown,server,nested,context,none}'::text[]) k, show_error(k) e;

-- Each error many times over, caught each time: memory stays where it was after the first rounds.
CREATE FUNCTION growth(statement text, rounds integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  before bigint;
BEGIN
  FOR i IN 1 .. rounds + 50 LOOP
    IF i = 50 THEN before := probe_memory(); END IF;
    BEGIN
      EXECUTE statement;
      RAISE EXCEPTION USING ERRCODE = 'XX001', MESSAGE = 'no error';
    EXCEPTION
      WHEN data_corrupted THEN RETURN -1;
      WHEN OTHERS THEN NULL;
    END;
  END LOOP;
  RETURN probe_memory() - before;
END
$$;
-- A server's subtransaction may keep a few bytes; one leaked owner alone would be 20 kB a round.
SELECT k, growth(format('SELECT test_boundary.probe_error(%L)', k), 10000) BETWEEN -1000000 AND 1000000 AS is_level
  FROM unnest('{core,long,memory,length,unknown,server,nested,context}'::text[]) k;

-- Runs that fail: before their first row, in their middle, at their end.
CREATE TABLE parents (id integer PRIMARY KEY);
CREATE TABLE tiny (n integer PRIMARY KEY CHECK (n BETWEEN 1 AND 500));
CREATE TABLE unsolved (id serial, a integer CHECK ((a * 7919) % 1000003 = -5), b text);
CREATE TABLE stopped (id serial PRIMARY KEY, a text NOT NULL);
CREATE FUNCTION stop_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id % 20 = 0 THEN RAISE 'stop'; END IF; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER stop_late AFTER INSERT ON stopped FOR EACH ROW EXECUTE FUNCTION stop_late();
CREATE TABLE conflicting (a integer NOT NULL REFERENCES parents, b integer);
SELECT statement, growth(statement, rounds) BETWEEN -1000000 AND 1000000 AS is_level FROM (VALUES
  ($$SELECT dbmocker.generate('test_boundary.tiny', 501)$$, 1000),
  ($$SELECT dbmocker.generate('test_boundary.conflicting', 1)$$, 200),
  ($$SELECT dbmocker.generate('test_boundary.unsolved', 10, options => '{"max_attempts": 5, "null_probability": 0}')$$, 200),
  ($$SELECT dbmocker.generate('test_boundary.stopped', 30)$$, 200),
  ($$SELECT dbmocker.generate('test_boundary.stopped', 30, options => '{"nope": 1}')$$, 200),
  ($$SELECT * FROM dbmocker.plan('test_boundary.tiny', 501)$$, 200),
  ($$SELECT * FROM dbmocker.rows(NULL::test_boundary.tiny, 501)$$, 200),
  ($$SELECT count(1 / (n - n)) FROM dbmocker.rows(NULL::test_boundary.tiny, 100)$$, 200)) s(statement, rounds);
SELECT (SELECT count(*) FROM tiny) + (SELECT count(*) FROM unsolved) + (SELECT count(*) FROM stopped) + (SELECT count(*) FROM conflicting) AS rows;

-- Runs that succeed leave nothing either.
CREATE FUNCTION growth_of_runs(statement text, rounds integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  before bigint;
BEGIN
  FOR i IN 1 .. rounds + 50 LOOP
    IF i = 50 THEN before := probe_memory(); END IF;
    EXECUTE statement;
  END LOOP;
  RETURN probe_memory() - before;
END
$$;
CREATE TABLE plain (id serial PRIMARY KEY, email text UNIQUE, parent integer REFERENCES parents);
INSERT INTO parents SELECT generate_series(1, 100);
SELECT statement, growth_of_runs(statement, 200) BETWEEN -1000000 AND 1000000 AS is_level FROM (VALUES
  ($$SELECT dbmocker.generate('test_boundary.plain', 10)$$),
  ($$SELECT dbmocker.generate('test_boundary.plain', 10, options => '{"insertion_strategy": "single"}')$$),
  ($$SELECT count(*) FROM dbmocker.plan('test_boundary.plain', 10)$$),
  ($$SELECT * FROM dbmocker.rows(NULL::test_boundary.plain, 100) LIMIT 1$$)) s(statement);

-- The session is as good as new.
SELECT rows FROM dbmocker.generate('tiny', 500);
SELECT count(*) FROM dbmocker.verify(target => 'tiny') WHERE violations <> 0;

RESET search_path;
DROP SCHEMA test_boundary CASCADE;

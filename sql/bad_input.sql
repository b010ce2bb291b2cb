-- What generate() and its kin refuse, with what words, and that nothing is kept of a refused run.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_bad_input;
SET search_path = test_bad_input;
SET dbmocker.reference_time = '2025-01-01';

-- Runs a statement and prints the error that it ends with, without what differs from run to run.
CREATE FUNCTION failure(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  state text; message text; detail text; hint text;
BEGIN
  EXECUTE statement;
  RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN NEXT state || ': ' || message;
  detail := regexp_replace(detail, '\([^()]*\)\.$', '(...).');  -- values may change with the planner
  IF detail <> '' THEN RETURN NEXT '  DETAIL: ' || detail; END IF;
  IF hint <> '' THEN RETURN NEXT '  HINT: ' || hint; END IF;
END
$$;

CREATE TABLE plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n integer NOT NULL);
CREATE TABLE parents (id integer PRIMARY KEY);
CREATE TABLE children (id serial PRIMARY KEY, parent integer NOT NULL REFERENCES parents);
CREATE TABLE tiny (n integer PRIMARY KEY CHECK (n BETWEEN 1 AND 5));
CREATE TABLE never (n integer NOT NULL CHECK (n > 5 AND n < 3));
CREATE TABLE partitioned (n integer) PARTITION BY RANGE (n);
CREATE INDEX partitioned_index ON partitioned (n);
CREATE VIEW a_view AS SELECT * FROM plain;
CREATE MATERIALIZED VIEW a_matview AS SELECT * FROM plain;
CREATE SEQUENCE a_sequence;
CREATE TYPE a_composite AS (n integer);
CREATE TYPE an_enum AS ENUM ('x');

-- Targets.
SELECT failure($$SELECT dbmocker.generate('missing', 1)$$);
SELECT regexp_replace(failure($$SELECT dbmocker.generate(999999999::oid::regclass, 1)$$), '\d{9}', 'N');
SELECT failure($$SELECT dbmocker.generate(0::oid::regclass, 1)$$);
SELECT failure($$SELECT dbmocker.generate('a_view', 1)$$);
SELECT failure($$SELECT dbmocker.generate('a_matview', 1)$$);
SELECT failure($$SELECT dbmocker.generate('plain_pkey', 1)$$);
SELECT failure($$SELECT dbmocker.generate('partitioned_index', 1)$$);
SELECT failure($$SELECT dbmocker.generate('a_sequence', 1)$$);
SELECT failure($$SELECT dbmocker.generate('a_composite', 1)$$);
SELECT failure($$SELECT dbmocker.generate('pg_catalog.pg_class', 1)$$);
SELECT failure($$SELECT dbmocker.generate('information_schema.tables', 1)$$);
SELECT failure(format($$SELECT dbmocker.generate(%s, 1)$$, reltoastrelid)) ~ '^42501|^42809|DETAIL|HINT' AS refused
  FROM pg_class WHERE oid = 'pg_catalog.pg_proc'::regclass;
SELECT failure($$SELECT dbmocker.generate('partitioned', 1)$$);

-- The same relations elsewhere.
SELECT failure($$SELECT * FROM dbmocker.plan('missing')$$);
SELECT failure($$SELECT * FROM dbmocker.plan('a_view')$$);
SELECT failure($$SELECT * FROM dbmocker.plan('pg_catalog.pg_class')$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::a_view, 1)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::a_composite, 1)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::pg_catalog.pg_class, 1)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::integer, 1)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::an_enum, 1)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL, 1)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::record, 1)$$);
SELECT failure($$SELECT * FROM dbmocker.verify(target => 'a_sequence')$$);
SELECT failure($$SELECT * FROM dbmocker.verify(target => 'a_composite')$$);
SELECT failure($$SELECT * FROM dbmocker.verify('missing')$$);

-- Counts of rows.
SELECT failure($$SELECT dbmocker.generate('plain', -1)$$);
SELECT failure($$SELECT dbmocker.generate('plain', -9223372036854775808)$$);
SELECT failure($$SELECT dbmocker.generate('plain', NULL)$$);
SELECT failure($$SELECT dbmocker.generate(NULL, 1)$$);
SELECT failure($$SELECT dbmocker.generate('tiny', 6)$$);
SELECT failure($$SELECT dbmocker.generate('never', 1)$$);
SELECT failure($$SELECT dbmocker.generate('plain', 9223372036854775807)$$);
SELECT failure($$SELECT * FROM dbmocker.plan('plain', -1)$$);
SELECT failure($$SELECT * FROM dbmocker.plan(NULL)$$);
SELECT failure($$SELECT * FROM dbmocker.plan('plain', NULL)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::plain, -1)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::plain, NULL)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::plain, 1, first_row => -1)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::plain, 9223372036854775807, first_row => 9223372036854775807)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::tiny, 6)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::tiny, 1, first_row => 5)$$);

-- No rows: a report and nothing else. No sequence moves.
SELECT target, rows, rows_per_second, writer, workers, first_row, redrawn_rows, heap_bytes, seed, reference_time
  FROM dbmocker.generate('plain', 0);
SELECT rows, writer FROM dbmocker.generate('children', 0);
SELECT last_value, is_called FROM plain_id_seq UNION ALL SELECT last_value, is_called FROM children_id_seq;
SELECT count(*) FROM dbmocker.rows(NULL::plain, 0);

-- Options.
SELECT failure(format('SELECT dbmocker.generate(''plain'', 1, options => %L)', options)) FROM (VALUES
  ('[]'), ('1'), ('null'), ('"batch_size"'),
  ('{"batchsize": 1}'), ('{"": 1}'), ('{"BATCH_SIZE": 1}'), ('{"batch_size": 1, "colour": 2}'),
  ('{"batch_size": 0}'), ('{"batch_size": 100001}'), ('{"batch_size": 1.5}'), ('{"batch_size": "10"}'), ('{"batch_size": null}'),
  ('{"batch_size": 1e400}'), ('{"batch_size": [1]}'),
  ('{"insertion_strategy": "fast"}'), ('{"insertion_strategy": 1}'), ('{"insertion_strategy": "Batch"}'),
  ('{"max_attempts": 0}'), ('{"max_attempts": 1000001}'), ('{"max_attempts": true}'),
  ('{"memory_limit_mb": 0}'), ('{"memory_limit_mb": 1048577}'),
  ('{"null_probability": -0.01}'), ('{"null_probability": 1.01}'), ('{"null_probability": "half"}'),
  ('{"reference_time": 2025}'), ('{"reference_time": "yesteryear"}'), ('{"reference_time": "infinity"}'),
  ('{"reference_time": "2025-13-01"}'), ('{"reference_time": null}'), ('{"reference_time": "now"}'),
  ('{"reference_time": ""}')) o(options);
SELECT failure($$SELECT * FROM dbmocker.plan('plain', options => '{"nope": 1}')$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::plain, 1, options => '{"nope": 1}')$$);
SELECT rows FROM dbmocker.generate('plain', 0, NULL, NULL);
SELECT rows FROM dbmocker.generate('plain', 0, options => '{"batch_size": "auto", "insertion_strategy": "auto", "max_attempts": 1, "memory_limit_mb": 1, "null_probability": 0, "reference_time": "2025-06-01 12:00+02"}');

-- Settings.
SELECT failure($$SET dbmocker.reference_time = 'soon'$$);
SELECT failure($$SET dbmocker.reference_time = '2025-02-30'$$);
SELECT failure($$SET dbmocker.reference_time = 'infinity'$$);
SELECT failure($$SET dbmocker.reference_time = 'now'$$);
SELECT failure($$SET dbmocker.reference_time = 'tomorrow'$$);
SELECT failure($$SET dbmocker.seed = 'x'$$);
SELECT failure($$SET dbmocker.seed = 3000000000$$);
SELECT failure($$SET dbmocker.sead = 1$$);
SHOW dbmocker.reference_time;

-- A schema.
SELECT failure($$SELECT * FROM dbmocker.generate_schema('missing', 1)$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema(NULL, 1)$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', -1)$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', tables => '{}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', tables => '[1]')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', tables => '{"absent": 1}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', tables => '{"plain": -1}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', tables => '{"plain": 1.5}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', tables => '{"plain": "1"}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', tables => '{"plain": 1e300}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', tables => '{"a_view": 1}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', 1, exclude => '{absent}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', 1, exclude => '{plain,NULL}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', 1, exclude => '{{plain},{tiny}}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', 1, options => '{"nope": 1}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', tables => '{"plain": 10, "tiny": 6}')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('pg_catalog', 1)$$);

-- References to nothing.
SELECT failure($$SELECT dbmocker.generate('children', 1)$$);

-- Functions that belong to a run.
SELECT failure($$SELECT dbmocker.run_rows(NULL::plain)$$);
SELECT failure($$SELECT dbmocker.draw_index(1, 'x', 0, 0, false)$$);
SELECT failure($$SELECT dbmocker.draw_index(1, 'x', -1, 1, false)$$);

-- Nothing was kept by any of these.
SELECT (SELECT count(*) FROM plain) + (SELECT count(*) FROM children) + (SELECT count(*) FROM tiny) + (SELECT count(*) FROM never) AS rows;
SELECT target::regclass, next_row FROM dbmocker.target_state WHERE next_row <> 0 AND target::regclass::text ~ '^(plain|children|tiny|never|partitioned)$';

-- A run that fails in its middle: the rows and the state before it stay.
CREATE TABLE half (id integer PRIMARY KEY, n integer);
CREATE FUNCTION refuse_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM half) >= 30 THEN RAISE EXCEPTION 'the table is full' USING ERRCODE = '55006', DETAIL = 'It has 30 rows.', HINT = 'Stop.'; END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER refuse_late BEFORE INSERT ON half FOR EACH ROW EXECUTE FUNCTION refuse_late();
SELECT rows, first_row, writer FROM dbmocker.generate('half', 20);
SELECT failure($$SELECT dbmocker.generate('half', 20)$$);
SELECT count(*), (SELECT next_row FROM dbmocker.target_state WHERE target = 'half'::regclass) FROM half;

-- Privileges.
CREATE ROLE dbmocker_test_user;
GRANT USAGE ON SCHEMA test_bad_input TO dbmocker_test_user;
CREATE TABLE mine (id serial PRIMARY KEY, a integer NOT NULL DEFAULT 7, b integer, c text);
SET ROLE dbmocker_test_user;
SELECT failure($$SELECT dbmocker.generate('mine', 1)$$);
SELECT failure($$SELECT * FROM dbmocker.plan('mine', 1)$$);
SELECT failure($$SELECT * FROM dbmocker.rows(NULL::mine, 1)$$);
SELECT failure($$SELECT count(*) FROM dbmocker.verify(target => 'mine')$$);
SELECT failure($$SELECT * FROM dbmocker.generate_schema('test_bad_input', tables => '{"mine": 1}')$$);
SELECT failure($$DELETE FROM dbmocker.target_state$$);
RESET ROLE;
GRANT INSERT ON mine TO dbmocker_test_user;
SET ROLE dbmocker_test_user;
SELECT failure($$SELECT dbmocker.generate('mine', 1)$$);
RESET ROLE;
GRANT USAGE ON SEQUENCE mine_id_seq TO dbmocker_test_user;
SET ROLE dbmocker_test_user;
SELECT rows, writer FROM dbmocker.generate('mine', 5);
RESET ROLE;
REVOKE INSERT ON mine FROM dbmocker_test_user;
GRANT INSERT (id, b) ON mine TO dbmocker_test_user;
SET ROLE dbmocker_test_user;
SELECT rows, writer, first_row FROM dbmocker.generate('mine', 5);
RESET ROLE;
SELECT count(*) AS rows, count(*) FILTER (WHERE id > 5 AND a = 7 AND c IS NULL) AS with_defaults FROM mine;
ALTER TABLE mine ALTER a DROP DEFAULT;
SET ROLE dbmocker_test_user;
SELECT failure($$SELECT dbmocker.generate('mine', 5)$$);
RESET ROLE;
INSERT INTO parents SELECT generate_series(1, 50);
GRANT INSERT ON children TO dbmocker_test_user;
GRANT USAGE ON SEQUENCE children_id_seq TO dbmocker_test_user;
SET ROLE dbmocker_test_user;
SELECT failure($$SELECT dbmocker.generate('children', 5)$$);
RESET ROLE;
GRANT SELECT ON parents TO dbmocker_test_user;
SET ROLE dbmocker_test_user;
SELECT rows FROM dbmocker.generate('children', 5);
SELECT rows FROM dbmocker.generate('children', 2000);
RESET ROLE;
-- An identity's sequence needs no privilege of its own.
GRANT INSERT ON plain TO dbmocker_test_user;
SET ROLE dbmocker_test_user;
SELECT rows, writer FROM dbmocker.generate('plain', 5);
RESET ROLE;
REVOKE USAGE ON SCHEMA test_bad_input FROM dbmocker_test_user;
SET ROLE dbmocker_test_user;
SELECT dbmocker.generate('test_bad_input.plain', 1);
RESET ROLE;

-- Read-only transactions: only generate() needs to write.
BEGIN READ ONLY;
SELECT dbmocker.generate('plain', 1);
ROLLBACK;
BEGIN READ ONLY;
SELECT * FROM dbmocker.generate_schema('test_bad_input', tables => '{"plain": 1}');
ROLLBACK;
BEGIN READ ONLY;
SELECT count(*) FROM dbmocker.rows(NULL::plain, 10);
SELECT count(*) > 0 AS lines FROM dbmocker.plan('plain', 10);
SELECT count(*) > 0 AS lines FROM dbmocker.verify(target => 'plain');
COMMIT;

RESET search_path;
DROP SCHEMA test_bad_input CASCADE;
DROP OWNED BY dbmocker_test_user;
DROP ROLE dbmocker_test_user;

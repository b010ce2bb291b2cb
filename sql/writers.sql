-- The writers: the same rows by each, and all that belongs to an INSERT: triggers, rules, row security, routing.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_writers;
SET search_path = test_writers;
SET dbmocker.reference_time = '2025-01-01';

-- A digest of a table's rows, whatever order they are stored in.
CREATE FUNCTION digest(target regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  EXECUTE format('SELECT md5(string_agg(t::text, E''\n'' ORDER BY t::text)) FROM %s t', target) INTO result;
  RETURN result;
END
$$;
-- Broken constraints; no rows where all hold.
CREATE FUNCTION broken(target regclass) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT constraint_name || ' ' || violations FROM dbmocker.verify(target) WHERE violations <> 0
$$;
CREATE FUNCTION failure(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE state text; message text; detail text; hint text;
BEGIN
  EXECUTE statement;
  RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN NEXT state || ': ' || message;
  detail := regexp_replace(detail, '\([^()]*\)\.$', '(...).');
  IF detail <> '' THEN RETURN NEXT '  DETAIL: ' || detail; END IF;
  IF hint <> '' THEN RETURN NEXT '  HINT: ' || hint; END IF;
END
$$;
-- The writer that a plan chooses, and why.
CREATE FUNCTION writer_of(target regclass) RETURNS text LANGUAGE sql AS $$
  SELECT method || ': ' || detail FROM dbmocker.plan(target, 100) WHERE object = 'table' AND kind = 'writer'
$$;

-- One table of many types; each writer and batch size gives the same rows.
CREATE TABLE parents (id integer PRIMARY KEY);
INSERT INTO parents SELECT generate_series(1, 100);
CREATE TABLE people (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name varchar(40),
  age integer CHECK (age BETWEEN 18 AND 99),
  balance numeric(10,2) DEFAULT 0,
  tags text[],
  token uuid,
  seen timestamptz,
  note text DEFAULT 'none',
  odd integer CHECK (odd % 2 = 1),
  twice integer GENERATED ALWAYS AS (age * 2) STORED,
  parent integer REFERENCES parents
);
CREATE INDEX ON people (lower(name));
CREATE TABLE digests (how text, digest text);
DO $$
DECLARE how text;
BEGIN
  FOREACH how IN ARRAY ARRAY['{"insertion_strategy": "batch"}', '{"insertion_strategy": "single"}', '{"batch_size": 1}', '{"batch_size": 7}',
    '{"batch_size": 1000}', '{"batch_size": 100000}', '{"insertion_strategy": "single", "batch_size": 7}'] LOOP
    TRUNCATE people RESTART IDENTITY;
    PERFORM dbmocker.generate('people', 3000, options => how::jsonb);
    INSERT INTO digests VALUES (how, digest('people'));
  END LOOP;
  TRUNCATE people RESTART IDENTITY;
  FOR i IN 1..10 LOOP PERFORM dbmocker.generate('people', 300); END LOOP;
  INSERT INTO digests VALUES ('ten runs', digest('people'));
END
$$;
SELECT count(*), count(DISTINCT digest) FROM digests;
SELECT * FROM broken('people');
SELECT count(*), count(DISTINCT email), min(id), max(id) FROM people;
SELECT writer_of('people');
INSERT INTO people (email) VALUES ('next@example.com') RETURNING id;

-- Triggers: BEFORE ROW changes values, AFTER ROW and the statement's own run once each.
CREATE TABLE with_triggers (id serial PRIMARY KEY, name text NOT NULL, stamped boolean);
CREATE TABLE log (what text, rows integer DEFAULT 1);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.stamped := true; NEW.name := upper(NEW.name); RETURN NEW; END $$;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (TG_NAME); RETURN NULL; END $$;
CREATE FUNCTION note_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log SELECT TG_NAME, count(*) FROM fresh; RETURN NULL; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON with_triggers FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER note_row AFTER INSERT ON with_triggers FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER note_before BEFORE INSERT ON with_triggers FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER note_statement AFTER INSERT ON with_triggers REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION note_all();
SELECT writer_of('with_triggers');
SELECT rows, writer FROM dbmocker.generate('with_triggers', 250);
SELECT what, count(*), sum(rows) FROM log GROUP BY what ORDER BY what;
SELECT count(*), bool_and(stamped AND name = upper(name)) AS changed FROM with_triggers;
SELECT failure($$SELECT dbmocker.generate('with_triggers', 5, options => '{"insertion_strategy": "batch"}')$$);
-- A trigger that keeps rows out.
CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id % 2 = 0 THEN RETURN NULL; END IF; RETURN NEW; END $$;
CREATE TRIGGER keep_out BEFORE INSERT ON with_triggers FOR EACH ROW EXECUTE FUNCTION keep_out();
TRUNCATE with_triggers RESTART IDENTITY;
SELECT writer FROM dbmocker.generate('with_triggers', 100);
SELECT count(*) FROM with_triggers;
ALTER TABLE with_triggers DISABLE TRIGGER USER;
SELECT writer_of('with_triggers');

-- Rules.
CREATE TABLE ruled (id integer PRIMARY KEY, n integer NOT NULL);
CREATE TABLE ruled_copy (id integer, n integer);
CREATE RULE copy AS ON INSERT TO ruled DO ALSO INSERT INTO ruled_copy VALUES (NEW.id, NEW.n);
SELECT writer_of('ruled');
SELECT writer FROM dbmocker.generate('ruled', 100);
SELECT count(*), (SELECT count(*) FROM ruled_copy) AS copied, (SELECT count(*) FROM ruled JOIN ruled_copy USING (id, n)) AS equal FROM ruled;
CREATE TABLE redirected (id integer PRIMARY KEY);
CREATE TABLE redirected_to (id integer);
CREATE RULE redirect AS ON INSERT TO redirected DO INSTEAD INSERT INTO redirected_to VALUES (NEW.id);
SELECT writer FROM dbmocker.generate('redirected', 100);
SELECT count(*), (SELECT count(DISTINCT id) FROM redirected_to) AS elsewhere FROM redirected;
CREATE TABLE ignored (id integer PRIMARY KEY);
CREATE RULE ignore AS ON INSERT TO ignored DO INSTEAD NOTHING;
SELECT writer FROM dbmocker.generate('ignored', 100);
SELECT count(*) FROM ignored;

-- Row security: in force for others than the owner.
CREATE ROLE dbmocker_test_writer;
GRANT USAGE ON SCHEMA test_writers TO dbmocker_test_writer;
CREATE TABLE guarded (id integer PRIMARY KEY, tenant integer NOT NULL CHECK (tenant IN (1, 2)));
GRANT SELECT, INSERT ON guarded TO dbmocker_test_writer;
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON guarded USING (true) WITH CHECK (true);
SELECT writer_of('guarded');
SET ROLE dbmocker_test_writer;
SELECT rows, writer FROM dbmocker.generate('test_writers.guarded', 20);
RESET ROLE;
DROP POLICY all_rows ON guarded;
CREATE POLICY first_tenant ON guarded USING (tenant = 1) WITH CHECK (tenant = 1);
SET ROLE dbmocker_test_writer;
SELECT rows, redrawn_rows > 0 AS redrawn FROM dbmocker.generate('test_writers.guarded', 20);
RESET ROLE;
SELECT count(*) FROM guarded;
SELECT rows, writer FROM dbmocker.generate('guarded', 20);

-- Unlogged and temporary tables.
CREATE UNLOGGED TABLE unlogged (id integer PRIMARY KEY, name text);
CREATE TEMPORARY TABLE fleeting (id serial PRIMARY KEY, name text) ON COMMIT DELETE ROWS;
SELECT rows, writer FROM dbmocker.generate('unlogged', 100);
BEGIN;
SELECT rows, writer FROM dbmocker.generate('fleeting', 100);
SELECT count(*) FROM fleeting;
COMMIT;
SELECT rows, writer, first_row FROM dbmocker.generate('pg_temp.fleeting', 10);
DROP TABLE fleeting;

-- Partitioned tables: rows are routed; bounds are kept, with gaps and without a default partition.
CREATE TABLE by_list (id integer, region text NOT NULL, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE by_list_n PARTITION OF by_list FOR VALUES IN ('north');
CREATE TABLE by_list_s PARTITION OF by_list FOR VALUES IN ('south', 'south-east');
CREATE TABLE by_range (id serial, day date NOT NULL, amount integer) PARTITION BY RANGE (day);
CREATE TABLE by_range_1 PARTITION OF by_range FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE by_range_2 PARTITION OF by_range FOR VALUES FROM ('2024-06-01') TO ('2024-07-01');
CREATE TABLE by_hash (id integer PRIMARY KEY, name text) PARTITION BY HASH (id);
CREATE TABLE by_hash_0 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE by_hash_1 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE levels (id integer, region text, day date) PARTITION BY LIST (region);
CREATE TABLE levels_a PARTITION OF levels FOR VALUES IN ('a') PARTITION BY RANGE (day);
CREATE TABLE levels_a_1 PARTITION OF levels_a FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE levels_a_2 PARTITION OF levels_a FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
CREATE TABLE levels_rest (region text, day date, id integer);
ALTER TABLE levels ATTACH PARTITION levels_rest FOR VALUES IN ('b', 'c');
SELECT writer_of('by_list');
SELECT t, (SELECT rows FROM dbmocker.generate(t, 400)) FROM unnest('{by_list, by_range, by_hash, levels}'::regclass[]) t;
SELECT tableoid::regclass, count(*) > 50 AS used FROM by_list GROUP BY 1 ORDER BY 1;
SELECT tableoid::regclass, count(*) > 50 AS used FROM by_range GROUP BY 1 ORDER BY 1;
SELECT tableoid::regclass, count(*) > 50 AS used FROM by_hash GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM levels;
SELECT * FROM broken('by_list') UNION ALL SELECT * FROM broken('by_range') UNION ALL SELECT * FROM broken('by_hash') UNION ALL SELECT * FROM broken('levels');
-- A leaf as the target keeps its own bounds.
SELECT writer_of('by_range_2');
SELECT t, (SELECT rows FROM dbmocker.generate(t, 100)) FROM unnest('{by_list_s, by_range_2, by_hash_1, levels_a_2, levels_a, levels_rest}'::regclass[]) t;
SELECT * FROM broken('by_list') UNION ALL SELECT * FROM broken('by_range') UNION ALL SELECT * FROM broken('by_hash') UNION ALL SELECT * FROM broken('levels');

-- A key of which the server judges every value, filled in several runs to its end.
CREATE TABLE even (id integer PRIMARY KEY CHECK (id BETWEEN 1 AND 1000 AND id % 2 = 0), n integer);
SELECT (SELECT rows FROM dbmocker.generate('even', i)) FROM unnest('{100, 100, 299, 1}'::integer[]) i;
SELECT * FROM broken('even');

-- Inheritance: only the named table gets rows.
CREATE TABLE base (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE derived (extra integer NOT NULL) INHERITS (base);
SELECT writer_of('base'), writer_of('derived');
SELECT t, (SELECT rows FROM dbmocker.generate(t, 50)) FROM unnest('{derived, base}'::regclass[]) t;
SELECT tableoid::regclass, count(*) FROM base GROUP BY 1 ORDER BY 1;

-- Deferrable constraints.
CREATE TABLE deferred (
  id integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED,
  code integer UNIQUE DEFERRABLE,
  parent integer NOT NULL REFERENCES parents DEFERRABLE INITIALLY DEFERRED
);
BEGIN;
SELECT rows, writer FROM dbmocker.generate('deferred', 500);
SELECT rows, writer FROM dbmocker.generate('deferred', 1500);
SET CONSTRAINTS ALL IMMEDIATE;
COMMIT;
SELECT * FROM broken('deferred');

-- Prepared statements, PL/pgSQL, subtransactions.
CREATE TABLE simple (id serial PRIMARY KEY, n integer NOT NULL);
PREPARE fill (bigint) AS SELECT rows, first_row FROM dbmocker.generate('simple', $1);
EXECUTE fill (10);
EXECUTE fill (10);
BEGIN;
SAVEPOINT a;
SELECT first_row FROM dbmocker.generate('simple', 5);
ROLLBACK TO a;
SELECT first_row FROM dbmocker.generate('simple', 5);
RELEASE a;
COMMIT;
SELECT count(*), count(DISTINCT id) FROM simple;
DO $$
BEGIN
  FOR i IN 1..5 LOOP
    BEGIN
      PERFORM dbmocker.generate('simple', 10);
      IF i % 2 = 0 THEN RAISE EXCEPTION 'undo'; END IF;
    EXCEPTION WHEN raise_exception THEN NULL;
    END;
  END LOOP;
END
$$;
SELECT count(*), count(DISTINCT id), (SELECT next_row FROM dbmocker.target_state WHERE target = 'simple'::regclass) FROM simple;
SELECT sum((dbmocker.generate('simple', i)).rows) FROM generate_series(1, 3) i;
SELECT * FROM broken('simple');

-- A run within a run.
CREATE TABLE outer_rows (id serial PRIMARY KEY, n integer);
CREATE TABLE inner_rows (id serial PRIMARY KEY, n integer);
CREATE FUNCTION fill_inner() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM dbmocker.generate('inner_rows', 2); RETURN NEW; END $$;
CREATE TRIGGER fill_inner BEFORE INSERT ON outer_rows FOR EACH ROW EXECUTE FUNCTION fill_inner();
CREATE FUNCTION double_inner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 3 THEN PERFORM dbmocker.generate('inner_rows', 1); END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER double_inner AFTER INSERT ON inner_rows FOR EACH ROW EXECUTE FUNCTION double_inner();
SELECT rows, writer FROM dbmocker.generate('outer_rows', 20, options => '{"batch_size": 7}');
SELECT count(*), (SELECT count(*) FROM inner_rows) AS inner_count FROM outer_rows;
SELECT * FROM broken('outer_rows') UNION ALL SELECT * FROM broken('inner_rows');
-- The rows of a run are nobody else's.
CREATE FUNCTION steal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM dbmocker.run_rows(NULL::outer_rows); RETURN NEW; END $$;
CREATE TRIGGER steal BEFORE INSERT ON outer_rows FOR EACH ROW EXECUTE FUNCTION steal();
SELECT failure($$SELECT dbmocker.generate('outer_rows', 5)$$);

-- Isolation levels.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT rows, writer FROM dbmocker.generate('people', 2000);
SELECT rows, writer FROM dbmocker.generate('people', 2000);
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT rows, writer FROM dbmocker.generate('people', 2000);
COMMIT;
SELECT * FROM broken('people');

-- Values that are stored out of line.
CREATE TABLE wide (id integer PRIMARY KEY, doc text CHECK (length(doc) >= 20000));
ALTER TABLE wide ALTER doc SET STORAGE EXTERNAL;
SELECT rows, writer FROM dbmocker.generate('wide', 20, options => '{"null_probability": 0}');
SELECT count(*), min(length(doc)) >= 20000 AS is_long FROM wide;

-- Columns that were dropped or added later.
CREATE TABLE changed (a integer, b text, c integer, d text);
ALTER TABLE changed DROP COLUMN a, DROP COLUMN c, ADD COLUMN e integer NOT NULL DEFAULT 5, ADD COLUMN f text;
SELECT writer, rows FROM dbmocker.generate('changed', 2000);
SELECT rows, writer FROM dbmocker.generate('changed', 10, options => '{"insertion_strategy": "single"}');
SELECT count(*) FROM changed;
CREATE TABLE empty_table ();
SELECT rows, writer FROM dbmocker.generate('empty_table', 5);
SELECT rows, writer FROM dbmocker.generate('empty_table', 5, options => '{"insertion_strategy": "single"}');
SELECT count(*) FROM empty_table;

RESET search_path;
DROP SCHEMA test_writers CASCADE;
DROP ROLE dbmocker_test_writer;
-- The next run clears what is kept of targets that are gone.
CREATE SCHEMA test_writers;
CREATE TABLE test_writers.last (id integer);
SELECT rows FROM dbmocker.generate('test_writers.last', 1);
SELECT count(*) FROM dbmocker.target_state WHERE target NOT IN (SELECT oid FROM pg_class);
DROP SCHEMA test_writers CASCADE;

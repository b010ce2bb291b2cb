-- Foreign keys by class: schemas are filled whole, twice with two seeds; the server checks every key, verify() looks again.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_reference_classes;
SET search_path = test_reference_classes;
SET dbmocker.reference_time = '2025-01-01';

-- Fills the schema twice; tables that did not get their rows, and broken constraints.
CREATE FUNCTION fill_twice(rows bigint) RETURNS TABLE (name text, fault text) LANGUAGE sql AS $$
  SELECT target::text, coalesce(problem, 'only ' || r.rows || ' rows')
    FROM generate_series(1, 2) s, dbmocker.generate_schema('test_reference_classes', $1, seed => s) r WHERE r.rows <> $1
  UNION ALL
  SELECT target_table::text, constraint_name FROM dbmocker.verify(schema => 'test_reference_classes') WHERE violations > 0
$$;
CREATE PROCEDURE forget() LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
  FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'test_reference_classes'::regnamespace AND relkind IN ('r', 'p') LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', t);
  END LOOP;
END $$;

-- Two foreign keys that share a column, one of them over three; no common parent may be missed.
CREATE TABLE tenants (id integer PRIMARY KEY);
CREATE TABLE accounts (tenant integer REFERENCES tenants, id uuid, PRIMARY KEY (tenant, id));
CREATE TABLE items (tenant integer REFERENCES tenants, code text, PRIMARY KEY (tenant, code));
CREATE TABLE orders (tenant integer NOT NULL, number integer, account uuid NOT NULL, item text NOT NULL, PRIMARY KEY (tenant, number),
                     FOREIGN KEY (tenant, account) REFERENCES accounts, FOREIGN KEY (tenant, item) REFERENCES items);
CREATE TABLE notes (id integer PRIMARY KEY, tenant integer NOT NULL REFERENCES tenants, number integer, account uuid,
                    FOREIGN KEY (tenant, number) REFERENCES orders, FOREIGN KEY (tenant, account) REFERENCES accounts);
SELECT * FROM fill_twice(60);
SELECT count(DISTINCT tenant) > 20 AS tenants, count(DISTINCT (tenant, account)) > 20 AS accounts FROM orders;
CALL forget();

-- MATCH FULL: all of the columns or none; a key of several columns to a unique constraint in another order.
CREATE TABLE places (id integer PRIMARY KEY, country char(2) NOT NULL, city text NOT NULL, UNIQUE (city, country));
CREATE TABLE visits (id integer PRIMARY KEY, country char(2), city text, FOREIGN KEY (country, city) REFERENCES places (country, city) MATCH FULL);
SELECT * FROM fill_twice(100);
SELECT count(*) FILTER (WHERE (country IS NULL) <> (city IS NULL)) AS half, count(city) > 150 AS kept FROM visits;
CALL forget();

-- References to the table itself: with roots, without, over two columns, where a CHECK forbids to be one's own parent.
CREATE TABLE trees (id serial PRIMARY KEY, parent integer REFERENCES trees, CHECK (parent <> id));
CREATE TABLE rooted (id uuid PRIMARY KEY, parent uuid NOT NULL REFERENCES rooted);
CREATE TABLE branches (tenant integer, id integer, up integer, PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, up) REFERENCES branches);
SELECT * FROM fill_twice(100);
WITH RECURSIVE reached AS (SELECT id FROM trees WHERE parent IS NULL UNION SELECT t.id FROM trees t JOIN reached r ON t.parent = r.id)
SELECT count(*) = 200 AS has_no_circle FROM reached;
CALL forget();

-- A circle with a reference that may be NULL.
CREATE TABLE departments (id serial PRIMARY KEY);
CREATE TABLE employees (id serial PRIMARY KEY, department integer NOT NULL REFERENCES departments);
ALTER TABLE departments ADD head integer REFERENCES employees;
SELECT place, target, circle, feasible FROM dbmocker.plan_schema('test_reference_classes', 50);
SELECT * FROM fill_twice(50);
SELECT count(head) > 60 AS heads FROM departments;
CALL forget();

-- A circle of NOT NULL references, one of them deferrable.
CREATE TABLE hens (id serial PRIMARY KEY, egg integer NOT NULL);
CREATE TABLE eggs (id serial PRIMARY KEY, hen integer NOT NULL REFERENCES hens);
ALTER TABLE hens ADD FOREIGN KEY (egg) REFERENCES eggs DEFERRABLE INITIALLY DEFERRED;
SELECT * FROM fill_twice(50);
CALL forget();

-- A circle of NOT NULL references that are checked at once; of three tables; over composite keys.
CREATE TABLE a (id serial PRIMARY KEY, c integer NOT NULL);
CREATE TABLE b (id uuid PRIMARY KEY, a integer NOT NULL REFERENCES a);
CREATE TABLE c (id serial PRIMARY KEY, b uuid NOT NULL REFERENCES b);
ALTER TABLE a ADD FOREIGN KEY (c) REFERENCES c;
CREATE TABLE x (p integer, q text, y bigint NOT NULL, PRIMARY KEY (p, q));
CREATE TABLE y (id bigserial PRIMARY KEY, p integer NOT NULL, q text NOT NULL, FOREIGN KEY (p, q) REFERENCES x);
ALTER TABLE x ADD FOREIGN KEY (y) REFERENCES y;
SELECT place, target, circle, feasible FROM dbmocker.plan_schema('test_reference_classes', 50);
SELECT * FROM fill_twice(50);
SELECT (SELECT count(DISTINCT c) > 30 FROM a) AS a, (SELECT count(DISTINCT (p, q)) > 30 FROM y) AS y;
CALL forget();

-- Inheritance: a key of the parent is not one of the children's; each has rows of its own.
CREATE TABLE vehicles (id serial PRIMARY KEY, name text NOT NULL CHECK (name <> ''));
CREATE TABLE cars (doors integer NOT NULL CHECK (doors > 1), PRIMARY KEY (id)) INHERITS (vehicles);
CREATE TABLE trips (id serial PRIMARY KEY, vehicle integer NOT NULL REFERENCES vehicles);
SELECT * FROM fill_twice(50);
SELECT (SELECT count(*) FROM ONLY vehicles) AS vehicles, (SELECT count(*) FROM cars) AS cars;
CALL forget();

-- References to a partitioned table, and a foreign key that one partition has for itself.
CREATE TABLE readers (id integer PRIMARY KEY);
CREATE TABLE events (id integer, at date NOT NULL, reader integer, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
CREATE TABLE events_new PARTITION OF events FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
ALTER TABLE events_new ADD FOREIGN KEY (reader) REFERENCES readers;
CREATE TABLE replies (id integer PRIMARY KEY, event integer NOT NULL, at date NOT NULL, FOREIGN KEY (event, at) REFERENCES events);
SELECT * FROM fill_twice(100);
CALL forget();

-- Parents that the CHECKs and domains of the referring columns refuse are left out; parents that they ask for are made.
CREATE DOMAIN even AS integer CHECK (VALUE % 2 = 0);
CREATE TABLE kinds (id integer PRIMARY KEY, name text);
CREATE TABLE things (id integer PRIMARY KEY, kind integer NOT NULL REFERENCES kinds CHECK (kind IN (900, 901)));
CREATE TABLE numbers (id integer PRIMARY KEY);
CREATE TABLE halves (id integer PRIMARY KEY, number even NOT NULL REFERENCES numbers);
SELECT * FROM fill_twice(50);
SELECT array_agg(DISTINCT kind ORDER BY kind) AS kinds FROM things;
CALL forget();

-- Generated columns in a foreign key: only parents with the value that the server computes.
CREATE TABLE accounts (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('a', 'b')), UNIQUE (id, kind));
CREATE TABLE a_accounts (account integer NOT NULL UNIQUE, kind text NOT NULL GENERATED ALWAYS AS ('a'::text) STORED,
  FOREIGN KEY (account, kind) REFERENCES accounts (id, kind));
CREATE TABLE b_notes (id serial PRIMARY KEY, account integer, kind text GENERATED ALWAYS AS ('b'::text) STORED,
  FOREIGN KEY (account, kind) REFERENCES accounts (id, kind));
CREATE TABLE of_either (id serial PRIMARY KEY, account integer NOT NULL, code integer NOT NULL CHECK (code BETWEEN 0 AND 9),
  kind text GENERATED ALWAYS AS (CASE WHEN code > 5 THEN 'a' ELSE 'b' END) STORED, FOREIGN KEY (account, kind) REFERENCES accounts (id, kind));
SELECT target, rows FROM dbmocker.generate_schema('test_reference_classes', 100, options => '{"on_exhausted": "cap"}')
 WHERE target <> 'a_accounts'::regclass;
SELECT (SELECT count(*) FROM a_accounts) = (SELECT count(*) FROM accounts WHERE kind = 'a') AS all_of_a,
       (SELECT count(account) FROM b_notes) > 70 AS most_notes;
SELECT * FROM dbmocker.verify(schema => 'test_reference_classes') WHERE violations > 0;
DROP TABLE a_accounts, b_notes, of_either, accounts;

-- Partitions of both tables by the same column, of which the referring one has fewer; keys of numbers use all of a list.
CREATE TABLE pipelines (id bigserial, part bigint NOT NULL, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE pipelines_1 PARTITION OF pipelines FOR VALUES IN (100, 101, 102);
CREATE TABLE pipelines_2 PARTITION OF pipelines FOR VALUES IN (103);
CREATE TABLE stages (id bigserial, part bigint NOT NULL, pipeline bigint, name text, PRIMARY KEY (id, part), UNIQUE (pipeline, name, part),
  FOREIGN KEY (part, pipeline) REFERENCES pipelines (part, id)) PARTITION BY LIST (part);
CREATE TABLE stages_1 PARTITION OF stages FOR VALUES IN (100);
CREATE TABLE stages_2 PARTITION OF stages FOR VALUES IN (102);
CREATE TABLE cells (id integer, part integer CHECK (part IN (1, 2, 3, 4)), PRIMARY KEY (id, part));
SELECT * FROM fill_twice(60);
SELECT count(DISTINCT part) AS parts, min(rows) > 5 AS even FROM (SELECT part, count(*) AS rows FROM cells GROUP BY part) c;
DROP SCHEMA test_reference_classes CASCADE;

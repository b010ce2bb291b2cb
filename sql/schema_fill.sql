-- generate_schema(): the order of tables, circles, and which tables are filled.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_schema_fill;
CREATE SCHEMA test_schema_fill_other;
SET search_path = test_schema_fill;
SET dbmocker.reference_time = '2025-01-01';

CREATE FUNCTION broken(schema regnamespace) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT target_table || ' ' || constraint_name || ' ' || violations FROM dbmocker.verify(schema) WHERE violations <> 0
$$;

-- Names in the wrong order; a view, a sequence, a partitioned table and one that references another schema beside them.
CREATE TABLE test_schema_fill_other.countries (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE z_users (id serial PRIMARY KEY, email text NOT NULL UNIQUE, country integer NOT NULL REFERENCES test_schema_fill_other.countries);
CREATE TABLE m_orders (id bigserial PRIMARY KEY, buyer integer NOT NULL REFERENCES z_users, parent bigint REFERENCES m_orders);
CREATE TABLE a_items (buyer_order bigint REFERENCES m_orders, line integer CHECK (line > 0), PRIMARY KEY (buyer_order, line));
CREATE TABLE b_profiles (user_id integer PRIMARY KEY REFERENCES z_users, bio text);
CREATE TABLE log_entries (id integer, at date NOT NULL, who integer REFERENCES z_users) PARTITION BY RANGE (at);
CREATE TABLE log_2024 PARTITION OF log_entries FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE VIEW a_view AS SELECT * FROM z_users;
SELECT * FROM dbmocker.generate_schema('test_schema_fill', 10);
SELECT target, rows FROM dbmocker.generate_schema('test_schema_fill_other', 20);
SELECT target, rows, writer, first_row FROM dbmocker.generate_schema('test_schema_fill', 50);
SELECT * FROM broken('test_schema_fill');
SELECT count(*), count(DISTINCT buyer) > 10 AS spread, count(*) FILTER (WHERE parent IS NULL) BETWEEN 1 AND 25 AS roots FROM m_orders;

-- Numbers of rows by table, and tables left out.
SELECT target, rows FROM dbmocker.generate_schema('test_schema_fill', tables => '{"m_orders": 30, "z_users": 20}');
SELECT target, rows FROM dbmocker.generate_schema('test_schema_fill', 5, tables => '{"z_users": 40, "log_entries": 0}', exclude => '{a_items, b_profiles}');
SELECT * FROM broken('test_schema_fill');
SELECT count(*) FROM z_users;
-- Large enough for references to be validated at the end.
SELECT target, rows FROM dbmocker.generate_schema('test_schema_fill', tables => '{"m_orders": 3000, "z_users": 2000, "a_items": 5000}');
SELECT * FROM broken('test_schema_fill');
-- All or nothing: the last table fails.
CREATE TABLE zz_last (n integer PRIMARY KEY CHECK (n BETWEEN 1 AND 3));
SELECT count(*) FROM dbmocker.generate_schema('test_schema_fill', 4, exclude => '{b_profiles}');
SELECT count(*) FROM z_users;

CREATE FUNCTION digest(target regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  EXECUTE format('SELECT md5(string_agg(t::text, E''\n'' ORDER BY t::text)) FROM %s t', target) INTO result;
  RETURN result;
END
$$;
DROP SCHEMA test_schema_fill_other CASCADE;
DROP TABLE zz_last, a_items, b_profiles, m_orders, log_entries, z_users CASCADE;

-- Circles: of two tables, of three, to themselves. NULL where a parent is not there yet, and filled in afterwards.
CREATE TABLE departments (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE employees (id serial PRIMARY KEY, department integer NOT NULL REFERENCES departments, manager integer REFERENCES employees);
ALTER TABLE departments ADD head integer REFERENCES employees;
CREATE TABLE a (id serial PRIMARY KEY);
CREATE TABLE b (id serial PRIMARY KEY, a integer NOT NULL REFERENCES a);
CREATE TABLE c (id serial PRIMARY KEY, b integer NOT NULL REFERENCES b);
ALTER TABLE a ADD c integer UNIQUE REFERENCES c;
CREATE TABLE pairs (x integer, y integer, PRIMARY KEY (x, y));
CREATE TABLE halves (id serial PRIMARY KEY, x integer NOT NULL, y integer NOT NULL, FOREIGN KEY (x, y) REFERENCES pairs);
ALTER TABLE pairs ADD half integer REFERENCES halves;
SELECT target, rows FROM dbmocker.generate_schema('test_schema_fill', 400);
SELECT * FROM broken('test_schema_fill');
SELECT count(*) FILTER (WHERE head IS NULL) BETWEEN 10 AND 90 AS tenth_is_null, count(DISTINCT head) > 150 AS spread FROM departments;
SELECT count(*) FILTER (WHERE c IS NULL) BETWEEN 10 AND 90 AS tenth_is_null, count(c) = count(DISTINCT c) AS is_unique FROM a;
SELECT count(*) FILTER (WHERE half IS NULL) BETWEEN 10 AND 90 AS tenth_is_null FROM pairs;
SELECT digest('departments') AS departments, digest('a') AS a \gset
TRUNCATE departments, employees, a, b, c, pairs, halves RESTART IDENTITY;
SELECT count(*) FROM dbmocker.generate_schema('test_schema_fill', 400);
SELECT digest('departments') = :'departments' AS departments, digest('a') = :'a' AS a;
-- Rows that were there before keep their NULLs.
TRUNCATE departments, employees, a, b, c, pairs, halves RESTART IDENTITY;
INSERT INTO departments (name) SELECT 'mine' FROM generate_series(1, 10);
SELECT count(*) FROM dbmocker.generate_schema('test_schema_fill', 100, options => '{"null_probability": 0}');
SELECT name = 'mine' AS mine, count(*), count(head) FROM departments GROUP BY 1 ORDER BY 1;
SELECT * FROM broken('test_schema_fill');
SELECT count(*) FROM dbmocker.generate_schema('test_schema_fill', 100, options => '{"null_probability": 0}');
SELECT name = 'mine' AS mine, count(*), count(head) FROM departments GROUP BY 1 ORDER BY 1;
SELECT count(*), count(DISTINCT c), count(c) = count(DISTINCT c) AS is_unique FROM a;
SELECT * FROM broken('test_schema_fill');
-- Within a subtransaction and a transaction that keeps its snapshot.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SAVEPOINT s;
TRUNCATE departments, employees, a, b, c, pairs, halves RESTART IDENTITY;
SELECT count(*) FROM dbmocker.generate_schema('test_schema_fill', 100, options => '{"null_probability": 0}');
SELECT count(*), count(head) FROM departments;
ROLLBACK TO s;
ROLLBACK;
-- Circles without a reference that may be NULL; those that cannot be entered are named.
ALTER TABLE a ALTER c SET NOT NULL;
SELECT target, rows FROM dbmocker.generate_schema('test_schema_fill', 10);
TRUNCATE a, b, c;
SELECT target, rows FROM dbmocker.generate_schema('test_schema_fill', 10);
SELECT * FROM broken('test_schema_fill');
CREATE TABLE d (id integer PRIMARY KEY);
CREATE TABLE e (id integer PRIMARY KEY REFERENCES d);
ALTER TABLE d ADD FOREIGN KEY (id) REFERENCES e;
SELECT * FROM dbmocker.generate_schema('test_schema_fill', 10);
DROP TABLE d, e CASCADE;

-- Filling many rows in later takes no product of the tables.
DROP TABLE departments, employees, a, b, c, pairs, halves CASCADE;
CREATE TABLE p (id serial PRIMARY KEY);
CREATE TABLE q (id serial PRIMARY KEY, p integer NOT NULL REFERENCES p);
ALTER TABLE p ADD q integer REFERENCES q;
SET statement_timeout = '60s';
SELECT target, rows FROM dbmocker.generate_schema('test_schema_fill', 20000);
RESET statement_timeout;
SELECT count(q) > 17000 AS filled FROM p;

-- Tables of an extension are not filled: dbmocker's own state is one.
SELECT target, rows FROM dbmocker.generate_schema('dbmocker', 10);
SELECT count(*) FROM dbmocker.generate_schema('information_schema', tables => '{"sql_parts": 1}');

RESET search_path;
DROP SCHEMA test_schema_fill CASCADE;

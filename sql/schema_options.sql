-- Whole schemas that cannot be filled as asked: options on_error and on_exhausted, and what plan_schema() says before.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_schema_options;
SET search_path = test_schema_options;
SET dbmocker.reference_time = '2025-01-01';

CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE flags (value boolean PRIMARY KEY);
CREATE TABLE flag_users (flag boolean NOT NULL REFERENCES flags, usr integer NOT NULL REFERENCES users, PRIMARY KEY (flag, usr));
CREATE TABLE posts (id serial PRIMARY KEY, author integer NOT NULL REFERENCES users, body text NOT NULL);
CREATE TABLE impossible (id serial PRIMARY KEY, n integer NOT NULL CHECK (n > 5 AND n < 3));
CREATE TABLE of_impossible (id serial PRIMARY KEY, i integer NOT NULL REFERENCES impossible);

-- Bad values are refused.
SELECT rows FROM dbmocker.generate_schema('test_schema_options', 5, options => '{"on_error": "ignore"}');
SELECT rows FROM dbmocker.generate_schema('test_schema_options', 5, options => '{"on_exhausted": true}');

-- "stop" is the default: nothing is kept.
SELECT rows FROM dbmocker.generate_schema('test_schema_options', 5);
SELECT count(*) FROM users;

-- What plan_schema() says of it, and that it writes nothing.
SELECT place, target, rows_planned, writer, heap_bytes, feasible, left(problem, 55) AS problem FROM dbmocker.plan_schema('test_schema_options', 5);
SELECT target, rows_planned, heap_bytes > rows_planned * 30 AS is_large, feasible
  FROM dbmocker.plan_schema('test_schema_options', tables => '{"users": 100000, "posts": 1000000}', exclude => '{flags}');
SELECT target, rows_planned, feasible FROM dbmocker.plan_schema('test_schema_options', 5, options => '{"on_exhausted": "cap"}');
SELECT * FROM dbmocker.plan_schema('test_schema_options');
SELECT count(*) FROM users;

-- "skip": tables that fail are named with what stands against them, the others are filled.
SELECT target, rows, writer, left(problem, 55) AS problem FROM dbmocker.generate_schema('test_schema_options', 5, options => '{"on_error": "skip"}');
SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM posts) AS posts, (SELECT count(*) FROM flags) AS flags;

-- "cap": as many rows as a key has values for.
SELECT target, rows, left(problem, 55) AS problem FROM dbmocker.generate_schema('test_schema_options', 50, options => '{"on_error": "skip", "on_exhausted": "cap"}');
SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM flags) AS flags, (SELECT count(*) FROM flag_users) AS flag_users;
SELECT * FROM dbmocker.verify(schema => 'test_schema_options') WHERE violations > 0;

-- Rows that no draw makes right are left out, and said so, as long as others are made.
CREATE FUNCTION is_odd_one(n integer) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
  size integer := length(md5(n::text));
BEGIN
  RETURN size = 5;
END $$;
CREATE TABLE few (id serial PRIMARY KEY, n integer NOT NULL, CHECK (id % 4 <> 0 OR is_odd_one(n)));
SELECT target, rows BETWEEN 10 AND 19 AS some, problem ~ 'failed by all draws' AS said
  FROM dbmocker.generate_schema('test_schema_options', tables => '{"few": 20}', options => '{"on_error": "skip"}');
SELECT rows FROM dbmocker.generate_schema('test_schema_options', tables => '{"few": 20}');
DROP TABLE few;

-- A deferred trigger that refuses at the end of the transaction: found at the end of the run, its table left out.
DROP TABLE impossible, of_impossible;
CREATE TABLE invoices (id serial PRIMARY KEY, amount integer NOT NULL);
CREATE TABLE invoice_lines (id serial PRIMARY KEY, invoice integer NOT NULL REFERENCES invoices);
CREATE FUNCTION balanced() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'never balanced'; END $$;
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON invoices DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION balanced();
SELECT target, rows, left(problem, 14) AS problem
  FROM dbmocker.generate_schema('test_schema_options', 5, exclude => '{flags,flag_users}', options => '{"on_error": "skip"}');
SELECT (SELECT count(*) FROM invoices) AS invoices, (SELECT count(*) FROM posts) > 0 AS posts;

-- An error that is nobody's fault ends the call in any case.
SET statement_timeout = '300ms';
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION slow();
SELECT count(*) FROM dbmocker.generate_schema('test_schema_options', 20, exclude => '{invoices,invoice_lines}', options => '{"on_error": "skip", "on_exhausted": "cap"}');
RESET statement_timeout;
DROP SCHEMA test_schema_options CASCADE;

-- Unique keys over generated columns and expressions, by class: each table is filled twice, with two seeds; the server's
-- own indexes refuse duplicates, verify() looks again.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_key_sources;
SET search_path = test_key_sources;
SET dbmocker.reference_time = '2025-01-01';
-- Tables that do not hold both runs' rows, and constraints that verify() finds broken.
CREATE FUNCTION fill_all(OUT target regclass, OUT stored bigint, OUT broken text) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
  FOR target IN SELECT oid FROM pg_class WHERE relnamespace = 'test_key_sources'::regnamespace AND relkind = 'r' ORDER BY relname LOOP
    PERFORM dbmocker.generate(target, 1000, 1);
    PERFORM dbmocker.generate(target, 600, 2);
    EXECUTE format('SELECT count(*) FROM %s', target) INTO stored;
    SELECT string_agg(constraint_name, ', ') INTO broken FROM dbmocker.verify(target) WHERE violations > 0;
    IF stored <> 1600 OR broken IS NOT NULL THEN RETURN NEXT; END IF;
  END LOOP;
END $$;

-- Generated columns: texts folded, replaced, joined with numbers.
CREATE TABLE slugs (id serial PRIMARY KEY, name varchar(60) NOT NULL, title text NOT NULL,
  slug text GENERATED ALWAYS AS (lower(name)) STORED UNIQUE,
  path text GENERATED ALWAYS AS (regexp_replace(lower(title), '[^a-z0-9]+', '-', 'g')) STORED NOT NULL UNIQUE);
CREATE TABLE codes (id serial PRIMARY KEY, prefix text NOT NULL CHECK (prefix IN ('A', 'B', 'C')), number smallint NOT NULL CHECK (number BETWEEN 1 AND 999),
  full_code text GENERATED ALWAYS AS (prefix || '-' || number::text) STORED UNIQUE);
CREATE TABLE digests (id serial PRIMARY KEY, content text NOT NULL, digest text GENERATED ALWAYS AS (md5(content)) STORED UNIQUE);
CREATE TABLE sums (id serial PRIMARY KEY, a int NOT NULL CHECK (a BETWEEN 0 AND 99), b int NOT NULL CHECK (b BETWEEN 0 AND 99),
  s int GENERATED ALWAYS AS (a * 100 + b) STORED UNIQUE);
-- Parts of times: few, unless each row gets one of its own.
CREATE TABLE days (id serial PRIMARY KEY, at timestamp NOT NULL, day date GENERATED ALWAYS AS (at::date) STORED UNIQUE);
CREATE TABLE hours (id serial PRIMARY KEY, happened timestamptz NOT NULL,
  bucket timestamp GENERATED ALWAYS AS (date_trunc('hour', happened AT TIME ZONE 'UTC')) STORED UNIQUE);
CREATE TABLE months (id serial PRIMARY KEY, d date NOT NULL, y int GENERATED ALWAYS AS (extract(year FROM d)::int) STORED,
  m int GENERATED ALWAYS AS (extract(month FROM d)::int) STORED, UNIQUE (y, m));
CREATE TABLE quarters (id serial PRIMARY KEY, at timestamp NOT NULL);
CREATE UNIQUE INDEX ON quarters (date_trunc('quarter', at));
CREATE TABLE weeks (id serial PRIMARY KEY, at timestamp NOT NULL);
CREATE UNIQUE INDEX ON weeks (date_trunc('week', at));
CREATE TABLE local_days (id serial PRIMARY KEY, at timestamptz NOT NULL);
CREATE UNIQUE INDEX ON local_days (((at AT TIME ZONE 'Pacific/Auckland')::date));
CREATE TABLE visits (id serial PRIMARY KEY, at timestamptz NOT NULL, user_id int NOT NULL CHECK (user_id BETWEEN 1 AND 5));
CREATE UNIQUE INDEX ON visits (user_id, ((at AT TIME ZONE 'UTC')::date));
CREATE TABLE created (id serial PRIMARY KEY, created_at timestamp NOT NULL, updated_at timestamp NOT NULL, CHECK (created_at <= updated_at));
CREATE UNIQUE INDEX ON created (date_trunc('minute', created_at));
-- Members of documents.
CREATE TABLE documents (id serial PRIMARY KEY, data jsonb NOT NULL, key text GENERATED ALWAYS AS (data ->> 'key') STORED NOT NULL UNIQUE);
CREATE TABLE profiles (id serial PRIMARY KEY, data jsonb NOT NULL CHECK (data ? 'name'), other json NOT NULL, number jsonb NOT NULL);
CREATE UNIQUE INDEX ON profiles (lower(data -> 'user' ->> 'email'));
CREATE UNIQUE INDEX ON profiles ((other #>> '{a,b}'));
CREATE UNIQUE INDEX ON profiles (((number ->> 'n')::int));
-- Expressions over several columns, with sentinels, parts, absolute values.
CREATE TABLE pairs (id serial PRIMARY KEY, a text NOT NULL, b text NOT NULL, c int, d int NOT NULL, e int NOT NULL, f numeric(12, 4) NOT NULL);
CREATE UNIQUE INDEX ON pairs ((a || b));
CREATE UNIQUE INDEX ON pairs (lower(a), d);
CREATE UNIQUE INDEX ON pairs (d, coalesce(c, 0));
CREATE UNIQUE INDEX ON pairs (least(d, e), greatest(d, e));
CREATE UNIQUE INDEX ON pairs (abs(e));
CREATE UNIQUE INDEX ON pairs (round(f));
CREATE TABLE sentinels (id serial PRIMARY KEY, a uuid, b smallint NOT NULL CHECK (b BETWEEN 1 AND 2), name text);
CREATE UNIQUE INDEX ON sentinels (coalesce(a, '00000000-0000-0000-0000-000000000000'), b);
CREATE UNIQUE INDEX ON sentinels (lower(coalesce(name, '')));
CREATE TABLE people (id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, code text NOT NULL, email text NOT NULL,
  full_name text GENERATED ALWAYS AS (first_name || ' ' || last_name) STORED UNIQUE);
CREATE UNIQUE INDEX ON people (left(code, 8));
CREATE UNIQUE INDEX ON people (split_part(email, '@', 1));
CREATE UNIQUE INDEX ON people (upper(btrim(code)));
-- A column that counts up is no help against stored rows where only an expression's key reads it.
CREATE TABLE counted (user_id int NOT NULL, label text NOT NULL);
CREATE UNIQUE INDEX ON counted (user_id, left(label, 1));

SELECT * FROM fill_all();
SELECT count(DISTINCT data ->> 'key') FROM documents;
SELECT count(DISTINCT lower(data -> 'user' ->> 'email')), count(DISTINCT other #>> '{a,b}'), count(DISTINCT (number ->> 'n')::int) FROM profiles;
-- Most days of one's own are of the last years.
SELECT count(*) FILTER (WHERE day BETWEEN '2020-01-01' AND '2025-01-01') FROM days;
SELECT c.relname, p.method, p.detail FROM pg_class c, dbmocker.plan(c.oid::regclass, 10) p
 WHERE c.relnamespace = 'test_key_sources'::regnamespace AND relname IN ('days', 'visits', 'digests', 'documents') AND p.kind LIKE 'UNIQUE%';
-- All that there are: 3 prefixes with 999 numbers.
SELECT rows, problem FROM dbmocker.generate('codes', 2000, options => '{"on_exhausted": "cap"}');
DROP SCHEMA test_key_sources CASCADE;

-- Unique keys of every shape: on empty tables, on tables that hold rows of others, appended to with other seeds.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE SCHEMA test_keys;
SET search_path = test_keys, public;
SET dbmocker.reference_time = '2025-01-01';

-- One key column of each of many types: 100 rows, then 2 × 100 more with other seeds.
CREATE TYPE colour AS ENUM ('red', 'green', 'blue', 'black');
CREATE DOMAIN short_code AS varchar(8) CHECK (length(VALUE) >= 3);
CREATE TABLE result (type text, as_primary bigint, as_unique bigint, fault text);
CREATE FUNCTION try_keys(type text, rows bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  as_primary bigint;
  as_unique bigint;
  fault text;
BEGIN
  EXECUTE format('CREATE TABLE p (k %s PRIMARY KEY, other text)', type);
  EXECUTE format('CREATE TABLE u (other text, k %s NOT NULL UNIQUE)', type);
  FOR seed IN 1..3 LOOP
    PERFORM dbmocker.generate('p', rows, seed);
    PERFORM dbmocker.generate('u', rows, seed);
  END LOOP;
  SELECT count(DISTINCT k) FROM p INTO as_primary;
  SELECT count(DISTINCT k) FROM u INTO as_unique;
  SELECT string_agg(constraint_name, ', ') INTO fault
  FROM (SELECT * FROM dbmocker.verify(target => 'p') UNION ALL SELECT * FROM dbmocker.verify(target => 'u')) v
  WHERE violations > 0;
  INSERT INTO result VALUES (type, as_primary, as_unique, fault);
  DROP TABLE p, u;
EXCEPTION WHEN OTHERS THEN
  INSERT INTO result VALUES (type, NULL, NULL, SQLERRM);
END $$;
SELECT try_keys(t, 100) FROM unnest(ARRAY[
  'smallint', 'integer', 'bigint', 'oid', 'numeric', 'numeric(6,2)', 'numeric(20)', 'real', 'double precision', 'money',
  'text', 'varchar(3)', 'varchar', 'char(2)', 'char(20)', 'name', 'citext', 'short_code', 'bytea', 'uuid', 'date', 'time',
  'timestamp', 'timestamptz', 'timetz', 'timestamp(0)', 'interval', 'inet', 'cidr', 'macaddr', 'macaddr8', 'bit(9)',
  'bit varying(12)', 'bit(64)', 'int4range', 'daterange', 'tstzrange', 'int4multirange', 'jsonb', 'integer[]', 'text[]', 'uuid[]',
  'tsvector', 'pg_lsn', 'tid', 'oidvector', 'xid8']) t;
SELECT try_keys('colour', 1), try_keys('"char"', 20), try_keys('char', 10), try_keys('bit(4)', 5), try_keys('colour[]', 20);
-- Types with fewer values are listed.
SELECT * FROM result WHERE as_primary IS DISTINCT FROM 300 OR as_unique IS DISTINCT FROM 300 OR fault IS NOT NULL ORDER BY type;
CREATE TABLE truths (b boolean PRIMARY KEY);
SELECT rows FROM dbmocker.generate('truths', 2, 1);
SELECT * FROM truths ORDER BY b;

-- More rows than a key has values: refused before the first row.
SELECT rows FROM dbmocker.generate('truths', 1, 1);
CREATE TABLE too_few (id integer, c colour UNIQUE NOT NULL);
SELECT rows FROM dbmocker.generate('too_few', 5, 1);
CREATE TABLE too_few_pairs (c colour, b boolean, d smallint CHECK (d BETWEEN 1 AND 3), PRIMARY KEY (c, b, d));
SELECT rows FROM dbmocker.generate('too_few_pairs', 25, 1);
SELECT rows FROM dbmocker.generate('too_few_pairs', 24, 1);
SELECT count(DISTINCT (c, b, d)) FROM too_few_pairs;

-- Nullable columns of a unique key: NULLs beyond the values, as many as asked for.
CREATE TABLE few_and_null (id integer, c colour UNIQUE);
SELECT rows FROM dbmocker.generate('few_and_null', 50, 1, '{"null_probability": 0}');
SELECT count(DISTINCT c), count(*) FILTER (WHERE c IS NULL) FROM few_and_null;

-- NULLS NOT DISTINCT, where the server has it: one NULL at most.
CREATE TABLE null_once (a integer, b text, c colour);
DO $$ BEGIN
  IF current_setting('server_version_num')::integer >= 150000 THEN
    ALTER TABLE null_once ADD UNIQUE NULLS NOT DISTINCT (a), ADD UNIQUE NULLS NOT DISTINCT (b, c);
  END IF;
END $$;
SELECT rows FROM dbmocker.generate('null_once', 300, 1);
SELECT rows FROM dbmocker.generate('null_once', 300, 2);
SELECT count(*) FROM null_once;

-- Composite keys of 2, 3 and 4 columns, small and large, several that overlap.
CREATE TABLE k2 (a smallint, b colour, PRIMARY KEY (a, b));
CREATE TABLE k3 (a date, b text, c boolean, PRIMARY KEY (a, b, c));
CREATE TABLE k4 (a integer, b colour, c boolean, d char(1), e integer, PRIMARY KEY (a, b, c, d), UNIQUE (b, e), UNIQUE (c, d, e));
SELECT t, s, (dbmocker.generate(t, 500, s)).rows FROM unnest(ARRAY['k2', 'k3', 'k4']::regclass[]) t, generate_series(1, 3) s;
SELECT (SELECT count(DISTINCT (a, b)) FROM k2), (SELECT count(DISTINCT (a, b, c)) FROM k3), (SELECT count(DISTINCT (a, b, c, d)) FROM k4);

-- Expressions, INCLUDE, partial and deferrable keys.
CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL, name varchar(20) NOT NULL, deleted boolean NOT NULL,
                    rank integer NOT NULL, slot integer NOT NULL);
CREATE UNIQUE INDEX users_email ON users (lower(email));
CREATE UNIQUE INDEX users_name ON users (name) WHERE NOT deleted;
CREATE UNIQUE INDEX users_name_rank ON users ((upper(name)), rank) INCLUDE (email);
ALTER TABLE users ADD CONSTRAINT users_rank UNIQUE (rank) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE users ADD CONSTRAINT users_slot UNIQUE (slot) INCLUDE (name) DEFERRABLE;
CREATE TABLE scores (player integer, score integer);
CREATE UNIQUE INDEX scores_sum ON scores ((player * 1000 + score));
SELECT (dbmocker.generate('users', 300, s)).rows FROM generate_series(1, 3) s;
SELECT rows FROM dbmocker.generate('scores', 200, 1);
SELECT count(*), count(DISTINCT lower(email)), count(DISTINCT rank), count(DISTINCT slot) FROM users;

-- Rows written by hand that hold values which the generator would use: the rows that a run on an empty twin makes.
CREATE TABLE foreign_rows (id integer PRIMARY KEY, code text UNIQUE NOT NULL, email text UNIQUE, day date NOT NULL, c colour NOT NULL,
                           ref uuid NOT NULL UNIQUE DEFERRABLE, small smallint NOT NULL UNIQUE, amount numeric(5,2), UNIQUE (day, c));
CREATE UNIQUE INDEX ON foreign_rows (lower(email));
INSERT INTO foreign_rows SELECT (r).* FROM (SELECT r FROM dbmocker.rows(NULL::foreign_rows, 400, seed => 7) r) s
WHERE (r).id % 2 = 0;
SELECT rows FROM dbmocker.generate('foreign_rows', 200, 7);
SELECT rows FROM dbmocker.generate('foreign_rows', 200, 8);
SELECT rows FROM dbmocker.generate('foreign_rows', 200, 7, '{"insertion_strategy": "single"}');
SELECT count(*), count(DISTINCT id), count(DISTINCT code), count(DISTINCT lower(email)) = count(email) AS emails,
       count(DISTINCT (day, c)), count(DISTINCT ref), count(DISTINCT small)
FROM foreign_rows;

-- Two runs of n rows give what one of 2n gives, by either writer.
CREATE TABLE twice (id bigint PRIMARY KEY, code varchar(12) UNIQUE NOT NULL, email text UNIQUE, c colour, day date, UNIQUE (c, day));
CREATE TABLE sums (way text, sum text);
CREATE PROCEDURE keep_sum(way text) LANGUAGE sql AS $$
  INSERT INTO sums SELECT way, md5(string_agg(t::text, E'\n' ORDER BY t::text COLLATE "C")) FROM twice t;
  TRUNCATE twice;
$$;
SELECT rows FROM dbmocker.generate('twice', 600, 5);
CALL keep_sum('at once');
SELECT rows FROM dbmocker.generate('twice', 300, 5) UNION ALL SELECT rows FROM dbmocker.generate('twice', 300, 5);
CALL keep_sum('in two');
SELECT rows FROM dbmocker.generate('twice', 600, 5, '{"insertion_strategy": "single", "batch_size": 7}');
CALL keep_sum('singly');
INSERT INTO twice SELECT * FROM dbmocker.rows(NULL::twice, 600, seed => 5);
CALL keep_sum('rows()');
SELECT count(*), count(DISTINCT sum) FROM sums;

SELECT * FROM dbmocker.verify(schema => 'test_keys') WHERE violations > 0;
-- A list of words that is nearly used up by earlier runs gives way to words with a number.
CREATE TABLE tags (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
SELECT first.rows, second.rows, third.rows, fourth.rows FROM dbmocker.generate('tags', 50) first, dbmocker.generate('tags', 50, seed => 2) second,
  dbmocker.generate('tags', 2000, seed => 3) third, dbmocker.generate('tags', 50, seed => 4) fourth;
DROP SCHEMA test_keys CASCADE;

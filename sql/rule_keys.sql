-- Rules beyond ranges and lists: expressions and templates over the row, duplicates, uniqueness, children of parents.
SET client_min_messages = warning;
CREATE SCHEMA test_rule_keys;
SET search_path = test_rule_keys;
SET dbmocker.reference_time = '2025-06-01';

CREATE FUNCTION failure(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  message text; detail text; hint text;
BEGIN
  EXECUTE statement;
  RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN NEXT SQLSTATE || ': ' || message;
  IF detail <> '' THEN RETURN NEXT '  DETAIL: ' || detail; END IF;
  IF hint <> '' THEN RETURN NEXT '  HINT: ' || hint; END IF;
END
$$;

-- Expressions: whatever writes the rows, the stored row satisfies them.
CREATE DOMAIN positive AS numeric CHECK (VALUE >= 0);
CREATE TABLE lines (
  id serial PRIMARY KEY,
  price numeric(8,2) NOT NULL CHECK (price > 0),
  quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 20),
  total positive NOT NULL,
  total_with_tax numeric(12,2),
  "Kind of line" text NOT NULL,
  label varchar(80),
  day date,
  month text,
  stored text GENERATED ALWAYS AS (upper(label)) STORED,
  CHECK (total_with_tax >= total)
);
SELECT dbmocker.set_rule('lines', 'total', '{"expression": "price * quantity"}');
SELECT dbmocker.set_rule('lines', 'total_with_tax', '{"expression": "round(total * 1.19, 2)"}');
SELECT dbmocker.set_rule('lines', 'label', '{"template": "{{quantity}} times ''{{Kind of line}}'', line {{id}}"}');
SELECT dbmocker.set_rule('lines', 'month', '{"expression": "to_char(day, ''YYYY-MM'') || ''!''"}');
SELECT dbmocker.set_rule('lines', 'Kind of line', '{"possible_values": ["plain", "it''s"]}');
CREATE FUNCTION wrong_lines() RETURNS bigint LANGUAGE sql AS $$
SELECT count(*) FROM lines
WHERE total IS DISTINCT FROM price * quantity OR total_with_tax IS DISTINCT FROM round(total * 1.19, 2)
   OR label IS DISTINCT FROM quantity || ' times ''' || "Kind of line" || ''', line ' || id
   OR month IS DISTINCT FROM to_char(day, 'YYYY-MM') || '!' OR stored IS DISTINCT FROM upper(label)
$$;
CREATE TABLE sums (sum text);
DO $$
DECLARE
  way jsonb;
BEGIN
  FOREACH way IN ARRAY ARRAY['{"insertion_strategy": "single"}', '{"insertion_strategy": "batch", "batch_size": 13}',
                             '{"insertion_strategy": "parallel_bulk", "max_workers": 2, "batch_size": 100}']::jsonb[]
  LOOP
    TRUNCATE lines RESTART IDENTITY;
    PERFORM dbmocker.generate('lines', 5000, 3, way);
    INSERT INTO sums SELECT md5(string_agg(l::text, ',' ORDER BY id)) FROM lines l;
    IF wrong_lines() > 0 THEN RAISE EXCEPTION 'wrong lines by %', way; END IF;
  END LOOP;
END
$$;
SELECT count(*), count(DISTINCT sum) FROM sums;
SELECT count(*) FROM dbmocker.verify('lines') WHERE violations > 0;
SELECT count(*) FILTER (WHERE total = price * quantity) FROM dbmocker.rows(NULL::lines, 100);
SELECT name, method, detail FROM dbmocker.plan('lines', 10) WHERE kind IS NOT NULL AND (detail LIKE '%rule%' OR object = 'constraint') ORDER BY object, name;
-- Rows of other sessions' settings: the text of a date does not depend on DateStyle.
SELECT dbmocker.set_rule('lines', 'month', '{"expression": "day::text"}');
SET DateStyle = 'German, DMY';
SELECT count(*) FILTER (WHERE month = to_char(day, 'YYYY-MM-DD')) = count(day) AS iso FROM dbmocker.rows(NULL::lines, 100);
RESET DateStyle;
-- Refused.
SELECT failure($$SELECT dbmocker.set_rule('lines', 'month', '{"expression": "day +"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'month', '{"expression": "price, quantity"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'month', '{"expression": "1; DROP TABLE lines"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'month', '{"expression": "relname FROM pg_class"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'month', '{"expression": "(SELECT max(relname) FROM pg_class)"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'month', '{"expression": "max(day)"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'month', '{"expression": "random()::text"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'month', '{"expression": "month || ''x''"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'month', '{"expression": "stored"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'day', '{"expression": "price"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'month', '{"expression": "failure(label)"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'stored', '{"expression": "label"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'id', '{"expression": "quantity"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('lines', 'month', '{"template": "{{nothing}}"}')$$);
SELECT failure($$SELECT dbmocker.generate('lines', 10, options => '{"columns": {"price": {"expression": "total / quantity"}}}')$$);
SELECT failure($$SELECT dbmocker.generate('lines', 10, options => '{"columns": {"total": {"expression": "NULL::numeric"}}, "max_attempts": 5}')$$);
SELECT failure($$SELECT dbmocker.generate('lines', 10, options => '{"columns": {"total": {"expression": "-price"}}, "max_attempts": 5}')$$);
SELECT failure($$SELECT dbmocker.generate('lines', 10, options => '{"columns": {"total": {"expression": "price / 0"}}}')$$);
-- Evaluated as the caller, who is kept from changing the session.
CREATE FUNCTION whoami(int) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT current_user::text';
CREATE FUNCTION set_setting(int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('role', 'none', false);
  RETURN 'done';
END
$$;
CREATE ROLE regress_rule_keys;
GRANT USAGE, CREATE ON SCHEMA test_rule_keys TO regress_rule_keys;
SET ROLE regress_rule_keys;
CREATE TABLE own (a int NOT NULL, who text);
SELECT failure($$SELECT dbmocker.set_rule('own', 'who', '{"expression": "pg_catalog.set_config(''role'', ''none'', false)"}')$$);
SELECT dbmocker.set_rule('own', 'who', '{"expression": "test_rule_keys.whoami(a)"}');
SELECT rows FROM dbmocker.generate('own', 3);
SELECT DISTINCT who FROM own;
SELECT failure($$SELECT dbmocker.generate('own', 3, options => '{"columns": {"who": {"expression": "test_rule_keys.set_setting(a)"}}}')$$);
SELECT current_user;
RESET ROLE;
DROP OWNED BY regress_rule_keys;
DROP ROLE regress_rule_keys;

-- Duplicates.
CREATE TABLE things (a int NOT NULL, b text NOT NULL, c int NOT NULL, d text NOT NULL, e int NOT NULL, f int NOT NULL, g text NOT NULL);
SELECT dbmocker.set_rule('things', 'a', '{"duplicate_strategy": "generate_new"}'),
       dbmocker.set_rule('things', 'b', '{"generator": "company", "duplicate_strategy": "cached_pool", "pool_size": 20}'),
       dbmocker.set_rule('things', 'c', '{"min": 1, "max": 2000000000, "duplicate_strategy": "allow_simple", "duplicate_probability": 0.25}'),
       dbmocker.set_rule('things', 'd', '{"generator": "email", "unique": true}'),
       dbmocker.set_rule('things', 'e', '{"min": 1, "max": 2000000000, "duplicate_strategy": "smart_duplicates"}'),
       dbmocker.set_rule('things', 'f', '{"duplicate_strategy": "weighted_random", "pool_size": 10}');
SELECT rows FROM dbmocker.generate('things', 12000, options => '{"insertion_strategy": "parallel_bulk", "max_workers": 2}');
SELECT rows FROM dbmocker.generate('things', 8000, options => '{"insertion_strategy": "single"}');
SELECT count(DISTINCT a) AS a, count(DISTINCT b) AS b, abs(count(*) - count(DISTINCT c) - 5000) < 300 AS c, count(DISTINCT d) AS d,
       count(DISTINCT f) AS f FROM things;
SELECT abs(sum(n) FILTER (WHERE n > 1500) - 12000) < 300 AS small, abs(sum(n) FILTER (WHERE n BETWEEN 100 AND 1500) - 6000) < 300 AS medium,
       count(*) FILTER (WHERE n > 1500) AS small_pool, count(*) FILTER (WHERE n BETWEEN 100 AND 1500) AS medium_pool
FROM (SELECT count(*) AS n FROM things GROUP BY e) s;
SELECT max(n) > 3 * min(n) AS falls FROM (SELECT count(*) AS n FROM things GROUP BY f) s;

-- The same by options, for all columns without a key, a list or a rule of that kind.
TRUNCATE things;
SELECT rows FROM dbmocker.generate('things', 5000, options => '{"global_duplicate_enabled": true,
  "global_duplicate_strategy": "cached_pool", "pool_size_medium": 30, "columns": {"e": {"duplicate_strategy": "generate_new"}}}');
SELECT count(DISTINCT a) AS a, count(DISTINCT b) AS b, count(DISTINCT d) AS d, count(DISTINCT e) > 4990 AS e, count(DISTINCT g) AS g FROM things;

-- Edge cases, in whatever type, within what the constraints allow.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE edges (i2 smallint, i4 int, i8 bigint, n numeric, np numeric(5,3), f4 real, f8 double precision, d date, ts timestamp,
  tz timestamptz, t time, x text, v varchar(9), u uuid, b bytea, j jsonb, js json, m mood,
  narrow int CHECK (narrow BETWEEN 10 AND 12), short text CHECK (length(short) BETWEEN 2 AND 3), past date CHECK (past < '2001-01-01'));
SELECT count(dbmocker.set_rule('edges', attname, '{"edge_case_probability": 0.4, "null_probability": 0}')) AS rules
FROM pg_attribute WHERE attrelid = 'edges'::regclass AND attnum > 0;
SELECT rows FROM dbmocker.generate('edges', 3000, options => '{"insertion_strategy": "parallel_bulk", "max_workers": 1}');
SELECT count(*) FROM dbmocker.verify('edges') WHERE violations > 0;
SELECT min(i2), max(i2), min(i4), max(i4), min(i8), max(i8), max(np), max(f8), bool_or(f8 = 'NaN') AS nan, bool_or(f4 = '-Infinity') AS minus_infinity FROM edges;
SELECT bool_or(d = '2024-02-29') AS leap_day, bool_or(ts = '2024-03-31 02:30') AS skipped_hour, bool_or(x = '') AS empty, bool_or(x LIKE '%''%') AS quote,
  bool_or(strpos(x, '\') > 0) AS backslash, max(length(x)) AS longest, max(length(v)) AS v, bool_or(x LIKE U&'%e\0301%') AS combining FROM edges;
SELECT array_agg(DISTINCT narrow ORDER BY narrow) AS narrow, array_agg(DISTINCT length(short)) AS short, max(past) FROM edges;
SELECT abs(count(*) FILTER (WHERE i4 IN (-2147483648, -1, 0, 1, 2147483647)) - 1200) < 150 AS share FROM edges;
SELECT failure($$SELECT dbmocker.set_rule('lines', 'id', '{"edge_case_probability": 0.1}')$$);
SELECT failure($$SELECT dbmocker.generate('edges', 1, options => '{"columns": {"i4": {"edge_case_probability": 2}}}')$$);

-- Children of parents.
CREATE TABLE parents (id int PRIMARY KEY);
CREATE TABLE children (parent_id int NOT NULL REFERENCES parents, n int);
SELECT rows FROM dbmocker.generate('parents', 501);
SELECT dbmocker.set_rule('children', 'parent_id', '{"per_parent": {"min": 1, "max": 5}}');
SELECT rows FROM dbmocker.generate('children', 1500);
SELECT count(*) AS parents, min(n), max(n) FROM (SELECT count(children) AS n FROM parents LEFT JOIN children ON parent_id = id GROUP BY id) s;
SELECT failure($$SELECT dbmocker.generate('children', 500)$$);
SELECT failure($$SELECT dbmocker.generate('children', 2506)$$);
SELECT name, detail FROM dbmocker.plan('children', 1000) WHERE object = 'constraint';

SELECT count(*) FROM dbmocker.verify('test_rule_keys') WHERE violations > 0;
DROP SCHEMA test_rule_keys CASCADE;

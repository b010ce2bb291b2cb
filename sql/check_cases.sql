-- Classes of CHECK constraints that are solved: each table is named by its class. What plan() calls solved is made right
-- at the first draw; the server's own constraints and verify() are the proof.
SET client_min_messages = warning;
CREATE SCHEMA test_check_cases;
SET search_path = test_check_cases;
SET dbmocker.reference_time = '2025-01-01';

-- The CHECKs that are not solved; the rows that were drawn again; the violations among all rows. Two runs: the second
-- has another seed and other writers.
CREATE FUNCTION prove(target regclass, OUT "table" regclass, OUT unsolved text, OUT redrawn numeric, OUT violations numeric)
LANGUAGE plpgsql AS $$
DECLARE
  again numeric;
BEGIN
  "table" := target;
  SELECT string_agg(name || ': ' || method, ', ' ORDER BY name) INTO unsolved FROM dbmocker.plan(target, 400)
  WHERE kind LIKE '%CHECK' AND method <> 'solved';
  SELECT redrawn_rows INTO redrawn FROM dbmocker.generate(target, 400, 1);
  SELECT redrawn_rows INTO again FROM dbmocker.generate(target, 1500, 2);
  redrawn := redrawn + again;
  SELECT sum(v.violations) INTO violations FROM dbmocker.verify(target => target) v;
END
$$;

-- One column: numbers, dates, times, intervals, enums.
CREATE TYPE level AS ENUM ('low', 'mid', 'high', 'top');
CREATE TABLE comparisons (
  a int NOT NULL CHECK (a > 5 AND a <= 9), b numeric(6,2) NOT NULL CHECK (b BETWEEN 0.5 AND 99), c float8 NOT NULL CHECK (c >= -1 AND c < 1),
  d date NOT NULL CHECK (d >= '2020-02-28' AND d < '2020-03-02'), t timestamptz NOT NULL CHECK (t < '2001-01-01 00:00+00'),
  h time NOT NULL CHECK (h BETWEEN '08:00' AND '18:00'), i interval NOT NULL CHECK (i > '10 minutes' AND i <= '2 hours'),
  l level NOT NULL CHECK (l > 'low' AND l <> 'top'), m money NOT NULL CHECK (m > 0::money), n int NOT NULL CHECK (n <> 0 AND n >= -1 AND n <= 1),
  far bigint NOT NULL CHECK (far > 5000000000), two_ranges int NOT NULL CHECK (two_ranges BETWEEN 1 AND 3 OR two_ranges BETWEEN 101 AND 103)
);
SELECT * FROM prove('comparisons');
SELECT count(DISTINCT a) a, count(DISTINCT d) d, count(DISTINCT l) l, count(DISTINCT n) n, count(DISTINCT two_ranges) two_ranges,
       max(i) - min(i) > '1 hour' AS spread_i, max(b) - min(b) > 90 AS spread_b, max(h) - min(h) > '9 hours' AS spread_h
FROM comparisons;

-- Lists.
CREATE TABLE lists (
  a text NOT NULL CHECK (a IN ('x', 'y', 'z')), b int NOT NULL CHECK (b = ANY (ARRAY[2, 3, 5])), c text NOT NULL CHECK (c NOT IN ('lorem', 'ipsum')),
  d text NOT NULL CHECK (lower(d) IN ('on', 'off')), e int NOT NULL CHECK (e <> ALL (ARRAY[1, 2]) AND e BETWEEN 1 AND 4),
  tags text[] NOT NULL CHECK (tags <@ ARRAY['red', 'green', 'blue'] AND cardinality(tags) BETWEEN 1 AND 3),
  must text[] NOT NULL CHECK (must @> ARRAY['one', 'two']), member text[] NOT NULL CHECK ('self' = ANY (member)), either text[] NOT NULL CHECK (either && ARRAY['r', 'w']),
  nums int[] NOT NULL CHECK (0 < ALL (nums) AND array_position(nums, NULL) IS NULL)
);
SELECT * FROM prove('lists');
SELECT count(DISTINCT a) a, count(DISTINCT b) b, count(DISTINCT lower(d)) d, count(DISTINCT e) e, count(DISTINCT tags) > 5 AS tags FROM lists;

-- NULL logic: one of, all or none, one implies the other, counts.
CREATE TABLE exactly_one (a int, b text, c date, CHECK (num_nonnulls(a, b, c) = 1));
CREATE TABLE at_least_one (a int, b text, CHECK (a IS NOT NULL OR b IS NOT NULL), c int, d int, CHECK (num_nulls(c, d) <= 1));
CREATE TABLE all_or_none (a int, b text, CHECK ((a IS NULL) = (b IS NULL)), c int, d int, e int,
                          CHECK ((c IS NULL AND d IS NULL AND e IS NULL) OR (c IS NOT NULL AND d IS NOT NULL AND e IS NOT NULL)));
CREATE TABLE implications (kind text NOT NULL CHECK (kind IN ('card', 'cash', 'bank')), card text, iban text, active boolean NOT NULL, since date,
                           CHECK (kind <> 'card' OR card IS NOT NULL), CHECK ((kind = 'bank') = (iban IS NOT NULL)), CHECK (NOT active OR since IS NOT NULL));
CREATE TABLE truths_as_numbers (a int, b int, c int, CHECK ((a IS NOT NULL)::int + (b IS NOT NULL)::int + (c IS NOT NULL)::int = 2));
CREATE TABLE booleans (a boolean NOT NULL, b boolean NOT NULL, c boolean, CHECK (a OR b), CHECK (NOT (a AND b)), CHECK (c IS NOT FALSE));
SELECT p.* FROM unnest('{exactly_one,at_least_one,all_or_none,implications,truths_as_numbers,booleans}'::regclass[]) t, prove(t) p;
SELECT count(a) > 300 AS a, count(b) > 300 AS b, count(c) > 300 AS c FROM exactly_one;
SELECT count(*) FILTER (WHERE a IS NULL) > 0 AS a, count(*) FILTER (WHERE b IS NULL) > 0 AS b, count(*) FILTER (WHERE a IS NOT NULL AND b IS NOT NULL) > 0 AS ab FROM at_least_one;
SELECT count(a) BETWEEN 1 AND 1899 AS a, count(c) BETWEEN 1 AND 1899 AS c FROM all_or_none;
SELECT kind, count(*) > 300 AS often, count(card) > 0 AS card, count(iban) > 0 AS iban FROM implications GROUP BY kind ORDER BY kind;
SELECT count(DISTINCT (a, b)) FROM booleans;

-- Values by case: CASE, disjunctions, constants per kind.
CREATE TABLE cases (
  kind text NOT NULL, amount int NOT NULL, note text, rank int NOT NULL, state level NOT NULL,
  CHECK ((kind = 'small' AND amount BETWEEN 1 AND 9) OR (kind = 'large' AND amount > 1000)),
  CHECK (CASE WHEN rank = 1 THEN note IS NOT NULL WHEN rank = 2 THEN note IS NULL ELSE rank BETWEEN 3 AND 5 END),
  CHECK (CASE state WHEN 'low' THEN amount < 100 ELSE true END)
);
CREATE TABLE many_kinds (kind int NOT NULL CHECK (kind BETWEEN 1 AND 4), a int, b int, c int,
                         CHECK ((kind = 1 AND num_nonnulls(a, b, c) = 0) OR (kind = 2 AND a IS NOT NULL AND num_nulls(b, c) = 2) OR
                                (kind = 3 AND a IS NULL AND b > 10 AND c IS NULL) OR (kind = 4 AND num_nonnulls(a, b, c) = 3)));
SELECT p.* FROM unnest('{cases,many_kinds}'::regclass[]) t, prove(t) p;
SELECT kind, count(*) > 300 AS often, min(amount) > 0 AS positive, count(DISTINCT amount) > 5 AS varied FROM cases GROUP BY kind ORDER BY kind;
SELECT count(DISTINCT rank), count(DISTINCT state) FROM cases;
SELECT kind, count(*) > 200 AS often, count(a) > 0 AS a, count(b) > 0 AS b, count(c) > 0 AS c FROM many_kinds GROUP BY kind ORDER BY kind;

-- Patterns: LIKE, regular expressions, with and without case, anchored or not; unique ones.
CREATE TABLE patterns (
  a text NOT NULL CHECK (a LIKE 'AB-%'), b text NOT NULL CHECK (b ~ '^[A-Z]{3}-\d{4}$'), c text NOT NULL CHECK (c ~* '^(yes|no)$'),
  d text NOT NULL CHECK (d ~ 'https?://[^/]+'), e varchar(12) NOT NULL CHECK (e !~ '[^a-z0-9]'), f text NOT NULL CHECK (f NOT LIKE '% %'),
  g char(2) NOT NULL CHECK (g ~ '^[A-Z]{2}$'), h text NOT NULL CHECK (h ILIKE 'tmp\_%'), i text NOT NULL CHECK (i ~ '^(?:19|20)\d{2}-(0[1-9]|1[0-2])$'),
  j text NOT NULL CHECK (j ~ '^[^@ ]+@[^@ ]+\.[a-z]{2,}$' AND length(j) <= 40), k text NOT NULL CHECK (k SIMILAR TO '(x|y)[0-9]+'),
  email text NOT NULL CHECK (email ~ '^[^@]+@[^@]+$'), l text NOT NULL UNIQUE CHECK (l ~ '^[a-z][a-z0-9_]{2,30}$'), starts text NOT NULL CHECK (starts ^@ 'wt_')
);
SELECT * FROM prove('patterns');
SELECT count(DISTINCT b) > 1500 AS b, count(DISTINCT lower(c)) c, count(DISTINCT g) > 200 AS g, count(DISTINCT i) > 100 AS i, count(DISTINCT l) AS l,
       bool_and(email LIKE '%example%') AS email FROM patterns;

-- Lengths, forms of text, json shapes.
CREATE TABLE lengths (
  a text NOT NULL CHECK (length(a) BETWEEN 3 AND 5), b text NOT NULL CHECK (char_length(b) = 12), c text NOT NULL CHECK (octet_length(c) <= 6),
  d bytea NOT NULL CHECK (octet_length(d) = 20), e text[] NOT NULL CHECK (array_length(e, 1) = 2), f text NOT NULL CHECK (lower(f) = f),
  g text NOT NULL CHECK (btrim(g) <> ''), h text NOT NULL CHECK (length(trim(h)) > 0 AND length(trim(h)) <= 512 AND lower(trim(h)) = h),
  i text NOT NULL CHECK (upper(i) = i), j text NOT NULL CHECK (left(j, 2) = 'ID'), k text NOT NULL CHECK (position('|' in k) = 0)
);
CREATE TABLE json_shapes (
  a jsonb NOT NULL CHECK (jsonb_typeof(a) = 'object'), b jsonb NOT NULL CHECK (jsonb_typeof(b) = 'array' AND jsonb_array_length(b) > 1),
  c jsonb NOT NULL CHECK (c ? 'name' AND c ? 'size'), d jsonb NOT NULL CHECK (d ?& ARRAY['x', 'y']), e json NOT NULL CHECK (json_typeof(e) = 'string'),
  f jsonb NOT NULL CHECK (jsonb_typeof(f) IN ('number', 'boolean')), g jsonb NOT NULL CHECK (g <> '{}')
);
SELECT p.* FROM unnest('{lengths,json_shapes}'::regclass[]) t, prove(t) p;
SELECT count(DISTINCT length(a)) a, count(DISTINCT c) > 100 AS c, count(DISTINCT j) > 100 AS j FROM lengths;

-- Order between columns, equal and different ones.
CREATE TABLE orders_of_columns (
  a int NOT NULL, b int NOT NULL, c int NOT NULL, CHECK (a < b), CHECK (b <= c), CHECK (a >= 0 AND c <= 1000),
  starts timestamptz NOT NULL, ends timestamptz, CHECK (starts < ends), from_day date NOT NULL, to_day date NOT NULL, CHECK (to_day - from_day BETWEEN 1 AND 30),
  x text NOT NULL, y text NOT NULL, CHECK (x <> y), CHECK (x IN ('n', 's')), CHECK (y IN ('n', 's')), p int NOT NULL, q int NOT NULL, CHECK (p = q),
  opens time NOT NULL, closes time NOT NULL, CHECK (opens < closes)
);
SELECT * FROM prove('orders_of_columns');
SELECT count(DISTINCT b - a) > 20 AS ab, count(DISTINCT to_day - from_day) > 15 AS days, count(*) FILTER (WHERE b = c) < 400 AS bc, count(DISTINCT x) x,
       count(DISTINCT ends - starts) > 500 AS spans FROM orders_of_columns;

-- Arithmetic, casts and coalesce.
CREATE TABLE arithmetic (
  a int NOT NULL CHECK (a BETWEEN 0 AND 100), b int NOT NULL CHECK (b BETWEEN 0 AND 100), c int NOT NULL, CHECK (a + b = c),
  price numeric(8,2) NOT NULL CHECK (price BETWEEN 0 AND 99), amount int NOT NULL CHECK (amount BETWEEN 1 AND 10), total numeric(10,2) NOT NULL, CHECK (total = price * amount),
  w int NOT NULL CHECK (w * 3 <= 100 AND w > 0), x int NOT NULL, y int NOT NULL CHECK (x - y >= 5 AND y > 0), area int NOT NULL, CHECK (area <= x * y)
);
CREATE TABLE wrapped (
  a varchar(9) NOT NULL CHECK (a::text = ANY (ARRAY['u'::text, 'v'::text])), b int NOT NULL CHECK (b::numeric > 1.5), c int, CHECK (coalesce(c, 0) < 10), d date NOT NULL CHECK (d::timestamp >= '2024-01-01'),
  e int, f int, CHECK (coalesce(e, f) IS NOT NULL), g numeric NOT NULL CHECK (greatest(g, 0) <= 5), h int CHECK (nullif(h, 7) IS NOT NULL)
);
SELECT p.* FROM unnest('{arithmetic,wrapped}'::regclass[]) t, prove(t) p;
SELECT count(DISTINCT c) > 50 AS c, count(DISTINCT total) > 500 AS totals FROM arithmetic;

-- Functions of users that only decide: SQL and plpgsql, of texts, numbers and NULLs.
CREATE FUNCTION is_name(text) RETURNS boolean IMMUTABLE STRICT LANGUAGE sql AS $$ SELECT $1 ~ '^[a-z0-9][a-z0-9+.-]*$' $$;
CREATE FUNCTION is_small(n int) RETURNS boolean IMMUTABLE RETURN n BETWEEN 1 AND 5;
CREATE FUNCTION is_grade(g text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
  IF g IS NULL THEN RETURN true; END IF;
  IF g ~ '^[A-F]$' THEN RETURN true; ELSE RAISE EXCEPTION 'no grade: %', g; END IF;
END
$$;
CREATE FUNCTION count_missing(list anyarray) RETURNS int IMMUTABLE STRICT LANGUAGE plpgsql AS $$
DECLARE
  missing int := 0;
BEGIN
  FOR i IN array_lower(list, 1)..array_upper(list, 1) LOOP
    IF list[i] IS NULL THEN missing := missing + 1; END IF;
  END LOOP;
  RETURN missing;
END
$$;
CREATE TABLE functions (name text NOT NULL CHECK (is_name(name)), n int NOT NULL CHECK (is_small(n)), g text CHECK (is_grade(g)),
                        a int, b int, c int, CHECK (count_missing(ARRAY[a, b, c]) = 2));
SELECT * FROM prove('functions');
SELECT count(DISTINCT n) n, count(DISTINCT g) g, count(a) > 300 AS a, count(b) > 300 AS b, count(c) > 300 AS c FROM functions;

-- A function that is looked into or tried leaves nothing behind and gives nobody else's rights away.
CREATE TABLE traces (who text);
CREATE FUNCTION leave_trace(list anyarray) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO traces VALUES (current_user); RETURN num_nulls(VARIADIC list); END $$;
CREATE FUNCTION leave_setting(list anyarray) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  $$ BEGIN PERFORM set_config('dbmocker.seed', '77', false); RETURN num_nulls(VARIADIC list); END $$;
CREATE TABLE with_traces (a int, b int, CHECK (leave_trace(ARRAY[a, b]) = 1), CHECK (leave_setting(ARRAY[a, b]) = 1));
SELECT jsonb_array_length(dbmocker.describe('with_traces')->'checks') > 0 AS described;
SELECT count(*) FROM traces;
SHOW dbmocker.seed;

-- Domains: the same classes; over domains, and beside the table's own CHECKs.
CREATE DOMAIN public_id AS text CHECK (VALUE ~ '^[a-z]{1,5}_[0-9A-Za-z]{10}$');
CREATE DOMAIN port AS int CHECK (VALUE > 0 AND VALUE <= 65535);
CREATE DOMAIN description AS text CHECK (VALUE IS NULL OR length(trim(VALUE)) > 0 AND VALUE !~ '[^[:print:]]');
CREATE DOMAIN tag AS description NOT NULL CHECK (length(VALUE) <= 20 AND lower(trim(VALUE)) = VALUE);
CREATE DOMAIN document AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');
CREATE DOMAIN quarter AS int CHECK (VALUE IN (1, 2, 3, 4));
CREATE DOMAIN span AS interval CHECK (VALUE >= '1 day' AND VALUE < '3 days');
CREATE TABLE domains (id public_id NOT NULL UNIQUE, p port NOT NULL CHECK (p >= 1024), d description, t tag, j document NOT NULL, q quarter NOT NULL, s span NOT NULL,
                      CHECK (q <> 4 OR d IS NOT NULL));
SELECT * FROM prove('domains');
SELECT count(DISTINCT id) ids, count(DISTINCT q) q, min(p) >= 1024 AS p, count(DISTINCT s) > 100 AS s, count(DISTINCT t) > 50 AS t FROM domains;

-- Keys, references and generated columns decide before CHECKs do.
CREATE TABLE parents (id int PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('a', 'b')), UNIQUE (id, kind));
CREATE TABLE children (id bigserial PRIMARY KEY, parent_id int NOT NULL, kind text NOT NULL CHECK (kind = 'b'), other_id int REFERENCES parents, note text,
                       FOREIGN KEY (parent_id, kind) REFERENCES parents (id, kind), CHECK (other_id <> parent_id), CHECK ((note IS NULL) = (other_id IS NULL)));
CREATE TABLE key_cases (kind text NOT NULL CHECK (kind IN ('x', 'y')), n int NOT NULL, note text, PRIMARY KEY (kind, n), CHECK ((kind = 'x') = (note IS NOT NULL)));
SELECT p.* FROM unnest('{parents,children,key_cases}'::regclass[]) t, prove(t) p;

-- The rows do not depend on the batch or the writer.
CREATE TABLE sums (sum text);
DO $$
DECLARE
  options jsonb;
BEGIN
  FOREACH options IN ARRAY '{"{\"batch_size\": 1}", "{\"batch_size\": 128}", "{\"insertion_strategy\": \"single\"}", "{\"insertion_strategy\": \"parallel_bulk\"}"}'::jsonb[] LOOP
    TRUNCATE cases, orders_of_columns, implications;
    PERFORM dbmocker.generate(t, 300, 5, options) FROM unnest('{cases,orders_of_columns,implications}'::regclass[]) t;
    INSERT INTO sums SELECT md5(string_agg(r, ',' ORDER BY r COLLATE "C")) FROM (SELECT c::text AS r FROM cases c UNION ALL SELECT o::text FROM orders_of_columns o
                                                                                UNION ALL SELECT i::text FROM implications i) s;
  END LOOP;
END
$$;
SELECT count(*), count(DISTINCT sum) FROM sums;

-- What is not solved is rejection, with its rate; a tight one says so.
CREATE FUNCTION is_odd(n int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ DECLARE r int := n % 2; BEGIN RETURN r <> 0; END $$;
CREATE TABLE rejected (n int NOT NULL CONSTRAINT odd CHECK (is_odd(n)), t text NOT NULL CONSTRAINT reference CHECK (t !~ '(.)\1'), u text NOT NULL CONSTRAINT collated CHECK (u < 'm'));
SELECT name, method, regexp_replace(detail, '\d+ %', 'N %') AS detail FROM dbmocker.plan('rejected') WHERE kind = 'CHECK' ORDER BY name;
SELECT rows FROM dbmocker.generate('rejected', 300, 1);

-- What nothing satisfies is refused, or leaves NULL and is called infeasible.
CREATE TABLE nothing_between (n int NOT NULL CONSTRAINT high CHECK (n > 10), CONSTRAINT low CHECK (n < 5));
SELECT rows FROM dbmocker.generate('nothing_between', 1);
CREATE TABLE nothing_matches (t text NOT NULL CONSTRAINT digits CHECK (t ~ '^\d+$') CONSTRAINT letters CHECK (t ~ '^[a-z]+$'));
SELECT rows FROM dbmocker.generate('nothing_matches', 1);
CREATE TABLE no_case (a int, b int, CONSTRAINT one_of CHECK (num_nonnulls(a, b) = 1), CONSTRAINT together CHECK ((a IS NULL) = (b IS NULL)));
SELECT rows FROM dbmocker.generate('no_case', 1);
CREATE TABLE only_null (n int CONSTRAINT high CHECK (n > 10), CONSTRAINT low CHECK (n < 5));
SELECT object, name, method, detail FROM dbmocker.plan('only_null') WHERE object <> 'table' ORDER BY object, name;

SELECT * FROM dbmocker.verify(schema => 'test_check_cases') WHERE violations > 0;
DROP SCHEMA test_check_cases CASCADE;

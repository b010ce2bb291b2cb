-- CHECKs through functions and operators that are taken apart: fields of moments, remainders and bits, decimals, shapes of
-- json, bounds of ranges, patterns that look ahead, ages. Each is solved, made right at the first draw and proved by
-- verify(); none of the columns is left with one value.
SET client_min_messages = warning;
CREATE SCHEMA test_function_checks;
SET search_path = test_function_checks;
SET dbmocker.reference_time = '2025-01-01';

-- The CHECKs that are not solved, the rows that were drawn again, the violations, the columns with fewer than five values.
CREATE FUNCTION prove(target regclass, OUT "table" regclass, OUT unsolved text, OUT redrawn numeric, OUT violations numeric, OUT poor text)
LANGUAGE plpgsql AS $$
DECLARE
  again numeric;
  name text;
  distinct_values bigint;
BEGIN
  "table" := target;
  SELECT string_agg(p.name || ': ' || method, ', ' ORDER BY p.name) INTO unsolved FROM dbmocker.plan(target, 400) p
  WHERE kind LIKE '%CHECK' AND method <> 'solved';
  SELECT redrawn_rows INTO redrawn FROM dbmocker.generate(target, 400, 1);
  SELECT redrawn_rows INTO again FROM dbmocker.generate(target, 1500, 2);
  redrawn := redrawn + again;
  SELECT sum(v.violations) INTO violations FROM dbmocker.verify(target => target) v;
  FOR name IN SELECT attname FROM pg_attribute WHERE attrelid = target AND attnum > 0 LOOP
    EXECUTE format('SELECT count(DISTINCT %I::text) FROM %s', name, target) INTO distinct_values;
    IF distinct_values < 5 THEN poor := concat_ws(', ', poor, name); END IF;
  END LOOP;
END
$$;

CREATE TABLE moments (
  since date NOT NULL CHECK (extract(year FROM since) BETWEEN 1990 AND 1995), stamp timestamp NOT NULL CHECK (date_part('year', stamp) > 2001),
  zoned timestamptz NOT NULL CHECK (extract(year FROM zoned) = 2004), workday date NOT NULL CHECK (extract(isodow FROM workday) < 6),
  weekend date NOT NULL CHECK (extract(dow FROM weekend) IN (0, 6)), opens time NOT NULL CHECK (extract(hour FROM opens) BETWEEN 8 AND 17),
  slot timestamp NOT NULL CHECK (extract(minute FROM slot) IN (0, 15, 30, 45)), full_hour timestamp NOT NULL CHECK (date_trunc('hour', full_hour) = full_hour),
  finite timestamptz NOT NULL CHECK (isfinite(finite)), lasts interval NOT NULL CHECK (extract(epoch FROM lasts) > 60)
);
SELECT * FROM prove('moments');
SELECT count(DISTINCT extract(year FROM since)) years, count(DISTINCT extract(isodow FROM workday)) workdays,
       count(DISTINCT extract(hour FROM opens)) hours, count(DISTINCT extract(minute FROM slot)) minutes
FROM moments;

CREATE TABLE numbers (
  fives int NOT NULL CHECK (fives % 5 = 0), odd bigint NOT NULL CHECK (mod(odd, 2) = 1), no_third int NOT NULL CHECK (no_third % 3 <> 0),
  two_of_five int NOT NULL CHECK (two_of_five % 5 IN (1, 4)), even smallint NOT NULL CHECK ((even & 1) = 0), flags int NOT NULL CHECK (flags & 6 = 4),
  cents numeric NOT NULL CHECK (round(cents, 2) = cents AND cents > 0.005), short numeric NOT NULL CHECK (scale(short) <= 1), wide numeric(12, 4) NOT NULL CHECK (wide = trunc(wide, 2)),
  below_zero int NOT NULL CHECK (sign(below_zero) = -1), a int NOT NULL, b int NOT NULL, CHECK (abs(a - b) <= 10), far int NOT NULL, CHECK (abs(far - a) > 1000)
);
SELECT * FROM prove('numbers');
CREATE TABLE unique_numbers (n int PRIMARY KEY CHECK (n % 7 = 0 AND n & 1 = 0), day date UNIQUE CHECK (extract(dow FROM day) = 1), price numeric UNIQUE CHECK (round(price, 1) = price));
SELECT * FROM prove('unique_numbers');

CREATE TABLE documents (
  kinds jsonb NOT NULL CHECK (kinds ->> 'kind' IN ('a', 'b', 'c') AND kinds ->> 'name' <> ''), counts json NOT NULL CHECK ((counts ->> 'n')::int > 0 AND (counts ->> 'n')::int <= 50),
  contains jsonb NOT NULL CHECK (contains @> '{"version": 2, "by": {"tool": "x"}}' AND contains ? 'note'),
  items jsonb NOT NULL CHECK (jsonb_typeof(items -> 'items') = 'array' AND jsonb_array_length(items -> 'items') BETWEEN 1 AND 3),
  plain jsonb NOT NULL CHECK (NOT plain ? 'name' AND NOT plain ?| ARRAY['id', 'secret']), nested jsonb NOT NULL CHECK (nested #>> '{a,b}' IS NOT NULL AND nested -> 'a' ? 'c'),
  flag jsonb NOT NULL CHECK ((flag ->> 'active')::boolean AND flag ? 'label'), list jsonb NOT NULL CHECK (jsonb_array_length(list) >= 1),
  small jsonb NOT NULL CHECK (pg_column_size(small) < 4000 AND octet_length(small::text) <= 10000)
);
SELECT * FROM prove('documents');
SELECT count(DISTINCT kinds ->> 'kind') kinds, count(DISTINCT counts ->> 'n') > 20 AS counts FROM documents;

CREATE TABLE ranges (
  filled int4range NOT NULL CHECK (NOT isempty(filled) AND lower(filled) < upper(filled)), since tstzrange NOT NULL CHECK (lower(since) >= '2020-01-01' AND lower_inc(since) AND NOT upper_inc(since)),
  inside daterange NOT NULL CHECK (lower(inside) >= '2024-01-01' AND upper(inside) <= '2024-12-31'), closed numrange NOT NULL CHECK (NOT lower_inf(closed) AND NOT upper_inf(closed)),
  a date NOT NULL, b date NOT NULL, CHECK (NOT isempty(daterange(a, b)))
);
SELECT * FROM prove('ranges');
-- Bounds in the wrong order raise an error wherever a range is made of them.
CREATE TABLE made_ranges (a int, b int, c timestamp NOT NULL, d timestamp NOT NULL, r int4range GENERATED ALWAYS AS (int4range(a, b)) STORED, CHECK (upper_inf(tsrange(c, d)) IS NOT NULL));
SELECT redrawn_rows FROM dbmocker.generate('made_ranges', 500);
SELECT count(*), count(r) > 300 AS r, bool_and(c <= d) FROM made_ranges;

CREATE TABLE texts (
  no_dash text NOT NULL CHECK (no_dash ~ '^(?!-)[a-z-]+(?<!-)$'), password text NOT NULL CHECK (password ~ '^(?=.*[0-9])(?=.*[a-z])[a-z0-9]{8,20}$'),
  no_double text NOT NULL CHECK (no_double ~* '^(?!.*--)[a-z-]{3,}$'), filled text NOT NULL CHECK (filled > ''), found text NOT NULL CHECK (regexp_match(found, '^[a-z]+[0-9]$') IS NOT NULL),
  first_name text, last_name text, CHECK (concat(first_name, last_name) <> ''),
  tags text[] NOT NULL CHECK (tags <> '{}' AND array_position(tags, 'lorem') IS NULL), nums int[] NOT NULL CHECK (array_ndims(nums) = 1)
);
SELECT * FROM prove('texts');

-- A text and its folded copy, which is part of a key.
CREATE TABLE folded (owner int NOT NULL, lower_name text NOT NULL, name text NOT NULL CHECK (name ~ '^[-A-Za-z0-9_.]+$'), CHECK (lower_name = lower(name)), slug varchar(40), title varchar(80), CHECK (slug = replace(lower(title), ' ', '-')), UNIQUE (owner, lower_name));
SELECT * FROM prove('folded');

-- How a text ends, by the start of its reverse; and what IMMUTABLE functions make of constants.
CREATE FUNCTION site() RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT '.exa' || 'mple' $$;
CREATE FUNCTION most(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN n * 3; END $$;
CREATE TABLE ends (
  host text NOT NULL CHECK (starts_with(reverse(host), reverse('.org'))), place text NOT NULL CHECK (starts_with(reverse(place), reverse(site()))),
  other text NOT NULL CHECK (NOT starts_with(reverse(other), 'x')), n int NOT NULL CHECK (n BETWEEN most(5) AND most(7))
);
SELECT * FROM prove('ends');
SELECT count(DISTINCT n) AS n, count(DISTINCT place) > count(*) / 2 AS places FROM ends;

CREATE TABLE spans (
  born date NOT NULL, hired timestamptz NOT NULL, CHECK (age(hired, born) >= interval '18 years'), left_at timestamptz, CHECK (extract(epoch FROM (left_at - hired)) >= 3600),
  seen date NOT NULL, CHECK (seen >= hired::date), started timestamp NOT NULL, minutes int NOT NULL CHECK (minutes BETWEEN 1 AND 600), ended timestamp NOT NULL, CHECK (ended = started + minutes * interval '1 minute')
);
SELECT * FROM prove('spans');

CREATE TABLE counts (a int, b int, c int, CHECK (num_nonnulls(a, b, c) IN (0, 3)), d int, e int, f int, g int, CHECK (num_nonnulls(d, e) = num_nonnulls(f, g)));
SELECT * FROM prove('counts');
SELECT count(*) FILTER (WHERE a IS NULL) > 100 AS none, count(a) > 100 AS "all", count(DISTINCT num_nonnulls(d, e)) numbers FROM counts;

CREATE TABLE addresses (v4 inet NOT NULL CHECK (family(v4) = 4 AND masklen(v4) <= 24), inside inet NOT NULL CHECK (inside <<= '192.168.0.0/16'), v6 inet NOT NULL CHECK (family(v6) = 6), mac macaddr NOT NULL CHECK (trunc(mac) <> mac AND mac::text LIKE '00:%'));
SELECT * FROM prove('addresses');

-- A row never refers to itself, and slots that do not overlap have their bounds in order.
CREATE TABLE tree (id serial PRIMARY KEY, parent int REFERENCES tree, code uuid NOT NULL UNIQUE, other uuid REFERENCES tree (code), CHECK (parent <> id), CHECK (other IS DISTINCT FROM code));
SELECT * FROM prove('tree');
CREATE TABLE bookings (starts timestamptz NOT NULL, ends timestamptz NOT NULL, CHECK (ends > starts), CHECK (ends - starts <= interval '8 hours'), EXCLUDE USING gist (tstzrange(starts, ends) WITH &&));
SELECT * FROM prove('bookings');

-- Expressions that raise errors for some rows: those are drawn again.
CREATE TABLE quotients (a int NOT NULL CHECK (a BETWEEN -9 AND 9), b int NOT NULL CHECK (b BETWEEN 0 AND 3), q int GENERATED ALWAYS AS (a / b) STORED, c int NOT NULL, d int NOT NULL CHECK (d BETWEEN 0 AND 2), CHECK (c / d IS NOT NULL));
SELECT rows, redrawn_rows > 500 AS redrawn FROM dbmocker.generate('quotients', 2000);
SELECT name, method FROM dbmocker.plan('quotients', 100) WHERE name = 'quotients_check';

-- Draws that fail leave no memory behind, however many they are.
CREATE TABLE rare (j jsonb NOT NULL, n int NOT NULL, CHECK (left(md5(j::text || n), 2) < '04'));
SELECT rows, peak_memory < 20000000 AS is_small FROM dbmocker.generate('rare', 1000);

-- What is not exactly known stays with rejection.
CREATE TABLE left_over (zoned timestamptz NOT NULL CHECK (extract(hour FROM zoned) < 23), k text NOT NULL CHECK (k >= 'a'), parent int NOT NULL REFERENCES left_over DEFERRABLE INITIALLY DEFERRED, id int PRIMARY KEY, CHECK (parent <= id));
SELECT name, method FROM dbmocker.plan('left_over', 300) WHERE kind = 'CHECK' AND method <> 'solved' ORDER BY name;
SELECT rows FROM dbmocker.generate('left_over', 300);

SELECT * FROM dbmocker.verify(schema => 'test_function_checks') WHERE violations > 0;
DROP SCHEMA test_function_checks CASCADE;

-- Type modifiers are honoured to the last legal value.
SET client_min_messages = warning;
CREATE SCHEMA test_modifiers;
SET search_path = test_modifiers;
SET dbmocker.reference_time = '2025-01-01';
SET intervalstyle = postgres;

-- Lengths: never above n, and n itself is reached.
CREATE TABLE texts (
  v1 varchar(1) NOT NULL, v5 varchar(5) NOT NULL, v20 varchar(20) NOT NULL, v255 varchar(255) NOT NULL,
  v4000 varchar(4000) NOT NULL, v character varying NOT NULL,
  c char NOT NULL, c2 char(2) NOT NULL, c10 char(10) NOT NULL, c200 char(200) NOT NULL, b bpchar NOT NULL,
  x bit NOT NULL, x8 bit(8) NOT NULL, x65 bit(65) NOT NULL, y1 varbit(1) NOT NULL, y9 varbit(9) NOT NULL,
  y varbit NOT NULL, n name NOT NULL, k "char" NOT NULL,
  a varchar(3)[] NOT NULL, ac char(4)[] NOT NULL, ab bit(3)[] NOT NULL
);
SELECT rows FROM dbmocker.generate('texts', 3000, 1);
SELECT max(length(v1)) v1, max(length(v5)) v5, max(length(v20)) v20, max(length(v255)) v255,
       max(length(v4000)) <= 4000 AS v4000, count(DISTINCT v) > 1000 AS v
FROM texts;
SELECT max(length(c)) c, max(length(c2)) c2, max(length(c10)) c10, max(length(c200)) c200,
       bool_and(octet_length(c10) >= 10) AS padded, count(DISTINCT b) > 1000 AS b
FROM texts;
SELECT min(length(x)) || '-' || max(length(x)) x, min(length(x8)) || '-' || max(length(x8)) x8,
       min(length(x65)) || '-' || max(length(x65)) x65, max(length(y1)) y1, max(length(y9)) y9, count(DISTINCT y) > 1 AS y,
       count(DISTINCT x) x_values, count(DISTINCT x8) > 200 AS x8_values
FROM texts;
SELECT max(length(n::text)) <= 63 AS n, min(length(k::text)) || '-' || max(length(k::text)) k, count(DISTINCT k) > 10 AS ks
FROM texts;
SELECT max(length(e)) FROM texts, unnest(a) e;
SELECT max(length(e)) FROM texts, unnest(ac) e;
SELECT min(length(e)) || '-' || max(length(e)) FROM texts, unnest(ab) e;

-- Unique keys fill a short type completely.
CREATE TABLE short_keys (c char(1) PRIMARY KEY, x bit(5) UNIQUE NOT NULL, v varchar(1) UNIQUE NOT NULL);
SELECT rows FROM dbmocker.generate('short_keys', 32, 1);
SELECT count(DISTINCT x) FROM short_keys;
SELECT rows FROM dbmocker.generate('short_keys', 1, 1);

-- Numbers: scale and precision, also negative scales and scales above the precision where the server has them.
CREATE TABLE numbers (
  n3 numeric(3) NOT NULL, n52 numeric(5, 2) NOT NULL, n22 numeric(2, 2) NOT NULL, n3810 numeric(38, 10) NOT NULL,
  n1000 numeric(1000, 500) NOT NULL, n numeric NOT NULL, n1 numeric(1) NOT NULL, a numeric(4, 1)[] NOT NULL
);
DO $$ BEGIN
  IF current_setting('server_version_num')::integer >= 150000 THEN
    ALTER TABLE numbers ADD n2m numeric(2, -3) NOT NULL, ADD n35 numeric(3, 5) NOT NULL;
  ELSE
    ALTER TABLE numbers ADD n2m numeric NOT NULL DEFAULT 1000, ADD n35 numeric NOT NULL DEFAULT 0.00001;
  END IF;
END $$;
SELECT rows FROM dbmocker.generate('numbers', 3000, 1);
SELECT bool_and(abs(n3) <= 999) n3, bool_and(scale(n3) = 0), bool_and(abs(n52) <= 999.99) n52, bool_and(scale(n52) = 2),
       bool_and(abs(n22) < 1) n22, max(scale(n22)), bool_and(scale(n3810) = 10) n3810, bool_and(scale(n1000) = 500) n1000,
       bool_and(abs(n1) < 10) n1
FROM numbers;
SELECT bool_and(mod(n2m, 1000) = 0) n2m, bool_and(abs(n2m) <= 99000), bool_and(abs(n35) <= 0.00999) n35,
       bool_and(mod(n35, 0.00001) = 0)
FROM numbers;
SELECT bool_and(abs(e) < 1000 AND scale(e) = 1) FROM numbers, unnest(a) e;
SELECT count(DISTINCT n1) n1, count(DISTINCT n22) >= 90 AS n22, count(DISTINCT n3810) > 1000 AS n3810 FROM numbers;
CREATE TABLE number_keys (n numeric(2, 1) PRIMARY KEY, m numeric(3, 0) UNIQUE NOT NULL);
SELECT rows FROM dbmocker.generate('number_keys', 199, 1);
SELECT min(n), max(n), count(DISTINCT n) FROM number_keys;
SELECT rows FROM dbmocker.generate('number_keys', 1, 1);

-- Fractions of a second.
CREATE TABLE moments (
  t0 timestamp(0) NOT NULL, t1 timestamp(1) NOT NULL, t3 timestamp(3) NOT NULL, t6 timestamp(6) NOT NULL,
  z0 timestamptz(0) NOT NULL, z2 timestamptz(2) NOT NULL, z5 timestamptz(5) NOT NULL,
  h0 time(0) NOT NULL, h3 time(3) NOT NULL, hz0 timetz(0) NOT NULL, hz4 timetz(4) NOT NULL,
  at timestamptz(1)[] NOT NULL
);
SELECT rows FROM dbmocker.generate('moments', 1000, 1);
SELECT bool_and(t0 = date_trunc('second', t0)) t0, bool_and(t1 = t1::timestamp(1)) t1, bool_and(t3 = t3::timestamp(3)) t3,
       bool_and(z0 = date_trunc('second', z0)) z0, bool_and(z2 = z2::timestamptz(2)) z2,
       bool_and(z5 = z5::timestamptz(5)) z5, bool_and(h0 = h0::time(0)) h0, bool_and(h3 = h3::time(3)) h3,
       bool_and(hz0 = hz0::timetz(0)) hz0, bool_and(hz4 = hz4::timetz(4)) hz4
FROM moments;
SELECT bool_and(e = e::timestamptz(1)) FROM moments, unnest(at) e;
-- Keys whose every fraction counts.
CREATE TABLE moment_keys (t timestamp(3) PRIMARY KEY, h time(0) UNIQUE NOT NULL, d timestamptz(0) UNIQUE NOT NULL);
SELECT rows FROM dbmocker.generate('moment_keys', 2000, 1);
SELECT bool_and(t = t::timestamp(3) AND h = h::time(0) AND d = d::timestamptz(0)) FROM moment_keys;
CREATE TABLE seconds (h time(0) PRIMARY KEY);
SELECT rows FROM dbmocker.generate('seconds', 86401, 1);

-- Intervals: fields and precision.
CREATE TABLE spans (
  y interval year NOT NULL, ym interval year to month NOT NULL, m interval month NOT NULL, d interval day NOT NULL,
  h interval hour NOT NULL, dh interval day to hour NOT NULL, dm interval day to minute NOT NULL,
  ds interval day to second(2) NOT NULL, hs interval hour to second(0) NOT NULL, s interval second(3) NOT NULL,
  p interval(0) NOT NULL, i interval NOT NULL
);
SELECT rows FROM dbmocker.generate('spans', 1000, 1);
SELECT bool_and(y = y::interval year) y, bool_and(ym = ym::interval year to month) ym, bool_and(m = m::interval month) m,
       bool_and(d = d::interval day) d, bool_and(h = h::interval hour) h, bool_and(dh = dh::interval day to hour) dh,
       bool_and(dm = dm::interval day to minute) dm, bool_and(ds = ds::interval day to second(2)) ds,
       bool_and(hs = hs::interval hour to second(0)) hs, bool_and(s = s::interval second(3)) s,
       bool_and(p = p::interval(0)) p
FROM spans;
SELECT count(DISTINCT y) > 1 y, count(DISTINCT m) > 1 m, count(DISTINCT d) > 1 d, count(DISTINCT h) > 1 h,
       count(DISTINCT s) > 1 s, count(DISTINCT i) > 1 i
FROM spans;
CREATE TABLE span_keys (d interval day PRIMARY KEY, h interval hour to second(0) UNIQUE NOT NULL);
SELECT rows FROM dbmocker.generate('span_keys', 1000, 1);

-- What is stored is what the type says: casting again changes nothing, and the writers agree.
CREATE FUNCTION changed(target regclass) RETURNS TABLE (name name, changes bigint) LANGUAGE plpgsql AS $$
DECLARE
  a record;
BEGIN
  FOR a IN SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute
           WHERE attrelid = target AND attnum > 0 AND NOT attisdropped LOOP
    RETURN QUERY EXECUTE format('SELECT %L::name, count(*) FROM %s WHERE %I::text <> (%I::text::%s)::text',
                                a.attname, target, a.attname, a.attname, a.type);
  END LOOP;
END $$;
SELECT c.oid::regclass, f.* FROM pg_class c, changed(c.oid) f
WHERE c.relnamespace = 'test_modifiers'::regnamespace AND c.relkind = 'r' AND f.changes > 0;
CREATE TABLE sums (target text, sum text);
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['texts', 'numbers', 'moments', 'spans'] LOOP
    EXECUTE format('INSERT INTO sums SELECT %L, md5(string_agg(t::text, '','' ORDER BY t::text COLLATE "C")) FROM %I t', t, t);
    EXECUTE format('TRUNCATE %I', t);
    PERFORM dbmocker.generate(t, CASE t WHEN 'texts' THEN 3000 WHEN 'numbers' THEN 3000 ELSE 1000 END, 1, '{"insertion_strategy": "single"}');
    EXECUTE format('INSERT INTO sums SELECT %L, md5(string_agg(t::text, '','' ORDER BY t::text COLLATE "C")) FROM %I t', t, t);
  END LOOP;
END $$;
SELECT target, count(*), count(DISTINCT sum) FROM sums GROUP BY target ORDER BY target;

SELECT * FROM dbmocker.verify(schema => 'test_modifiers') WHERE violations > 0;
DROP SCHEMA test_modifiers CASCADE;

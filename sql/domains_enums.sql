-- Types of one's own: enums, domains, composites, ranges, alone and inside of each other.
SET client_min_messages = warning;
CREATE SCHEMA test_domains_enums;
SET search_path = test_domains_enums;
SET dbmocker.reference_time = '2025-01-01';

-- Enums: all labels, also those added later, odd ones, and one label alone; labels as key.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
ALTER TYPE mood ADD VALUE 'so-so' AFTER 'ok';
CREATE TYPE odd AS ENUM ('', 'with space', 'comma,brace}', 'quote"''', 'back\slash', 'NULL', 'Ünïcödé');
CREATE TYPE alone AS ENUM ('one');
CREATE TABLE enums (m mood NOT NULL, o odd NOT NULL, i alone NOT NULL, ms mood[] NOT NULL, os odd[] NOT NULL, n mood);
SELECT rows FROM dbmocker.generate('enums', 500, 1);
SELECT m, count(*) > 50 AS often FROM enums GROUP BY m ORDER BY m;
SELECT DISTINCT o FROM enums ORDER BY o;
SELECT DISTINCT i FROM enums;
SELECT DISTINCT e FROM enums, unnest(ms) e WHERE e IS NOT NULL ORDER BY e;
SELECT DISTINCT e FROM enums, unnest(os) e WHERE e IS NOT NULL ORDER BY e;
CREATE TABLE enum_keys (m mood PRIMARY KEY);
SELECT rows FROM dbmocker.generate('enum_keys', 4, 1);
SELECT * FROM enum_keys ORDER BY m;
CREATE TABLE some_moods (m mood NOT NULL CHECK (m > 'sad' AND m <> 'happy'), o mood NOT NULL CHECK (o IN ('sad', 'happy')));
SELECT rows FROM dbmocker.generate('some_moods', 100, 1);
SELECT m, o FROM some_moods GROUP BY m, o ORDER BY m, o;

-- Domains: over domains, NOT NULL, with checks of range, list and length, of the server's functions, with modifiers.
CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN even_percent AS percent NOT NULL CHECK (VALUE % 2 = 0);
CREATE DOMAIN grade AS char(1) CHECK (VALUE IN ('A', 'B', 'C'));
CREATE DOMAIN code AS varchar(12) CHECK (length(VALUE) >= 10);
CREATE DOMAIN price AS numeric(6, 2) CHECK (VALUE > 0) DEFAULT 1;
CREATE DOMAIN recent AS date CHECK (VALUE >= '2024-06-01' AND VALUE < '2024-06-08');
CREATE DOMAIN tags AS text[] CHECK (cardinality(VALUE) BETWEEN 2 AND 3);
CREATE DOMAIN percents AS percent[];
CREATE DOMAIN good_mood AS mood CHECK (VALUE >= 'ok');
CREATE DOMAIN flag AS boolean NOT NULL CHECK (VALUE OR NOT VALUE);
CREATE DOMAIN odd_number AS integer CHECK (VALUE % 2 = 1);
CREATE TABLE domains (
  p percent, e even_percent, g grade NOT NULL, c code, r price NOT NULL, d recent NOT NULL, t tags, ps percents,
  m good_mood NOT NULL, f flag, o odd_number NOT NULL
);
SELECT rows FROM dbmocker.generate('domains', 1000, 1);
SELECT min(p), max(p), count(p) < 1000 AS nulls, bool_and(e BETWEEN 0 AND 100 AND e % 2 = 0) e, count(e) FROM domains;
SELECT string_agg(DISTINCT g::text, ',' ORDER BY g::text) g, min(length(c)) || '-' || max(length(c)) c, min(r) > 0 r,
       min(d) || ' - ' || max(d) d, min(cardinality(t)) || '-' || max(cardinality(t)) t,
       bool_and(o % 2 = 1) o, string_agg(DISTINCT m::text, ',' ORDER BY m::text) m, count(f) f
FROM domains;
SELECT min(p), max(p) FROM (SELECT unnest(ps) FROM domains) e (p);
SELECT * FROM dbmocker.verify(target => 'domains') WHERE violations > 0;

-- A domain's checks and those of the table hold at once; a key of a domain.
CREATE TABLE both_checks (p percent PRIMARY KEY CHECK (p > 89), d recent NOT NULL CHECK (d <> '2024-06-03'));
SELECT rows FROM dbmocker.generate('both_checks', 11, 1);
SELECT min(p), max(p), count(*), min(d) >= '2024-06-01' AS d FROM both_checks;
SELECT rows FROM dbmocker.generate('both_checks', 1, 1);
CREATE TABLE contradiction (p percent NOT NULL CONSTRAINT above CHECK (p > 100));
SELECT rows FROM dbmocker.generate('contradiction', 1, 1);

-- Domains inside of arrays, composites and ranges, with checks that only the server can judge.
CREATE TYPE pair AS (one percent, two grade, three odd_number);
CREATE TYPE nest AS (name text, inner_pair pair, list even_percent[], at recent, dropped integer, mood mood);
ALTER TYPE nest DROP ATTRIBUTE dropped;
CREATE DOMAIN good_pair AS pair CHECK ((VALUE).one > 50);
CREATE TABLE pairs (p pair NOT NULL, g good_pair);
CREATE TABLE lists_of_pairs (ps pair[] NOT NULL);
CREATE TABLE odd_numbers (o odd_number[] NOT NULL);
CREATE TABLE nests (n nest NOT NULL, mood mood);
CREATE TABLE maybe_nests (n nest);
SELECT target, rows FROM dbmocker.generate_schema('test_domains_enums', tables =>
  '{"pairs": 200, "lists_of_pairs": 200, "odd_numbers": 200, "nests": 200, "maybe_nests": 200}') ORDER BY target::text;
SELECT bool_and((p).one BETWEEN 0 AND 100) one, bool_and((p).two IN ('A', 'B', 'C')) two, bool_and((p).three % 2 = 1) three,
       bool_and((g).one > 50) g, count(g) < 200 AS gs
FROM pairs;
SELECT bool_and(((n).inner_pair).three % 2 = 1) nested, count(DISTINCT (n).mood) moods FROM nests;
SELECT bool_and(e % 2 = 0) FROM nests, unnest((n).list) e;
SELECT count(*) FILTER (WHERE n IS NULL) > 0 AS nulls FROM maybe_nests;
SELECT bool_and((e).one BETWEEN 0 AND 100 AND (e).three % 2 = 1) FROM lists_of_pairs, unnest(ps) e;
SELECT bool_and(e % 2 = 1) FROM odd_numbers, unnest(o) e;
CREATE TABLE composite_keys (p pair PRIMARY KEY);
SELECT rows FROM dbmocker.generate('composite_keys', 200, 1);

-- The row type of a table as a column.
CREATE TABLE of_row (r domains, list both_checks[]);
SELECT rows FROM dbmocker.generate('of_row', 50, 1);
SELECT bool_and((r).e % 2 = 0) FROM of_row WHERE r IS NOT NULL;

-- Ranges and multiranges, built in and of one's own; as keys.
CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE text_range AS RANGE (subtype = text, collation = "C");
CREATE TYPE percent_range AS RANGE (subtype = percent);
CREATE TYPE mood_range AS RANGE (subtype = mood);
CREATE TABLE ranges (
  i int4range NOT NULL, b int8range NOT NULL, n numrange NOT NULL, d daterange NOT NULL, t tsrange NOT NULL,
  z tstzrange NOT NULL, im int4multirange NOT NULL, dm datemultirange NOT NULL, f float_range NOT NULL, x text_range NOT NULL,
  p percent_range NOT NULL, m mood_range NOT NULL, fm float_multirange NOT NULL, l int4range[] NOT NULL, nullable daterange
);
SELECT rows FROM dbmocker.generate('ranges', 300, 1);
SELECT count(DISTINCT i) > 50 i, count(DISTINCT n) > 50 n, count(DISTINCT d) > 50 d, count(DISTINCT z) > 50 z,
       count(DISTINCT im) > 50 im, count(DISTINCT f) > 50 f, count(DISTINCT x) > 50 x, count(DISTINCT p) > 1 p,
       count(DISTINCT m) > 1 m, count(nullable) < 300 AS nulls
FROM ranges;
SELECT bool_and(lower(p) >= 0 AND upper(p) <= 100) p FROM ranges WHERE NOT isempty(p);
CREATE TABLE range_keys (i int4range PRIMARY KEY, d daterange UNIQUE NOT NULL, m datemultirange UNIQUE NOT NULL,
                         t tstzrange UNIQUE NOT NULL, n numrange UNIQUE NOT NULL, f float_range UNIQUE NOT NULL);
SELECT rows FROM dbmocker.generate('range_keys', 500, 1);
SELECT rows FROM dbmocker.generate('range_keys', 500, 2);

SELECT * FROM dbmocker.verify(schema => 'test_domains_enums') WHERE violations > 0;
DROP SCHEMA test_domains_enums CASCADE;

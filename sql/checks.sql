-- CHECK constraints: read as limits where that is possible, else rows are drawn again; what cannot be is refused.
SET client_min_messages = warning;
CREATE SCHEMA test_checks;
SET search_path = test_checks;
SET dbmocker.reference_time = '2025-01-01';

-- One column.
CREATE TABLE single_columns (
  gt integer CHECK (gt > 1000000), ge smallint CHECK (ge >= 32766), lt bigint CHECK (lt < -5), le numeric(5,2) CHECK (le <= -999.98),
  eq integer CHECK (eq = 42), ne boolean CHECK (ne <> false), between_i integer CHECK (between_i BETWEEN 7 AND 9),
  between_f float8 CHECK (between_f BETWEEN 0.25 AND 0.5), between_n numeric CHECK (between_n > 0 AND between_n < 1),
  turned integer CHECK (10 < turned AND 12 >= turned), cast_i bigint CHECK (cast_i::numeric > 5.5),
  in_t text CHECK (in_t IN ('a', 'b', 'c d')), in_i integer CHECK (in_i IN (3, 5, 7)), any_t varchar(3) CHECK (any_t = ANY (ARRAY['x', 'yy'])),
  not_in text CHECK (not_in NOT IN ('lorem', 'ipsum')), len text CHECK (length(len) = 7), lens varchar(30) CHECK (length(lens) BETWEEN 20 AND 25),
  char_len text CHECK (char_length(char_len) <= 4), octets text CHECK (octet_length(octets) < 6), not_empty text CHECK (not_empty <> ''),
  trimmed text CHECK (length(trim(trimmed)) > 0), or_i integer CHECK (or_i < -10 OR or_i > 10 AND or_i < 13),
  null_or integer CHECK (null_or IS NULL OR null_or > 99), not_null text CHECK (not_null IS NOT NULL), must_null date CHECK (must_null IS NULL),
  yes boolean CHECK (yes), no boolean CHECK (NOT no), is_true boolean CHECK (is_true IS TRUE),
  day date CHECK (day >= '2024-02-28' AND day < '2024-03-02'), old date CHECK (old < '1950-01-01'),
  at timestamptz CHECK (at > '2030-01-01 00:00+00'), hour time CHECK (hour BETWEEN '09:00' AND '17:00'),
  cents money CHECK (cents::numeric > 0), id uuid CHECK (id <> '00000000-0000-0000-0000-000000000000'),
  list text[] CHECK (cardinality(list) = 3), list_len integer[] CHECK (array_length(list_len, 1) BETWEEN 1 AND 2)
);
SELECT rows FROM dbmocker.generate('single_columns', 500, 1);
SELECT min(gt) > 1000000 AS gt, array_agg(DISTINCT ge ORDER BY ge) ge, max(lt) < -5 AS lt, array_agg(DISTINCT le ORDER BY le) le,
       array_agg(DISTINCT eq) eq, array_agg(DISTINCT ne) ne, array_agg(DISTINCT between_i ORDER BY between_i) bi,
       array_agg(DISTINCT turned ORDER BY turned) turned
FROM single_columns;
SELECT array_agg(DISTINCT in_t ORDER BY in_t) in_t, array_agg(DISTINCT in_i ORDER BY in_i) in_i, array_agg(DISTINCT any_t ORDER BY any_t) any_t,
       array_agg(DISTINCT length(len)) len, min(length(lens)) || '-' || max(length(lens)) lens, max(length(char_len)) char_len,
       max(octet_length(octets)) octets
FROM single_columns;
SELECT count(null_or) > 0 AS null_or, count(not_null) not_null, count(must_null) must_null,
       bool_and(yes) AND NOT bool_or(no) AS booleans, array_agg(DISTINCT day ORDER BY day) days, count(DISTINCT hour) > 50 AS hours,
       bool_or(or_i < -10) AS below, bool_or(or_i > 10) AS above
FROM single_columns;
SELECT * FROM dbmocker.verify(target => 'single_columns') WHERE violations > 0;

-- Several columns.
CREATE TABLE several (
  low integer NOT NULL, high integer NOT NULL CHECK (high BETWEEN 0 AND 200), CHECK (low < high), CHECK (low BETWEEN 0 AND 100),
  starts date NOT NULL, ends date, CHECK (ends IS NULL OR ends >= starts),
  a integer, b integer, CONSTRAINT one_of CHECK ((a IS NULL) <> (b IS NULL)),
  kind text NOT NULL CHECK (kind IN ('card', 'cash')), card_number text,
  CONSTRAINT card_has_number CHECK (kind <> 'card' OR card_number IS NOT NULL)
);
SELECT rows FROM dbmocker.generate('several', 500, 1);
SELECT count(DISTINCT kind), count(a) > 0 AS a, count(b) > 0 AS b, count(ends) > 0 AS ends, bool_and(low < high) FROM several;

-- Functions that only the server can judge.
CREATE FUNCTION is_even(integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 % 2 = 0';
CREATE FUNCTION is_short(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN length($1) < 30; END';
CREATE TABLE functions (n integer NOT NULL CHECK (is_even(n)), t text CHECK (is_short(t)), m integer CHECK (m % 3 = 1),
                        lowered text CHECK (lowered = lower(lowered)));
SELECT rows FROM dbmocker.generate('functions', 300, 1);
SELECT bool_and(n % 2 = 0) n, max(length(t)) < 30 AS t, bool_and(m % 3 = 1) m FROM functions;

-- The rows do not depend on how many are drawn at once, even where many are drawn again.
CREATE TABLE sums (sum text);
TRUNCATE several;
SELECT rows FROM dbmocker.generate('several', 300, 2, '{"batch_size": 1}');
INSERT INTO sums SELECT md5(string_agg(s::text, ',' ORDER BY s::text COLLATE "C")) FROM several s;
TRUNCATE several;
SELECT rows FROM dbmocker.generate('several', 300, 2, '{"batch_size": 128}');
INSERT INTO sums SELECT md5(string_agg(s::text, ',' ORDER BY s::text COLLATE "C")) FROM several s;
TRUNCATE several;
SELECT rows FROM dbmocker.generate('several', 300, 2, '{"insertion_strategy": "single"}');
INSERT INTO sums SELECT md5(string_agg(s::text, ',' ORDER BY s::text COLLATE "C")) FROM several s;
SELECT count(*), count(DISTINCT sum) FROM sums;

-- Generated columns that feed a CHECK, or a key.
CREATE TABLE generated (n integer NOT NULL, twice integer GENERATED ALWAYS AS (n * 2) STORED CHECK (twice BETWEEN 10 AND 2000),
                        code text NOT NULL, folded text GENERATED ALWAYS AS (upper(code)) STORED UNIQUE);
SELECT rows FROM dbmocker.generate('generated', 300, 1);
SELECT rows FROM dbmocker.generate('generated', 300, 2);
SELECT min(n) >= 5 AND max(n) <= 1000 AS n, count(DISTINCT folded) FROM generated;

-- A CHECK on a key, a serial, a default; one that is not valid yet counts for new rows.
CREATE TABLE others (id integer PRIMARY KEY CHECK (id >= 1000), n serial CHECK (n < 100000), d integer DEFAULT 5 CHECK (d > 3), v integer);
INSERT INTO others VALUES (1000, 1, 4, -5);
ALTER TABLE others ADD CONSTRAINT v_positive CHECK (v > 0) NOT VALID;
SELECT rows FROM dbmocker.generate('others', 100, 1);
SELECT min(id), count(*) FROM others WHERE v > 0 OR v IS NULL;
SELECT constraint_name, violations FROM dbmocker.verify(target => 'others') WHERE violations > 0;
DELETE FROM others WHERE v = -5;

-- What no row can satisfy is refused, with the constraint's name and text.
CREATE TABLE never (n integer CONSTRAINT never_true CHECK (is_even(n * 2 + 1)) NOT NULL);
SELECT rows FROM dbmocker.generate('never', 5, 1, '{"max_attempts": 20}');
CREATE TABLE contradiction (n integer NOT NULL CONSTRAINT above CHECK (n > 10) CONSTRAINT below CHECK (n < 5));
SELECT rows FROM dbmocker.generate('contradiction', 5, 1);
CREATE TABLE no_label (t text NOT NULL CONSTRAINT listed CHECK (t IN ('a', 'b')) CONSTRAINT longer CHECK (length(t) > 3));
SELECT rows FROM dbmocker.generate('no_label', 5, 1);
CREATE TABLE null_only (n integer NOT NULL, CONSTRAINT always_null CHECK (n IS NULL));
SELECT rows FROM dbmocker.generate('null_only', 5, 1);
CREATE TABLE small_range (n smallint NOT NULL CONSTRAINT too_large CHECK (n > 40000));
SELECT rows FROM dbmocker.generate('small_range', 5, 1);
CREATE TABLE false_only (n integer, CONSTRAINT abstract CHECK (false) NO INHERIT);
SELECT rows FROM dbmocker.generate('false_only', 5, 1);
-- A contradiction in a column that may be NULL leaves NULL.
CREATE TABLE nullable_contradiction (n integer CHECK (n > 10), m integer, CHECK (n < 5));
SELECT rows FROM dbmocker.generate('nullable_contradiction', 5, 1);
SELECT count(*), count(n) FROM nullable_contradiction;
SELECT count(*) FROM never, contradiction, no_label, null_only, small_range;

SELECT * FROM dbmocker.verify(schema => 'test_checks') WHERE violations > 0;
DROP SCHEMA test_checks CASCADE;

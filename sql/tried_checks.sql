-- CHECKs that cannot be read: values that pass them are found by trying, where too few draws would.
CREATE SCHEMA tried;
SET search_path = tried, public;
CREATE FUNCTION is_power_of_two(n int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    WHILE n > 1 LOOP
        IF n % 2 = 1 THEN RETURN false; END IF;
        n := n / 2;
    END LOOP;
    RETURN n = 1;
END
$$;
-- One that raises an error for most texts.
CREATE FUNCTION has_check_digit(code text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    total int := 0;
BEGIN
    FOR i IN 1 .. length(code) LOOP
        total := total + substr(code, i, 1)::int * i;
    END LOOP;
    RETURN length(code) > 3 AND total % 97 = 0;
END
$$;
CREATE DOMAIN power AS int CHECK (is_power_of_two(VALUE));
CREATE TABLE texts (
    at_inside text NOT NULL CHECK (position('@' IN at_inside) > 1),
    second_part text NOT NULL CHECK (split_part(second_part, '.', 2) <> ''),
    digits varchar(12) NOT NULL CHECK (has_check_digit(digits)),
    two_marks text NOT NULL CHECK (strpos(substr(two_marks, strpos(two_marks, '#') + 1), '%') > 0 AND strpos(two_marks, '#') > 0)
);
CREATE TABLE numbers (
    n int NOT NULL CHECK (is_power_of_two(n)),
    p power NOT NULL,
    f float NOT NULL CHECK (sqrt(abs(f)) = 12)
);
CREATE TABLE moments (
    month date NOT NULL CHECK (month = date_trunc('month', month)),
    year timestamp NOT NULL CHECK (to_char(year, 'DDD HH24:MI') = '001 00:00')
);
CREATE TABLE ranges (
    open tstzrange NOT NULL CHECK (NOT lower_inf(open) AND upper_inf(open)),
    inside numrange NOT NULL CHECK (inside <@ numrange(40, 60) AND upper(inside) - lower(inside) > 2)
);
CREATE TABLE documents (
    d jsonb NOT NULL CHECK (d -> 'size' ->> 'unit' IS NOT NULL),
    a int[] NOT NULL CHECK (a[1] = 3 AND a[2] = 10)
);
CREATE TABLE shares (
    a numeric(5, 2) NOT NULL CHECK (a > 0), b numeric(5, 2) NOT NULL CHECK (b > 0), c numeric(5, 2) NOT NULL CHECK (c > 0),
    CHECK (a + b + c = 100)
);
SELECT name, kind, method FROM unnest('{texts,numbers,moments,ranges,documents,shares}'::regclass[]) t, dbmocker.plan(t, 1000)
WHERE object = 'constraint' ORDER BY t, name;
SELECT target, rows FROM dbmocker.generate_schema('tried', 2000, seed => 1) ORDER BY target::text;
SELECT * FROM dbmocker.verify('tried'::regnamespace) WHERE violations > 0;
SELECT count(DISTINCT at_inside) > 50 AS texts, count(DISTINCT second_part) > 50 AS parts FROM texts;
SELECT count(DISTINCT n) > 10 AS powers, count(DISTINCT p) > 10 AS domain, min(f), max(f) FROM numbers;
SELECT count(DISTINCT month) > 20 AS months, count(DISTINCT year) > 10 AS years FROM moments;
SELECT count(DISTINCT a) > 500 AS a, count(DISTINCT c) > 500 AS c, bool_and(a + b + c = 100) AS is_whole FROM shares;
-- Nobody else's rows: the same with workers and without.
CREATE TABLE kept (n int NOT NULL CHECK (is_power_of_two(n)), t text NOT NULL CHECK (position('@' IN t) > 1), m date);
SELECT rows FROM dbmocker.generate('kept', 20000, seed => 2, options => '{"max_workers": 0, "reference_time": "2026-01-01"}');
SELECT md5(string_agg(k::text, ',' ORDER BY k::text)) AS digest FROM kept k \gset
TRUNCATE kept;
SELECT rows FROM dbmocker.generate('kept', 20000, seed => 2,
    options => '{"max_workers": 1, "insertion_strategy": "parallel_bulk", "reference_time": "2026-01-01"}');
SELECT md5(string_agg(k::text, ',' ORDER BY k::text)) = :'digest' AS is_same FROM kept k;
-- Keys are not made of a list where draws pass; where none does, the list is what there is.
CREATE TABLE tens (n int PRIMARY KEY CHECK (n % 10 = 0));
CREATE TABLE powers (p int UNIQUE CHECK (is_power_of_two(p)) NOT NULL);
SELECT rows FROM dbmocker.generate('tens', 5000, seed => 1);
SELECT rows FROM dbmocker.generate('powers', 15, seed => 1);
SELECT dbmocker.generate('powers', 100, seed => 1);
SELECT * FROM dbmocker.verify('tried'::regnamespace) WHERE violations > 0;
-- What cannot be satisfied is still named.
CREATE TABLE impossible (t text NOT NULL CHECK (md5(t) = 'nothing'));
SELECT dbmocker.generate('impossible', 1);
SET client_min_messages = warning;
DROP SCHEMA tried CASCADE;

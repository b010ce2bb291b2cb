-- Rules that say where values come from: patterns, other columns, locales, generators in templates, parents' keys.
SET client_min_messages = warning;
CREATE SCHEMA test_rule_values;
SET search_path = test_rule_values;
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

-- Patterns: whole texts, within lengths and constraints, distinct where a key asks for it.
CREATE DOMAIN plate AS text CHECK (VALUE ~ '^[A-Z]');
CREATE TABLE codes (
  id serial PRIMARY KEY,
  code text NOT NULL UNIQUE,
  phone varchar(20) NOT NULL,
  short varchar(6) NOT NULL,
  plate plate NOT NULL,
  kind text NOT NULL CHECK (kind LIKE 'a%'),
  padded char(8) NOT NULL
);
SELECT dbmocker.set_rule('codes', 'code', '{"pattern": "[A-Z]{3}-\\d{4}"}'),
       dbmocker.set_rule('codes', 'phone', '{"pattern": "\\+49 (30|40|89) [1-9]\\d{5,7}"}'),
       dbmocker.set_rule('codes', 'short', '{"pattern": "(ab)+c?", "min_length": 3}'),
       dbmocker.set_rule('codes', 'plate', '{"pattern": "[A-Za-z]\\d|[0-9]x"}'),
       dbmocker.set_rule('codes', 'kind', '{"pattern": "[a-c][x-z]"}'),
       dbmocker.set_rule('codes', 'padded', '{"pattern": "[0-9a-f]{8}"}');
SELECT rows FROM dbmocker.generate('codes', 20000);
SELECT count(*) FILTER (WHERE code !~ '^[A-Z]{3}-\d{4}$') AS code, count(*) FILTER (WHERE phone !~ '^\+49 (30|40|89) [1-9]\d{5,7}$') AS phone,
       count(*) FILTER (WHERE short !~ '^(ab)+c?$' OR length(short) < 3) AS short, count(*) FILTER (WHERE plate !~ '^[A-Z]\d$') AS plate,
       count(*) FILTER (WHERE kind !~ '^a[x-z]$') AS kind, count(*) FILTER (WHERE padded !~ '^[0-9a-f]{8}$') AS padded,
       count(DISTINCT code) AS codes, count(DISTINCT plate) AS plates, count(DISTINCT kind) AS kinds FROM codes;
SELECT count(DISTINCT substr(phone, 5, 2)) AS prefixes, array_agg(DISTINCT short ORDER BY short) AS shorts FROM codes;
SELECT failure($$SELECT dbmocker.set_rule('codes', 'code', '{"pattern": "[A-Z"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('codes', 'code', '{"pattern": "(a)\\1"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('codes', 'kind', '{"pattern": "b.*"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('codes', 'short', '{"pattern": "[a-z]{7}"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('codes', 'id', '{"pattern": "\\d"}')$$);
SELECT failure($$SELECT dbmocker.generate('codes', 1, options => '{"columns": {"code": {"pattern": "[ab]"}}}'), dbmocker.generate('codes', 100, options => '{"columns": {"code": {"pattern": "[ab]"}}}')$$);

-- The repeated value.
CREATE TABLE repeats (n int NOT NULL, t text, d date NOT NULL, e text NOT NULL CHECK (e <> 'no'));
SELECT dbmocker.set_rule('repeats', 'n', '{"duplicate_strategy": "allow_simple", "duplicate_value": 42, "duplicate_probability": 0.25}'),
       dbmocker.set_rule('repeats', 't', '{"generator": "email", "duplicate_strategy": "allow_simple", "duplicate_value": "nobody@example.com"}');
SET datestyle = 'german';
SELECT dbmocker.set_rule('repeats', 'd', '{"duplicate_strategy": "allow_simple", "duplicate_value": "1999-12-31", "duplicate_probability": 0.5}');
SELECT rows FROM dbmocker.generate('repeats', 20000, options => '{"null_probability": 0, "insertion_strategy": "parallel_bulk", "max_workers": 2}');
RESET datestyle;
SELECT abs(count(*) FILTER (WHERE n = 42) - 5000) < 300 AS n, abs(count(*) FILTER (WHERE t = 'nobody@example.com') - 6000) < 300 AS t,
       abs(count(*) FILTER (WHERE d = '1999-12-31') - 10000) < 350 AS d, count(DISTINCT t) > 13000 AS others FROM repeats;
SELECT failure($$SELECT dbmocker.set_rule('repeats', 'e', '{"duplicate_strategy": "allow_simple", "duplicate_value": "no"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('repeats', 'n', '{"duplicate_strategy": "allow_simple", "duplicate_value": "x"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('repeats', 'n', '{"duplicate_strategy": "cached_pool", "duplicate_value": 1}')$$);

-- Columns that depend on others: the same value there, the same here.
CREATE TYPE zone AS ENUM ('north', 'south');
CREATE TABLE shops (
  id serial PRIMARY KEY,
  country text NOT NULL,
  currency text NOT NULL,
  rate numeric(5,2),
  zone zone NOT NULL,
  manager text,
  town text,
  level int NOT NULL,
  grade text NOT NULL,
  remark text
);
SELECT dbmocker.set_rule('shops', 'country', '{"weighted_values": {"DE": 5, "US": 3, "JP": 2}}'),
       dbmocker.set_rule('shops', 'currency', '{"depends_on": "country", "possible_values": {"DE": "EUR", "US": ["USD", "USN"], "*": ["XTS"]}}'),
       dbmocker.set_rule('shops', 'rate', '{"depends_on": "country", "min": 1, "max": 900, "null_probability": 0}'),
       dbmocker.set_rule('shops', 'zone', '{"depends_on": "country"}'),
       dbmocker.set_rule('shops', 'manager', '{"depends_on": "zone", "generator": "name", "null_probability": 0.4}'),
       dbmocker.set_rule('shops', 'town', '{"depends_on": "level", "possible_values": {"1": ["a", "b"], "02": ["c"]}}'),
       dbmocker.set_rule('shops', 'level', '{"min": 1, "max": 3}'),
       dbmocker.set_rule('shops', 'grade', '{"depends_on": "level", "pattern": "[A-F]\\d{3}"}'),
       dbmocker.set_rule('shops', 'remark', '{"depends_on": "rate", "null_probability": 0.5}');
SELECT rows FROM dbmocker.generate('shops', 6000, options => '{"insertion_strategy": "batch", "batch_size": 77}');
SELECT country, array_agg(DISTINCT currency ORDER BY currency) AS currencies, count(DISTINCT rate) AS rates, count(DISTINCT zone) AS zones FROM shops GROUP BY 1 ORDER BY 1;
SELECT max(names) AS names, max(nulls) AS kinds FROM (SELECT count(DISTINCT manager) AS names, count(DISTINCT manager IS NULL) AS nulls FROM shops GROUP BY zone) s;
SELECT level, array_agg(DISTINCT town ORDER BY town) AS towns, count(DISTINCT grade) AS grades FROM shops GROUP BY 1 ORDER BY 1;
SELECT abs(count(*) FILTER (WHERE currency = 'USN') - 0.5 * count(*) FILTER (WHERE country = 'US')) < 100 AS halves FROM shops;
CREATE TEMP TABLE digests AS SELECT md5(string_agg(s::text, ',' ORDER BY id)) AS digest FROM shops s;
TRUNCATE shops RESTART IDENTITY;
SELECT rows FROM dbmocker.generate('shops', 2500, options => '{"insertion_strategy": "parallel_bulk", "max_workers": 2}');
SELECT rows FROM dbmocker.generate('shops', 3500, options => '{"insertion_strategy": "single"}');
SELECT md5(string_agg(s::text, ',' ORDER BY id)) = (SELECT digest FROM digests) AS same FROM shops s;
-- Places of one row still agree.
CREATE TABLE branches (country text NOT NULL, city text NOT NULL, postcode text NOT NULL);
SELECT dbmocker.set_rule('branches', 'city', '{"depends_on": "country"}');
SELECT rows FROM dbmocker.generate('branches', 5000);
SELECT count(*) > 20 AS countries, max(n) AS cities FROM (SELECT country, count(DISTINCT city) AS n FROM branches GROUP BY 1) s;
SELECT DISTINCT city IN ('Berlin', 'Hamburg', 'Munich', 'Cologne', 'Frankfurt', 'Stuttgart', 'Leipzig', 'Dresden', 'Bremen', 'Hanover', 'Nuremberg', 'Duesseldorf', 'Dortmund', 'Essen') AS german FROM branches WHERE country = 'Germany';
SELECT failure($$SELECT dbmocker.set_rule('shops', 'rate', '{"depends_on": "nothing"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('shops', 'rate', '{"depends_on": "rate"}')$$);
SELECT failure($$SELECT dbmocker.generate('shops', 1, options => '{"columns": {"rate": {"depends_on": "zone"}, "zone": {"depends_on": "rate"}}}')$$);
SELECT failure($$SELECT dbmocker.generate('shops', 1, options => '{"columns": {"currency": {"depends_on": "country", "possible_values": {"DE": ["EUR"]}}}}')$$);
SELECT failure($$SELECT dbmocker.set_rule('shops', 'currency', '{"possible_values": {"DE": ["EUR"]}}')$$);
SELECT failure($$SELECT dbmocker.set_rule('shops', 'rate', '{"depends_on": "level", "possible_values": {"one": [1], "1": ["cheap"]}}')$$);
SELECT failure($$SELECT dbmocker.generate('codes', 1, options => '{"columns": {"code": {"depends_on": "kind"}}}')$$);

-- Locales: of columns, which those of the same person or place follow, and of the run.
CREATE TABLE people (id serial PRIMARY KEY, first_name text, last_name text, email text UNIQUE, street text, city text, postcode text, country text, phone text, company text,
  shipping_city text, shipping_postcode text, UNIQUE (first_name, last_name, phone));
SELECT rows FROM dbmocker.generate('people', 3000, options => '{"locale": "de_DE", "null_probability": 0}');
SELECT array_agg(DISTINCT country) AS countries, bool_and(phone LIKE '+49 %') AS phones, bool_and(postcode ~ '^\d{5}$') AS postcodes,
       bool_or(city = 'Berlin') AS berlin, count(DISTINCT city) > 10 AS cities, bool_or(street ~ 'strasse') AS street, bool_or(company ~ 'GmbH$') AS company,
       bool_or(company ~ ' Inc$') AS inc, bool_or(last_name IN ('Schmidt', 'Bauer')) AS names, bool_or(last_name IN ('Dupont', 'Smith')) AS others, bool_and(email ~ lower(last_name) OR email ~ lower(first_name)) AS emails FROM people;
SELECT count(DISTINCT (first_name, last_name)) AS persons, count(DISTINCT email) AS emails FROM people;
TRUNCATE people;
SELECT dbmocker.set_rule('people', 'first_name', '{"locale": "fr_FR"}'), dbmocker.set_rule('people', 'shipping_city', '{"locale": "es_ES"}');
SELECT rows FROM dbmocker.generate('people', 3000, options => '{"locale": "en_GB", "null_probability": 0}');
SELECT bool_or(last_name = 'Dubois') AS french, bool_or(last_name = 'Schmidt') AS german, bool_or(shipping_city IN ('Madrid', 'Barcelona')) AS spanish,
       bool_or(city = 'London') AS british, array_agg(DISTINCT country) AS countries FROM people;
SELECT count(DISTINCT locale) AS locales, bool_and(ok) AS ok FROM (
  SELECT l AS locale, (SELECT count(DISTINCT first_name) > 60 AND count(DISTINCT last_name) > 60 AND count(DISTINCT street) > 20 AND count(DISTINCT country) = 1 AND bool_and(company IS NOT NULL)
    FROM dbmocker.rows(NULL::people, 1000, options => jsonb_build_object('locale', l, 'null_probability', 0, 'columns', '{"first_name": {"generator": "first_name"}}'::jsonb)) r) AS ok
  FROM unnest('{de_AT,de_DE,en_AU,en_CA,en_GB,en_US,es_ES,es_MX,fr_FR,it_IT,nl_NL,pt_BR}'::text[]) l) s;
SELECT failure($$SELECT dbmocker.set_rule('people', 'city', '{"locale": "xx_XX"}')$$);
SELECT failure($$SELECT dbmocker.generate('people', 1, options => '{"locale": "german"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('people', 'id', '{"locale": "de_DE"}')$$);

-- Generators in templates, beside columns; persons agree with the row's.
CREATE TABLE notes (id serial PRIMARY KEY, first_name text NOT NULL, number int NOT NULL, note varchar(200) NOT NULL, tag text, made text GENERATED ALWAYS AS (lower(note)) STORED);
SELECT dbmocker.set_rule('notes', 'note', '{"template": "Order {{number}} for {{first_name}} {{last_name}} <{{email}}>, {{city}}: {{last_name}}''s \"{{id}}\""}'),
       dbmocker.set_rule('notes', 'tag', '{"template": "{{color}}-{{color_code}}", "locale": "de_DE"}');
SELECT rows FROM dbmocker.generate('notes', 4000, options => '{"insertion_strategy": "parallel_bulk", "max_workers": 2}');
SELECT rows FROM dbmocker.generate('notes', 1000, options => '{"insertion_strategy": "single"}');
SELECT bool_and(note ~ ('^Order ' || number || ' for ' || first_name || ' [A-Za-z]+ <' || lower(first_name) || E'\\.')) AS agree, bool_and(note ~ '([A-Za-z]+) <[a-z]+\.[a-z]+\d*@[a-z.]+>, [^:]+: \1''s "\d+"$') AS whole,
       count(DISTINCT note) > 4900 AS distinct, bool_and(made = lower(note)) AS made, bool_and(tag ~ '^[a-z ]+-#[0-9a-f]{6}$') AS tags, bool_or(note ~ E'\x1f') AS rest FROM notes;
SELECT left(failure, 160) FROM failure($$SELECT dbmocker.set_rule('notes', 'note', '{"template": "{{nothing}}"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('notes', 'note', '{"template": "{{note}}"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('notes', 'number', '{"template": "{{color}}"}')$$);

-- Foreign keys: which parents, how often.
CREATE TABLE kinds (code text PRIMARY KEY);
INSERT INTO kinds SELECT 'k' || i FROM generate_series(1, 50) i;
CREATE TABLE spots (a int, b text, PRIMARY KEY (a, b));
INSERT INTO spots SELECT i, j FROM generate_series(1, 10) i, unnest('{x,y,z}'::text[]) j;
CREATE TABLE things (id serial PRIMARY KEY, kind text NOT NULL REFERENCES kinds, other text REFERENCES kinds, a int NOT NULL, b text NOT NULL, FOREIGN KEY (a, b) REFERENCES spots);
SELECT dbmocker.set_rule('things', 'kind', '{"weighted_values": {"k1": 6, "k2": 3, "k50": 1}}'),
       dbmocker.set_rule('things', 'other', '{"possible_values": ["k7", "k8"], "null_probability": 0.5}'),
       dbmocker.set_rule('things', 'b', '{"weighted_values": {"x": 0.9, "z": 0.1}}'), dbmocker.set_rule('things', 'a', '{"min": 3, "max": 5}');
SELECT rows FROM dbmocker.generate('things', 20000);
SELECT sum((n - 2000 * weight) ^ 2 / (2000 * weight)) < 20 AS shares, count(*) FROM (SELECT kind, count(*) AS n FROM things GROUP BY 1) s FULL JOIN (VALUES ('k1', 6), ('k2', 3), ('k50', 1)) v (kind, weight) USING (kind);
SELECT array_agg(DISTINCT other) AS others, abs(count(other) - 10000) < 400 AS nulls, array_agg(DISTINCT a) AS a, array_agg(DISTINCT b) AS b, abs(count(*) FILTER (WHERE b = 'x') - 18000) < 250 AS x FROM things;
SELECT failure($$SELECT dbmocker.generate('things', 1, options => '{"columns": {"kind": {"possible_values": ["k1", "none"]}}}')$$);
SELECT failure($$SELECT dbmocker.generate('things', 1, options => '{"columns": {"other": {"possible_values": ["none"]}}}')$$);
SELECT failure($$SELECT dbmocker.set_rule('things', 'kind', '{"pattern": "k."}')$$);
SELECT failure($$SELECT dbmocker.set_rule('things', 'kind', '{"generator": "color"}')$$);

-- Weights and histograms as distributions; pools with shares of one's own.
CREATE TABLE draws (id serial PRIMARY KEY, a text, b int, d date, t time, at timestamptz, pooled int, weighted text, zip text);
SELECT dbmocker.set_rule('draws', 'a', '{"distribution": {"kind": "weighted", "weights": {"x": 6, "y": 3, "it''s": 1, "never": 0}}, "null_probability": 0}'),
       dbmocker.set_rule('draws', 'b', '{"possible_values": [10, 20, 30], "distribution": {"kind": "weighted", "weights": [6, 3, 1]}, "null_probability": 0}'),
       dbmocker.set_rule('draws', 'd', '{"distribution": {"kind": "histogram", "bounds": ["2024-02-28", "2024-03-01", "now() + 1 year"], "shares": [3, 1]}, "null_probability": 0}'),
       dbmocker.set_rule('draws', 't', '{"distribution": {"kind": "histogram", "bounds": ["08:00", "12:00", "18:00"], "shares": [1, 3]}, "null_probability": 0}'),
       dbmocker.set_rule('draws', 'pooled', '{"min": 1, "max": 2000000000, "duplicate_strategy": "smart_duplicates", "pool_size": 4, "pool_share_small": 0.2, "pool_share_medium": 0.7, "null_probability": 0}'),
       dbmocker.set_rule('draws', 'weighted', '{"duplicate_strategy": "weighted_random", "weighted_values": {"x": 6, "y": 3, "z": 1}, "null_probability": 0}'),
       dbmocker.set_rule('draws', 'zip', '{"generator": "zipcode", "locale": "en_US", "null_probability": 0}');
SELECT rows FROM dbmocker.generate('draws', 20000);
-- Chi-square of the shares, 2 degrees of freedom: above 20 once in 20 thousand times.
SELECT kind, sum((n - 2000 * weight) ^ 2 / (2000 * weight)) < 20 AS shares, sum(n) AS rows FROM (
  SELECT 'a' AS kind, count(*) AS n, CASE a WHEN 'x' THEN 6 WHEN 'y' THEN 3 WHEN 'it''s' THEN 1 END AS weight FROM draws GROUP BY a UNION ALL
  SELECT 'b', count(*), CASE b WHEN 10 THEN 6 WHEN 20 THEN 3 WHEN 30 THEN 1 END FROM draws GROUP BY b UNION ALL
  SELECT 'weighted', count(*), CASE weighted WHEN 'x' THEN 6 WHEN 'y' THEN 3 WHEN 'z' THEN 1 END FROM draws GROUP BY weighted) s GROUP BY 1 ORDER BY 1;
SELECT abs(count(*) FILTER (WHERE d < '2024-03-01') - 15000) < 600 AS d, bool_or(d = '2024-02-29') AS leap_day, min(d), max(d) <= '2026-06-01' AS last,
       abs(count(*) FILTER (WHERE t < '12:00') - 5000) < 350 AS t, min(t) >= '08:00' AND max(t) <= '18:00' AS times, bool_and(zip ~ '^\d{5}$') AS zip FROM draws;
SELECT abs(sum(n) FILTER (WHERE n > 800) - 4000) < 300 AS small, count(*) FILTER (WHERE n > 800) AS small_pool, abs(sum(n) FILTER (WHERE n BETWEEN 100 AND 800) - 14000) < 400 AS medium,
       count(*) FILTER (WHERE n BETWEEN 100 AND 800) AS medium_pool FROM (SELECT count(*) AS n FROM draws GROUP BY pooled) s;
SELECT failure($$SELECT dbmocker.set_rule('draws', 'b', '{"possible_values": [10, 20], "distribution": {"kind": "weighted", "weights": [6, 3, 1]}}')$$);
SELECT failure($$SELECT dbmocker.set_rule('draws', 'a', '{"distribution": {"kind": "weighted", "weights": {"x": -1}}}')$$);
SELECT failure($$SELECT dbmocker.set_rule('draws', 'd', '{"distribution": {"kind": "histogram", "bounds": ["2024-02-28", "2024-02-28"], "shares": [1]}}')$$);
SELECT failure($$SELECT dbmocker.set_rule('draws', 'd', '{"distribution": {"kind": "histogram", "bounds": [1, 2], "shares": [1]}}')$$);
SELECT failure($$SELECT dbmocker.set_rule('draws', 'pooled', '{"duplicate_strategy": "smart_duplicates", "pool_share_small": 0.7, "pool_share_medium": 0.5}')$$);
TRUNCATE draws;
SELECT dbmocker.drop_rule('draws');
SELECT rows FROM dbmocker.generate('draws', 20000, options => '{"global_duplicate_enabled": true, "global_duplicate_strategy": "smart_duplicates", "pool_share_small": 0, "pool_share_medium": 1, "null_probability": 0, "columns": {"pooled": {"min": 1, "max": 2000000000, "distribution": "uniform"}}}');
SELECT count(DISTINCT at) AS medium_pool, count(DISTINCT pooled) > 19000 AS others FROM draws;

-- Keys of numeric, arrays as JSON, edge cases of less usual types, limits that are none.
CREATE TABLE numbers (id numeric PRIMARY KEY);
INSERT INTO numbers VALUES (0), (-1), (0.5), (-0.0001), (12345678901234567890.123), (1e30), (10000), (99990000);
CREATE TABLE odd_parents (id int PRIMARY KEY, parent int REFERENCES odd_parents);
CREATE TABLE odd (number numeric NOT NULL REFERENCES numbers, word text NOT NULL, ints int[], i interval, n inet, m money, r int4range, b bit(3), c char(5), a int[]);
SELECT dbmocker.set_rule('odd', 'number', '{"weighted_values": {"0.5": 1, "-0.0001": 2, "1e30": 1}}'), dbmocker.set_rule('odd', 'word', '{"depends_on": "number"}'),
       dbmocker.set_rule('odd', 'ints', '{"possible_values": [[1, 2], [3, null], [], [[1], [2]]], "null_probability": 0}');
SELECT count(dbmocker.set_rule('odd', name, '{"edge_case_probability": 0.5, "null_probability": 0}')) AS edges FROM unnest('{i,n,m,r,b,c,a}'::text[]) name;
SELECT rows FROM dbmocker.generate('odd', 4000);
SELECT number, count(DISTINCT word) AS words, abs(count(*) - CASE WHEN number < 0 THEN 2000 ELSE 1000 END) < 150 AS share FROM odd GROUP BY 1 ORDER BY 1;
SELECT array_agg(DISTINCT ints::text) AS ints, bool_or(i = '178000000 years') AS interval, bool_or(n = '::1') AS inet, min(m) < '-1000000000'::money AS money, bool_or(isempty(r)) AS range, bool_or(b = '111') AS bit, bool_or(c = '''') AS padded, bool_or(a = '{}') AS array FROM odd;
SELECT failure($$SELECT dbmocker.set_rule('odd_parents', 'parent', '{"distribution": "zipf"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('draws', 'b', '{"sequence": {"start": 1}, "pattern": "a"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('draws', 'b', '{"min": "infinity"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('draws', 'd', '{"min": "infinity"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('draws', 'a', '{"pattern": "é+"}')$$);

SELECT count(*) FROM dbmocker.verify('test_rule_values') WHERE violations > 0;
DROP SCHEMA test_rule_values CASCADE;

-- What stored rows tell a run: rows that are repeated, rules that stored values suggest; and emptying targets first.
SET client_min_messages = warning;
CREATE SCHEMA test_stored_values;
SET search_path = test_stored_values;
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

-- Rows that are repeated whole, but for what keys keep distinct.
CREATE TABLE visits (id serial PRIMARY KEY, code text NOT NULL UNIQUE, page text, at timestamptz, ip inet, size numeric(8,2), first int NOT NULL, last int NOT NULL CHECK (last >= first), parts int[], doubled numeric GENERATED ALWAYS AS (size * 2) STORED);
SELECT dbmocker.set_options('visits', '{"global_duplicate_enabled": true, "global_duplicate_strategy": "fast_data_reuse", "reuse_probability": 0.4, "sample_size": 200}');
SET client_min_messages = notice;
SELECT rows FROM dbmocker.generate('visits', 5000, 1);
SET client_min_messages = warning;
SELECT count(DISTINCT (page, at, ip, size, first, last, parts)) AS whole FROM visits;
CREATE TABLE old AS SELECT * FROM visits;
SELECT rows FROM dbmocker.generate('visits', 10000, 2, '{"insertion_strategy": "parallel_bulk", "max_workers": 2}');
SELECT count(DISTINCT code) AS codes, count(DISTINCT id) AS ids FROM visits;
SELECT abs(count(*) - 4000) < 250 AS repeated, count(DISTINCT (page, at, ip, size, first, last, parts)) BETWEEN 150 AND 260 AS pool
FROM visits v WHERE id > 5000 AND EXISTS (SELECT FROM old o WHERE (v.page, v.at, v.ip, v.size, v.first, v.last, v.parts) IS NOT DISTINCT FROM (o.page, o.at, o.ip, o.size, o.first, o.last, o.parts));
-- The same stored rows and seed give the same rows, whoever writes them and in parts of any size.
CREATE TEMP TABLE digests (digest text);
INSERT INTO digests SELECT md5(string_agg(v::text, ',' ORDER BY code)) FROM (SELECT code, page, at, ip, size, first, last, parts FROM visits WHERE id > 5000) v;
DO $$
DECLARE
  way jsonb;
BEGIN
  FOREACH way IN ARRAY ARRAY['{"insertion_strategy": "single"}', '{"insertion_strategy": "batch", "batch_size": 77}']::jsonb[]
  LOOP
    TRUNCATE visits RESTART IDENTITY;
    PERFORM dbmocker.generate('visits', 5000, 1, way);
    UPDATE visits SET page = page WHERE id % 3 = 0;  -- stored elsewhere
    PERFORM dbmocker.generate('visits', 10000, 2, way);
    INSERT INTO digests SELECT md5(string_agg(v::text, ',' ORDER BY code)) FROM (SELECT code, page, at, ip, size, first, last, parts FROM visits WHERE id > 5000) v;
  END LOOP;
END
$$;
SELECT count(*), count(DISTINCT digest) FROM digests;
SELECT name, method FROM dbmocker.plan('visits', 10) WHERE object = 'column' AND name IN ('page', 'code', 'doubled') ORDER BY 1;
-- One column; a foreign key; columns that cannot be repeated.
CREATE TABLE pages (id int PRIMARY KEY, name text);
SELECT rows FROM dbmocker.generate('pages', 1000);
CREATE TABLE links (id serial PRIMARY KEY, page_id int NOT NULL REFERENCES pages, word text, slug text UNIQUE);
INSERT INTO links (page_id, word, slug) SELECT 7, 'seven', 's' || i FROM generate_series(1, 20) i;
SELECT rows FROM dbmocker.generate('links', 5000, options => '{"columns": {"word": {"duplicate_strategy": "fast_data_reuse", "reuse_probability": 0.5}, "page_id": {"duplicate_strategy": "fast_data_reuse", "reuse_probability": 0.5}}}');
SELECT abs(count(*) FILTER (WHERE word = 'seven' AND page_id = 7) - 2520) < 200 AS repeated, count(*) FILTER (WHERE word = 'seven' AND page_id <> 7) AS broken FROM links;
SELECT failure($$SELECT dbmocker.generate('links', 10, options => '{"columns": {"slug": {"duplicate_strategy": "fast_data_reuse"}}}')$$);
-- Partitions.
CREATE TABLE logs (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE logs_old PARTITION OF logs FOR VALUES FROM ('2020-01-01') TO ('2024-01-01');
CREATE TABLE logs_new PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2030-01-01');
INSERT INTO logs SELECT '2020-05-05'::date + i, 'line ' || i FROM generate_series(1, 30) i;
SELECT rows FROM dbmocker.generate('logs', 3000, options => '{"global_duplicate_enabled": true, "global_duplicate_strategy": "fast_data_reuse", "reuse_probability": 0.9}');
SELECT abs(count(*) - 2730) < 120 AS repeated, count(DISTINCT (at, line)) AS pool FROM logs WHERE line ~ '^line \d+$' AND at BETWEEN '2020-05-06' AND '2020-06-04';

-- Rules that stored values suggest, and a document that can be imported as it is.
CREATE TABLE "Old members" (id serial PRIMARY KEY, contact text, tel text, home text, key text, card text, host text, born text, code text NOT NULL, place text, status text NOT NULL, age int, joined date, weight numeric(6,2), ratio float8, flag boolean, note text, u text UNIQUE, lo int, hi int, CHECK (hi >= lo));
INSERT INTO "Old members" (contact, tel, home, key, card, host, born, code, place, status, age, joined, weight, ratio, flag, note, u, lo, hi)
SELECT 'm' || i || '@mail.example.org', '+49 30 ' || 1000000 + i * 37, 'https://www.example.org/' || i, md5(i::text)::uuid::text, c.card_number, '10.0.' || i % 256 || '.' || i * 7 % 256, to_char('1950-01-01'::date + i * 13, 'YYYY-MM-DD'),
       'AB-' || lpad((i * 7919 % 10000)::text, 4, '0'), (ARRAY['Berlin', 'Paris', 'Madrid', 'Rome', 'Vienna', 'Lisbon', 'Oslo', 'Dublin'])[1 + i % 8], CASE WHEN i % 10 < 7 THEN 'active' WHEN i % 10 < 9 THEN 'idle' ELSE 'gone' END,
       20 + (i * i) % 61, '2020-01-01'::date + i % 700, 50 + (i * 37 % 5000) / 100.0, sqrt(i), i % 4 = 0, CASE WHEN i % 5 = 0 THEN NULL ELSE repeat('x', 10 + i % 7) || i END, 'u' || i, i, i + 1
FROM generate_series(1, 900) i, LATERAL (SELECT credit_card AS card_number FROM (VALUES ('4242424242424242')) v (credit_card)) c;
SELECT key, value FROM jsonb_each(dbmocker.suggest_rules('"Old members"') -> 'tables' -> 'test_stored_values."Old members"' -> 'columns') ORDER BY key;
CREATE TABLE "New members" (LIKE "Old members" INCLUDING ALL);
SELECT dbmocker.import_config(replace(dbmocker.suggest_rules('"Old members"', 900)::text, 'Old members', 'New members')::jsonb);
SELECT rows FROM dbmocker.generate('"New members"', 5000);
SELECT bool_and(contact ~ '^\S+@\S+$') AS contact, bool_and(key ~ '^[0-9a-f-]{36}$') AS key, bool_and(host ~ '^\d+\.\d+\.\d+\.\d+$') AS host, bool_and(born::date BETWEEN '1950-01-01' AND '1989-12-31') AS born, bool_and(code ~ '^[A-Z]{2}-\d{4}$') AS code,
       array_agg(DISTINCT status ORDER BY status) AS status, min(age) >= 20 AND max(age) <= 80 AS age, min(joined) >= '2020-01-01' AND max(joined) < '2021-12-31' AS joined,
       abs(count(note) - 4000) < 150 AS note, abs(count(*) FILTER (WHERE status = 'active') - 3500) < 150 AS active, abs(count(*) FILTER (WHERE flag) - 1250) < 150 AS flag,
       abs(avg(ratio) - 20) < 0.6 AS ratio FROM "New members";
-- The same for a plan, without storing them; rules of one's own win.
TRUNCATE "New members";
SELECT dbmocker.drop_rule('"New members"');
INSERT INTO "New members" SELECT * FROM "Old members";
SELECT name, detail FROM dbmocker.plan('"New members"', 10, '{"analyze_existing_data": true, "columns": {"age": {"min": 90, "max": 95}}}') WHERE object = 'column' AND name IN ('status', 'age', 'contact', 'u') ORDER BY 1;
SELECT rows FROM dbmocker.generate('"New members"', 1000, 9, '{"analyze_existing_data": true, "columns": {"age": {"min": 90, "max": 95}}}');
SELECT array_agg(DISTINCT status ORDER BY status) AS status, min(age), max(age), bool_and(code ~ '^[A-Z]{2}-\d{4}$') AS code FROM "New members" WHERE id > 900;

-- Reading takes the caller's own privileges.
CREATE ROLE regress_stored_writer;
GRANT USAGE ON SCHEMA test_stored_values TO regress_stored_writer;
GRANT INSERT ON links, "New members" TO regress_stored_writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA test_stored_values TO regress_stored_writer;
GRANT SELECT ON pages TO regress_stored_writer;
SET ROLE regress_stored_writer;
SELECT failure($$SELECT dbmocker.suggest_rules('links')$$);
SELECT failure($$SELECT dbmocker.generate('links', 10, options => '{"analyze_existing_data": true}')$$);
SELECT failure($$SELECT dbmocker.generate('links', 10, options => '{"global_duplicate_enabled": true, "global_duplicate_strategy": "fast_data_reuse"}')$$);
SELECT failure($$SELECT dbmocker.generate('links', 10, options => '{"truncate": true}')$$);
RESET ROLE;
GRANT SELECT (word) ON links TO regress_stored_writer;
SET ROLE regress_stored_writer;
SELECT dbmocker.suggest_rules('links') -> 'tables' -> 'test_stored_values.links' -> 'columns' ? 'word' AS word;
RESET ROLE;

-- Emptying first.
SELECT rows FROM dbmocker.generate('links', 50, options => '{"truncate": true}');
SELECT count(*) FROM links;
SELECT failure($$SELECT dbmocker.generate('pages', 50, options => '{"truncate": true}')$$);
SELECT dbmocker.import_config('{"tables": {"pages": {"truncate": true, "rows": 30}, "links": {"truncate": true, "rows": 40}}}');
SELECT target, rows FROM dbmocker.generate_schema('test_stored_values', tables => '{"pages": 30, "links": 40}');
SELECT (SELECT count(*) FROM pages) AS pages, (SELECT count(*) FROM links) AS links;
BEGIN;
SELECT rows FROM dbmocker.generate('links', 5);
ROLLBACK;
SELECT count(*) FROM links;

SELECT count(*) FROM dbmocker.verify('test_stored_values') WHERE violations > 0;
DROP SCHEMA test_stored_values CASCADE;
DROP ROLE regress_stored_writer;

-- What analyze_schema() says of tables, of names, and of stored rows.
CREATE SCHEMA test_analyze_schema;
SET search_path = test_analyze_schema;
CREATE TABLE people (id integer PRIMARY KEY, email text, phone text, site text, token text, address text, card text,
  signed_up text, seen text, code varchar(20), country text, status text, score integer, note text, data bytea);
CREATE TABLE orders (id integer PRIMARY KEY, person integer NOT NULL REFERENCES people, first_line integer);
CREATE TABLE order_lines (id integer PRIMARY KEY, order_id integer NOT NULL REFERENCES orders);
ALTER TABLE orders ADD FOREIGN KEY (first_line) REFERENCES order_lines;
CREATE TABLE empty (id integer, parent integer REFERENCES people);
INSERT INTO people
SELECT i, 'user' || i || '@example.org', '+49 30 ' || 1000000 + i, 'https://example.org/' || i, gen_random_uuid(),
  '10.0.' || i % 256 || '.' || i / 256, '4111 1111 1111 1111', '2024-01-' || lpad((1 + i % 28)::text, 2, '0'),
  '2024-01-01T10:' || lpad((i % 60)::text, 2, '0') || ':00Z', 'AB-' || lpad(i::text, 5, '0'),
  (ARRAY['Germany', 'France', 'Japan'])[1 + i % 3], CASE WHEN i % 10 = 0 THEN 'blocked' ELSE 'active' END,
  CASE WHEN i % 4 > 0 THEN i END, md5(i::text), '\x00'
FROM generate_series(1, 600) i;
SELECT DISTINCT target_table, fill_order, refers_to, circle FROM dbmocker.analyze_schema('test_analyze_schema', 0)
 ORDER BY fill_order;
SELECT column_name, data_type, not_null, meaning, pattern, pattern_regex, pattern_fraction AS fraction
  FROM dbmocker.analyze_schema('test_analyze_schema') WHERE target_table = 'people'::regclass;
SELECT column_name, sampled_rows, null_fraction, distinct_values, minimum, maximum, min_length, max_length,
       frequent_values FROM dbmocker.analyze_schema('test_analyze_schema')
 WHERE target_table = 'people'::regclass AND column_name IN ('id', 'score', 'status', 'country');
SELECT count(*) FROM dbmocker.analyze_schema('test_analyze_schema')
 WHERE target_table = 'empty'::regclass AND sampled_rows IS NULL AND minimum IS NULL;
-- Samples of larger tables: about as many rows as asked for, from all over the table, the same ones each time.
CREATE TABLE medium AS SELECT i, i % 7 AS seventh FROM generate_series(1, 50000) i;
CREATE TABLE large (i integer, filler text) WITH (fillfactor = 10);
INSERT INTO large SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i;
SELECT target_table, sampled_rows BETWEEN 150 AND 260 AS about, minimum::integer < 5000 AS from_the_start,
  maximum::integer > (SELECT count(*) FROM large) * 0.7 AS to_the_end
  FROM dbmocker.analyze_schema('test_analyze_schema', 200)
 WHERE target_table IN ('medium'::regclass, 'large'::regclass) AND column_name = 'i' ORDER BY 1;
SELECT a IS NOT DISTINCT FROM b AS same
  FROM dbmocker.analyze_schema('test_analyze_schema', 200) a, dbmocker.analyze_schema('test_analyze_schema', 200) b
 WHERE a.target_table = 'medium'::regclass AND a.column_name = 'i'
   AND b.target_table = 'medium'::regclass AND b.column_name = 'i';
-- Names and values as odd as they may be; partitioned tables and views of rows by policy.
CREATE TABLE "Odd ""Names""" ("Größe" text, "select" jsonb, dropped integer, nothing point);
ALTER TABLE "Odd ""Names""" DROP dropped;
INSERT INTO "Odd ""Names""" VALUES ('ü', '{"a": [1]}', '(1,2)'), ('', NULL, NULL);
CREATE TABLE parts (region text, amount integer) PARTITION BY LIST (region);
CREATE TABLE parts_north PARTITION OF parts FOR VALUES IN ('north');
INSERT INTO parts SELECT 'north', i FROM generate_series(1, 30) i;
SELECT target_table, column_name, sampled_rows, distinct_values, minimum, maximum, min_length, frequent_values
  FROM dbmocker.analyze_schema('test_analyze_schema')
 WHERE target_table IN ('"Odd ""Names"""'::regclass, 'parts'::regclass) ORDER BY fill_order, column_name;
-- The caller's own privileges and policies.
CREATE ROLE dbmocker_test_reader;
GRANT USAGE ON SCHEMA test_analyze_schema TO dbmocker_test_reader;
GRANT SELECT (status, score) ON people TO dbmocker_test_reader;
GRANT SELECT ON parts TO dbmocker_test_reader;
ALTER TABLE parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON parts USING (amount <= 10);
SET ROLE dbmocker_test_reader;
SELECT target_table, column_name, sampled_rows FROM dbmocker.analyze_schema('test_analyze_schema')
 WHERE target_table IN ('people'::regclass, 'parts'::regclass) AND sampled_rows IS NOT NULL ORDER BY 1, 2;
RESET ROLE;
\set VERBOSITY terse
SELECT count(*) FROM dbmocker.analyze_schema('test_analyze_schema', -1);
SELECT count(*) FROM dbmocker.analyze_schema('nowhere');
SELECT count(*) FROM dbmocker.analyze_schema('test_analyze_schema', NULL);
SET client_min_messages = warning;
DROP SCHEMA test_analyze_schema CASCADE;
DROP ROLE dbmocker_test_reader;

-- What the describe step sees of tables: dbmocker.describe() over every kind of object that it reads.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_describe;
CREATE SCHEMA test_describe_aside;
SET search_path = test_describe;

-- An expression tree on one line: (Kind name type value …).
CREATE FUNCTION show(tree jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text := '(' || (tree ->> 'kind');
  argument jsonb;
BEGIN
  result := result || coalesce(' ' || (tree ->> 'name'), '');
  CASE tree ->> 'kind'
    WHEN 'Column' THEN result := result || ' ' || (tree ->> 'column');
    WHEN 'Constant' THEN result := result || ' ' || (tree ->> 'type') || ' '
                                       || coalesce(quote_literal(tree ->> 'value'), 'NULL');
    WHEN 'ArrayConst' THEN result := result || ' ' || (tree ->> 'type') || ' ' || coalesce(tree ->> 'elements', '[]');
    WHEN 'Cast' THEN result := result || ' ' || (tree ->> 'type');
    WHEN 'Opaque' THEN result := result || ' ' || coalesce(tree ->> 'columns', '');
    ELSE NULL;
  END CASE;
  FOR argument IN SELECT * FROM jsonb_array_elements(tree -> 'arguments') LOOP
    result := result || ' ' || show(argument);
  END LOOP;
  RETURN result || ')';
END $$;

-- A type on one line: kind name {what is special} <element> (attributes).
CREATE FUNCTION show_type(type jsonb) RETURNS text STRICT LANGUAGE plpgsql AS $$
BEGIN
  RETURN (type ->> 'kind') || ' ' || (type ->> 'schema') || '.' || (type ->> 'name') || ' '
         || (type - 'kind' - 'schema' - 'name' - 'element' - 'attributes' - 'constraints')::text
         || coalesce(' <' || show_type(type -> 'element') || '>', '')
         || coalesce(' (' || (SELECT string_agg((a ->> 'name') || ' ' || show_type(a -> 'type'), ', ')
                                FROM jsonb_array_elements(type -> 'attributes') a) || ')', '');
END $$;

CREATE FUNCTION show_checks(target regclass, OUT name text, OUT tree text, OUT columns text) RETURNS SETOF record
LANGUAGE sql AS $$
  SELECT c ->> 'name', show(c -> 'check'), c -> 'check' ->> 'columns'
    FROM jsonb_array_elements(dbmocker.describe(target) -> 'checks') c
$$;

-- Columns: names of every sort, dropped ones, added ones, defaults, sequences, generated ones, comments.
CREATE TABLE "Mixed Case ""quoted""" (
  id serial PRIMARY KEY,
  gone integer,
  "order" bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5),
  "straße" text COLLATE "C",
  "名前" varchar(40) NOT NULL DEFAULT 'x',
  price numeric(8,2),
  twice numeric GENERATED ALWAYS AS (price * 2) STORED
);
ALTER TABLE "Mixed Case ""quoted""" DROP COLUMN gone;
ALTER TABLE "Mixed Case ""quoted""" ADD COLUMN added integer NOT NULL DEFAULT 7;
CREATE SEQUENCE ticket_numbers INCREMENT -1 MINVALUE -500 MAXVALUE -1;
ALTER TABLE "Mixed Case ""quoted""" ADD COLUMN ticket bigint DEFAULT nextval('ticket_numbers');
ALTER TABLE "Mixed Case ""quoted""" ADD COLUMN label text DEFAULT 'T-' || nextval('ticket_numbers');
COMMENT ON TABLE "Mixed Case ""quoted""" IS 'a table';
COMMENT ON COLUMN "Mixed Case ""quoted""".price IS 'in euros';
SELECT d - 'columns' - 'unique_keys' - 'logically_decoded' AS "table"
  FROM dbmocker.describe('"Mixed Case ""quoted"""') d;
SELECT c ->> 'number' AS n, c ->> 'name' AS name, c -> 'type' ->> 'name' AS type, c ->> 'type_modifier' AS modifier,
       c ->> 'not_null' AS not_null, c ->> 'generated' AS generated, c ->> 'identity' AS identity,
       c ->> 'collation' AS collation, c ->> 'comment' AS comment, c ->> 'default' AS "default"
  FROM jsonb_array_elements(dbmocker.describe('"Mixed Case ""quoted"""') -> 'columns') c;
SELECT c ->> 'name' AS name, c -> 'sequence' AS sequence, show(c -> 'default_expression') AS "default"
  FROM jsonb_array_elements(dbmocker.describe('"Mixed Case ""quoted"""') -> 'columns') c
 WHERE c ? 'default_expression' OR c ? 'sequence';

-- Types: domain chains, enums, arrays, composites, ranges, types without input.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN percent AS positive NOT NULL
  CONSTRAINT at_most_100 CHECK (VALUE <= 100) CONSTRAINT a_even CHECK (VALUE % 2 = 0);
CREATE DOMAIN code AS varchar(8) CHECK (VALUE ~ '^[A-Z]+$');
CREATE DOMAIN codes AS code[] CHECK (cardinality(VALUE) < 4);
CREATE TYPE address AS (street text, zip code, moods mood[]);
ALTER TYPE address ADD ATTRIBUTE gone integer;
ALTER TYPE address DROP ATTRIBUTE gone;
CREATE TABLE types (m mood, p percent, c codes, a address, list address[], r numrange, mr int4multirange,
                    tree pg_node_tree, doc json, v int2vector, place point);
SELECT c ->> 'name' AS name, show_type(c -> 'type') AS type, c ->> 'not_null' AS not_null
  FROM jsonb_array_elements(dbmocker.describe('types') -> 'columns') c;
SELECT c ->> 'name' AS name, k ->> 'name' AS constraint, k ->> 'text' AS text, show(k -> 'check') AS "check"
  FROM jsonb_array_elements(dbmocker.describe('types') -> 'columns') c,
       jsonb_array_elements(c -> 'type' -> 'constraints') WITH ORDINALITY AS t (k, place)
 ORDER BY (c ->> 'number')::integer, place;

-- CHECKs of all kinds.
CREATE FUNCTION test_describe_aside.is_fine(integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 <> 13';
CREATE TABLE checks (
  a integer, b integer, t text, v varchar(10), d date, ts timestamptz, n numeric, m mood, f boolean, arr text[],
  j jsonb, i interval, p positive,
  CONSTRAINT c01_range CHECK (a >= 1 AND a < 10 AND (b > 0 OR b < -5)),
  CONSTRAINT c02_in CHECK (t IN ('x', 'y''z', 'ü')),
  CONSTRAINT c03_in_varchar CHECK (v IN ('p', 'q')),
  CONSTRAINT c04_not_in CHECK (a NOT IN (3, 4)),
  CONSTRAINT c05_between CHECK (d BETWEEN '2020-01-01' AND '2020-12-31'),
  CONSTRAINT c06_like CHECK (t LIKE 'a%' OR t !~~* '%b'),
  CONSTRAINT c07_regex CHECK (v ~ '^[a-z]+$'),
  CONSTRAINT c08_length CHECK (length(btrim(t)) > 2 AND char_length(v) <= 9),
  CONSTRAINT c09_null CHECK ((a IS NULL) <> (b IS NULL)),
  CONSTRAINT c10_arithmetic CHECK (a + 2 * b <= n),
  CONSTRAINT c11_enum CHECK (m <> 'sad' AND m >= 'ok'),
  CONSTRAINT c12_boolean CHECK (f IS NOT FALSE OR NOT f),
  CONSTRAINT c13_case CHECK (CASE a WHEN 1 THEN b > 1 WHEN 2 THEN false ELSE true END),
  CONSTRAINT c14_searched_case CHECK (CASE WHEN f THEN a > 0 END),
  CONSTRAINT c15_coalesce CHECK (coalesce(a, b, 0) > -1),
  CONSTRAINT c16_distinct CHECK (a IS DISTINCT FROM b),
  CONSTRAINT c17_array CHECK (arr <@ ARRAY['r', 's']::text[] AND cardinality(arr) < 5),
  CONSTRAINT c18_any_of_columns CHECK (1 = ANY (ARRAY[a, b])),
  CONSTRAINT c19_now CHECK (ts < now() AND d <= CURRENT_DATE),
  CONSTRAINT c20_zone CHECK (ts >= '2020-06-01 12:00:00+02'),
  CONSTRAINT c21_other_schema CHECK (test_describe_aside.is_fine(a)),
  CONSTRAINT c22_json CHECK (jsonb_typeof(j -> 'k') = 'string'),
  CONSTRAINT c23_row CHECK (ROW(a, b) IS NOT NULL),
  CONSTRAINT c24_whole_row CHECK (checks IS NOT NULL),
  CONSTRAINT c25_greatest CHECK (greatest(a, b) > least(a, 5) AND nullif(a, 0) > 0),
  CONSTRAINT c26_subscript CHECK (arr[1] = 'r'),
  CONSTRAINT c27_cast CHECK (ts::date > d AND t::integer > 0 AND t::varchar(3) = 'abc'),
  CONSTRAINT c28_interval CHECK (i > '1 day 2 hours' AND i < interval '1 year' * 2),
  CONSTRAINT c29_domain CHECK (p < 10),
  CONSTRAINT c30_null_constant CHECK (a > NULL::integer),
  CONSTRAINT c31_folded CHECK (n > -5 AND n < 2 ^ 3 AND v <> 'no'),
  CONSTRAINT c32_row_compare CHECK ((a, b) < (10, 20)),
  CONSTRAINT c33_tests CHECK (f IS TRUE OR f IS UNKNOWN OR f IS NOT TRUE OR f IS FALSE OR f IS NOT UNKNOWN),
  CONSTRAINT c34_collate CHECK (t COLLATE "C" >= 'A'),
  CONSTRAINT c35_row_of_row CHECK (a * 2 IN (b, 4))
);
ALTER TABLE checks ADD CONSTRAINT c99_not_valid CHECK (a > -100) NOT VALID;
SELECT * FROM show_checks('checks');
SELECT c ->> 'name' AS not_valid
  FROM jsonb_array_elements(dbmocker.describe('checks') -> 'checks') c WHERE c ? 'not_valid';

-- Keys: primary, unique, partial, by expressions, included columns, deferrable, NULLS NOT DISTINCT.
CREATE TABLE test_describe_aside.parents (x integer, y text, z integer, PRIMARY KEY (y, x), UNIQUE (z));
CREATE TABLE keys (
  id bigint PRIMARY KEY, a integer, b text, c integer, parent integer, z integer, kept int4range,
  CONSTRAINT u_ab UNIQUE (b, a) INCLUDE (c) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT fk_composite FOREIGN KEY (a, b) REFERENCES test_describe_aside.parents (x, y) MATCH FULL,
  CONSTRAINT fk_self FOREIGN KEY (parent) REFERENCES keys DEFERRABLE,
  CONSTRAINT fk_z FOREIGN KEY (z) REFERENCES test_describe_aside.parents (z) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT no_overlap EXCLUDE USING gist (kept WITH &&) WHERE (a > 0)
);
CREATE UNIQUE INDEX i_expression ON keys (lower(b), (a + 1), c);
CREATE UNIQUE INDEX i_partial ON keys (c) WHERE b IS NOT NULL AND a = 1;
CREATE INDEX i_plain ON keys (c);
DO $$ BEGIN
  IF current_setting('server_version_num')::integer >= 150000 THEN
    EXECUTE 'CREATE UNIQUE INDEX i_nulls ON keys (parent) NULLS NOT DISTINCT';
  ELSE
    EXECUTE 'CREATE UNIQUE INDEX i_nulls ON keys (parent)';
  END IF;
END $$;
SELECT k ->> 'name' AS name, k ->> 'primary' AS "primary", k ->> 'constraint' AS constraint, k ->> 'columns' AS columns,
       k ->> 'deferrable' AS deferrable, show(k -> 'predicate') AS predicate,
       (SELECT string_agg(show(e), ' ') FROM jsonb_array_elements(k -> 'expressions') e) AS expressions
  FROM jsonb_array_elements(dbmocker.describe('keys') -> 'unique_keys') k;
SELECT (k ? 'nulls_not_distinct') = (current_setting('server_version_num')::integer >= 150000) AS nulls_not_distinct
  FROM jsonb_array_elements(dbmocker.describe('keys') -> 'unique_keys') k WHERE k ->> 'name' = 'i_nulls';
SELECT k FROM jsonb_array_elements(dbmocker.describe('keys') -> 'foreign_keys') k;
SELECT k - 'predicate', show(k -> 'predicate') FROM jsonb_array_elements(dbmocker.describe('keys') -> 'exclusions') k;

-- Partitions: bounds in the root's columns although a leaf has its own order; sub-partitions; DEFAULT.
CREATE TABLE parts (id integer, region text, at date) PARTITION BY LIST (region);
CREATE TABLE test_describe_aside.leaf_north (gone integer, at date, region text, id integer);
ALTER TABLE test_describe_aside.leaf_north DROP COLUMN gone;
ALTER TABLE parts ATTACH PARTITION test_describe_aside.leaf_north FOR VALUES IN ('n', 'N');
CREATE TABLE parts_south PARTITION OF parts FOR VALUES IN ('s') PARTITION BY RANGE (at);
CREATE TABLE parts_south_2020 PARTITION OF parts_south FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE parts_south_rest PARTITION OF parts_south DEFAULT;
SELECT d ->> 'partition_key' AS key, p ->> 'name' AS name, p ->> 'default' AS "default",
       show(p -> 'constraint') AS bound
  FROM dbmocker.describe('parts') d, jsonb_array_elements(d -> 'partitions') p;
SELECT d ->> 'kind' AS kind, d ->> 'partition' AS partition, p ->> 'name' AS name, show(p -> 'constraint') AS bound
  FROM dbmocker.describe('test_describe_aside.leaf_north') d, jsonb_array_elements(d -> 'partitions') p;
CREATE TABLE hashed (id integer) PARTITION BY HASH (id);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
SELECT p -> 'constraint' ->> 'name' AS name, p -> 'constraint' -> 'columns' AS columns
  FROM jsonb_array_elements(dbmocker.describe('hashed') -> 'partitions') p;
CREATE TABLE refers_to_parts (id integer, region text);
ALTER TABLE parts ADD PRIMARY KEY (id, region, at);
ALTER TABLE refers_to_parts ADD COLUMN at date;
DROP TABLE parts_south_rest;
ALTER TABLE refers_to_parts ADD FOREIGN KEY (id, region, at) REFERENCES parts;
SELECT k ->> 'name' AS name, k ->> 'referenced_table' AS referenced
  FROM jsonb_array_elements(dbmocker.describe('refers_to_parts') -> 'foreign_keys') k;

-- Inheritance, triggers, rules, row security, privileges, publications, kinds of relations.
CREATE TABLE base (a integer CHECK (a > 0), note text);
CREATE TABLE derived (b integer) INHERITS (base);
SELECT d ->> 'inheritance_children' AS children FROM dbmocker.describe('base') d;
SELECT * FROM show_checks('derived');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t1 BEFORE INSERT OR UPDATE ON base FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER t2 AFTER DELETE ON base FOR EACH STATEMENT EXECUTE FUNCTION touch();
CREATE TRIGGER t3 AFTER INSERT ON base FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE base DISABLE TRIGGER t3;
CREATE TRIGGER t4 AFTER INSERT ON base FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE base ENABLE REPLICA TRIGGER t4;
CREATE TRIGGER t5 AFTER INSERT ON base FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE base ENABLE ALWAYS TRIGGER t5;
SELECT t FROM jsonb_array_elements(dbmocker.describe('base') -> 'triggers') t;
SET session_replication_role = replica;
SELECT t ->> 'name' AS enabled
  FROM jsonb_array_elements(dbmocker.describe('base') -> 'triggers') t WHERE NOT t ? 'disabled';
RESET session_replication_role;
CREATE RULE skip AS ON INSERT TO base WHERE NEW.a = 99 DO INSTEAD NOTHING;
SELECT d ->> 'rules' AS rules FROM dbmocker.describe('base') d;
CREATE ROLE regress_dbmocker_describe;
GRANT USAGE ON SCHEMA test_describe TO regress_dbmocker_describe;
GRANT INSERT (a) ON base TO regress_dbmocker_describe;
ALTER TABLE base ENABLE ROW LEVEL SECURITY;
SELECT d ->> 'row_security' AS row_security FROM dbmocker.describe('base') d;
GRANT USAGE ON SCHEMA dbmocker TO regress_dbmocker_describe;
SET ROLE regress_dbmocker_describe;
SELECT d ->> 'row_security' AS row_security, c ->> 'name' AS name, c ->> 'no_insert' AS no_insert
  FROM dbmocker.describe('base') d, jsonb_array_elements(d -> 'columns') c;
RESET ROLE;
SELECT d ->> 'published' AS published FROM dbmocker.describe('base') d;
SET client_min_messages = error;  -- wal_level may be too low
CREATE PUBLICATION test_describe_publication FOR TABLE base;
SELECT d ->> 'published' AS published FROM dbmocker.describe('base') d;
DROP PUBLICATION test_describe_publication;
SET client_min_messages = warning;
CREATE VIEW seen AS SELECT a, note FROM base;
CREATE UNLOGGED TABLE fast (a integer);
CREATE TEMPORARY TABLE passing (a integer) ON COMMIT DROP;
SELECT d ->> 'kind' AS kind, d ->> 'persistence' AS persistence, d ->> 'access_method' AS access_method
  FROM dbmocker.describe('seen') d;
SELECT d ->> 'kind' AS kind, d ->> 'persistence' AS persistence, d ->> 'access_method' AS access_method
  FROM dbmocker.describe('fast') d;
SELECT dbmocker.describe('ticket_numbers');
SELECT dbmocker.describe(0::regclass);

RESET search_path;
REVOKE USAGE ON SCHEMA dbmocker FROM regress_dbmocker_describe;
DROP SCHEMA test_describe, test_describe_aside CASCADE;
DROP ROLE regress_dbmocker_describe;

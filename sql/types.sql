-- Every type that a column can have, with its array: NULL where allowed only, several values, and the same rows from
-- every writer. The types come from pg_type, so that those of later versions are found.
SET client_min_messages = warning;
CREATE SCHEMA test_types;
SET search_path = test_types;
SET dbmocker.reference_time = '2025-01-01';

CREATE TYPE label AS ENUM ('a', 'b', 'c');
CREATE TYPE pair AS (one integer, two text);
CREATE TYPE span AS RANGE (subtype = float8);
CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100);

-- Types whose input function takes nothing: no value of theirs can be written by anybody but the server itself.
CREATE TABLE excluded (type regtype, reason text);
INSERT INTO excluded VALUES
  ('pg_node_tree', 'an expression tree'), ('pg_ndistinct', 'extended statistics'),
  ('pg_dependencies', 'extended statistics'), ('pg_mcv_list', 'extended statistics'),
  ('pg_brin_bloom_summary', 'index summary'), ('pg_brin_minmax_multi_summary', 'index summary'),
  ('gtsvector', 'index key');

CREATE VIEW tested AS
  SELECT t.oid::regtype AS type, t.typarray <> 0 AS has_array
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE (t.typtype IN ('b', 'd', 'e', 'r', 'm') OR t.oid = 'pair'::regtype)
    AND NOT (t.typcategory = 'A' AND EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid))
    AND n.nspname IN ('pg_catalog', 'information_schema', 'test_types')
    AND t.oid NOT IN (SELECT type FROM excluded);

CREATE TABLE result (type regtype, column_name text, rows bigint, nulls bigint, different bigint);
CREATE TABLE fault (type regtype, fault text);

DO $$
DECLARE
  tested record;
  columns text;
  by_batch text;
  by_single text;
  broken text;
BEGIN
  FOR tested IN SELECT * FROM tested ORDER BY type::text LOOP
    BEGIN
      columns := format('a %1$s, b %1$s NOT NULL', tested.type);
      IF tested.has_array THEN
        columns := columns || format(', c %1$s[], d %1$s[] NOT NULL', tested.type);
      END IF;
      EXECUTE format('CREATE TABLE t (%s)', columns);
      PERFORM dbmocker.generate('t', 200, 1, '{"insertion_strategy": "batch"}');
      EXECUTE 'SELECT md5(string_agg(t::text, E''\n'' ORDER BY t::text COLLATE "C")) FROM t' INTO by_batch;
      SELECT string_agg(constraint_name, ', ') INTO broken FROM dbmocker.verify(target => 't') WHERE violations > 0;
      INSERT INTO fault SELECT tested.type, 'broken: ' || broken WHERE broken IS NOT NULL;
      EXECUTE format(
        'INSERT INTO result SELECT %L, k, count(*), sum((v IS NULL)::integer), count(DISTINCT v)
         FROM t, LATERAL (VALUES (''a'', a::text), (''b'', b::text)%s) l (k, v) GROUP BY k',
        tested.type, CASE WHEN tested.has_array THEN ', (''c'', c::text), (''d'', d::text)' ELSE '' END);
      TRUNCATE t;
      PERFORM dbmocker.generate('t', 200, 1, '{"insertion_strategy": "single"}');
      EXECUTE 'SELECT md5(string_agg(t::text, E''\n'' ORDER BY t::text COLLATE "C")) FROM t' INTO by_single;
      IF by_batch <> by_single THEN
        INSERT INTO fault VALUES (tested.type, 'the writers differ');
      END IF;
      DROP TABLE t;
    EXCEPTION WHEN OTHERS THEN
      INSERT INTO fault VALUES (tested.type, SQLERRM);
    END;
  END LOOP;
END $$;

SELECT count(*) > 90 AS many, bool_or(type = 'int4'::regtype) AS numbers, bool_or(type = 'jsonb'::regtype) AS documents,
       bool_or(type = 'int4range'::regtype) AS ranges, bool_or(type = 'pg_lsn'::regtype) AS positions,
       bool_or(type = 'information_schema.sql_identifier'::regtype) AS domains
FROM result;
SELECT * FROM fault ORDER BY type::text;
-- Only one text search configuration and one dictionary have the same number in every cluster.
SELECT * FROM result
WHERE rows <> 200 OR (column_name IN ('b', 'd') AND nulls > 0) OR (column_name IN ('a', 'c') AND nulls IN (0, rows))
  OR (different < 2 AND NOT (type IN ('regconfig', 'regdictionary') AND column_name IN ('a', 'b')))
ORDER BY type::text, column_name;
SELECT count(*) FROM (SELECT type FROM tested EXCEPT SELECT type FROM result) missing;

DROP SCHEMA test_types CASCADE;

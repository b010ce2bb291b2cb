-- Partitioned targets of every strategy: each row goes where the server's own routing puts it, and none is refused.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_partition_bounds;
SET search_path = test_partition_bounds;
SET dbmocker.reference_time = '2025-01-01';

-- Lists with NULL, hashes of two columns, ranges with open ends and gaps, expressions as keys, defaults.
CREATE TABLE by_list (id integer, kind text) PARTITION BY LIST (kind);
CREATE TABLE by_list_ab PARTITION OF by_list FOR VALUES IN ('a', 'b');
CREATE TABLE by_list_none PARTITION OF by_list FOR VALUES IN (NULL, 'none');
CREATE TABLE by_hash (id integer NOT NULL, code integer NOT NULL, PRIMARY KEY (id, code)) PARTITION BY HASH (id, code);
CREATE TABLE by_hash_0 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE by_hash_1 PARTITION OF by_hash FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE by_hash_3 PARTITION OF by_hash FOR VALUES WITH (MODULUS 4, REMAINDER 3);
CREATE TABLE by_range (id integer, day date, amount numeric(10, 2)) PARTITION BY RANGE (day, amount);
CREATE TABLE by_range_1 PARTITION OF by_range FOR VALUES FROM ('2024-01-01', MINVALUE) TO ('2024-06-01', 100);
CREATE TABLE by_range_2 PARTITION OF by_range FOR VALUES FROM ('2024-07-01', 0) TO (MAXVALUE, MAXVALUE);
CREATE TABLE by_expression (id integer, name text NOT NULL) PARTITION BY LIST (lower(left(name, 1)));
CREATE TABLE by_expression_vowel PARTITION OF by_expression FOR VALUES IN ('a', 'e', 'i', 'o', 'u');
CREATE TABLE by_expression_rest PARTITION OF by_expression DEFAULT;

-- Several levels, with columns in another order, dropped ones, and a leaf with a constraint and an index of its own.
CREATE TABLE levels (id bigint GENERATED ALWAYS AS IDENTITY, region text NOT NULL, day date NOT NULL, note text)
  PARTITION BY LIST (region);
CREATE TABLE levels_north PARTITION OF levels FOR VALUES IN ('north') PARTITION BY RANGE (day);
CREATE TABLE levels_south (note text, gone integer, day date NOT NULL, region text NOT NULL, id bigint NOT NULL)
  PARTITION BY HASH (id);
ALTER TABLE levels_south DROP COLUMN gone;
ALTER TABLE levels ATTACH PARTITION levels_south FOR VALUES IN ('south');
CREATE TABLE levels_north_old PARTITION OF levels_north FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
CREATE TABLE levels_north_new PARTITION OF levels_north FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
CREATE TABLE levels_south_0 PARTITION OF levels_south FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE levels_south_1 (id bigint NOT NULL, region text NOT NULL, extra text DEFAULT 'x', day date NOT NULL, note text);
ALTER TABLE levels_south_1 DROP COLUMN extra;
ALTER TABLE levels_south ATTACH PARTITION levels_south_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE UNIQUE INDEX ON levels_south_1 (id);
CREATE TABLE people (id integer PRIMARY KEY);
INSERT INTO people SELECT generate_series(1, 50);
ALTER TABLE levels ADD COLUMN person integer REFERENCES people;

CREATE FUNCTION fill(target regclass, strategy text) RETURNS TABLE (leaf text, is_used boolean) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM dbmocker.generate(target, 2000, options => jsonb_build_object('insertion_strategy', strategy));
  RETURN QUERY EXECUTE format(
    'SELECT p.relid::regclass::text, EXISTS (SELECT FROM %s t WHERE t.tableoid = p.relid)
     FROM pg_partition_tree(%L) p WHERE p.isleaf ORDER BY 1', target, target);
END
$$;
SELECT t AS target, leaf FROM unnest('{by_list, by_hash, by_range, by_expression, levels}'::regclass[]) t,
  fill(t, 'batch') WHERE NOT is_used;
CREATE TABLE digests AS
  SELECT 'batch' AS writer, (SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM levels t) AS digest;
SELECT t AS target, constraint_name, violations
FROM unnest('{by_list, by_hash, by_range, by_expression, levels}'::regclass[]) t, dbmocker.verify(t) WHERE violations <> 0;
SELECT count(*) FROM levels;
TRUNCATE levels RESTART IDENTITY;
SELECT count(*) FROM fill('levels', 'single') WHERE is_used;
INSERT INTO digests
  SELECT 'single', (SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM levels t);
SELECT count(DISTINCT digest) FROM digests;

-- What batches cannot serve goes through the executor.
CREATE FUNCTION passes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER passes BEFORE INSERT ON levels_south_1 FOR EACH ROW EXECUTE FUNCTION passes();
SELECT method, detail FROM dbmocker.plan('levels', 10) WHERE object = 'table' AND kind = 'writer';
ALTER TABLE levels_south_1 DISABLE TRIGGER passes;
SELECT method, detail FROM dbmocker.plan('levels', 10) WHERE object = 'table' AND kind = 'writer';
-- A leaf's own constraint is kept by the server.
ALTER TABLE by_list_ab ADD CONSTRAINT only_a CHECK (kind = 'a') NOT VALID;
TRUNCATE by_list;
SELECT rows, redrawn_rows > 0 AS redrawn FROM dbmocker.generate('by_list', 100);
SELECT kind, count(*) > 10 AS are_many FROM by_list_ab GROUP BY kind;

DROP SCHEMA test_partition_bounds CASCADE;

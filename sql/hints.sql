-- Optimization hints: each moves decisions that plan() names, and the decision does what it says.
SET client_min_messages = warning;
CREATE SCHEMA test_hints;
SET search_path = test_hints;
CREATE TABLE lots (id bigint PRIMARY KEY, a int NOT NULL, b text NOT NULL);
CREATE TABLE owners (id bigint PRIMARY KEY);
INSERT INTO owners SELECT generate_series(1, 500);
CREATE TABLE deeds (id bigint PRIMARY KEY, owner bigint NOT NULL REFERENCES owners,
                    witness bigint NOT NULL REFERENCES owners);

-- The lines of one hint, without the others' and the writer's details.
CREATE FUNCTION moved(target regclass, rows bigint, VARIADIC hints text[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT p.name || ': ' || coalesce(p.kind || ': ', '') || p.method || coalesce(' ' || p.detail, '')
    FROM dbmocker.plan(target, rows, jsonb_build_object('optimization_hints',
        (SELECT jsonb_object_agg(h, true) FROM unnest(hints) h))) p
    WHERE p.object = 'hint'
$$;
CREATE FUNCTION hint(VARIADIC hints text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('optimization_hints', (SELECT jsonb_object_agg(h, true) FROM unnest(hints) h))
$$;

-- Nothing moves without hints, and a hint that has nothing to move says so.
SELECT count(*) FROM dbmocker.plan('lots', 100) WHERE object = 'hint';
SELECT moved('lots', 100, 'has_hierarchical_data');
SELECT count(*) FROM dbmocker.plan('lots', 100, '{"optimization_hints": {"is_large_table": false}}')
WHERE object = 'hint';

-- is_large_table, prioritize_speed: pages and rebuilt indexes for a few rows, workers whatever their number.
SELECT count(*) FROM moved('lots', 200, 'is_large_table') m WHERE m ~ ': (writer: parallel_bulk|indexes: built anew|workers:)';
SELECT r.writer FROM dbmocker.generate('lots', 200) r;
TRUNCATE lots;
SELECT r.writer FROM dbmocker.generate('lots', 200, options => hint('is_large_table')) r;
TRUNCATE lots;
SELECT r.writer FROM dbmocker.generate('lots', 200, options => hint('prioritize_speed')) r;
SELECT option, origin, value FROM dbmocker.options('lots', hint('prioritize_speed')) WHERE origin LIKE 'hint%';

-- has_many_foreign_keys: references are settled together.
SELECT moved('deeds', 100, 'has_many_foreign_keys');
SELECT writer FROM dbmocker.generate('deeds', 100, options => hint('has_many_foreign_keys'));

-- has_complex_constraints: more draws of a row before the run gives up.
CREATE TABLE rare (a int NOT NULL, b int NOT NULL, CHECK ((a + b) % 5003 = 77));
SELECT moved('rare', 5, 'has_complex_constraints');
SELECT dbmocker.generate('rare', 30);
SELECT rows FROM dbmocker.generate('rare', 30, options => hint('has_complex_constraints'));

-- prioritize_memory: small batches, nothing kept, no workers; what is set by hand stays.
SELECT moved('lots', 1000, 'prioritize_memory');
SELECT option, value, origin FROM dbmocker.options('lots', hint('prioritize_memory') || '{"batch_size": 7}')
WHERE option IN ('batch_size', 'cache_strategy', 'max_workers', 'memory_limit_mb');

-- prioritize_quality: some parents have many children, and the table is analyzed.
SELECT moved('deeds', 1000, 'prioritize_quality');
TRUNCATE deeds;
SELECT rows FROM dbmocker.generate('deeds', 20000, 1);
SELECT max(c) < 100 AS even FROM (SELECT count(*) AS c FROM deeds GROUP BY owner) x;
SELECT count(*) AS analyzed FROM pg_stats WHERE tablename = 'deeds' AND schemaname = 'test_hints';
TRUNCATE deeds;
SELECT rows FROM dbmocker.generate('deeds', 20000, 1, hint('prioritize_quality'));
SELECT max(c) > 2000 AS uneven FROM (SELECT count(*) AS c FROM deeds GROUP BY owner) x;
SELECT count(*) AS analyzed FROM pg_stats WHERE tablename = 'deeds' AND schemaname = 'test_hints';

-- has_repetitive_data: few values, the first ones far more often.
CREATE TABLE words (a int NOT NULL, b text NOT NULL, c date NOT NULL);
SELECT rows FROM dbmocker.generate('words', 5000, 1);
SELECT count(DISTINCT a) > 1000 AND count(DISTINCT b) > 1000 AS many FROM words;
TRUNCATE words;
SELECT rows, duplicate_rate > 0.9 AS repeats FROM dbmocker.generate('words', 5000, 1, hint('has_repetitive_data'));
SELECT count(DISTINCT a) <= 100 AND count(DISTINCT b) <= 25 AS few FROM words;
SELECT count(*) > 0 AS moved FROM moved('words', 10, 'has_repetitive_data') m WHERE m LIKE '%weighted_random%';

-- use_precomputed_values: the same rows, pools made once.
CREATE TABLE digests AS SELECT md5(string_agg(w::text, '' ORDER BY w::text)) AS d FROM words w;
TRUNCATE words;
SELECT cache_hit_rate = 1 AS from_pools, cache_bytes > 0 AS kept
FROM dbmocker.generate('words', 5000, 1, hint('has_repetitive_data', 'use_precomputed_values'));
INSERT INTO digests SELECT md5(string_agg(w::text, '' ORDER BY w::text)) FROM words w;
TRUNCATE words;
SELECT cache_hit_rate IS NULL AS computed
FROM dbmocker.generate('words', 5000, 1,
    hint('has_repetitive_data', 'use_precomputed_values') || '{"cache_strategy": "no_cache"}');
INSERT INTO digests SELECT md5(string_agg(w::text, '' ORDER BY w::text)) FROM words w;
SELECT count(*), count(DISTINCT d) FROM digests;
SELECT count(*) AS columns FROM moved('words', 10, 'has_repetitive_data', 'use_precomputed_values') m
WHERE m LIKE 'use_precomputed_values: column%made once%';
-- Also where some values are new, and by workers.
TRUNCATE words;
SELECT cache_hit_rate BETWEEN 0.85 AND 0.95 AS mostly
FROM dbmocker.generate('words', 50000, 1, hint('use_precomputed_values') ||
    '{"max_workers": 1, "global_duplicate_enabled": true, "global_duplicate_strategy": "smart_duplicates"}');
TRUNCATE digests;
INSERT INTO digests SELECT md5(string_agg(w::text, '' ORDER BY w::text)) FROM words w;
TRUNCATE words;
SELECT rows FROM dbmocker.generate('words', 50000, 1,
    '{"max_workers": 0, "global_duplicate_enabled": true, "global_duplicate_strategy": "smart_duplicates"}');
INSERT INTO digests SELECT md5(string_agg(w::text, '' ORDER BY w::text)) FROM words w;
SELECT count(*), count(DISTINCT d) FROM digests;

-- has_time_series_data: moments rise with the row's number, and keep their order inside of a row.
CREATE TABLE samples (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, created_at timestamptz NOT NULL,
                      updated_at timestamptz NOT NULL, reading timestamp NOT NULL, value float8 NOT NULL,
                      CHECK (updated_at >= created_at));
CREATE VIEW falls AS
SELECT count(*) FILTER (WHERE created_at < before) AS falls, max(created_at) - min(created_at) > '900 days' AS wide,
       bool_and(updated_at >= created_at) AS ordered
FROM (SELECT *, lag(created_at) OVER (ORDER BY id) AS before FROM samples) x;
SELECT rows FROM dbmocker.generate('samples', 5000, 1);
SELECT falls > 2000 AS at_random, wide, ordered FROM falls;
TRUNCATE samples RESTART IDENTITY;
SELECT rows FROM dbmocker.generate('samples', 5000, 1, hint('has_time_series_data'));
SELECT * FROM falls;
SELECT count(*) FILTER (WHERE reading < before) AS falls
FROM (SELECT reading, lag(reading) OVER (ORDER BY id) AS before FROM samples) x;
SELECT count(*) AS moments FROM moved('samples', 10, 'has_time_series_data') m WHERE m LIKE '%rising%';

-- has_hierarchical_data: a tree, no deeper than its logarithm.
CREATE TABLE nodes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id bigint REFERENCES nodes);
CREATE VIEW tree AS WITH RECURSIVE levels AS (
    SELECT id, 0 AS level FROM nodes WHERE parent_id IS NULL OR parent_id = id
    UNION ALL SELECT n.id, l.level + 1 FROM nodes n JOIN levels l ON n.parent_id = l.id AND n.id <> l.id)
SELECT count(*) AS reached, max(level) AS depth,
       (SELECT max(c) FROM (SELECT count(*) AS c FROM nodes WHERE parent_id <> id GROUP BY parent_id) x) AS widest
FROM levels;
SELECT rows FROM dbmocker.generate('nodes', 4000, 1, '{"null_probability": 0}');
SELECT reached, depth > 6 AS deep, widest > 8 AS wide FROM tree;
TRUNCATE nodes RESTART IDENTITY;
SELECT rows FROM dbmocker.generate('nodes', 4000, 1, hint('has_hierarchical_data') || '{"null_probability": 0}');
SELECT * FROM tree;
SELECT moved('nodes', 4000, 'has_hierarchical_data') LIKE '%tree%' AS moved;

-- use_pattern_matching: codes as those that are stored.
CREATE TABLE tickets (id int PRIMARY KEY, code text NOT NULL, note text NOT NULL);
INSERT INTO tickets
SELECT g, 'AB-' || lpad((g * 37 % 10000)::text, 4, '0') || '/' || chr(65 + g % 26), md5(g::text) || ' ' || g
FROM generate_series(1, 50) g;
SELECT rows FROM dbmocker.generate('tickets', 100, 1);
SELECT count(*) FILTER (WHERE code !~ '^[A-Z]{2}-\d{4}/[A-Z]$') > 90 AS others FROM tickets WHERE id > 50;
DELETE FROM tickets WHERE id > 50;
SELECT rows FROM dbmocker.generate('tickets', 100, 1, hint('use_pattern_matching'));
SELECT count(*), count(*) FILTER (WHERE code ~ '^[A-Z]{2}-\d{4}/[A-Z]$') AS alike, count(DISTINCT code) > 100 AS new
FROM tickets;
SELECT count(*) AS moved FROM moved('tickets', 10, 'use_pattern_matching') m WHERE m LIKE '%column code%';

-- use_data_templates: texts from the row's other columns.
CREATE TABLE sales (id bigint PRIMARY KEY, amount int NOT NULL, kind varchar(10) NOT NULL, note text NOT NULL,
                    title varchar(20));
SELECT rows FROM dbmocker.generate('sales', 300, 1, hint('use_data_templates'));
SELECT count(*), bool_and(note = format('sales: id %s, amount %s', id, amount)) AS from_template,
       bool_or(title LIKE 'sales%') AS too_long
FROM sales;
SELECT count(*) AS moved FROM moved('sales', 10, 'use_data_templates') m
WHERE m LIKE '%column note%hint use_data_templates%';

-- Hints are stored, exported and read back as other options; a name that is none lists those that are.
SELECT dbmocker.set_options('lots', hint('is_large_table'));
TRUNCATE lots;
SELECT writer FROM dbmocker.generate('lots', 200);
SELECT dbmocker.import_config('{"optimization_hints": {"prioritize_speed": true}}');
SELECT dbmocker.export_config()->'performance', dbmocker.export_config()->'tables'->'test_hints.lots'->'options';
SELECT dbmocker.set_options(NULL, '{"optimization_hints": null}');
SELECT dbmocker.import_config('{"optimization_hints": {"prioritise_speed": true}}');
SELECT dbmocker.plan('lots', 1, '{"optimization_hints": {"is_large_table": 1}}');
DROP SCHEMA test_hints CASCADE;

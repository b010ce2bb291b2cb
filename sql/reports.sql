-- What a run measures of itself: rejected rows by constraint, repeated values, WAL, memory, rates.
SET client_min_messages = warning;
CREATE SCHEMA test_reports;
SET search_path = test_reports;
CREATE TABLE odd (id bigint PRIMARY KEY, a int NOT NULL CONSTRAINT a_is_odd CHECK (abs(hashint4(a)) % 3 = 1), b text NOT NULL);
CREATE TABLE plain (id bigint, a int, b text, c date);

SELECT rows, redrawn_rows > 0 AS redrawn, (SELECT array_agg(k) FROM jsonb_object_keys(rejected_rows) k) AS constraints,
       (rejected_rows->>'a_is_odd')::bigint BETWEEN redrawn_rows AND 4 * rows AS draws,
       peak_rows_per_second >= 0.99 * rows_per_second AS peak, peak_memory BETWEEN 1000000 AND 500000000 AS memory,
       cache_hit_rate IS NULL AS no_cache, duplicate_rate IS NULL AS no_duplicates
FROM dbmocker.generate('odd', 20000, 1);
-- The same draws, whoever makes them.
TRUNCATE odd;
CREATE TABLE counts AS SELECT (rejected_rows->>'a_is_odd')::bigint AS draws FROM dbmocker.generate('odd', 50000, 2,
    '{"insertion_strategy": "parallel_bulk", "max_workers": 2}');
TRUNCATE odd;
INSERT INTO counts SELECT (rejected_rows->>'a_is_odd')::bigint FROM dbmocker.generate('odd', 50000, 2,
    '{"insertion_strategy": "batch", "batch_size": 77}');
SELECT count(*), count(DISTINCT draws), min(draws) > 50000 AS many FROM counts;
SELECT rejected_rows FROM dbmocker.generate('plain', 5000);

-- WAL of logged and unlogged rows, by workers too; the server's own count is the judge.
CREATE UNLOGGED TABLE scratch (LIKE plain);
SELECT pg_current_wal_insert_lsn() AS before \gset
SELECT wal_bytes AS said, heap_bytes AS heap FROM dbmocker.generate('plain', 100000, 1, '{"max_workers": 1}') \gset
SELECT :said BETWEEN 0.8 * moved AND moved AS counted, :said > 0.4 * :heap AS rows_too
FROM (SELECT pg_current_wal_insert_lsn() - :'before'::pg_lsn AS moved) m;
SELECT wal_bytes < 100000 AS hardly_any, heap_bytes > 1000000 AS but_rows FROM dbmocker.generate('scratch', 100000);

-- Repeated values: nearly all from a pool, about p of simple repeats, none where each is new.
CREATE FUNCTION rate(strategy text) RETURNS double precision LANGUAGE sql AS $$
    TRUNCATE test_reports.scratch;
    SELECT duplicate_rate FROM dbmocker.generate('test_reports.scratch', 20000, 3, jsonb_build_object(
        'null_probability', 0, 'columns', jsonb_build_object('a', jsonb_build_object(
            'duplicate_strategy', strategy, 'min', 1, 'max', 1000000000))))
$$;
SELECT s, round(rate(s)::numeric, 1)
FROM unnest('{generate_new,allow_simple,smart_duplicates,cached_pool,weighted_random}'::text[]) s;
SELECT duplicate_rate > 0.99 AS all_columns
FROM dbmocker.generate('scratch', 20000, 3,
    '{"global_duplicate_enabled": true, "global_duplicate_strategy": "cached_pool"}');

-- The record has what the call returned.
SELECT bool_and(r.wal_bytes IS NOT NULL AND r.peak_memory > 0) AS recorded FROM dbmocker.runs r
WHERE r.target IN ('odd'::regclass, 'plain'::regclass, 'scratch'::regclass);
-- Nothing of this session is in progress now; sums of rows that were never made are not there either.
SELECT count(*) FROM dbmocker.running() WHERE pid = pg_backend_pid();
SELECT rows, peak_memory FROM dbmocker.generate('plain', 0);
DROP SCHEMA test_reports CASCADE;

-- Cache strategies for parents' keys: the same rows whatever is kept, every parent within reach, and what each strategy
-- keeps, reads again and throws out, by the report.
SET client_min_messages = warning;
CREATE SCHEMA test_caches;
SET search_path = test_caches;
CREATE TABLE authors (code text PRIMARY KEY);
CREATE TABLE shelves (room int, place int, PRIMARY KEY (room, place));
CREATE TABLE editions (number bigint PRIMARY KEY);
INSERT INTO authors SELECT md5(g::text) || md5(g::text) FROM generate_series(1, 20000) g;
INSERT INTO shelves SELECT g / 100 * 7, g % 100 FROM generate_series(1, 20000) g;
INSERT INTO editions SELECT g * 3 FROM generate_series(1, 40000) g;
CREATE TABLE books (
    id bigint PRIMARY KEY,
    author text NOT NULL REFERENCES authors,
    room int NOT NULL,
    place int NOT NULL,
    edition bigint REFERENCES editions,
    FOREIGN KEY (room, place) REFERENCES shelves
);
CREATE TABLE measured (strategy text, workers int, digest text, report dbmocker.run_report);

CREATE FUNCTION fill(strategy text, workers int, writer text, batch int, rows bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    made dbmocker.run_report;
BEGIN
    TRUNCATE books;
    SELECT * INTO made FROM dbmocker.generate('books', rows, 7, pg_catalog.jsonb_build_object(
        'memory_limit_mb', 1, 'cache_strategy', strategy, 'max_workers', workers, 'insertion_strategy', writer,
        'batch_size', batch));
    INSERT INTO measured SELECT strategy, workers, pg_catalog.md5(pg_catalog.string_agg(b::text, '' ORDER BY id)), made
    FROM books b;
END $$;

SELECT fill(strategy, workers, writer, batch, 20000)
FROM unnest('{no_cache,simple,intelligent,adaptive,memory_mapped}'::text[]) strategy,
     (VALUES (0, 'parallel_bulk', 1000), (2, 'parallel_bulk', 777), (0, 'batch', 333)) w(workers, writer, batch);
-- More memory than all keys need: nothing is read twice, nothing is in a file.
SELECT dbmocker.set_options('books', '{"null_probability": 0.1}');
TRUNCATE books;
INSERT INTO measured SELECT 'all', 0, NULL, r FROM dbmocker.generate('books', 20000, 7) r;
UPDATE measured SET digest = (SELECT md5(string_agg(b::text, '' ORDER BY id)) FROM books b) WHERE strategy = 'all';
SELECT count(*), count(DISTINCT digest) AS digests FROM measured;

-- Every parent can be reached, though a fraction of the keys fits into memory.
SELECT fill('intelligent', 1, 'parallel_bulk', 1000, 250000);
SELECT count(DISTINCT author) >= 19990 AS authors, count(DISTINCT (room, place)) >= 19990 AS shelves,
       count(DISTINCT edition) > 39000 AS editions
FROM books;
SELECT count(*) AS violations FROM dbmocker.verify('books') WHERE violations > 0;
DELETE FROM measured WHERE (report).rows = 250000;

-- What the strategies keep: nothing, up to the limit, what was used last, all of it mapped.
CREATE VIEW summary AS
SELECT strategy, (report).cache_hit_rate AS hits, (report).cache_evictions AS evictions, (report).cache_bytes AS bytes
FROM measured WHERE workers = 0 AND (report).writer = 'parallel_bulk';
SELECT strategy, evictions > 0 AS evicts, bytes BETWEEN 1 AND 1048576 AS within_limit, bytes = 0 AS keeps_nothing,
       hits >= 0.95 AS nearly_all_hit
FROM summary ORDER BY strategy;
SELECT array_agg(strategy ORDER BY hits) AS by_hits
FROM summary WHERE strategy IN ('no_cache', 'simple', 'memory_mapped', 'all');
SELECT hits FROM summary WHERE strategy = 'all';

-- The size of the cache is a setting of its own; an adaptive one starts smaller and grows with the misses.
TRUNCATE books;
SELECT cache_bytes <= 1048576 AS small, cache_evictions > 1000 AS evicts
FROM dbmocker.generate('books', 20000, 7, '{"cache_size_mb": 1, "cache_strategy": "intelligent"}');
TRUNCATE books;
SELECT cache_bytes BETWEEN 1048577 AND 4194304 AS larger
FROM dbmocker.generate('books', 20000, 7, '{"cache_size_mb": 4, "cache_strategy": "adaptive"}');

-- Where keys are is in the plan. Consecutive integers need no memory and no look-up.
SELECT count(*) AS in_files FROM dbmocker.plan('books', 10, '{"cache_strategy": "memory_mapped"}')
WHERE kind = 'FOREIGN KEY' AND detail LIKE '%in a file, cache_strategy memory_mapped%';
CREATE TABLE numbers (id int PRIMARY KEY);
INSERT INTO numbers SELECT generate_series(1, 1000);
CREATE TABLE uses (number int NOT NULL REFERENCES numbers);
SELECT cache_hit_rate IS NULL AS none, cache_bytes
FROM dbmocker.generate('uses', 5000, 1, '{"cache_strategy": "no_cache"}');

-- CHECKs that read keys in a file, self-references, and rows() give the same as keys in memory.
CREATE TABLE parts (name text PRIMARY KEY, whole text REFERENCES parts, CHECK (whole >= 'a' OR whole IS NULL));
INSERT INTO parts SELECT md5(g::text) FROM generate_series(1, 20000) g;
SELECT count(DISTINCT d) FROM (
    SELECT md5(string_agg(r::text, '' ORDER BY name)) AS d
    FROM unnest('{no_cache,simple,memory_mapped}'::text[]) s,
         LATERAL dbmocker.rows(NULL::parts, 3000, 1, 0, jsonb_build_object('cache_strategy', s)) r GROUP BY s) x;

-- Temporary files are gone when the call is over, also after an error.
\set VERBOSITY terse
SELECT dbmocker.generate('books', 100, 1,
    '{"cache_strategy": "memory_mapped", "columns": {"id": {"min": 1, "max": 5}}}');
SELECT count(*) AS files FROM pg_catalog.pg_ls_tmpdir() WHERE name LIKE 'pgsql_tmp' || pg_backend_pid() || '.%';
SET temp_file_limit = '1MB';
\set VERBOSITY sqlstate
SELECT dbmocker.generate('books', 100, 1, '{"cache_strategy": "no_cache"}');
\set VERBOSITY default
RESET temp_file_limit;
DROP SCHEMA test_caches CASCADE;

-- The report of compare_loads: reads the samples, makes the views that tables and JSON are printed from.
-- Variables: files, the folder of the samples. Read first: results.
CREATE SCHEMA report;
SET search_path = report;
CREATE TABLE widths (target text, keys text, bytes_per_row numeric);
CREATE TABLE samples (target text, persistence text, keys text, way text, rows bigint, writer text, workers int,
                      seconds float8);
CREATE TABLE size_samples (LIKE samples);
CREATE TABLE memory (rows bigint, keys text, workers_seen int, peak_private_kb int);
\cd :files
\copy widths FROM widths (DELIMITER '|')
\copy samples FROM samples (DELIMITER '|', NULL '')
\copy size_samples FROM size_samples (DELIMITER '|', NULL '')
\copy memory FROM memory_samples (DELIMITER '|')

CREATE VIEW medians AS
SELECT target, persistence, keys, way, rows, max(writer) AS writer, max(workers) AS workers,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds,
       min(seconds) AS fastest, max(seconds) AS slowest, array_agg(seconds) AS samples
FROM samples GROUP BY 1, 2, 3, 4, 5;

CREATE VIEW results AS
SELECT m.*, m.rows / m.seconds AS rows_per_second, m.seconds / g.seconds AS ratio_to_generate, bytes_per_row
FROM medians AS m
     LEFT JOIN medians AS g ON (g.target, g.persistence, g.keys, g.way) = (m.target, m.persistence, m.keys, 'generate')
     LEFT JOIN widths AS w ON (w.target, w.keys) = (m.target, m.keys);

-- A hand-written writer is one process: beside it stands generate() without workers.
CREATE VIEW hand_written AS
SELECT h.persistence, g.seconds AS generate_seconds, h.seconds AS hand_written_seconds,
       h.seconds / g.seconds AS share_of_its_rate
FROM medians AS h JOIN medians AS g USING (target, persistence, keys)
WHERE h.way = 'hand_written' AND g.way = 'generate_0';

CREATE VIEW sizes AS
SELECT *, rows_per_second / first_value(rows_per_second) OVER (PARTITION BY persistence ORDER BY rows) AS share_of_first
FROM (SELECT persistence, rows, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds,
             rows / percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS rows_per_second
      FROM size_samples GROUP BY 1, 2) AS s;

-- Conditions on whole days, months and years of a column, in CHECKs and in the bounds of partitions: they are intervals
-- of the column, so that no row has to be drawn again.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_unit_checks;
SET search_path = test_unit_checks;
SET dbmocker.reference_time = '2025-01-01';
CREATE TABLE by_month (id int, at timestamp NOT NULL) PARTITION BY RANGE (date_trunc('month', at));
CREATE TABLE by_month_1 PARTITION OF by_month FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE by_month_2 PARTITION OF by_month FOR VALUES FROM ('2024-03-01') TO ('2024-05-01');
CREATE TABLE by_year (id int, d date NOT NULL) PARTITION BY RANGE (extract(year FROM d));
CREATE TABLE by_year_1 PARTITION OF by_year FOR VALUES FROM (2020) TO (2021);
CREATE TABLE by_year_2 PARTITION OF by_year FOR VALUES FROM (2023) TO (2024);
CREATE TABLE by_day (id int, at timestamptz NOT NULL) PARTITION BY RANGE (((at AT TIME ZONE 'UTC')::date));
CREATE TABLE by_day_1 PARTITION OF by_day FOR VALUES FROM ('2024-01-05') TO ('2024-01-06');
CREATE TABLE checked (id serial PRIMARY KEY,
  a timestamp NOT NULL CHECK (date_trunc('month', a) = '2024-02-01'),
  b date CHECK (extract(year FROM b) BETWEEN 1999 AND 2000),
  c timestamp CHECK (c::date = '2020-02-29'),
  d timestamptz CHECK ((d AT TIME ZONE 'UTC')::date > '2026-01-01'),
  e date CHECK (extract(year FROM e) <> 2024),
  f date NOT NULL CHECK (date_part('year', f) = 1987),
  g timestamp CHECK (date_trunc('day', g) < '2020-01-01 12:00' AND date_trunc('hour', g) >= '2020-01-01 00:30'),
  h timestamp CHECK (date_trunc('week', h) <= '2024-01-03' AND date_trunc('week', h) > '2023-12-26'));
SELECT target, rows, redrawn_rows FROM dbmocker.generate_schema('test_unit_checks', 1000);
SELECT constraint_name, violations FROM dbmocker.verify('test_unit_checks') WHERE violations > 0;
SELECT name, method FROM dbmocker.plan('checked') WHERE kind = 'CHECK' AND method <> 'solved';
SELECT (SELECT count(*) FROM by_month_1) > 100, (SELECT count(*) FROM by_month_2) > 100,
       (SELECT count(*) FROM by_year_1) > 100, (SELECT count(*) FROM by_year_2) > 100;
SELECT min(g) >= '2020-01-01 01:00', max(g) < '2020-01-02', min(h) >= '2024-01-01', max(h) < '2024-01-08' FROM checked;
-- The time zone of the session says what unit a moment is in: not read.
CREATE TABLE of_session (at timestamptz NOT NULL CHECK (date_trunc('month', at) < '2100-01-01'));
SELECT name, method FROM dbmocker.plan('of_session') WHERE kind = 'CHECK';
CREATE TABLE impossible (at timestamp NOT NULL CHECK (date_trunc('month', at) = '2024-02-02'));
SELECT dbmocker.generate('impossible', 1);
DROP SCHEMA test_unit_checks CASCADE;

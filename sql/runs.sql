-- The record of runs: what each returned, by whom, in the run's own transaction; seen by who made it and by the owner.
SET client_min_messages = warning;
CREATE SCHEMA test_runs;
SET search_path = test_runs;
CREATE TABLE things (a int NOT NULL, b text);
CREATE TABLE others (a int NOT NULL);
SELECT count(*) AS before FROM dbmocker.runs \gset
SELECT r.target, r.rows, r.seed FROM dbmocker.generate('things', 100, 5) r;
SELECT target, rows FROM dbmocker.generate_schema('test_runs', 10, seed => 6);
-- Neither looking nor nothing is a run; what is rolled back has not been.
SELECT count(*) FROM dbmocker.rows(NULL::things, 10);
SELECT rows FROM dbmocker.generate('things', 0);
BEGIN;
SELECT rows FROM dbmocker.generate('things', 10);
ROLLBACK;
SELECT target, rows, writer, workers, first_row, seed, role = current_user AS own, elapsed > '0' AS took_time,
       ended BETWEEN now() - interval '1 hour' AND clock_timestamp() AS just_now
FROM dbmocker.runs ORDER BY id OFFSET :before;
-- The columns are those of the report.
SELECT array_agg(attname ORDER BY attname) = (SELECT array_agg(attname ORDER BY attname) FROM pg_attribute
  WHERE attrelid = 'dbmocker.runs'::regclass AND attnum > 0 AND attname NOT IN ('id', 'ended', 'role')) AS complete
FROM pg_attribute WHERE attrelid = 'dbmocker.run_report'::regclass AND attnum > 0 AND NOT attisdropped;
CREATE ROLE regress_runs_owner;
CREATE ROLE regress_runs_other;
GRANT USAGE, CREATE ON SCHEMA test_runs TO regress_runs_owner, regress_runs_other;
SET ROLE regress_runs_owner;
CREATE TABLE own (a int NOT NULL);
GRANT INSERT, SELECT ON own TO regress_runs_other;
SET ROLE regress_runs_other;
SELECT rows FROM dbmocker.generate('own', 3);
CREATE TABLE hidden (a int NOT NULL);
SELECT rows FROM dbmocker.generate('hidden', 4);
SELECT role, target, rows FROM dbmocker.runs ORDER BY id;
SET ROLE regress_runs_owner;
SELECT role, target, rows FROM dbmocker.runs ORDER BY id;
SELECT count(*) FROM dbmocker.run_records;
RESET ROLE;
DROP OWNED BY regress_runs_owner, regress_runs_other;
DROP ROLE regress_runs_owner, regress_runs_other;
SELECT count(*) - :before AS runs FROM dbmocker.runs;
DROP SCHEMA test_runs CASCADE;

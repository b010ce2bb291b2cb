-- Background jobs: what is refused, the states and who may change them, and that a job's rows are those of generate().
-- What needs settings of the server, crashes or several databases is in tests/tap/jobs_*.pl.
SET client_min_messages = warning;
DROP ROLE IF EXISTS regress_dbmocker_seeder, regress_dbmocker_other, regress_dbmocker_locked;
RESET client_min_messages;
CREATE ROLE regress_dbmocker_seeder LOGIN;
CREATE ROLE regress_dbmocker_other LOGIN;
CREATE ROLE regress_dbmocker_locked NOLOGIN;
CREATE SCHEMA jobs AUTHORIZATION regress_dbmocker_seeder;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_dbmocker_seeder', current_database()); END $$;
GRANT USAGE ON SCHEMA jobs TO regress_dbmocker_other, regress_dbmocker_locked;

-- Superusers, unless a setting allows it, and roles that could not open a session.
CREATE TABLE jobs.ofsuper (id int);
SELECT dbmocker.submit('jobs.ofsuper', 10);
SET ROLE regress_dbmocker_locked;
SELECT dbmocker.submit('jobs.ofsuper', 10);
SET ROLE regress_dbmocker_seeder;
SELECT dbmocker.submit('jobs.ofsuper', 10);

CREATE TABLE jobs.people (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    first_name text,
    born date,
    boss bigint REFERENCES jobs.people,
    score int CHECK (score BETWEEN 1 AND 9)
);
-- Bad arguments.
SELECT dbmocker.submit(NULL, 10);
SELECT dbmocker.submit('jobs.people');
SELECT dbmocker.submit('jobs.people', 10, keep_rows => 10);
SELECT dbmocker.submit('jobs.people', -1);
SELECT dbmocker.submit('jobs.people', 10, options => '{"batch_size": 0}');
SELECT dbmocker.submit('jobs.people', 10, options => '{"freeze": true}');
SELECT dbmocker.submit('jobs.people', 10, rows_per_second => 0);
SELECT dbmocker.submit('jobs.people', 10, rows_per_second => 'NaN');
SELECT dbmocker.submit('jobs.people', 10, max_attempts => 0);
SELECT dbmocker.submit(0, 10);
SELECT dbmocker.submit('pg_class', 10);
CREATE TEMPORARY TABLE fleeting (id int);
SELECT dbmocker.submit('fleeting', 10);
BEGIN READ ONLY;
SELECT dbmocker.submit('jobs.people', 10);
ROLLBACK;
SELECT dbmocker.wait(NULL);
SELECT dbmocker.wait(-1);
SELECT dbmocker.pause(-1);

-- A job's rows are those of one run, whatever its chunks.
SELECT rows FROM dbmocker.generate('jobs.people', 25000, seed => 3, options => '{"reference_time": "2026-01-01"}');
SELECT md5(string_agg(p::text, ',' ORDER BY id)) AS people FROM jobs.people p \gset
TRUNCATE jobs.people RESTART IDENTITY;
SELECT dbmocker.submit('jobs.people', 25000, seed => 3, options => '{"reference_time": "2026-01-01"}') AS job \gset
SELECT dbmocker.wait(:job, '2 min');
SELECT count(*), md5(string_agg(p::text, ',' ORDER BY id)) = :'people' AS is_same FROM jobs.people p;
SELECT owner, target, state, rows, rows_done, pid, waits_for, error_code, finished_at > submitted_at AS is_finished
FROM dbmocker.jobs WHERE id = :job;
SELECT position, target, state, rows, rows_done, percent FROM dbmocker.progress WHERE job = :job;
-- The application's next row.
INSERT INTO jobs.people (email) VALUES ('next@example.org') RETURNING id;
SELECT * FROM dbmocker.verify('jobs.people'::regclass) WHERE violations > 0;

-- Also where rows of others are in the way of keys with few values, which is found out when it happens.
CREATE TABLE jobs.narrow (id int PRIMARY KEY, code int UNIQUE CHECK (code BETWEEN 1 AND 40000), word text);
INSERT INTO jobs.narrow SELECT 1000000 + i, i, 'mine' FROM generate_series(1, 1000) i;
SELECT rows, redrawn_rows > 0 AS has_met_some
FROM dbmocker.generate('jobs.narrow', 30000, seed => 9, options => '{"reference_time": "2026-01-01"}');
SELECT md5(string_agg(n::text, ',' ORDER BY id)) AS narrow FROM jobs.narrow n \gset
DROP TABLE jobs.narrow;
CREATE TABLE jobs.narrow (id int PRIMARY KEY, code int UNIQUE CHECK (code BETWEEN 1 AND 40000), word text);
INSERT INTO jobs.narrow SELECT 1000000 + i, i, 'mine' FROM generate_series(1, 1000) i;
SELECT dbmocker.submit('jobs.narrow', 30000, seed => 9, options => '{"reference_time": "2026-01-01"}') AS narrow_job \gset
SELECT dbmocker.wait(:narrow_job, '2 min');
SELECT count(*), md5(string_agg(n::text, ',' ORDER BY id)) = :'narrow' AS is_same FROM jobs.narrow n;
SELECT attempts, error_code FROM dbmocker.jobs WHERE id = :narrow_job;

-- A finished job cannot be steered.
SELECT dbmocker.pause(:job);
SELECT dbmocker.resume(:job);
SELECT dbmocker.stop(:job);
SELECT dbmocker.retry(:job);

-- A job that is undone with its transaction; one that is waited for too early.
BEGIN;
SELECT dbmocker.submit('jobs.people', 10) AS undone \gset
SAVEPOINT s;
SELECT dbmocker.wait(:undone);
ROLLBACK;
SELECT dbmocker.wait(:undone);

-- A slow job: pause, resume, stop, retry.
CREATE TABLE jobs.slow (id int);
SELECT dbmocker.submit('jobs.slow', 1000000, rows_per_second => 50) AS job \gset
SELECT dbmocker.wait(:job, '1 second') IN ('queued', 'running') AS goes_on;
SELECT dbmocker.resume(:job);
SELECT dbmocker.pause(:job) IN ('pausing', 'paused') AS pauses;
SELECT dbmocker.wait(:job, '1 min');
SELECT count(*) AS rows_before FROM jobs.slow \gset
SELECT rows_done = :rows_before AS is_right, rows_done > 0 AS is_begun FROM dbmocker.jobs WHERE id = :job;
SELECT dbmocker.pause(:job);
SELECT dbmocker.retry(:job);
-- Roles steer their own jobs only, and see no others.
SET ROLE regress_dbmocker_other;
SELECT count(*) FROM dbmocker.jobs;
SELECT count(*) FROM dbmocker.progress;
SELECT dbmocker.resume(:job);
SELECT dbmocker.stop(:job);
SELECT dbmocker.wait(:job);
SELECT count(*) FROM dbmocker.job;
UPDATE dbmocker.job SET owner = 10;
DELETE FROM dbmocker.job_part;
SELECT dbmocker.submit('jobs.people', 10);
SET ROLE regress_dbmocker_seeder;
UPDATE dbmocker.job_part SET rows = 1;
SELECT dbmocker.resume(:job);
SELECT dbmocker.wait(:job, '1 second') IN ('queued', 'running') AS goes_on;
SELECT dbmocker.stop(:job) IN ('stopping', 'stopped') AS stops;
SELECT dbmocker.wait(:job, '1 min');
SELECT rows_done = (SELECT count(*) FROM jobs.slow) AS is_right, state FROM dbmocker.jobs WHERE id = :job;
SELECT dbmocker.resume(:job);
SELECT dbmocker.retry(:job);
SELECT dbmocker.stop(:job) IN ('stopping', 'stopped') AS stops;
SELECT dbmocker.wait(:job, '1 min');

-- keep_rows fills up to a number, once.
CREATE TABLE jobs.kept (id int PRIMARY KEY);
SELECT dbmocker.submit('jobs.kept', keep_rows => 500) AS job \gset
SELECT dbmocker.wait(:job, '1 min');
DELETE FROM jobs.kept WHERE id % 5 = 0;
SELECT dbmocker.submit('jobs.kept', keep_rows => 500) AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT count(*) FROM jobs.kept;
SELECT rows, rows_done FROM dbmocker.jobs WHERE id = :job;
SELECT dbmocker.submit('jobs.kept', keep_rows => 400) AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT rows, rows_done, state FROM dbmocker.jobs WHERE id = :job;
SELECT count(*) FROM jobs.kept;

-- A job that fails keeps its error; once the reason is gone, it can be tried again.
CREATE TABLE jobs.small (id smallint PRIMARY KEY);
SELECT dbmocker.submit('jobs.small', 100000) AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT state, rows_done, error_code, error_message, error_detail IS NOT NULL AS has_detail FROM dbmocker.jobs WHERE id = :job;
ALTER TABLE jobs.small ALTER id TYPE bigint;
SELECT dbmocker.retry(:job);
SELECT dbmocker.wait(:job, '1 min');
SELECT count(*) FROM jobs.small;
-- A trigger that fails: its error and constraint are kept.
CREATE FUNCTION jobs.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no more' USING ERRCODE = '23514', CONSTRAINT = 'enough', DETAIL = 'It is enough.', HINT = 'Stop.';
END
$$;
CREATE TABLE jobs.refusing (id int);
CREATE TRIGGER refuse BEFORE INSERT ON jobs.refusing FOR EACH ROW EXECUTE FUNCTION jobs.refuse();
SELECT dbmocker.submit('jobs.refusing', 10) AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT attempts, error_code, error_message, error_detail, error_hint, error_constraint FROM dbmocker.jobs WHERE id = :job;
-- A target that is gone.
CREATE TABLE jobs.gone (id int);
BEGIN;
SELECT dbmocker.submit('jobs.gone', 10) AS job \gset
DROP TABLE jobs.gone;
COMMIT;
SELECT dbmocker.wait(:job, '1 min');
SELECT error_code FROM dbmocker.jobs WHERE id = :job;

-- Schemas: referenced tables first, each part with its own progress; a second job tops up.
CREATE SCHEMA jobs_shop;
CREATE TABLE jobs_shop.a_orders (id int PRIMARY KEY, customer int NOT NULL, item int NOT NULL);
CREATE TABLE jobs_shop.customers (id int PRIMARY KEY, email text UNIQUE);
CREATE TABLE jobs_shop.items (id int PRIMARY KEY, name text);
ALTER TABLE jobs_shop.a_orders ADD FOREIGN KEY (customer) REFERENCES jobs_shop.customers;
ALTER TABLE jobs_shop.a_orders ADD FOREIGN KEY (item) REFERENCES jobs_shop.items;
SELECT dbmocker.submit_schema('jobs_shop');
SELECT dbmocker.submit_schema('jobs_shop', 10, tables => '{"nothing": 1}');
SELECT dbmocker.submit_schema('jobs_shop', 10, exclude => '{a_orders,customers,items}');
SELECT dbmocker.submit_schema('jobs_shop', 100, tables => '{"a_orders": 2000}') AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT position, target, rows, rows_done FROM dbmocker.progress WHERE job = :job ORDER BY position;
SELECT target, state, rows, rows_done FROM dbmocker.jobs WHERE id = :job;
DELETE FROM jobs_shop.a_orders WHERE id % 2 = 0;
SELECT dbmocker.submit_schema('jobs_shop', 150, tables => '{"a_orders": 2000}', keep_rows => true) AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT position, target, rows, rows_done FROM dbmocker.progress WHERE job = :job ORDER BY position;
SELECT (SELECT count(*) FROM jobs_shop.customers), (SELECT count(*) FROM jobs_shop.a_orders);
SELECT * FROM dbmocker.verify('jobs_shop'::regnamespace) WHERE violations > 0;

-- Tables that refer to one another come in one transaction; their rows are those of generate_schema(). They cannot be
-- paced.
ALTER TABLE jobs_shop.customers ADD last_order int REFERENCES jobs_shop.a_orders;
TRUNCATE jobs_shop.a_orders, jobs_shop.customers, jobs_shop.items;
SELECT dbmocker.submit_schema('jobs_shop', 10, rows_per_second => 5);
SELECT target, rows FROM dbmocker.generate_schema('jobs_shop', 200, seed => 3, options => '{"reference_time": "2026-01-01"}');
CREATE VIEW jobs_shop.digest AS
SELECT md5(string_agg(o::text, ',' ORDER BY o.id)), md5((SELECT string_agg(c::text, ',' ORDER BY c.id) FROM jobs_shop.customers c))
       AS of_customers, count(DISTINCT o.customer) > 50 AS differ FROM jobs_shop.a_orders o;
SELECT d::text AS digest FROM jobs_shop.digest d \gset
TRUNCATE jobs_shop.a_orders, jobs_shop.customers, jobs_shop.items;
SELECT dbmocker.submit_schema('jobs_shop', 200, seed => 3, options => '{"reference_time": "2026-01-01"}') AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT position, target, rows, rows_done FROM dbmocker.progress WHERE job = :job ORDER BY position;
SELECT d.differ, d::text = :'digest' AS is_same FROM jobs_shop.digest d;
SELECT count(last_order) > 0 AS is_filled_in FROM jobs_shop.customers;
SELECT dbmocker.submit_schema('jobs_shop', 250, keep_rows => true) AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT position, target, rows, rows_done FROM dbmocker.progress WHERE job = :job ORDER BY position;
SELECT * FROM dbmocker.verify('jobs_shop'::regnamespace) WHERE violations > 0;
-- Tables that cannot be filled are left out if the options say so, and keys that are full end a table early.
CREATE TABLE jobs_shop.impossible (id int NOT NULL CHECK (id > 2 AND id < 1));
CREATE TABLE jobs_shop.flags (is_on boolean NOT NULL UNIQUE);
SELECT dbmocker.submit_schema('jobs_shop', 5, seed => 4) AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT dbmocker.submit_schema('jobs_shop', 5, seed => 5, options => '{"on_error": "skip", "on_exhausted": "cap"}') AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT target, state, rows, rows_done, left(problem, 60) AS problem FROM dbmocker.progress WHERE job = :job
ORDER BY target::text;
SELECT rows, rows_done, error_code FROM dbmocker.jobs WHERE id = :job;

-- Rows of several tables that must come in one transaction: those of a base table with their kinds', and those that
-- triggers look for when the transaction ends.
CREATE SCHEMA jobs_kinds;
CREATE TABLE jobs_kinds.things (id text PRIMARY KEY, weight int NOT NULL);
CREATE TABLE jobs_kinds.boxes (id text PRIMARY KEY REFERENCES jobs_kinds.things, weight int NOT NULL, depth int NOT NULL);
CREATE TABLE jobs_kinds.balls (id text PRIMARY KEY REFERENCES jobs_kinds.things, weight int NOT NULL);
CREATE FUNCTION jobs_kinds.insert_thing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO jobs_kinds.things (id, weight) VALUES (NEW.id, NEW.weight);
  RETURN NEW;
END
$$;
CREATE TRIGGER insert_thing BEFORE INSERT ON jobs_kinds.boxes FOR EACH ROW EXECUTE FUNCTION jobs_kinds.insert_thing();
CREATE TRIGGER insert_thing BEFORE INSERT ON jobs_kinds.balls FOR EACH ROW EXECUTE FUNCTION jobs_kinds.insert_thing();
CREATE TABLE jobs_kinds.bills (id serial PRIMARY KEY, customer text NOT NULL);
CREATE TABLE jobs_kinds.lines (id serial PRIMARY KEY, bill int NOT NULL REFERENCES jobs_kinds.bills);
CREATE FUNCTION jobs_kinds.check_bill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM jobs_kinds.lines l WHERE l.bill = NEW.id) THEN RAISE EXCEPTION 'no line'; END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER check_bill AFTER INSERT ON jobs_kinds.bills DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION jobs_kinds.check_bill();
SELECT dbmocker.submit_schema('jobs_kinds', 30, seed => 6) AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT (SELECT count(*) FROM jobs_kinds.things) AS things, (SELECT count(*) FROM jobs_kinds.boxes) AS boxes,
       (SELECT count(*) FROM jobs_kinds.balls) AS balls, (SELECT count(*) FROM jobs_kinds.bills) AS bills;
SELECT * FROM dbmocker.verify('jobs_kinds'::regnamespace) WHERE violations > 0;
SELECT dbmocker.submit_schema('jobs_kinds', 10, rows_per_second => 5);

-- Streaming: the caller waits for a job; the rows are those of one run and are committed chunk by chunk.
TRUNCATE jobs.people RESTART IDENTITY;
SELECT (r).target, (r).rows, (r).writer, (r).first_row, (r).problem
FROM (SELECT dbmocker.generate('jobs.people', 25000, seed => 3,
        options => '{"insertion_strategy": "streaming", "reference_time": "2026-01-01"}') AS r OFFSET 0) one;
SELECT count(*), count(DISTINCT xmin::text) > 1 AS is_in_chunks FROM jobs.people p;
SELECT md5(string_agg(p::text, ',' ORDER BY id)) = :'people' AS is_same FROM jobs.people p;
SELECT target, rows, writer FROM dbmocker.generate_schema('jobs_shop', tables => '{"items": 5, "customers": 3, "a_orders": 4}',
    options => '{"insertion_strategy": "streaming"}');
-- What fails raises the job's error; what other sessions could not see, or would wait for, is refused.
SELECT dbmocker.generate('jobs_shop.flags', 5, options => '{"insertion_strategy": "streaming"}');
SELECT dbmocker.generate('jobs_shop.items', 5, options => '{"insertion_strategy": "streaming", "freeze": true}');
BEGIN;
SELECT dbmocker.generate('jobs_shop.items', 5, options => '{"insertion_strategy": "streaming"}');
ROLLBACK;
DO $$
BEGIN
    CREATE TABLE jobs_shop.unseen (id int);
    PERFORM dbmocker.generate('jobs_shop.unseen', 5, options => '{"insertion_strategy": "streaming"}');
END
$$;
GRANT USAGE ON SCHEMA jobs_shop TO regress_dbmocker_locked;
SET SESSION AUTHORIZATION regress_dbmocker_locked;
SELECT dbmocker.generate('jobs_shop.items', 5, options => '{"insertion_strategy": "streaming"}');
RESET SESSION AUTHORIZATION;
-- A caller that is cancelled stops its job; what is committed stays and is counted right.
SET ROLE regress_dbmocker_seeder;
SET statement_timeout = '1s';
SELECT dbmocker.generate('jobs.slow', 1000000000, options => '{"insertion_strategy": "streaming"}');
RESET statement_timeout;
SELECT max(id) AS job FROM dbmocker.jobs \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT sum(rows_done) = (SELECT count(*) FROM jobs.slow) AS is_right, min(state), max(state)
FROM dbmocker.jobs WHERE target = 'jobs.slow';

-- A rule's expression has no more rights in a job than elsewhere.
CREATE FUNCTION jobs.escape(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('role', 'none', false);
    RETURN n;
END
$$;
CREATE TABLE jobs.ruled (n int, m int);
SELECT dbmocker.set_rule('jobs.ruled', 'm', '{"expression": "n"}');
SELECT dbmocker.submit('jobs.ruled', 100) AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT count(*), bool_and(m IS NOT DISTINCT FROM n) AS is_kept FROM jobs.ruled;
SELECT dbmocker.set_rule('jobs.ruled', 'm', '{"expression": "jobs.escape(n)"}');
SELECT dbmocker.submit('jobs.ruled', 100) AS job \gset
SELECT dbmocker.wait(:job, '1 min');
SELECT state, error_code, error_message FROM dbmocker.jobs WHERE id = :job;

RESET ROLE;
-- No worker is left, and no lock.
DO $$
BEGIN
    FOR i IN 1 .. 1000 LOOP
        EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'dbmocker job');
        PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
    END LOOP;
END
$$;
SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'dbmocker job';
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid > 2;
SET client_min_messages = warning;
DROP TABLE fleeting;
DROP SCHEMA jobs, jobs_shop CASCADE;
DROP OWNED BY regress_dbmocker_seeder;
DROP ROLE regress_dbmocker_seeder, regress_dbmocker_other, regress_dbmocker_locked;

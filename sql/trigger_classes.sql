-- Triggers by class: those that refuse rows, those that write rows of other tables, those that look rows up.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_trigger_classes;
SET search_path = test_trigger_classes;
SET dbmocker.reference_time = '2025-01-01';

-- Refuses some rows, before or after they are stored: they are drawn again, and the others stay what they are.
CREATE TABLE refused_before (id serial PRIMARY KEY, n integer NOT NULL, m integer);
CREATE FUNCTION want_even() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT NEW.n) % 2 = 1 OR NEW.n IS NULL THEN RAISE EXCEPTION 'n must be even, not %', NEW.n; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER want_even BEFORE INSERT ON refused_before FOR EACH ROW EXECUTE FUNCTION want_even();
CREATE TABLE refused_after (id serial PRIMARY KEY, n integer NOT NULL, m integer);
CREATE TRIGGER want_even AFTER INSERT ON refused_after FOR EACH ROW EXECUTE FUNCTION want_even();
SELECT t, r.rows, r.redrawn_rows BETWEEN 50 AND 400 AS redrawn
  FROM unnest('{refused_before,refused_after}'::regclass[]) t, dbmocker.generate(t, 200, 1) r;
SELECT count(*), count(*) FILTER (WHERE n % 2 = 0) AS even, min(id), max(id) = 200 AS is_dense FROM refused_before;
-- Where it stands in the way of none, nothing changes.
CREATE TABLE kept AS SELECT * FROM refused_before;
TRUNCATE refused_before RESTART IDENTITY;
ALTER TABLE refused_before DISABLE TRIGGER want_even;
SELECT rows FROM dbmocker.generate('refused_before', 200, 1);
SELECT count(*) > 50 AS are_many, bool_and(k IS NOT DISTINCT FROM r::text) AS are_the_same
  FROM (SELECT id, kept::text AS k FROM kept) k JOIN refused_before r USING (id) WHERE r.n % 2 = 0;
ALTER TABLE refused_before ENABLE TRIGGER want_even;

-- The same rows from one run of 2n as from two of n, and with any size of batches.
CREATE TABLE sums (way text, sum text);
CREATE PROCEDURE keep_sum(way text) LANGUAGE sql AS $$
  INSERT INTO sums SELECT way, md5(string_agg(t::text, E'\n' ORDER BY t::text COLLATE "C")) FROM refused_before t;
  TRUNCATE refused_before RESTART IDENTITY;
$$;
TRUNCATE refused_before RESTART IDENTITY;
SELECT rows FROM dbmocker.generate('refused_before', 100, 1);
CALL keep_sum('at once');
SELECT rows FROM dbmocker.generate('refused_before', 50, 1) UNION ALL SELECT rows FROM dbmocker.generate('refused_before', 50, 1);
CALL keep_sum('in two');
SELECT rows FROM dbmocker.generate('refused_before', 100, 1, '{"batch_size": 3}');
CALL keep_sum('batches of 3');
SELECT count(*), count(DISTINCT sum) FROM sums;

-- Refuses all rows: the error names the row and what the trigger says; with on_exhausted "cap" as well.
CREATE TABLE refused_always (id serial PRIMARY KEY, n integer);
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed' USING ERRCODE = 'DB001'; END $$;
CREATE TRIGGER never BEFORE INSERT ON refused_always FOR EACH ROW EXECUTE FUNCTION never();
CREATE FUNCTION complain(target regclass, options jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
  RETURN (dbmocker.generate(target, 10, 1, options)).rows;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RETURN SQLSTATE || ': ' || SQLERRM || ' / ' || regexp_replace(detail, ' The row was drawn (\d+) times; the last one was \(.*\)', ' [drawn \1 times]');
END $$;
SELECT complain('refused_always', '{"max_attempts": 30}');
SELECT complain('refused_always', '{"max_attempts": 30, "on_exhausted": "cap"}');
SELECT count(*) FROM refused_always;
-- An error that no other row would avoid is not tried again.
CREATE TABLE broken_trigger (id serial PRIMARY KEY, n integer);
CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO missing_table VALUES (NEW.id); RETURN NEW; END $$;
CREATE TRIGGER lost BEFORE INSERT ON broken_trigger FOR EACH ROW EXECUTE FUNCTION lost();
SELECT rows FROM dbmocker.generate('broken_trigger', 10, 1);

-- Lets no more than some rows in: refused, or as many as there may be.
CREATE TABLE limited (id serial PRIMARY KEY, n integer);
CREATE FUNCTION at_most_seven() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF (SELECT count(*) FROM limited) >= 7 THEN RAISE EXCEPTION 'full'; END IF; RETURN NEW; END $$;
CREATE TRIGGER at_most_seven BEFORE INSERT ON limited FOR EACH ROW EXECUTE FUNCTION at_most_seven();
SELECT complain('limited', '{"max_attempts": 20}');
SELECT rows, problem LIKE '3 rows were refused: full.%' AS says_why FROM dbmocker.generate('limited', 10, 1, '{"max_attempts": 20, "on_exhausted": "cap"}');

-- Takes rows for itself: the report counts those that are stored.
CREATE TABLE taken (id serial PRIMARY KEY, n integer NOT NULL);
CREATE FUNCTION take_odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id % 2 = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$;
CREATE TRIGGER take_odd BEFORE INSERT ON taken FOR EACH ROW EXECUTE FUNCTION take_odd();
SELECT rows, problem FROM dbmocker.generate('taken', 100, 1);
SELECT count(*) FROM taken;

-- Inserts the parent's row itself, over two levels, with the references that the parent's table has.
CREATE TABLE owners (id integer PRIMARY KEY);
CREATE TABLE resources (id uuid PRIMARY KEY, owner integer NOT NULL REFERENCES owners);
CREATE TABLE targets (id uuid PRIMARY KEY REFERENCES resources, owner integer NOT NULL);
CREATE TABLE ssh_targets (id uuid PRIMARY KEY REFERENCES targets, owner integer NOT NULL, host text NOT NULL);
CREATE FUNCTION add_resource() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO resources (id, owner) VALUES (NEW.id, NEW.owner); RETURN NEW; END $$;
CREATE FUNCTION add_target() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO targets (id, owner) VALUES (NEW.id, NEW.owner); RETURN NEW; END $$;
CREATE TRIGGER add_resource BEFORE INSERT ON targets FOR EACH ROW EXECUTE FUNCTION add_resource();
CREATE TRIGGER add_target BEFORE INSERT ON ssh_targets FOR EACH ROW EXECUTE FUNCTION add_target();
-- Fills another table by itself, and looks rows up by constants and in a function.
CREATE TABLE states (id serial PRIMARY KEY, code text NOT NULL UNIQUE, label text NOT NULL);
CREATE TABLE tickets (id serial PRIMARY KEY, title text NOT NULL, state integer REFERENCES states);
CREATE TABLE ticket_log (id serial PRIMARY KEY, ticket integer NOT NULL REFERENCES tickets DEFERRABLE INITIALLY DEFERRED, what text NOT NULL);
CREATE FUNCTION open_state() RETURNS integer LANGUAGE sql AS $$ SELECT id FROM states WHERE code = 'open' $$;
CREATE FUNCTION log_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE s integer;
BEGIN
  SELECT id INTO STRICT s FROM states WHERE code = 'fresh';
  NEW.state := coalesce(open_state(), s);
  IF open_state() IS NULL THEN RAISE EXCEPTION 'no open state'; END IF;
  INSERT INTO ticket_log (ticket, what) VALUES (NEW.id, 'made');
  RETURN NEW;
END $$;
CREATE TRIGGER log_ticket BEFORE INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION log_ticket();
-- Asks at the end of the transaction for rows that other tables have by then.
CREATE TABLE albums (id serial PRIMARY KEY);
CREATE TABLE tracks (id serial PRIMARY KEY, album integer NOT NULL REFERENCES albums);
CREATE FUNCTION has_track() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM tracks WHERE album = NEW.id) THEN RAISE EXCEPTION 'album % has no track', NEW.id; END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER has_track AFTER INSERT ON albums DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION has_track();
DROP TABLE kept, refused_before, refused_after, refused_always, broken_trigger, limited, taken, sums;
SELECT target, rows, problem FROM dbmocker.generate_schema('test_trigger_classes', 40) ORDER BY target::text COLLATE "C";
SELECT (SELECT count(*) FROM ssh_targets s JOIN targets t USING (id, owner) JOIN resources r USING (id, owner)) AS targets,
       (SELECT count(*) > 40 FROM ticket_log) AS log, (SELECT count(*) FROM albums a WHERE NOT EXISTS (SELECT FROM tracks WHERE album = a.id)) AS empty;
SELECT * FROM dbmocker.verify(schema => 'test_trigger_classes') WHERE violations > 0;

-- Whatever SQLSTATE a function raises by itself, it refuses a row.
CREATE TABLE doors (id integer PRIMARY KEY, is_open boolean NOT NULL);
CREATE TABLE by_state (id serial PRIMARY KEY, door integer NOT NULL REFERENCES doors);
CREATE TABLE by_right (id serial PRIMARY KEY, door integer NOT NULL REFERENCES doors);
CREATE FUNCTION check_door() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM doors d WHERE d.id = NEW.door AND d.is_open) = 0 THEN RAISE EXCEPTION 'closed' USING ERRCODE = TG_ARGV[0]; END IF;
  ASSERT (SELECT d.id % 2 = 0 FROM doors d WHERE d.id = NEW.door), 'odd';
  RETURN NEW;
END $$;
CREATE TRIGGER check_door BEFORE INSERT ON by_state FOR EACH ROW EXECUTE FUNCTION check_door('40001');
CREATE TRIGGER check_door BEFORE INSERT ON by_right FOR EACH ROW EXECUTE FUNCTION check_door('42501');
SELECT target, rows, problem FROM dbmocker.generate_schema('test_trigger_classes', tables => '{"doors": 50, "by_state": 40, "by_right": 40}');

-- Defaults that cannot be evaluated: a setting that is missing. The column gets values of its own.
CREATE TABLE of_tenant (id uuid PRIMARY KEY DEFAULT current_setting('app.missing')::uuid, tenant text NOT NULL DEFAULT current_setting('app.missing'),
                        made timestamptz NOT NULL DEFAULT current_setting('app.missing')::timestamptz);
SELECT rows FROM dbmocker.generate('of_tenant', 20, 1);
DROP SCHEMA test_trigger_classes CASCADE;

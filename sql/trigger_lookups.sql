-- Tables whose triggers look at other tables: kinds with a base table, lookups over several tables, states that a new
-- row must have, checks at the end of the transaction.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_trigger_lookups;
SET search_path = test_trigger_lookups;
SET dbmocker.reference_time = '2025-01-01';

-- Several kinds of a thing: the triggers of the kinds insert the common row. Every common row has a kind, and what
-- refers to common rows refers to those of both kinds.
CREATE TABLE target (id text PRIMARY KEY, project integer NOT NULL);
CREATE FUNCTION insert_target() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO target (id, project) VALUES (NEW.id, NEW.project);
  RETURN NEW;
END
$$;
CREATE TABLE a_session (id serial PRIMARY KEY, target text NOT NULL REFERENCES target);
CREATE TABLE target_ssh (id text PRIMARY KEY REFERENCES target, project integer NOT NULL, port integer);
CREATE TABLE target_tcp (id text PRIMARY KEY REFERENCES target, project integer NOT NULL);
CREATE TRIGGER insert_target BEFORE INSERT ON target_ssh FOR EACH ROW EXECUTE FUNCTION insert_target();
CREATE TRIGGER insert_target BEFORE INSERT ON target_tcp FOR EACH ROW EXECUTE FUNCTION insert_target();
SELECT target, rows, writer FROM dbmocker.generate_schema('test_trigger_lookups', 50);
SELECT count(*) AS without_kind FROM target t
 WHERE NOT EXISTS (SELECT FROM target_ssh s WHERE s.id = t.id) AND NOT EXISTS (SELECT FROM target_tcp s WHERE s.id = t.id);
SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM target_ssh s WHERE s.id = a.target)) > 5 AS ssh,
       count(*) FILTER (WHERE EXISTS (SELECT FROM target_tcp s WHERE s.id = a.target)) > 5 AS tcp FROM a_session a;
SELECT * FROM dbmocker.verify('test_trigger_lookups') WHERE violations > 0;
DROP TABLE a_session, target, target_ssh, target_tcp;
-- A reference that the kinds leave NULL is used by rows of the base table's own.
CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE account (id text PRIMARY KEY, project integer NOT NULL, login integer REFERENCES users);
CREATE TABLE account_oidc (id text PRIMARY KEY REFERENCES account, project integer NOT NULL);
CREATE FUNCTION insert_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO account (id, project) VALUES (NEW.id, NEW.project);
  RETURN NEW;
END
$$;
CREATE TRIGGER insert_account BEFORE INSERT ON account_oidc FOR EACH ROW EXECUTE FUNCTION insert_account();
SELECT target, rows, writer FROM dbmocker.generate_schema('test_trigger_lookups', 50);
SELECT count(*), count(login) > 30 AS with_login FROM account;
DROP TABLE users, account, account_oidc;

-- A row is accepted only if its host is in its set, and the set belongs to the target of its session: one in thousands
-- of the combinations.
CREATE TABLE catalogs (id integer PRIMARY KEY);
CREATE TABLE hosts (id integer PRIMARY KEY, catalog integer NOT NULL REFERENCES catalogs);
CREATE TABLE sets (id integer PRIMARY KEY, catalog integer NOT NULL REFERENCES catalogs);
CREATE TABLE targets (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE target_sets (target integer NOT NULL REFERENCES targets, set_id integer NOT NULL REFERENCES sets, PRIMARY KEY (target, set_id));
CREATE TABLE sessions (id integer PRIMARY KEY, target integer NOT NULL REFERENCES targets);
CREATE TABLE session_hosts (session_id integer PRIMARY KEY REFERENCES sessions, set_id integer REFERENCES sets, host_id integer REFERENCES hosts);
CREATE VIEW host_sources AS
  SELECT h.id AS host_id, s.id AS set_id, t.target FROM hosts h JOIN sets s ON s.catalog = h.catalog JOIN target_sets t ON t.set_id = s.id;
CREATE FUNCTION check_host() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  the_target integer;
  source host_sources%ROWTYPE;
BEGIN
  -- of the session; its target's sets
  SELECT s.target INTO STRICT the_target FROM sessions AS s WHERE s.id = NEW.session_id;
  SELECT * INTO source FROM host_sources t WHERE t.host_id = NEW.host_id AND t.set_id = NEW.set_id AND t.target = the_target;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'host % is not in a set of target %', NEW.host_id, the_target;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_host BEFORE INSERT ON session_hosts FOR EACH ROW EXECUTE FUNCTION check_host();
SELECT target, rows, rows > 0 AS filled FROM dbmocker.generate_schema('test_trigger_lookups', 200, options => '{"on_error": "skip", "on_exhausted": "cap"}')
 WHERE target = 'session_hosts'::regclass;
SELECT count(*) > 0 AS filled, count(*) FILTER (WHERE NOT EXISTS (SELECT FROM sessions s JOIN host_sources t ON t.target = s.target
  WHERE s.id = h.session_id AND t.host_id = h.host_id AND t.set_id = h.set_id)) AS wrong FROM session_hosts h;
SELECT * FROM dbmocker.verify('test_trigger_lookups') WHERE violations > 0;
DROP TABLE session_hosts, sessions, target_sets, targets, sets, hosts, catalogs CASCADE;

-- What triggers want to be equal, or not to be so, in the rows that they look up: found at once, not by trying.
CREATE TABLE staff (id integer PRIMARY KEY, role text NOT NULL CHECK (role IN ('doctor', 'nurse', 'clerk')), clinic integer NOT NULL CHECK (clinic BETWEEN 1 AND 40));
CREATE TABLE doctors (id integer PRIMARY KEY REFERENCES staff);
CREATE TABLE visits (id serial PRIMARY KEY, doctor integer NOT NULL REFERENCES staff, nurse integer NOT NULL REFERENCES staff, clinic integer NOT NULL);
CREATE FUNCTION check_doctor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT s.role FROM staff s WHERE s.id = NEW.id) <> 'doctor' THEN RAISE EXCEPTION 'no doctor'; END IF;
  RETURN NEW;
END
$$;
CREATE FUNCTION check_visit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  the_doctor staff%ROWTYPE;
  nurse_clinic integer;
  nurse_role text;
BEGIN
  SELECT * INTO the_doctor FROM staff WHERE id = NEW.doctor;
  SELECT s.clinic, s.role INTO nurse_clinic, nurse_role FROM staff s WHERE s.id = NEW.nurse;
  IF the_doctor.clinic <> nurse_clinic OR nurse_role IS DISTINCT FROM 'nurse' THEN RAISE EXCEPTION 'not the nurse'; END IF;
  IF NEW.clinic IS DISTINCT FROM the_doctor.clinic THEN RAISE EXCEPTION 'not here'; END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_doctor BEFORE INSERT ON doctors FOR EACH ROW EXECUTE FUNCTION check_doctor();
CREATE TRIGGER check_visit BEFORE INSERT ON visits FOR EACH ROW EXECUTE FUNCTION check_visit();
SELECT target, rows > 100 AS filled, redrawn_rows < 10 AS at_once FROM dbmocker.generate_schema('test_trigger_lookups', 400, options => '{"on_error": "skip", "on_exhausted": "cap"}');
SELECT count(*) AS wrong FROM visits v JOIN staff d ON d.id = v.doctor JOIN staff n ON n.id = v.nurse
 WHERE n.role <> 'nurse' OR d.clinic <> n.clinic OR v.clinic <> d.clinic;
DROP TABLE visits, doctors, staff;

-- What is asked of a new row is what the defaults say.
CREATE TABLE machines (
    id serial PRIMARY KEY,
    state text NOT NULL DEFAULT 'pending' || '-new',
    attempts integer NOT NULL DEFAULT length('') CHECK (attempts BETWEEN 0 AND 100000)
);
CREATE FUNCTION check_start() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT NEW.state <> 'pending-new' OR NEW.attempts <> 0) THEN
    RAISE EXCEPTION 'a machine starts as pending';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_start BEFORE INSERT ON machines FOR EACH ROW EXECUTE FUNCTION check_start();
SELECT rows, writer FROM dbmocker.generate('machines', 20);
SELECT state, attempts, count(*) FROM machines GROUP BY 1, 2;
DROP TABLE machines;

-- Statements take many rows as long as none is refused: what runs for each statement runs seldom.
CREATE TABLE readings (id serial PRIMARY KEY, amount integer NOT NULL CHECK (amount BETWEEN 1 AND 400));
CREATE TABLE statements (id serial PRIMARY KEY, rows integer NOT NULL);
CREATE FUNCTION refuse_some() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT NEW.amount) = 7 THEN RAISE EXCEPTION 'not 7'; END IF;
  RETURN NEW;
END
$$;
CREATE FUNCTION count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO statements (rows) SELECT count(*) FROM added;
  RETURN NULL;
END
$$;
CREATE TRIGGER refuse_some BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION refuse_some();
CREATE TRIGGER count_rows AFTER INSERT ON readings REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_rows();
SELECT rows, redrawn_rows > 0 AS some_were_refused FROM dbmocker.generate('readings', 2000);
SELECT count(*), count(*) FILTER (WHERE amount = 7) AS refused FROM readings;
SELECT count(*) < 600 AS few_statements, sum(rows) FROM statements;
-- The same rows whatever the batch size.
SELECT md5(string_agg(amount::text, ',' ORDER BY id)) AS rows FROM readings \gset
TRUNCATE readings, statements RESTART IDENTITY;
SELECT rows FROM dbmocker.generate('readings', 2000, options => '{"batch_size": 10}');
SELECT md5(string_agg(amount::text, ',' ORDER BY id)) = :'rows' AS same FROM readings;
DROP TABLE readings, statements;

-- A check at the end of the transaction that refuses some rows: those are left out, not the table.
CREATE TABLE channels (id serial PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('session', 'direct', 'x11')));
CREATE TABLE session_channels (channel integer PRIMARY KEY REFERENCES channels);
CREATE FUNCTION check_channel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind = 'session' AND NOT EXISTS (SELECT FROM session_channels s WHERE s.channel = NEW.id) THEN
    RAISE EXCEPTION 'channel % of kind session has no session', NEW.id;
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER check_channel AFTER INSERT ON channels DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_channel();
SELECT target, rows FROM dbmocker.generate_schema('test_trigger_lookups', 30, options => '{"on_error": "skip"}');
SELECT count(*) > 0 AS filled FROM channels;

DROP TABLE channels, session_channels;

-- Rows of a table's children are no rows of its own.
CREATE TABLE notes (id serial PRIMARY KEY, body text NOT NULL, CHECK (false) NO INHERIT);
CREATE TABLE order_notes (CHECK (body <> '')) INHERITS (notes);
SELECT target, rows, writer, problem IS NOT NULL AS has_problem
  FROM dbmocker.generate_schema('test_trigger_lookups', 10, options => '{"on_error": "skip"}');

RESET search_path;
DROP SCHEMA test_trigger_lookups CASCADE;

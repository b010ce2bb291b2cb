-- Triggers that look only when the transaction ends: tables that want rows of one another, of tables that come later,
-- or none at all; and the rows that are made for the sake of other tables, which their reports count.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_deferred;
SET search_path = test_deferred;
SET dbmocker.reference_time = '2025-01-01';
-- What generate_schema() says of the rows, beside what the tables hold.
CREATE FUNCTION fill(rows bigint, OUT target regclass, OUT rows_reported bigint, OUT counts_agree boolean, OUT problem text)
RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
  stored bigint;
BEGIN
  FOR target, rows_reported, problem IN
      SELECT g.target, g.rows, g.problem
        FROM dbmocker.generate_schema('test_deferred', fill.rows, seed => 1,
                                      options => '{"on_error": "skip", "on_exhausted": "cap"}') g LOOP
    EXECUTE format('SELECT count(*) FROM %s', target) INTO stored;
    counts_agree := stored = rows_reported;
    RETURN NEXT;
  END LOOP;
END
$$;

-- An order has a line: the lines come after it.
CREATE TABLE orders (id serial PRIMARY KEY, customer text NOT NULL);
CREATE TABLE lines (id serial PRIMARY KEY, order_id integer NOT NULL REFERENCES orders, quantity integer NOT NULL CHECK (quantity > 0));
CREATE TABLE letters (id serial PRIMARY KEY, about integer REFERENCES orders);
CREATE FUNCTION check_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  n integer;
BEGIN
  SELECT INTO n count(*) FROM lines l WHERE l.order_id = NEW.id;
  IF n < 1 THEN RAISE EXCEPTION 'order % has no line', NEW.id; END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER check_order AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_order();
SELECT target, rows_reported > 0 AS filled, counts_agree FROM fill(20);
SELECT count(*) AS without_line FROM orders o WHERE NOT EXISTS (SELECT FROM lines l WHERE l.order_id = o.id);
-- What refers to a table that had to wait does refer to it.
SELECT count(about) > 5 AS letters_about_orders FROM letters;
DROP TABLE letters, lines, orders;

-- Tables that say what the others' rows are to be: each session has its row, each program of a session its own one.
CREATE TABLE channels (id serial PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('session', 'direct', 'x11')));
CREATE TABLE channel_sessions (channel_id integer PRIMARY KEY REFERENCES channels, program text NOT NULL CHECK (program IN ('exec', 'shell')));
CREATE TABLE channel_execs (channel_id integer PRIMARY KEY REFERENCES channel_sessions, command text NOT NULL);
CREATE FUNCTION check_channel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind = 'session' THEN
    IF count(*) <> 1 FROM channel_sessions WHERE channel_id = NEW.id THEN
      RAISE EXCEPTION 'channel % has no session', NEW.id;
    END IF;
  END IF;
  RETURN NULL;
END
$$;
CREATE FUNCTION check_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF kind <> 'session' FROM channels WHERE id = NEW.channel_id THEN
    RAISE EXCEPTION 'channel % is no session', NEW.channel_id;
  END IF;
  IF NEW.program = 'exec' THEN
    IF count(*) <> 1 FROM channel_execs WHERE channel_id = NEW.channel_id THEN
      RAISE EXCEPTION 'session % has no command', NEW.channel_id;
    END IF;
  END IF;
  RETURN NULL;
END
$$;
CREATE FUNCTION check_exec() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  the_program text;
BEGIN
  SELECT program INTO the_program FROM channel_sessions s WHERE s.channel_id = NEW.channel_id;
  IF the_program IS NULL OR the_program <> 'exec' THEN RAISE EXCEPTION 'session % runs no command', NEW.channel_id; END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER check_channel AFTER INSERT ON channels DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_channel();
CREATE CONSTRAINT TRIGGER check_session AFTER INSERT ON channel_sessions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_session();
CREATE CONSTRAINT TRIGGER check_exec AFTER INSERT ON channel_execs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_exec();
SELECT target, rows_reported > 0 AS filled, counts_agree FROM fill(60);
SELECT count(DISTINCT kind) AS kinds FROM channels;
-- Once more, on top of these.
SELECT target, rows > 0 AS filled FROM dbmocker.generate_schema('test_deferred', 60, seed => 2,
                                                                options => '{"on_error": "skip", "on_exhausted": "cap"}');
DROP TABLE channel_execs, channel_sessions, channels;

-- Each parent wants a row, or two, in a table whose key is made of references; those that are there already do not count.
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orgs (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE members (user_id int NOT NULL REFERENCES users, org_id int NOT NULL REFERENCES orgs, PRIMARY KEY (org_id, user_id));
CREATE TABLE badges (id serial PRIMARY KEY, org_id int NOT NULL, user_id int NOT NULL, FOREIGN KEY (org_id, user_id) REFERENCES members);
CREATE FUNCTION want_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM members m WHERE m.org_id = NEW.id) < TG_ARGV[0]::int THEN RAISE EXCEPTION 'org % has few members', NEW.id; END IF;
  RETURN NULL;
END
$$;
CREATE FUNCTION want_badges() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM badges b WHERE b.org_id = NEW.org_id AND b.user_id = NEW.user_id) THEN RAISE EXCEPTION 'no badge'; END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER want_members AFTER INSERT ON orgs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION want_members(1);
CREATE CONSTRAINT TRIGGER want_badges AFTER INSERT ON members DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION want_badges();
SELECT * FROM fill(30);
SELECT target, rows, problem FROM dbmocker.generate_schema('test_deferred', 100, seed => 2, options => '{"on_error": "skip"}');
DROP TRIGGER want_members ON orgs;
CREATE CONSTRAINT TRIGGER want_members AFTER INSERT ON orgs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION want_members(2);
SELECT target, rows, problem FROM dbmocker.generate_schema('test_deferred', 100, seed => 3, options => '{"on_error": "skip"}');
DROP TABLE badges, members, orgs, users;

-- Wants rows of a table that it does not refer to and that comes later; a table between two of a group has no triggers.
CREATE TABLE a_first (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE b_second (id serial PRIMARY KEY, first_id integer NOT NULL REFERENCES a_first);
CREATE TABLE c_third (id serial PRIMARY KEY, second_id integer NOT NULL REFERENCES b_second, first_id integer NOT NULL REFERENCES a_first);
CREATE TABLE d_early (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE e_late (id serial PRIMARY KEY, name text NOT NULL);
CREATE FUNCTION want_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  is_there boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %I)', TG_ARGV[0]) INTO is_there;
  IF NOT is_there THEN RAISE EXCEPTION 'no rows in %', TG_ARGV[0]; END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER want_third AFTER INSERT ON a_first DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION want_rows('c_third');
CREATE CONSTRAINT TRIGGER want_first AFTER INSERT ON c_third DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION want_rows('a_first');
CREATE CONSTRAINT TRIGGER want_late AFTER INSERT ON d_early DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION want_rows('e_late');
SELECT * FROM fill(10);
-- One that refuses whatever there is costs itself and what needs its rows.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'never';
END
$$;
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON c_third DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
TRUNCATE a_first, b_second, c_third, d_early, e_late RESTART IDENTITY;
SELECT target, rows_reported, counts_agree, left(problem, 30) AS problem FROM fill(10);
-- With on_error "stop", nothing is asked before the end.
SELECT target, rows FROM dbmocker.generate_schema('test_deferred', 10);
DROP TABLE a_first, b_second, c_third, d_early, e_late;

-- One that refuses some rows for what they hold: those are drawn again.
CREATE TABLE readings (id serial PRIMARY KEY, amount integer NOT NULL CHECK (amount BETWEEN 1 AND 20));
CREATE FUNCTION refuse_some() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT NEW.amount) % 4 <> 0 THEN RAISE EXCEPTION 'not %', NEW.amount; END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER refuse_some AFTER INSERT ON readings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_some();
SELECT * FROM fill(100);
SELECT DISTINCT amount FROM readings ORDER BY 1;
DROP TABLE readings;

-- A trigger that writes elsewhere and misses a row there: the row is made, and counted where it is.
CREATE TABLE classes (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE entries (id serial PRIMARY KEY, class integer NOT NULL REFERENCES classes, note text);
CREATE TABLE accounts (id serial PRIMARY KEY, name text NOT NULL);
CREATE FUNCTION note_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO entries (class, note) VALUES (600001, NEW.name);
  RETURN NEW;
END
$$;
CREATE TRIGGER note_account AFTER INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION note_account();
SELECT target, rows_reported, counts_agree FROM fill(10) WHERE target <> 'entries'::regclass;
SELECT count(*) FROM classes WHERE id = 600001;
DROP TABLE entries, accounts, classes;

-- Parents that suit triggers in no combination: more of them are made, and counted.
CREATE TABLE owners (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE rentals (id serial PRIMARY KEY, owner_id integer NOT NULL REFERENCES owners);
CREATE FUNCTION check_rental() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.owner_id < (SELECT min(id) + 60 FROM owners) THEN
    RAISE EXCEPTION 'owner % is too old', NEW.owner_id;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER check_rental BEFORE INSERT ON rentals FOR EACH ROW EXECUTE FUNCTION check_rental();
SELECT target, rows_reported, counts_agree FROM fill(20);
-- Not where that does not help.
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.owner_id > 0 THEN RAISE EXCEPTION 'no rentals'; END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER never BEFORE INSERT ON rentals FOR EACH ROW EXECUTE FUNCTION never();
TRUNCATE owners, rentals;
SELECT target, rows_reported, counts_agree FROM fill(20);

RESET search_path;
DROP SCHEMA test_deferred CASCADE;

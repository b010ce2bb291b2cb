-- What triggers want of references beyond foreign keys, by class: each schema is filled whole, verify() proves it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
SET dbmocker.reference_time = '2025-01-01';

-- Values that a trigger looks up in another table, in a view, in a catalog: no foreign key says so.
CREATE SCHEMA test_trigger_lookups;
SET search_path = test_trigger_lookups;
CREATE TABLE regions (code text PRIMARY KEY, version integer NOT NULL);
CREATE VIEW allowed AS SELECT code AS region FROM regions;
CREATE TABLE shops (id serial PRIMARY KEY, region text NOT NULL, kind text NOT NULL, owner name NOT NULL, version integer NOT NULL);
CREATE FUNCTION check_shop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.region NOT IN (SELECT region FROM allowed) THEN RAISE EXCEPTION 'unknown region %', NEW.region; END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles AS r WHERE r.rolname = NEW.owner) THEN RAISE EXCEPTION 'no role %', NEW.owner; END IF;
  SELECT max(version) INTO NEW.version FROM regions r WHERE NEW.kind = r.code;  -- NULL for others: refused
  RETURN NEW;
END $$;
CREATE TRIGGER check_shop BEFORE INSERT ON shops FOR EACH ROW EXECUTE FUNCTION check_shop();
SELECT target, rows, problem FROM dbmocker.generate_schema('test_trigger_lookups', 40);
SELECT count(*) FROM shops JOIN regions r ON r.code = region JOIN regions k ON k.code = kind AND k.version = shops.version
  JOIN pg_roles ON rolname = owner;
SELECT * FROM dbmocker.verify('test_trigger_lookups') WHERE violations > 0;

-- Parents that have to agree: the user of a session is the one behind its token, its project that of its target.
CREATE SCHEMA test_agreeing_parents;
SET search_path = test_agreeing_parents;
CREATE TABLE users (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE accounts (id uuid PRIMARY KEY, user_id uuid REFERENCES users);
CREATE TABLE tokens (id uuid PRIMARY KEY, account_id uuid NOT NULL REFERENCES accounts);
CREATE TABLE projects (id uuid PRIMARY KEY);
CREATE TABLE targets (id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES projects);
CREATE TABLE visits (id serial PRIMARY KEY, token_id uuid REFERENCES tokens, user_id uuid REFERENCES users,
                     project_id uuid REFERENCES projects, target_id uuid REFERENCES targets);
CREATE FUNCTION check_visit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  of_token uuid;
  of_target uuid;
BEGIN
  SELECT a.user_id INTO STRICT of_token FROM tokens t JOIN accounts a ON a.id = t.account_id WHERE t.id = NEW.token_id;
  SELECT project_id INTO STRICT of_target FROM targets WHERE id = NEW.target_id;
  IF (of_token = NEW.user_id AND of_target = NEW.project_id) IS NOT TRUE THEN RAISE EXCEPTION 'they do not agree'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER check_visit AFTER INSERT ON visits FOR EACH ROW EXECUTE FUNCTION check_visit();
SELECT target, rows, problem FROM dbmocker.generate_schema('test_agreeing_parents', 200);
SELECT count(*) FROM visits v JOIN tokens t ON t.id = token_id JOIN accounts a ON a.id = account_id AND a.user_id = v.user_id
  JOIN targets g ON g.id = target_id AND g.project_id = v.project_id;

-- Kinds of a thing whose common part triggers insert: each kind finds parents of its own.
CREATE SCHEMA test_kinds;
SET search_path = test_kinds;
CREATE TABLE libraries (id text PRIMARY KEY);
CREATE TABLE overrides (library_id text PRIMARY KEY REFERENCES libraries);
CREATE TABLE key_overrides (library_id text PRIMARY KEY REFERENCES libraries REFERENCES overrides, attribute text);
CREATE TABLE name_overrides (library_id text PRIMARY KEY REFERENCES libraries REFERENCES overrides, attribute text);
CREATE FUNCTION insert_override() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO overrides VALUES (NEW.library_id);
  RETURN NEW;
END $$;
CREATE TRIGGER insert_override BEFORE INSERT ON key_overrides FOR EACH ROW EXECUTE FUNCTION insert_override();
CREATE TRIGGER insert_override BEFORE INSERT ON name_overrides FOR EACH ROW EXECUTE FUNCTION insert_override();
SELECT target, rows > 0 AS is_filled FROM dbmocker.generate_schema('test_kinds', 30, options => '{"on_error": "skip"}');
SELECT * FROM dbmocker.verify('test_kinds') WHERE violations > 0;

-- Histories whose names a trigger makes up come after what they are histories of.
CREATE SCHEMA test_histories;
SET search_path = test_histories;
CREATE TABLE a_things_history (id text NOT NULL, name text, valid int4range NOT NULL DEFAULT int4range(1, NULL));
CREATE TABLE things (id text PRIMARY KEY CHECK (id IN ('one', 'two', 'three')), name text);
CREATE TABLE things_history (id text NOT NULL CHECK (id IN ('one', 'two', 'three')), name text, kept integer NOT NULL DEFAULT 1, UNIQUE (id, kept));
CREATE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('INSERT INTO test_histories.%I (id, name) SELECT ($1).id, ($1).name', TG_TABLE_NAME || '_history') USING NEW;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_history AFTER INSERT ON things FOR EACH ROW EXECUTE FUNCTION keep_history();
SELECT place, target FROM dbmocker.plan_schema('test_histories', 3) ORDER BY place;
SELECT target, rows FROM dbmocker.generate_schema('test_histories', 3);

-- Columns of two foreign keys that a CHECK wants to be equal.
CREATE SCHEMA test_equal_columns;
SET search_path = test_equal_columns;
CREATE TABLE methods (tenant integer, id uuid, PRIMARY KEY (tenant, id));
CREATE TABLE people (tenant integer, id uuid, PRIMARY KEY (tenant, id));
CREATE TABLE accounts (id serial PRIMARY KEY, tenant integer NOT NULL, method uuid NOT NULL, person_tenant integer, person uuid,
                       FOREIGN KEY (tenant, method) REFERENCES methods, FOREIGN KEY (person_tenant, person) REFERENCES people,
                       CHECK (person IS NULL AND person_tenant IS NULL OR person IS NOT NULL AND person_tenant = tenant));
INSERT INTO methods SELECT i % 7, md5('m' || i)::uuid FROM generate_series(1, 100) i;
INSERT INTO people SELECT i % 5, md5('p' || i)::uuid FROM generate_series(1, 100) i;
SELECT rows, redrawn_rows FROM dbmocker.generate('accounts', 1000);
SELECT count(*) FILTER (WHERE person_tenant = tenant) > 500, count(*) FILTER (WHERE (person IS NULL) <> (person_tenant IS NULL)) FROM accounts;

-- Text keys whose CHECK is a choice of patterns.
CREATE SCHEMA test_pattern_keys;
SET search_path = test_pattern_keys;
CREATE TABLE endpoints (host integer, condition text UNIQUE CHECK (left(btrim(condition), 4) = 'dns:' OR left(btrim(condition), 5) = 'cidr:'),
                        code text NOT NULL UNIQUE CHECK (code LIKE 'A-%' OR code ~ '^B[0-9]{6}$' OR code IN ('none', 'all')));
SELECT rows FROM dbmocker.generate('endpoints', 500);
SELECT rows FROM dbmocker.generate('endpoints', 500, 2);
SELECT count(DISTINCT condition) FROM endpoints;

DROP SCHEMA test_trigger_lookups, test_agreeing_parents, test_kinds, test_histories, test_equal_columns, test_pattern_keys CASCADE;

-- Triggers that refuse rows for what they hold, by class: the conditions in their functions are read as CHECKs are, so
-- that no row is refused. The triggers themselves are the proof: a row that one refuses is drawn again, and counted.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_trigger_conditions;
SET search_path = test_trigger_conditions;
SET dbmocker.reference_time = '2025-01-01';
CREATE TYPE state AS ENUM ('draft', 'sent', 'paid', 'void', 'old1', 'old2', 'old3', 'old4', 'old5', 'old6');

-- One of many labels; two formats, one of them behind ELSIF; several columns.
CREATE FUNCTION refuse_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.state <> 'draft' THEN
    RAISE EXCEPTION 'must start as draft';
  ELSIF TG_OP = 'UPDATE' AND OLD.state = 'void' THEN
    RAISE EXCEPTION 'is void';
  END IF;
  RETURN NEW;
END $$;
CREATE TABLE documents (id serial PRIMARY KEY, state state NOT NULL);
CREATE TRIGGER t BEFORE INSERT OR UPDATE ON documents FOR EACH ROW EXECUTE FUNCTION refuse_state();
CREATE FUNCTION refuse_format() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  least int := 6;  -- no column
BEGIN
  IF NEW.phone IS NULL THEN
    RETURN NEW;
  ELSIF NEW.phone !~ '^\+[0-9]{8,15}$' THEN
    RAISE EXCEPTION 'bad phone %', NEW.phone USING ERRCODE = 'check_violation';
  END IF;
  IF length(NEW.code) <> 6 THEN RAISE unique_violation; END IF;
  IF NEW.until <= NEW.since THEN RAISE EXCEPTION 'ends before it starts'; END IF;
  RETURN NEW;
END $$;
CREATE TABLE contacts (id serial PRIMARY KEY, phone text, code text NOT NULL, since date NOT NULL, until date NOT NULL);
CREATE TRIGGER t BEFORE INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION refuse_format();
-- The condition of the trigger itself; a trigger that comes after the row; rows that a trigger leaves out.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'never %', NEW; END $$;
CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.amount NOT BETWEEN 17 AND 19 THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
CREATE TABLE payments (id serial PRIMARY KEY, state text NOT NULL CHECK (state IN ('new', 'paid', 'done')), paid_at timestamptz,
  amount int NOT NULL);
CREATE TRIGGER a AFTER INSERT ON payments FOR EACH ROW
  WHEN (NEW.state = 'new' AND NEW.paid_at IS NOT NULL OR NEW.state = 'done' AND NEW.paid_at IS NULL) EXECUTE FUNCTION refuse();
CREATE TRIGGER b BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION leave_out();
SELECT target, rows, redrawn_rows, problem FROM dbmocker.generate_schema('test_trigger_conditions', 500);
SELECT name, kind, method FROM dbmocker.plan('contacts') WHERE kind = 'TRIGGER';
SELECT count(DISTINCT phone) > 100, count(*) FILTER (WHERE phone IS NULL) > 20 FROM contacts;

-- Not taken for conditions: what is assigned before, what other rows say, what is caught, triggers that are disabled;
-- conditions that leave the constraints no room are left to the trigger.
CREATE FUNCTION correct() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.code := 'X';
  IF NEW.code <> 'X' THEN RAISE EXCEPTION 'never'; END IF;
  IF NEW.name IN (SELECT name FROM test_trigger_conditions.corrected) THEN RAISE EXCEPTION 'known'; END IF;
  BEGIN
    IF NEW.name <> 'Y' THEN RAISE EXCEPTION 'caught'; END IF;
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  RETURN NEW;
END $$;
CREATE TABLE corrected (id serial PRIMARY KEY, code text NOT NULL, name text NOT NULL);
CREATE TRIGGER t BEFORE INSERT ON corrected FOR EACH ROW EXECUTE FUNCTION correct();
CREATE TABLE disabled (id serial PRIMARY KEY, amount int NOT NULL);
CREATE TRIGGER t BEFORE INSERT ON disabled FOR EACH ROW EXECUTE FUNCTION leave_out();
ALTER TABLE disabled DISABLE TRIGGER t;
SELECT name, method FROM dbmocker.plan('corrected') WHERE kind = 'TRIGGER';
SELECT name, method FROM dbmocker.plan('disabled') WHERE kind = 'TRIGGER';
CREATE TABLE impossible (id serial PRIMARY KEY, amount int NOT NULL CHECK (amount < 5));
CREATE TRIGGER t BEFORE INSERT ON impossible FOR EACH ROW EXECUTE FUNCTION leave_out();
SELECT name, method, detail FROM dbmocker.plan('impossible') WHERE kind = 'TRIGGER';
SELECT rows FROM dbmocker.generate('corrected', 100);
SELECT count(DISTINCT name) FROM corrected;

-- Parents that must be alike in what both refer to, read into variables or by a join: drawn in pairs.
CREATE TABLE tenants (id serial PRIMARY KEY);
CREATE TABLE accounts (id serial PRIMARY KEY, tenant int NOT NULL REFERENCES tenants);
CREATE TABLE users (id serial PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants);
CREATE FUNCTION refuse_others() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  a int;
  b int;
BEGIN
  SELECT tenant INTO a FROM test_trigger_conditions.accounts WHERE id = NEW.account;
  SELECT tenant_id INTO b FROM test_trigger_conditions.users WHERE id = NEW.owner;
  IF a <> b THEN RAISE EXCEPTION 'tenants differ'; END IF;
  RETURN NEW;
END $$;
CREATE TABLE owned (id serial PRIMARY KEY, account int NOT NULL REFERENCES accounts, owner int NOT NULL REFERENCES users);
CREATE TRIGGER t BEFORE INSERT ON owned FOR EACH ROW EXECUTE FUNCTION refuse_others();
CREATE TABLE shared (account int REFERENCES accounts, owner int REFERENCES users, PRIMARY KEY (account, owner));
CREATE TRIGGER t BEFORE INSERT ON shared FOR EACH ROW EXECUTE FUNCTION refuse_others();
SELECT target, rows, problem FROM dbmocker.generate_schema('test_trigger_conditions', exclude => '{documents, contacts}',
  tables => '{"tenants": 700, "accounts": 700, "users": 700, "owned": 1500, "shared": 600}');
SELECT count(DISTINCT account) > 300, count(DISTINCT owner) > 300 FROM owned;
DROP SCHEMA test_trigger_conditions CASCADE;

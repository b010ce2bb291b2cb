-- Tables that hold parts of one another's key: each owner has a main item among its own ones.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_circle_classes;
SET search_path = test_circle_classes;
SET dbmocker.reference_time = '2025-01-01';

-- None of the references may be NULL; the circle closes at the end of the statement, or of the transaction.
CREATE TABLE items (owner integer NOT NULL, id serial PRIMARY KEY, label text NOT NULL, UNIQUE (owner, id));
CREATE TABLE owners (
    id serial PRIMARY KEY,
    main_item integer NOT NULL,
    name text NOT NULL,
    FOREIGN KEY (id, main_item) REFERENCES items (owner, id)
);
ALTER TABLE items ADD FOREIGN KEY (owner) REFERENCES owners;
CREATE TABLE accounts (code text PRIMARY KEY, main_card uuid NOT NULL);
CREATE TABLE cards (id uuid PRIMARY KEY, account text NOT NULL REFERENCES accounts DEFERRABLE INITIALLY DEFERRED, UNIQUE (account, id));
ALTER TABLE accounts ADD FOREIGN KEY (code, main_card) REFERENCES cards (account, id) DEFERRABLE INITIALLY DEFERRED;
SELECT target, rows FROM dbmocker.generate_schema('test_circle_classes', 40);
SELECT target, rows FROM dbmocker.generate_schema('test_circle_classes', tables => '{"owners": 20, "items": 100, "accounts": 5, "cards": 30}', seed => 2);
SELECT count(*), count(DISTINCT main_item) FROM owners;
SELECT count(*), count(DISTINCT owner) > 40 AS spread FROM items;
SELECT count(*) FROM cards;
SELECT * FROM dbmocker.verify('test_circle_classes') WHERE violations > 0;
SELECT target, rows_planned, circle, feasible FROM dbmocker.plan_schema('test_circle_classes', 40) ORDER BY target::text;
-- Each of the owners needs an item of its own.
SELECT * FROM dbmocker.generate_schema('test_circle_classes', tables => '{"owners": 20, "items": 10}');
INSERT INTO items (owner, label) VALUES (1, 'by hand');  -- the sequences have gone on
DROP TABLE items, owners, accounts, cards CASCADE;

-- The main item may be NULL: it is chosen at the end, from the owner's own; the owner's key stays what it is.
CREATE TABLE owners (id serial PRIMARY KEY, main_item integer, name text NOT NULL);
CREATE TABLE items (owner integer NOT NULL REFERENCES owners, id integer, PRIMARY KEY (owner, id));
ALTER TABLE owners ADD FOREIGN KEY (id, main_item) REFERENCES items (owner, id);
CREATE TABLE scopes (id text PRIMARY KEY, primary_method text UNIQUE);
CREATE TABLE methods (scope text NOT NULL REFERENCES scopes, id text PRIMARY KEY, UNIQUE (scope, id));
ALTER TABLE scopes ADD FOREIGN KEY (id, primary_method) REFERENCES methods (scope, id);
SELECT target, rows FROM dbmocker.generate_schema('test_circle_classes', tables => '{"owners": 50, "items": 400, "scopes": 50, "methods": 400}', options => '{"null_probability": 0}');
SELECT count(*) AS owners, count(*) FILTER (WHERE main_item IS NULL AND EXISTS (SELECT FROM items i WHERE i.owner = o.id)) AS without_main_item,
       bool_and(id BETWEEN 1 AND 50) AS keys_are_kept FROM owners o;
SELECT count(*) AS scopes, count(*) FILTER (WHERE primary_method IS NULL AND EXISTS (SELECT FROM methods m WHERE m.scope = s.id)) AS without_method FROM scopes s;
SELECT rows FROM dbmocker.generate('owners', 30, seed => 5);
SELECT * FROM dbmocker.verify('test_circle_classes') WHERE violations > 0;
DROP TABLE owners, items, scopes, methods CASCADE;

-- A domain that is NOT NULL makes the reference one that may not be NULL.
CREATE DOMAIN key AS text NOT NULL CHECK (length(VALUE) > 10);
CREATE TABLE methods (id key PRIMARY KEY, conf key);
CREATE TABLE confs (id key PRIMARY KEY, method key REFERENCES methods DEFERRABLE INITIALLY DEFERRED, UNIQUE (method, id));
ALTER TABLE methods ADD FOREIGN KEY (id, conf) REFERENCES confs (method, id) DEFERRABLE INITIALLY DEFERRED;
SELECT target, rows FROM dbmocker.generate_schema('test_circle_classes', 30);
SELECT * FROM dbmocker.verify('test_circle_classes') WHERE violations > 0;

RESET search_path;
DROP SCHEMA test_circle_classes CASCADE;

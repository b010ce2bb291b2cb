-- Unique keys by class, as real schemas have them: each table is filled twice, with two seeds; the server's own indexes
-- refuse duplicates, verify() looks again.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_unique_classes;
SET search_path = test_unique_classes;
SET dbmocker.reference_time = '2025-01-01';

-- Rows after two runs, and constraints that verify() finds broken.
CREATE FUNCTION fill_twice(target regclass, rows bigint, OUT stored bigint, OUT broken text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM dbmocker.generate(target, rows, 1);
  PERFORM dbmocker.generate(target, rows, 2);
  EXECUTE format('SELECT count(*) FROM %s', target) INTO stored;
  SELECT string_agg(constraint_name, ', ') INTO broken FROM dbmocker.verify(target) WHERE violations > 0;
END $$;
CREATE TYPE shade AS ENUM ('light', 'mid', 'dark');
CREATE TABLE tenants (id integer PRIMARY KEY);
CREATE TABLE people (id uuid PRIMARY KEY);
SELECT fill_twice('tenants', 5), fill_twice('people', 10);

-- Composite keys that overlap, all pairs of three columns.
CREATE TABLE overlapping (a integer NOT NULL, b shade NOT NULL, c date NOT NULL, UNIQUE (a, b), UNIQUE (b, c), UNIQUE (a, c));
SELECT fill_twice('overlapping', 100);

-- A key that shares a column with a foreign key: numbers within a tenant.
CREATE TABLE numbered (id bigserial PRIMARY KEY, tenant integer NOT NULL REFERENCES tenants, number integer NOT NULL, code text NOT NULL,
                       UNIQUE (tenant, number), UNIQUE (code, tenant));
SELECT fill_twice('numbered', 200);
SELECT count(DISTINCT tenant) FROM numbered;

-- Join tables: pairs of parents, up to all that there are; one more is refused, or capped.
CREATE TABLE members (tenant integer REFERENCES tenants, person uuid REFERENCES people, role shade NOT NULL, PRIMARY KEY (tenant, person));
SELECT fill_twice('members', 100);
SELECT rows FROM dbmocker.generate('members', 1, 1);
SELECT rows, problem FROM dbmocker.generate('members', 1, 1, '{"on_exhausted": "cap"}');
CREATE TABLE ternary (tenant integer REFERENCES tenants, person uuid REFERENCES people, shade shade, PRIMARY KEY (tenant, person, shade));
SELECT fill_twice('ternary', 300);

-- One to one: a foreign key that is a key.
CREATE TABLE settings_of_person (person uuid PRIMARY KEY REFERENCES people, note text);
CREATE TABLE badge_of_person (id integer PRIMARY KEY, person uuid UNIQUE REFERENCES people);
SELECT fill_twice('settings_of_person', 10), fill_twice('badge_of_person', 10);

-- Partial keys: IS NULL, IS NOT NULL, boolean, = constant, compound.
CREATE TABLE partial (id integer PRIMARY KEY, tenant integer NOT NULL REFERENCES tenants, slug text NOT NULL, kind shade NOT NULL,
                      is_default boolean NOT NULL, external text, deleted_at timestamptz);
CREATE UNIQUE INDEX live_slug ON partial (tenant, slug) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX known_external ON partial (external) WHERE external IS NOT NULL;
CREATE UNIQUE INDEX dark_slug ON partial (slug) WHERE kind = 'dark';
CREATE UNIQUE INDEX default_slug ON partial (slug, tenant) WHERE is_default AND deleted_at IS NULL AND kind <> 'mid';
SELECT fill_twice('partial', 200);
-- At most one default a tenant: the flag gives way.
CREATE TABLE one_default (id integer PRIMARY KEY, tenant integer NOT NULL REFERENCES tenants, is_default boolean NOT NULL);
CREATE UNIQUE INDEX ON one_default (tenant) WHERE is_default;
SELECT fill_twice('one_default', 60);

-- Expressions: lower, upper, coalesce with a sentinel, a cast.
CREATE TABLE expressions (id integer PRIMARY KEY, email text NOT NULL, code varchar(12) NOT NULL, parent integer, name text NOT NULL, at timestamp NOT NULL);
CREATE UNIQUE INDEX ON expressions (lower(email));
CREATE UNIQUE INDEX ON expressions (upper(code), (at::date));
CREATE UNIQUE INDEX ON expressions (coalesce(parent, -1), name);
SELECT fill_twice('expressions', 150);

-- NULLS NOT DISTINCT, where the server has it.
CREATE TABLE null_once (id integer PRIMARY KEY, a integer, b shade);
DO $$ BEGIN
  IF current_setting('server_version_num')::integer >= 150000 THEN
    ALTER TABLE null_once ADD UNIQUE NULLS NOT DISTINCT (a), ADD UNIQUE NULLS NOT DISTINCT (a, b);
  END IF;
END $$;
SELECT fill_twice('null_once', 150);

-- Unique columns of few values: booleans and labels, all of them used; tables of one row; the rows of a fixed list.
CREATE TABLE truths (value boolean NOT NULL UNIQUE);
CREATE TABLE shades (value shade PRIMARY KEY, hex text NOT NULL);
CREATE TABLE singleton (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), version text NOT NULL);
CREATE TABLE singleton_by_number (id integer PRIMARY KEY CHECK (id = 1), version text NOT NULL);
CREATE TABLE listed (code text PRIMARY KEY CHECK (code IN ('a', 'b', 'c', 'd')), name text NOT NULL UNIQUE);
CREATE UNIQUE INDEX singleton_by_index ON singleton ((true));
SELECT rows FROM dbmocker.generate('listed', 5, 1);
SELECT t, r.rows FROM unnest('{truths,shades,singleton,singleton_by_number,listed}'::regclass[]) t,
  dbmocker.generate(t, 50, 1, '{"on_exhausted": "cap"}') r;
SELECT t, r.rows FROM unnest('{truths,shades,singleton,singleton_by_number,listed}'::regclass[]) t,
  dbmocker.generate(t, 50, 2, '{"on_exhausted": "cap"}') r;

-- Capped rows of a table that refers to itself: nothing refers to a row that was left out.
CREATE TABLE small_tree (id smallint PRIMARY KEY CHECK (id BETWEEN 1 AND 40), parent smallint REFERENCES small_tree, tag text NOT NULL);
INSERT INTO small_tree SELECT i, NULL, 'x' FROM generate_series(2, 40, 2) i;
SELECT rows BETWEEN 1 AND 20 AS is_capped FROM dbmocker.generate('small_tree', 100, 1, '{"on_exhausted": "cap"}');
SELECT count(*) FROM small_tree c LEFT JOIN small_tree p ON p.id = c.parent WHERE c.parent IS NOT NULL AND p.id IS NULL;

SELECT * FROM dbmocker.verify(schema => 'test_unique_classes') WHERE violations > 0;
DROP SCHEMA test_unique_classes CASCADE;

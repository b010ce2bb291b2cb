-- EXCLUDE constraints: rows that cannot conflict are made at once, and rows that are stored are asked for.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE SCHEMA test_exclusions;
SET search_path = test_exclusions, public;
CREATE TABLE rooms (id integer PRIMARY KEY, name text);
SELECT rows FROM dbmocker.generate('rooms', 5);

CREATE TABLE ranges_per_key (room integer NOT NULL REFERENCES rooms, during tstzrange NOT NULL,
  EXCLUDE USING gist (room WITH =, during WITH &&));
CREATE TABLE range_of_two_columns (room integer NOT NULL REFERENCES rooms, starts timestamp NOT NULL,
  ends timestamp NOT NULL CHECK (ends > starts), EXCLUDE USING gist (room WITH =, tsrange(starts, ends, '[]') WITH &&));
CREATE TABLE range_alone (day daterange, EXCLUDE USING gist (day WITH &&));
CREATE TABLE range_in_primary_key (sku integer, valid daterange, price numeric(8,2), PRIMARY KEY (sku, valid),
  EXCLUDE USING gist (sku WITH =, valid WITH &&));
CREATE TABLE range_of_a_narrow_type (shelf int2 CHECK (shelf BETWEEN 1 AND 40), place time NOT NULL,
  slots int4multirange NOT NULL, EXCLUDE USING gist (slots WITH &&) WHERE (shelf > 20));
CREATE TABLE two_constraints (host text NOT NULL, lease tsrange NOT NULL, EXCLUDE USING gist (lease WITH &&),
  EXCLUDE USING gist (host WITH =, lease WITH &&));
CREATE TABLE circles (area circle, EXCLUDE USING gist (area WITH &&));
CREATE TABLE boxes (area box NOT NULL, EXCLUDE USING gist (area WITH &&));
CREATE TABLE equal_values (a integer NOT NULL, b text NOT NULL, EXCLUDE USING gist (a WITH =, b WITH =));
CREATE TABLE equal_hash (code text NOT NULL, EXCLUDE USING hash (code WITH =));
CREATE TABLE one_kind_per_cage (cage integer, animal text, EXCLUDE USING gist (cage WITH =, animal WITH <>));
-- Beside CHECKs on the bounds, and with an end that may be open.
CREATE TABLE within_bounds (room integer NOT NULL REFERENCES rooms, during tsrange NOT NULL, CHECK (during <@ tsrange('2024-01-01', '2026-01-01')),
  CHECK (NOT isempty(during) AND lower_inc(during)), EXCLUDE USING gist (room WITH =, during WITH &&));
CREATE TABLE above_a_bound (room integer NOT NULL REFERENCES rooms, seats int4range NOT NULL,
  CHECK (lower(seats) >= 100 AND upper(seats) <= 20000), EXCLUDE USING gist (room WITH =, seats WITH &&));
CREATE TABLE until_further_notice (room integer NOT NULL REFERENCES rooms, starts date NOT NULL DEFAULT current_date, ends date, CHECK (ends > starts),
  CHECK (starts >= '2000-01-01'), EXCLUDE USING gist (room WITH =, daterange(starts, coalesce(ends, 'infinity')) WITH &&));
-- Only the index can tell.
CREATE TABLE by_expression (id integer, EXCLUDE USING gist (circle(point(id, 0), 0.25) WITH &&));

CREATE VIEW targets AS SELECT oid::regclass AS target FROM pg_class
 WHERE relnamespace = 'test_exclusions'::regnamespace AND relkind = 'r' AND relname <> 'rooms';
SELECT target, p.method FROM targets, dbmocker.plan(target, 1000) p WHERE p.kind = 'EXCLUDE' ORDER BY target::text;
-- Into empty tables, and more by another seed.
SELECT t.target, first.rows, second.rows FROM targets t, dbmocker.generate(t.target, 2000) first,
  dbmocker.generate(t.target, 1000, seed => 9) second ORDER BY t.target::text;
SELECT * FROM dbmocker.verify('test_exclusions'::regnamespace) WHERE violations <> 0;
-- The server says the same of the stored rows.
REINDEX SCHEMA test_exclusions;
-- Natural: all rooms are booked, for minutes to an hour.
SELECT count(DISTINCT room), min(upper(during) - lower(during)) >= '5 minutes',
  max(upper(during) - lower(during)) < '1 hour' FROM ranges_per_key;
-- More rows than slots of the type: combinations with the key.
CREATE TYPE shelf_range AS RANGE (subtype = int2);
CREATE TABLE crowded (room integer NOT NULL REFERENCES rooms, place shelf_range NOT NULL,
  EXCLUDE USING gist (room WITH =, place WITH &&));
SELECT method, detail FROM dbmocker.plan('crowded', 40000) WHERE kind = 'EXCLUDE';
SELECT rows FROM dbmocker.generate('crowded', 40000);
SELECT * FROM dbmocker.verify('crowded');
-- Nothing has to be looked up: fits the page writer.
CREATE TABLE many (area circle NOT NULL, EXCLUDE USING gist (area WITH &&));
SELECT method FROM dbmocker.plan('many', 1000000) WHERE kind = 'writer';
SET client_min_messages = warning;
DROP SCHEMA test_exclusions CASCADE;

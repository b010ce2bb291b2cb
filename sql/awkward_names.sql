-- Names that need quotes, tables of odd shapes.
SET client_min_messages = warning;
CREATE SCHEMA "test_awkward_names";
CREATE SCHEMA "Odd ""Schema"" é";
SET search_path = test_awkward_names;
SET dbmocker.reference_time = '2025-01-01';

-- Quoted names of everything, in a schema off the search_path.
CREATE TYPE "Odd ""Schema"" é"."My Enum" AS ENUM ('A b', 'c"d', 'e''f');
CREATE DOMAIN "Odd ""Schema"" é"."Dömäin" AS integer CONSTRAINT "is it %s big?" CHECK (VALUE > 10);
CREATE TYPE "Odd ""Schema"" é"."select" AS ("from" integer, "Where" "Odd ""Schema"" é"."My Enum");
CREATE SEQUENCE "Odd ""Schema"" é"."Seq'uence";
CREATE TABLE "Odd ""Schema"" é"."Pa""rent; DROP TABLE x" (
  "Id" integer DEFAULT nextval('"Odd ""Schema"" é"."Seq''uence"') CONSTRAINT "P k" PRIMARY KEY,
  "select" text UNIQUE, "a ""b"" c" "Odd ""Schema"" é"."My Enum" NOT NULL, "Größe %s %d" "Odd ""Schema"" é"."Dömäin" NOT NULL,
  "$1" "Odd ""Schema"" é"."select", "日本語" varchar(5), "tab	and
newline" integer, "''" boolean, "a.b" date,
  "UPPER" integer GENERATED ALWAYS AS ("Id" * 2) STORED,
  CONSTRAINT "Ch'eck ""1""" CHECK ("a.b" > '2020-01-01' AND "''" IS NOT FALSE),
  CONSTRAINT "Un ique" UNIQUE ("日本語", "a.b")
);
CREATE UNIQUE INDEX "In dex" ON "Odd ""Schema"" é"."Pa""rent; DROP TABLE x" (lower("select"));
CREATE TABLE "Odd ""Schema"" é"."child" (
  "Id" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "Parent" integer NOT NULL CONSTRAINT "F 'k'" REFERENCES "Odd ""Schema"" é"."Pa""rent; DROP TABLE x",
  "Self" integer CONSTRAINT "s.elf" REFERENCES "Odd ""Schema"" é"."child"
);
SELECT target, rows, writer FROM dbmocker.generate_schema('"Odd ""Schema"" é"', 100, seed => 1);
SELECT target, rows, writer
FROM dbmocker.generate_schema('"Odd ""Schema"" é"', 100, seed => 1, options => '{"insertion_strategy": "single"}');
SELECT count(*), count(DISTINCT "Id"), bool_and("Größe %s %d" > 10), count(DISTINCT "a ""b"" c"), bool_and("UPPER" = "Id" * 2)
FROM "Odd ""Schema"" é"."Pa""rent; DROP TABLE x";
SELECT count(*), count(DISTINCT "Parent") > 50 AS parents FROM "Odd ""Schema"" é"."child";
SELECT count(*) FROM dbmocker.rows(NULL::"Odd ""Schema"" é"."child", 10);
SELECT object, name, kind FROM dbmocker.plan('"Odd ""Schema"" é".child', 10);
SELECT * FROM dbmocker.verify(schema => '"Odd ""Schema"" é"') WHERE violations > 0;
CREATE TABLE "Odd ""Schema"" é"."no ""parent""" (n integer NOT NULL CONSTRAINT "n'o" REFERENCES "Odd ""Schema"" é"."child",
                                                "Wröng" integer NOT NULL CONSTRAINT "to o" CHECK ("Wröng" > 5 AND "Wröng" < 5));
SELECT rows FROM dbmocker.generate('"Odd ""Schema"" é"."no ""parent"""', 1, 1);

-- An empty search_path.
SET search_path = '';
SELECT rows FROM dbmocker.generate('"Odd ""Schema"" é".child', 5, 1);
SELECT count(*) FROM dbmocker.rows(NULL::"Odd ""Schema"" é".child, 5);
SET search_path = test_awkward_names;
-- Names of ours that hide the server's.
CREATE TABLE pg_class (id integer PRIMARY KEY, t text);
CREATE FUNCTION max(integer) RETURNS text LANGUAGE sql AS 'SELECT ''hidden''';
CREATE FUNCTION count() RETURNS text LANGUAGE sql AS 'SELECT ''hidden''';
SET search_path = test_awkward_names, pg_catalog;
SELECT rows FROM dbmocker.generate('test_awkward_names.pg_class', 5, 1);
SELECT rows FROM dbmocker.generate('test_awkward_names.pg_class', 5, 1);
SELECT pg_catalog.count(*) FROM test_awkward_names.pg_class;
SET search_path = test_awkward_names;
DROP TABLE test_awkward_names.pg_class;
DROP FUNCTION test_awkward_names.max(integer), test_awkward_names.count();

-- Dropped columns in every place, columns added with a default.
CREATE TABLE changed (gone1 integer, id integer PRIMARY KEY, gone2 text, name text NOT NULL, gone3 date, parent integer REFERENCES changed);
ALTER TABLE changed DROP COLUMN gone1, DROP COLUMN gone2, DROP COLUMN gone3;
INSERT INTO changed VALUES (-1, 'old', NULL);
ALTER TABLE changed ADD added integer NOT NULL DEFAULT 7, ADD later text DEFAULT 'x', ADD CHECK (added > 0), ADD UNIQUE (name, added);
SELECT rows FROM dbmocker.generate('changed', 100, 1);
SELECT rows FROM dbmocker.generate('changed', 100, 1, '{"insertion_strategy": "single"}');
SELECT count(*), count(DISTINCT id), bool_and(added > 0), count(DISTINCT parent) > 20 AS parents FROM changed;
SELECT count(*), count(DISTINCT r.name) > 5 AS names FROM dbmocker.rows(NULL::changed, 50) r;

-- Inheritance: the child's columns and constraints, filled by itself; the parent's own rows are its own.
CREATE TABLE animals (id serial PRIMARY KEY, name text NOT NULL, CONSTRAINT named CHECK (length(name) < 40));
CREATE TABLE dogs (breed text NOT NULL, UNIQUE (breed)) INHERITS (animals);
CREATE TABLE owners (id integer PRIMARY KEY, animal integer NOT NULL REFERENCES animals);
SELECT rows FROM dbmocker.generate('dogs', 50, 1);
SELECT rows FROM dbmocker.generate('animals', 50, 1);
SELECT rows FROM dbmocker.generate('owners', 200, 1);
SELECT (SELECT count(*) FROM ONLY animals), (SELECT count(*) FROM animals), (SELECT count(DISTINCT id) FROM animals) ids;

-- As many columns as a table may have; none; only what the server fills.
DO $$ BEGIN
  EXECUTE (SELECT 'CREATE TABLE wide (' || string_agg(format('c%s %s', i, (ARRAY['boolean', 'smallint', '"char"', 'integer'])[1 + i % 4]), ', ') || ')'
           FROM generate_series(1, 1600) i);
END $$;
SELECT rows FROM dbmocker.generate('wide', 20, 1);
SELECT rows FROM dbmocker.generate('wide', 20, 1, '{"insertion_strategy": "single"}');
SELECT count(*), count(DISTINCT c1) FROM wide;
CREATE TABLE nothing ();
SELECT rows FROM dbmocker.generate('nothing', 20, 1);
SELECT rows FROM dbmocker.generate('nothing', 20, 1, '{"insertion_strategy": "single"}');
SELECT count(*) FROM nothing;
SELECT count(*) FROM dbmocker.rows(NULL::nothing, 5);
CREATE TABLE all_gone (a integer);
ALTER TABLE all_gone DROP a;
SELECT rows FROM dbmocker.generate('all_gone', 20, 1, '{"insertion_strategy": "single"}');
SELECT count(*) FROM all_gone;
CREATE TABLE own_values (id integer GENERATED ALWAYS AS IDENTITY, twice integer GENERATED ALWAYS AS (21 * 2) STORED);
CREATE TABLE only_generated (five integer GENERATED ALWAYS AS (5) STORED);
SELECT rows FROM dbmocker.generate('own_values', 20, 1);
SELECT rows FROM dbmocker.generate('own_values', 20, 1, '{"insertion_strategy": "single"}');
SELECT rows FROM dbmocker.generate('only_generated', 20, 1);
SELECT rows FROM dbmocker.generate('only_generated', 20, 1, '{"insertion_strategy": "single"}');
SELECT count(*), count(DISTINCT id), min(twice), max(twice) FROM own_values;
SELECT count(*), min(five), max(five) FROM only_generated;

-- A name of the longest length, and one that looks like a number.
CREATE TABLE "123" ("456" integer PRIMARY KEY, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa text UNIQUE);
SELECT rows FROM dbmocker.generate('"123"', 20, 1);

SELECT * FROM dbmocker.verify(schema => 'test_awkward_names') WHERE violations > 0;
DROP SCHEMA "Odd ""Schema"" é" CASCADE;
DROP SCHEMA test_awkward_names CASCADE;

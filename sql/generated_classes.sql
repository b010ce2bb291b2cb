-- Constraints over generated columns, by class, and texts that are numbers or lists: verify() and the server prove them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_generated_classes;
SET search_path = test_generated_classes;
SET dbmocker.reference_time = '2025-01-01';

-- CHECKs over a generated column: arithmetic, dates, texts, counts of NULLs.
CREATE TABLE doubled (id bigint GENERATED ALWAYS AS IDENTITY, a integer NOT NULL,
                      b integer GENERATED ALWAYS AS (a * 2) STORED CHECK (b < 100 AND b <> 0));
CREATE TABLE periods (starts date NOT NULL, ends date NOT NULL, days integer GENERATED ALWAYS AS (ends - starts) STORED CHECK (days BETWEEN 1 AND 14));
CREATE TABLE slugs (title text NOT NULL, slug text GENERATED ALWAYS AS (lower(title)) STORED CHECK (slug ~ '^[a-z]+$'),
                    size integer GENERATED ALWAYS AS (length(title)) STORED CHECK (size BETWEEN 3 AND 6));
CREATE TABLE kinds (a integer, b integer, given integer GENERATED ALWAYS AS (num_nonnulls(a, b)) STORED CHECK (given = 1));

-- NOT NULL of a generated column decides what it is made of.
CREATE TABLE never_null (a integer, b text, twice integer NOT NULL GENERATED ALWAYS AS (a * 2) STORED,
                         label text NOT NULL GENERATED ALWAYS AS (coalesce(b, 'x') || a) STORED);
CREATE TABLE documents (doc jsonb NOT NULL, kind text NOT NULL GENERATED ALWAYS AS (doc ->> 'kind') STORED);
CREATE TABLE sizes (doc text, parsed integer NOT NULL GENERATED ALWAYS AS (nullif(length(doc) % 3, 0)) STORED);
SELECT target, rows FROM dbmocker.generate_schema('test_generated_classes', 500);
SELECT * FROM dbmocker.verify('test_generated_classes') WHERE violations > 0;
SELECT c.relname, p.name, p.method FROM pg_class c, dbmocker.plan(c.oid::regclass) p
 WHERE c.relnamespace = 'test_generated_classes'::regnamespace AND c.relkind = 'r' AND p.kind = 'CHECK' ORDER BY 1, 2;

-- Texts as numbers, as lists, with a character at a place; abs().
CREATE TABLE shapes (port text NOT NULL CHECK (port::integer > 1024 AND port::integer <= 65535), code text NOT NULL CHECK (code ~ '^[0-9]+$' AND code::bigint BETWEEN 10 AND 99),
                     version text NOT NULL CHECK (array_length(string_to_array(version, '.'), 1) = 3), mail text NOT NULL CHECK (position('@' in mail) > 1),
                     third text NOT NULL CHECK (strpos(third, '-') = 3), degrees integer NOT NULL CHECK (abs(degrees) <= 90), far integer NOT NULL CHECK (abs(far) > 1000));
SELECT rows, redrawn_rows FROM dbmocker.generate('shapes', 1000);
SELECT name, method FROM dbmocker.plan('shapes') WHERE kind = 'CHECK' ORDER BY 1;

DROP SCHEMA test_generated_classes CASCADE;

-- Types of contrib's extensions, in a schema of their own: rows of each, distinct ones where a key asks for them, and
-- what CHECKs say of them. The extensions' own input functions and indexes judge.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE SCHEMA test_extension_types;
SET search_path = test_extension_types;
SET dbmocker.reference_time = '2025-01-01';
CREATE EXTENSION hstore;
CREATE EXTENSION ltree;
CREATE EXTENSION cube;
CREATE EXTENSION earthdistance;
CREATE EXTENSION seg;
CREATE EXTENSION isn;
CREATE EXTENSION intarray;
CREATE EXTENSION lo;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION pgcrypto;
CREATE EXTENSION "uuid-ossp";

-- Rows after two runs, and constraints that verify() finds broken.
CREATE FUNCTION fill_twice(target regclass, rows bigint, OUT stored bigint, OUT broken text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM dbmocker.generate(target, rows, 1);
  PERFORM dbmocker.generate(target, rows, 2);
  EXECUTE format('SELECT count(*) FROM %s', target) INTO stored;
  SELECT string_agg(constraint_name, ', ') INTO broken FROM dbmocker.verify(target) WHERE violations > 0;
END $$;

-- hstore, also with the keys that a CHECK or a domain asks for.
CREATE DOMAIN settings AS hstore CHECK (VALUE ? 'theme');
CREATE TABLE of_hstore (id serial PRIMARY KEY, attributes hstore NOT NULL UNIQUE, settings settings NOT NULL,
                        labels hstore NOT NULL CHECK (labels ?& ARRAY['a', 'b c']), list hstore[]);
CREATE INDEX ON of_hstore USING gin (attributes);
SELECT fill_twice('of_hstore', 500);
SELECT count(*) FILTER (WHERE settings ? 'theme'), count(*) FILTER (WHERE labels ?& ARRAY['a', 'b c']), count(DISTINCT settings) > 10
  FROM of_hstore;
SELECT name, method FROM dbmocker.plan('of_hstore') WHERE kind LIKE '%CHECK';

-- ltree, lquery, ltxtquery.
CREATE TABLE of_ltree (path ltree PRIMARY KEY, parent ltree NOT NULL, pattern lquery NOT NULL, query ltxtquery NOT NULL, paths ltree[] NOT NULL);
CREATE INDEX ON of_ltree USING gist (parent);
SELECT fill_twice('of_ltree', 500);
SELECT min(nlevel(parent)), max(nlevel(parent)), count(DISTINCT pattern) > 100, count(DISTINCT query) > 100 FROM of_ltree;
-- Paths of numbers where the default is one: triggers cast their labels.
CREATE TABLE of_numbered (id serial PRIMARY KEY, path ltree NOT NULL DEFAULT '0');
SELECT fill_twice('of_numbered', 200);
SELECT bool_and(path::text ~ '^[0-9]+([.][0-9]+)*$') AS paths, count(DISTINCT path) > 100 AS differ FROM of_numbered;

-- cube, earth, seg.
CREATE TABLE of_cube (place cube PRIMARY KEY, span seg NOT NULL UNIQUE, spot earth NOT NULL, other cube NOT NULL CHECK (cube_dim(other) = 3));
CREATE INDEX ON of_cube USING gist (place);
SELECT fill_twice('of_cube', 500);
SELECT count(DISTINCT spot) > 900, max(abs(latitude(spot))) > 80, max(abs(longitude(spot))) > 170 FROM of_cube;

-- isn: check digits and prefixes.
CREATE TABLE of_isn (ean ean13 PRIMARY KEY, isbn isbn NOT NULL UNIQUE, isbn13 isbn13 NOT NULL UNIQUE, issn issn NOT NULL UNIQUE,
                     issn13 issn13 NOT NULL UNIQUE, ismn ismn NOT NULL UNIQUE, ismn13 ismn13 NOT NULL UNIQUE, upc upc NOT NULL UNIQUE);
SELECT fill_twice('of_isn', 1000);
SELECT count(*) FILTER (WHERE is_valid(ean) AND is_valid(isbn) AND is_valid(issn) AND is_valid(ismn) AND is_valid(upc)) FROM of_isn;

-- intarray's queries and operator classes, large objects' numbers.
CREATE TABLE of_intarray (id serial PRIMARY KEY, tags int[] NOT NULL, query query_int NOT NULL, image lo);
CREATE INDEX ON of_intarray USING gist (tags gist__int_ops);
CREATE INDEX ON of_intarray USING gin (tags gin__int_ops);
SELECT fill_twice('of_intarray', 500);

-- Trigram indexes; defaults of uuid-ossp and pgcrypto.
CREATE TABLE of_defaults (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), token text NOT NULL UNIQUE DEFAULT encode(gen_random_bytes(16), 'hex'),
                          body text NOT NULL);
CREATE INDEX ON of_defaults USING gin (body gin_trgm_ops);
SELECT fill_twice('of_defaults', 500);

-- More rows than the type has values are refused.
CREATE TABLE serials (code issn PRIMARY KEY);
SELECT dbmocker.generate('serials', 20000000);

DROP SCHEMA test_extension_types CASCADE;

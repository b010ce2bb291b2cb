-- Foreign keys of every shape; all parents are reached, none is invented.
SET client_min_messages = warning;
CREATE SCHEMA test_references;
SET search_path = test_references;
SET dbmocker.reference_time = '2025-01-01';

-- Parents with dense, sparse, text, uuid and composite keys, and a key that is unique only.
CREATE TABLE dense (id integer PRIMARY KEY, name text);
CREATE TABLE sparse (id bigint PRIMARY KEY);
CREATE TABLE named (code text PRIMARY KEY);
CREATE TABLE unique_only (id integer PRIMARY KEY, token uuid NOT NULL UNIQUE, nick varchar(10) UNIQUE);
CREATE TABLE pairs (a integer, b text, PRIMARY KEY (a, b));
INSERT INTO sparse SELECT (2 ^ i)::bigint FROM generate_series(0, 40) i UNION SELECT -17;
SELECT (dbmocker.generate(t, 40, 1)).rows FROM unnest(ARRAY['dense', 'named', 'unique_only', 'pairs']::regclass[]) t;
CREATE TABLE children (
  id integer PRIMARY KEY,
  d integer NOT NULL REFERENCES dense, s bigint NOT NULL REFERENCES sparse, n text NOT NULL REFERENCES named,
  u uuid NOT NULL REFERENCES unique_only (token), k varchar(10) REFERENCES unique_only (nick),
  a integer NOT NULL, b text NOT NULL, FOREIGN KEY (a, b) REFERENCES pairs,
  d2 smallint REFERENCES dense, later integer REFERENCES dense DEFERRABLE INITIALLY DEFERRED,
  fa integer, fb text, FOREIGN KEY (fa, fb) REFERENCES pairs MATCH FULL,
  sb text, sa integer, CONSTRAINT swapped FOREIGN KEY (sa, sb) REFERENCES pairs
);
SELECT rows FROM dbmocker.generate('children', 1000, 1);
SELECT count(DISTINCT d) d, count(DISTINCT s) s, count(DISTINCT n) n, count(DISTINCT u) u, count(DISTINCT k) > 30 AS k,
       count(DISTINCT (a, b)) ab, count(DISTINCT d2) d2, count(DISTINCT later) later
FROM children;
SELECT count(*) FILTER (WHERE (fa IS NULL) <> (fb IS NULL)) half, count(*) FILTER (WHERE fa IS NULL) > 0 AS nulls,
       count(*) FILTER (WHERE d2 IS NULL) > 0 AS d2_nulls
FROM children;

-- Few children reach different parents, too: over seeds, each parent is found.
CREATE TABLE few (id integer PRIMARY KEY, d integer NOT NULL REFERENCES dense);
SELECT count(*) FROM generate_series(1, 30) seed, dbmocker.generate('few', 10, seed);
SELECT count(DISTINCT d) FROM few;

-- One to one, the primary key as foreign key, all parents used up; one more is refused.
CREATE TABLE one_to_one (id integer PRIMARY KEY, d integer NOT NULL UNIQUE REFERENCES dense);
CREATE TABLE extension (id integer PRIMARY KEY REFERENCES dense, note text);
CREATE TABLE extension_of_pair (a integer, b text, PRIMARY KEY (a, b), FOREIGN KEY (a, b) REFERENCES pairs);
CREATE TABLE extension_by_code (code text PRIMARY KEY REFERENCES named);
SELECT (dbmocker.generate(t, 40, 1)).rows
FROM unnest(ARRAY['one_to_one', 'extension', 'extension_of_pair', 'extension_by_code']::regclass[]) t;
TRUNCATE extension, one_to_one;
SELECT rows FROM dbmocker.generate('extension', 41, 1);
SELECT rows FROM dbmocker.generate('one_to_one', 41, 1);
-- In steps, with other seeds, to the last parent.
SELECT rows FROM dbmocker.generate('extension', 20, 1);
SELECT rows FROM dbmocker.generate('extension', 19, 2);
SELECT rows FROM dbmocker.generate('extension', 1, 3);
SELECT count(*) FROM extension;

-- Join tables to full capacity, with a column of their own, over composite parents.
CREATE TABLE joins (d integer REFERENCES dense, n text REFERENCES named, since date, PRIMARY KEY (d, n));
SELECT rows FROM dbmocker.generate('joins', 1601, 1);
SELECT rows FROM dbmocker.generate('joins', 1600, 1);
CREATE TABLE joins_of_pairs (a integer, b text, d integer REFERENCES dense, PRIMARY KEY (a, b, d), FOREIGN KEY (a, b) REFERENCES pairs);
SELECT rows FROM dbmocker.generate('joins_of_pairs', 1600, 1);
CREATE TABLE joins_in_steps (d integer REFERENCES dense, n text REFERENCES named, PRIMARY KEY (d, n));
SELECT rows FROM dbmocker.generate('joins_in_steps', 800, 1);
SELECT rows FROM dbmocker.generate('joins_in_steps', 800, 1);
CREATE TABLE friends (a integer REFERENCES dense, b integer REFERENCES dense, PRIMARY KEY (a, b));
SELECT rows FROM dbmocker.generate('friends', 1600, 1);

-- Rows that refer to rows of their own table.
CREATE TABLE tree (id integer PRIMARY KEY, parent integer REFERENCES tree);
CREATE TABLE rooted (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES rooted);
CREATE TABLE text_tree (code text PRIMARY KEY, parent text REFERENCES text_tree);
CREATE TABLE uuid_tree (id uuid PRIMARY KEY, parent uuid NOT NULL REFERENCES uuid_tree);
CREATE TABLE pair_tree (a integer, b text, up_a integer, up_b text, PRIMARY KEY (a, b), FOREIGN KEY (up_a, up_b) REFERENCES pair_tree);
CREATE TABLE tenant_tree (tenant integer REFERENCES dense, id integer, parent integer, PRIMARY KEY (tenant, id),
                          FOREIGN KEY (tenant, parent) REFERENCES tenant_tree);
SELECT t, (dbmocker.generate(t, 300, s)).rows
FROM unnest(ARRAY['tree', 'rooted', 'text_tree', 'uuid_tree', 'pair_tree', 'tenant_tree']::regclass[]) t, generate_series(1, 2) s;
SELECT (SELECT count(*) FROM tree WHERE parent IS NULL) > 0 AS roots, (SELECT count(DISTINCT parent) FROM tree) > 50 AS parents,
       (SELECT count(DISTINCT parent) FROM rooted) > 50 AS rooted, (SELECT count(*) FROM text_tree) texts,
       (SELECT count(*) FROM uuid_tree) uuids, (SELECT count(*) FROM pair_tree) pairs;

-- Rows that are drawn again keep the keys that other rows refer to.
CREATE TABLE checked_tree (id uuid PRIMARY KEY, parent uuid REFERENCES checked_tree, n integer NOT NULL CHECK (n % 4 = 0),
                           a integer, b integer, CHECK (a IS NOT NULL OR b IS NOT NULL));
SELECT (dbmocker.generate('checked_tree', 300, s)).rows FROM generate_series(1, 2) s;
SELECT count(*), count(DISTINCT parent) > 50 AS parents FROM checked_tree;
CREATE TABLE streamed_tree AS SELECT * FROM dbmocker.rows(NULL::checked_tree, 300, seed => 3);
SELECT count(*) FROM streamed_tree t WHERE parent NOT IN (SELECT id FROM streamed_tree UNION ALL SELECT id FROM checked_tree);

-- Columns that foreign keys share.
CREATE TABLE tenants (id integer PRIMARY KEY);
CREATE TABLE accounts (tenant integer REFERENCES tenants, id integer, PRIMARY KEY (tenant, id));
CREATE TABLE items (tenant integer REFERENCES tenants, id integer, PRIMARY KEY (tenant, id));
CREATE TABLE orders (tenant integer NOT NULL REFERENCES tenants, id integer, account integer NOT NULL, item integer,
                     PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, account) REFERENCES accounts,
                     FOREIGN KEY (tenant, item) REFERENCES items);
SELECT t.name, (dbmocker.generate(t.name, t.n, 1)).rows
FROM (VALUES ('tenants'::regclass, 5), ('accounts', 50), ('items', 60), ('orders', 500)) t (name, n);
SELECT count(*), count(DISTINCT tenant), count(DISTINCT (tenant, account)) > 40 AS accounts FROM orders;

-- A CHECK on the referring column keeps to the parents that satisfy it.
CREATE TABLE checked (id integer PRIMARY KEY, d integer NOT NULL REFERENCES dense CHECK (d > 30));
SELECT rows FROM dbmocker.generate('checked', 100, 1);
SELECT count(DISTINCT d), min(d) FROM checked;

-- No parent: refused where a row must have one, else NULL.
CREATE TABLE nobody (id integer PRIMARY KEY);
CREATE TABLE needs_nobody (id integer PRIMARY KEY, n integer NOT NULL REFERENCES nobody);
CREATE TABLE may_need_nobody (id integer PRIMARY KEY, n integer REFERENCES nobody);
SELECT rows FROM dbmocker.generate('needs_nobody', 1, 1);
SELECT rows FROM dbmocker.generate('may_need_nobody', 10, 1);
SELECT count(n) FROM may_need_nobody;

-- The writers agree, and two runs make what one makes.
CREATE TABLE sums (sum text);
TRUNCATE children;
SELECT rows FROM dbmocker.generate('children', 200, 1);
SELECT rows FROM dbmocker.generate('children', 200, 1, '{"insertion_strategy": "single"}');
INSERT INTO sums SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM children t;
TRUNCATE children;
SELECT rows FROM dbmocker.generate('children', 400, 1, '{"insertion_strategy": "single"}');
INSERT INTO sums SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM children t;
TRUNCATE children;
INSERT INTO children SELECT * FROM dbmocker.rows(NULL::children, 400, seed => 1);
INSERT INTO sums SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM children t;
SELECT count(*), count(DISTINCT sum) FROM sums;

SELECT * FROM dbmocker.verify(schema => 'test_references') WHERE violations > 0;
DROP SCHEMA test_references CASCADE;

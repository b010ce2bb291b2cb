-- Keys WITHOUT OVERLAPS and foreign keys with PERIOD, of PostgreSQL 18: the server's own indexes and triggers refuse what
-- is wrong, verify() looks again. Older servers have none of it: expected/temporal_keys_1.out.
SELECT current_setting('server_version_num')::int < 180000 AS is_older \gset
\if :is_older
\echo no temporal keys
\quit
\endif
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE SCHEMA test_temporal_keys;
SET search_path = test_temporal_keys, public;
SET dbmocker.reference_time = '2025-01-01';
CREATE TABLE products (id int, valid_at daterange, name text, PRIMARY KEY (id, valid_at WITHOUT OVERLAPS));
-- A period of its own key and of the parent's; a key of the parent's columns alone; a reference that may be NULL.
CREATE TABLE variants (id int, product_id int NOT NULL, valid_at daterange, PRIMARY KEY (id, valid_at WITHOUT OVERLAPS),
  FOREIGN KEY (product_id, PERIOD valid_at) REFERENCES products (id, PERIOD valid_at));
CREATE TABLE prices (product_id int, valid_at daterange, price numeric(8, 2) NOT NULL, PRIMARY KEY (product_id, valid_at WITHOUT OVERLAPS),
  FOREIGN KEY (product_id, PERIOD valid_at) REFERENCES products (id, PERIOD valid_at));
CREATE TABLE optional (id int PRIMARY KEY, product_id int, valid_at daterange,
  FOREIGN KEY (product_id, PERIOD valid_at) REFERENCES products (id, PERIOD valid_at));
-- Other types of periods, NULLs, a domain, a CHECK, few keys.
CREATE TABLE rooms (id serial PRIMARY KEY, room int, during tstzrange, UNIQUE (room, during WITHOUT OVERLAPS));
CREATE TABLE multiranges (id uuid, during datemultirange, UNIQUE (id, during WITHOUT OVERLAPS));
CREATE DOMAIN validity AS tsrange CHECK (NOT isempty(VALUE));
CREATE TABLE domains (id bigint GENERATED ALWAYS AS IDENTITY, valid validity, PRIMARY KEY (id, valid WITHOUT OVERLAPS));
CREATE TABLE checked (id int, valid_at daterange CHECK (lower(valid_at) >= '2020-01-01'), PRIMARY KEY (id, valid_at WITHOUT OVERLAPS));
CREATE TABLE few (id int CHECK (id BETWEEN 1 AND 5), valid_at int4range, PRIMARY KEY (id, valid_at WITHOUT OVERLAPS));
-- Three columns, shared with other references; the table's own rows; partitions.
CREATE TABLE tenants (id int PRIMARY KEY);
CREATE TABLE staff (tenant int REFERENCES tenants, id int, valid_at tsrange, boss int, PRIMARY KEY (tenant, id, valid_at WITHOUT OVERLAPS),
  FOREIGN KEY (tenant, boss, PERIOD valid_at) REFERENCES staff (tenant, id, PERIOD valid_at));
CREATE TABLE assigned (tenant int, person int, project int, valid_at tsrange, PRIMARY KEY (tenant, person, project, valid_at WITHOUT OVERLAPS),
  FOREIGN KEY (tenant, person, PERIOD valid_at) REFERENCES staff (tenant, id, PERIOD valid_at));
CREATE TABLE parts (id int, valid_at daterange, PRIMARY KEY (id, valid_at WITHOUT OVERLAPS)) PARTITION BY LIST (id);
CREATE TABLE parts_few PARTITION OF parts FOR VALUES IN (1, 2, 3);
CREATE TABLE parts_rest PARTITION OF parts DEFAULT;
-- Virtual generated columns, constraints that are not enforced.
CREATE TABLE virtual (id int PRIMARY KEY, a int NOT NULL, b int GENERATED ALWAYS AS (a * 2) VIRTUAL CHECK (b > 10));
CREATE TABLE unenforced (id int PRIMARY KEY, a int CHECK (a > 10) NOT ENFORCED, tenant int REFERENCES tenants NOT ENFORCED);

SELECT count(*), min(rows), max(rows), count(problem) FROM dbmocker.generate_schema('test_temporal_keys', 50);
SELECT count(*), min(rows), max(rows), count(problem) FROM dbmocker.generate_schema('test_temporal_keys', 2000, seed => 2);
SELECT constraint_name, kind, violations FROM dbmocker.verify('test_temporal_keys') WHERE violations > 0;
SELECT name, kind, method FROM dbmocker.plan('prices', 10) WHERE object = 'constraint';
-- Each period of the child lies within one of the parent's.
SELECT count(*) FROM variants v WHERE NOT EXISTS (SELECT FROM products p WHERE p.id = v.product_id AND p.valid_at @> v.valid_at);
-- One query at the end says the same as the triggers do.
SELECT name, method FROM dbmocker.plan('optional', 3000) WHERE object = 'table' AND name LIKE '%optional' OFFSET 1;
SELECT rows FROM dbmocker.generate('optional', 3000);

-- verify() sees what no index and no trigger has kept.
ALTER TABLE variants DROP CONSTRAINT variants_pkey;
SET session_replication_role = replica;
INSERT INTO variants VALUES (0, -1, '[2020-01-01,2021-01-01)');
INSERT INTO products VALUES (-5, '[2020-01-01,2020-06-01)'), (-5, '[2020-06-01,2020-09-01)');
INSERT INTO variants VALUES (0, -5, '[2020-02-01,2020-08-01)'), (0, -5, '[2020-02-01,2020-12-01)');
SET session_replication_role = origin;
SELECT constraint_name, kind, violations FROM dbmocker.verify('variants') WHERE violations > 0;
DROP SCHEMA test_temporal_keys CASCADE;

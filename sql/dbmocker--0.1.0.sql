-- dbmocker 0.1.0: the SQL surface. Every object carries a COMMENT; functions run with the caller's own privileges.
\echo Use "CREATE EXTENSION dbmocker" to load this file. \quit

-- Every function acts with the caller's own privileges, so every role may call them.
GRANT USAGE ON SCHEMA dbmocker TO PUBLIC;

CREATE TYPE dbmocker.run_report AS (
    target regclass,
    rows bigint,
    elapsed interval,
    rows_per_second double precision,
    writer text,
    workers integer,
    first_row bigint,
    redrawn_rows bigint,
    heap_bytes bigint,
    seed bigint,
    reference_time timestamptz,
    problem text
);
COMMENT ON TYPE dbmocker.run_report IS
    'what one run did: rows written, time taken, writer and workers used, ordinal of the first row, rows drawn again, growth of the heap, seed and reference time, and why there are fewer rows than asked for';

-- Where the next run of a target goes on: two runs of n rows give the rows of one run of 2n.
CREATE TABLE dbmocker.target_state (
    target oid PRIMARY KEY,
    next_row bigint NOT NULL CHECK (next_row >= 0)
);
COMMENT ON TABLE dbmocker.target_state IS
    'ordinal of the next generated row of each target; kept by generate(), which also clears rows of dropped targets';
COMMENT ON COLUMN dbmocker.target_state.target IS 'OID of the target (pg_class.oid)';
COMMENT ON COLUMN dbmocker.target_state.next_row IS 'ordinal that the next run starts at, unless the target is empty';

CREATE FUNCTION dbmocker.generate(target regclass, rows bigint, seed bigint DEFAULT NULL, options jsonb DEFAULT '{}')
RETURNS dbmocker.run_report
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_generate';
COMMENT ON FUNCTION dbmocker.generate(regclass, bigint, bigint, jsonb) IS
    'adds generated rows to a table, all or nothing, with every constraint held';

CREATE FUNCTION dbmocker.generate_schema(schema regnamespace, rows bigint DEFAULT NULL, tables jsonb DEFAULT NULL,
                                         exclude text[] DEFAULT NULL, seed bigint DEFAULT NULL,
                                         options jsonb DEFAULT '{}')
RETURNS SETOF dbmocker.run_report
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_generate_schema';
COMMENT ON FUNCTION dbmocker.generate_schema(regnamespace, bigint, jsonb, text[], bigint, jsonb) IS
    'adds generated rows to the tables of a schema, referenced tables first';

CREATE FUNCTION dbmocker.stream_rows(prototype anyelement, count bigint, seed bigint, first_row bigint, options jsonb)
RETURNS SETOF anyelement
LANGUAGE c STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'dbmocker_stream_rows';
COMMENT ON FUNCTION dbmocker.stream_rows(anyelement, bigint, bigint, bigint, jsonb) IS
    'the rows behind dbmocker.rows(), one at a time; call rows() instead';

CREATE FUNCTION dbmocker.draw_index(seed bigint, name text, ordinal bigint, size bigint, is_distinct boolean)
RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'dbmocker_draw_index';
COMMENT ON FUNCTION dbmocker.draw_index(bigint, text, bigint, bigint, boolean) IS
    'an index from 0 to size - 1, a pure function of its arguments; distinct ordinals give distinct indexes if is_distinct, and NULL from size on';

CREATE FUNCTION dbmocker.is_own_transaction(transaction xid)
RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'dbmocker_is_own_transaction';
COMMENT ON FUNCTION dbmocker.is_own_transaction(xid) IS
    'true for the transaction in progress and its subtransactions: which rows this run has made';

-- Written in SQL so that the server inlines it: in FROM, rows then stream instead of being stored first.
CREATE FUNCTION dbmocker.rows(prototype anyelement, count bigint, seed bigint DEFAULT NULL,
                              first_row bigint DEFAULT 0, options jsonb DEFAULT '{}')
RETURNS SETOF anyelement
LANGUAGE sql STABLE PARALLEL RESTRICTED
AS 'SELECT (r.r).* FROM (SELECT dbmocker.stream_rows(prototype, count, seed, first_row, options) AS r OFFSET 0) r';
COMMENT ON FUNCTION dbmocker.rows(anyelement, bigint, bigint, bigint, jsonb) IS
    'generated rows of a table without storing them: SELECT * FROM dbmocker.rows(NULL::users, 10)';

CREATE FUNCTION dbmocker.run_rows(prototype anyelement)
RETURNS SETOF anyelement
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_run_rows';
COMMENT ON FUNCTION dbmocker.run_rows(anyelement) IS
    'the rows of the run in progress, for the single writer; an error outside generate()';

CREATE FUNCTION dbmocker.plan(target regclass, rows bigint DEFAULT 1000, options jsonb DEFAULT '{}',
                              OUT object text, OUT name text, OUT kind text, OUT method text, OUT detail text)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_plan';
COMMENT ON FUNCTION dbmocker.plan(regclass, bigint, jsonb) IS
    'what generate() would do and why: one line per table decision, column and constraint';

CREATE FUNCTION dbmocker.plan_schema(schema regnamespace, rows bigint DEFAULT NULL, tables jsonb DEFAULT NULL,
                                     exclude text[] DEFAULT NULL, options jsonb DEFAULT '{}',
                                     OUT place integer, OUT target regclass, OUT rows_planned bigint, OUT writer text,
                                     OUT heap_bytes bigint, OUT circle text, OUT feasible boolean, OUT problem text)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_plan_schema';
COMMENT ON FUNCTION dbmocker.plan_schema(regnamespace, bigint, jsonb, text[], jsonb) IS
    'what generate_schema() would do: the order of the tables, how circles of references are broken, estimated sizes, and why a table cannot be filled';

CREATE FUNCTION dbmocker.verify(target regclass,
                                OUT target_table regclass, OUT constraint_name text, OUT kind text, OUT violations bigint)
RETURNS SETOF record
LANGUAGE c STABLE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_verify_table';
COMMENT ON FUNCTION dbmocker.verify(regclass) IS
    'checks every constraint of a table against its stored rows and counts the violations';

CREATE FUNCTION dbmocker.verify(schema regnamespace,
                                OUT target_table regclass, OUT constraint_name text, OUT kind text, OUT violations bigint)
RETURNS SETOF record
LANGUAGE c STABLE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_verify_schema';
COMMENT ON FUNCTION dbmocker.verify(regnamespace) IS
    'checks every constraint of every table of a schema against the stored rows and counts the violations';

CREATE FUNCTION dbmocker.verify(name text,
                                OUT target_table regclass, OUT constraint_name text, OUT kind text, OUT violations bigint)
RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL UNSAFE
AS $$
SELECT v.* FROM dbmocker.verify(target => pg_catalog.to_regclass(name)) v
UNION ALL
SELECT v.* FROM dbmocker.verify(schema => CASE WHEN pg_catalog.to_regclass(name) IS NULL
                                               THEN name::pg_catalog.regnamespace END) v
$$;
COMMENT ON FUNCTION dbmocker.verify(text) IS
    'verify() of the table of that name, or of the schema of that name where there is no such table';

CREATE FUNCTION dbmocker.describe(target regclass)
RETURNS jsonb
LANGUAGE c STABLE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_describe';
COMMENT ON FUNCTION dbmocker.describe(regclass) IS
    'what dbmocker sees of a table: columns, types, keys, constraints as expression trees, triggers';

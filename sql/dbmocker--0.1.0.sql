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
    problem text,
    peak_rows_per_second double precision,
    peak_memory bigint,
    cache_hit_rate double precision,
    cache_evictions bigint,
    cache_bytes bigint,
    rejected_rows jsonb,
    duplicate_rate double precision,
    wal_bytes bigint
);
COMMENT ON TYPE dbmocker.run_report IS
    'what one run did: rows written, time taken, writer and workers used, ordinal of the first row, rows drawn again, growth of the heap, seed and reference time, why there are fewer rows than asked for, and what was measured';

-- Where the next run of a target goes on: two runs of n rows give the rows of one run of 2n.
CREATE TABLE dbmocker.target_state (
    target oid PRIMARY KEY,
    next_row bigint NOT NULL CHECK (next_row >= 0)
);
COMMENT ON TABLE dbmocker.target_state IS
    'ordinal of the next generated row of each target; kept by generate(), which also clears rows of dropped targets';
COMMENT ON COLUMN dbmocker.target_state.target IS 'OID of the target (pg_class.oid)';
COMMENT ON COLUMN dbmocker.target_state.next_row IS 'ordinal that the next run starts at, unless the target is empty';

-- ---------------------------------------------------------------------------------------------------- configuration
-- Tables that only the functions below change; who may see what is decided by the views. Their rows are dumped by name.

CREATE TYPE dbmocker.column_reference;
COMMENT ON TYPE dbmocker.column_reference IS
    'a column of a table: follows renames, is written as schema.table.column';

CREATE FUNCTION dbmocker.column_reference_in(text cstring)
RETURNS dbmocker.column_reference
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'dbmocker_column_reference_in';
COMMENT ON FUNCTION dbmocker.column_reference_in(cstring) IS 'reads schema.table.column';

CREATE FUNCTION dbmocker.column_reference_out(reference dbmocker.column_reference)
RETURNS cstring
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'dbmocker_column_reference_out';
COMMENT ON FUNCTION dbmocker.column_reference_out(dbmocker.column_reference) IS
    'writes schema.table.column, or OID and number of a column that is gone';

CREATE TYPE dbmocker.column_reference (
    INPUT = dbmocker.column_reference_in,
    OUTPUT = dbmocker.column_reference_out,
    LIKE = bigint
);

CREATE FUNCTION dbmocker.column_target(reference dbmocker.column_reference)
RETURNS regclass
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'dbmocker_column_target';
COMMENT ON FUNCTION dbmocker.column_target(dbmocker.column_reference) IS 'the table of a column';

CREATE FUNCTION dbmocker.column_number(reference dbmocker.column_reference)
RETURNS smallint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'dbmocker_column_number';
COMMENT ON FUNCTION dbmocker.column_number(dbmocker.column_reference) IS 'the number of a column in its table';

CREATE TABLE dbmocker.column_rules (
    place dbmocker.column_reference NOT NULL,
    rule jsonb NOT NULL
);
CREATE UNIQUE INDEX column_rules_place ON dbmocker.column_rules
    (dbmocker.column_target(place), dbmocker.column_number(place));
COMMENT ON TABLE dbmocker.column_rules IS 'rules of columns; kept by set_rule() and drop_rule(), shown by view rules';
COMMENT ON COLUMN dbmocker.column_rules.place IS 'the column';
COMMENT ON COLUMN dbmocker.column_rules.rule IS 'its rule, as given';
SELECT pg_catalog.pg_extension_config_dump('dbmocker.column_rules',
    'WHERE EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = dbmocker.column_target(place)'
    ' AND a.attnum = dbmocker.column_number(place) AND NOT a.attisdropped)');

CREATE TABLE dbmocker.stored_options (
    target regclass PRIMARY KEY,
    options jsonb NOT NULL,
    rows bigint CHECK (rows >= 0)
);
COMMENT ON TABLE dbmocker.stored_options IS
    'options of targets and of the database; kept by set_options(), shown by view target_options';
COMMENT ON COLUMN dbmocker.stored_options.target IS 'the table; 0 for the database';
COMMENT ON COLUMN dbmocker.stored_options.options IS 'its options, as given';
COMMENT ON COLUMN dbmocker.stored_options.rows IS 'rows that generate_schema() makes where the call names none';
SELECT pg_catalog.pg_extension_config_dump('dbmocker.stored_options',
    'WHERE target = 0::oid OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = target)');

CREATE TABLE dbmocker.presets (
    name text PRIMARY KEY CHECK (name <> ''),
    options jsonb NOT NULL,
    is_builtin boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE dbmocker.presets IS
    'named sets of options for option performance_mode; kept by set_preset() and drop_preset()';
COMMENT ON COLUMN dbmocker.presets.name IS 'value of option performance_mode';
COMMENT ON COLUMN dbmocker.presets.options IS 'the options that it stands for';
COMMENT ON COLUMN dbmocker.presets.is_builtin IS 'comes with the extension: can be copied, not changed';
SELECT pg_catalog.pg_extension_config_dump('dbmocker.presets', 'WHERE NOT is_builtin');
GRANT SELECT ON dbmocker.presets TO PUBLIC;

INSERT INTO dbmocker.presets (name, options, is_builtin) VALUES
    ('standard',
     '{"insertion_strategy": "batch", "batch_size": 10000, "max_workers": 0, "cache_strategy": "simple"}', true),
    ('balanced', '{"insertion_strategy": "auto", "max_workers": "auto", "cache_strategy": "intelligent"}', true),
    ('high_speed', '{"insertion_strategy": "parallel_bulk", "batch_size": 25000}', true),
    ('memory_efficient',
     '{"batch_size": 200, "memory_limit_mb": 16, "max_workers": 0, "cache_strategy": "no_cache"}', true),
    ('ultra_high',
     '{"insertion_strategy": "parallel_bulk", "batch_size": 50000, "max_workers": 64,'
     ' "cache_strategy": "memory_mapped"}', true);

CREATE VIEW dbmocker.rules WITH (security_barrier) AS
SELECT c.oid::pg_catalog.regclass AS target, a.attname AS column_name, r.rule
FROM dbmocker.column_rules r
JOIN pg_catalog.pg_class c ON c.oid = dbmocker.column_target(r.place)
JOIN pg_catalog.pg_attribute a
    ON a.attrelid = c.oid AND a.attnum = dbmocker.column_number(r.place) AND NOT a.attisdropped
WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW dbmocker.rules IS 'rules of the columns of one''s own tables';
COMMENT ON COLUMN dbmocker.rules.target IS 'the table';
COMMENT ON COLUMN dbmocker.rules.column_name IS 'the column';
COMMENT ON COLUMN dbmocker.rules.rule IS 'its rule, as given to set_rule()';
GRANT SELECT ON dbmocker.rules TO PUBLIC;

CREATE VIEW dbmocker.target_options WITH (security_barrier) AS
SELECT c.oid::pg_catalog.regclass AS target, o.options, o.rows
FROM dbmocker.stored_options o
LEFT JOIN pg_catalog.pg_class c ON c.oid = o.target
WHERE o.target = 0::pg_catalog.oid OR pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW dbmocker.target_options IS 'options of one''s own tables, and those of the database';
COMMENT ON COLUMN dbmocker.target_options.target IS 'the table; NULL for the database';
COMMENT ON COLUMN dbmocker.target_options.options IS 'its options, as given to set_options()';
COMMENT ON COLUMN dbmocker.target_options.rows IS
    'rows that generate_schema() makes where the call names none; set by import_config()';
GRANT SELECT ON dbmocker.target_options TO PUBLIC;

CREATE FUNCTION dbmocker.set_rule(target regclass, column_name name, rule jsonb)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_set_rule';
COMMENT ON FUNCTION dbmocker.set_rule(regclass, name, jsonb) IS
    'sets the rule of a column, in place of the one that it has; for the table''s owner';

CREATE FUNCTION dbmocker.drop_rule(target regclass, column_name name DEFAULT NULL)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_drop_rule';
COMMENT ON FUNCTION dbmocker.drop_rule(regclass, name) IS
    'drops the rule of a column, or those of all columns; for the table''s owner';

CREATE FUNCTION dbmocker.set_options(target regclass, options jsonb)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_set_options';
COMMENT ON FUNCTION dbmocker.set_options(regclass, jsonb) IS
    'sets options of a table, or of the database (target NULL); a null value takes an option back, NULL options all';

CREATE FUNCTION dbmocker.set_preset(name text, options jsonb)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_set_preset';
COMMENT ON FUNCTION dbmocker.set_preset(text, jsonb) IS
    'makes or changes a named set of options for option performance_mode; for the database''s owner';

CREATE FUNCTION dbmocker.drop_preset(name text)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_drop_preset';
COMMENT ON FUNCTION dbmocker.drop_preset(text) IS 'drops a preset that does not come with the extension';

CREATE FUNCTION dbmocker.options(target regclass DEFAULT NULL, options jsonb DEFAULT '{}',
                                 OUT option text, OUT value jsonb, OUT origin text)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_list_options';
COMMENT ON FUNCTION dbmocker.options(regclass, jsonb) IS
    'the options that a call with these options would have, and where each comes from: call, target, database, preset or default';

CREATE FUNCTION dbmocker.import_config(config jsonb, replace boolean DEFAULT false)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_import_config';
COMMENT ON FUNCTION dbmocker.import_config(jsonb, boolean) IS
    'sets options, presets and rules from one document, all or nothing; replace: forgets all others that the caller may change';

CREATE FUNCTION dbmocker.export_config()
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog
AS $$
WITH names AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
), parts AS (
    SELECT target::oid AS oid, jsonb_build_object('columns', jsonb_object_agg(column_name, rule)) AS part
    FROM dbmocker.rules GROUP BY target
    UNION ALL
    SELECT target::oid, CASE WHEN options <> '{}' THEN jsonb_build_object('options', options) ELSE '{}' END
                        || CASE WHEN rows IS NOT NULL THEN jsonb_build_object('rows', rows) ELSE '{}' END
    FROM dbmocker.target_options WHERE target IS NOT NULL
), merged AS (
    SELECT names.name, entry.key, entry.value
    FROM parts JOIN names USING (oid), jsonb_each(parts.part) entry
), tables AS (
    SELECT jsonb_object_agg(name, body) AS body
    FROM (SELECT name, jsonb_object_agg(key, value) AS body FROM merged GROUP BY name) one
)
SELECT coalesce((SELECT jsonb_build_object('performance', options)
                 FROM dbmocker.target_options WHERE target IS NULL), '{}')
    || coalesce((SELECT jsonb_build_object('presets', jsonb_object_agg(name, options))
                 FROM dbmocker.presets WHERE NOT is_builtin HAVING count(*) > 0), '{}')
    || coalesce((SELECT jsonb_build_object('tables', body) FROM tables WHERE body IS NOT NULL), '{}')
$$;
COMMENT ON FUNCTION dbmocker.export_config() IS
    'the options, presets and rules that the caller may see, as a document for import_config()';

CREATE FUNCTION dbmocker.forget_dropped()
RETURNS event_trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_forget_dropped';
COMMENT ON FUNCTION dbmocker.forget_dropped() IS 'forgets the rules and options of dropped tables and columns';

CREATE EVENT TRIGGER dbmocker_forget_dropped ON sql_drop EXECUTE FUNCTION dbmocker.forget_dropped();
COMMENT ON EVENT TRIGGER dbmocker_forget_dropped IS 'forgets the rules and options of dropped tables and columns';

-- -------------------------------------------------------------------------------------------------------------- runs

CREATE TABLE dbmocker.run_records (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ended timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    role oid NOT NULL,
    report dbmocker.run_report NOT NULL
);
COMMENT ON TABLE dbmocker.run_records IS 'at least the last 10,000 runs; kept by generate() and its kin, shown by view runs';
COMMENT ON COLUMN dbmocker.run_records.id IS 'number of the run';
COMMENT ON SEQUENCE dbmocker.run_records_id_seq IS 'numbers of runs';
COMMENT ON COLUMN dbmocker.run_records.ended IS 'when its last row was written; it counts once its transaction commits';
COMMENT ON COLUMN dbmocker.run_records.role IS 'OID of the role that called';
COMMENT ON COLUMN dbmocker.run_records.report IS 'what the call returned';

CREATE VIEW dbmocker.runs WITH (security_barrier) AS
SELECT r.id, r.ended, a.rolname AS role, (r.report).target, (r.report).rows, (r.report).elapsed,
    (r.report).rows_per_second, (r.report).writer, (r.report).workers, (r.report).first_row, (r.report).redrawn_rows,
    (r.report).heap_bytes, (r.report).seed, (r.report).reference_time, (r.report).problem,
    (r.report).peak_rows_per_second, (r.report).peak_memory, (r.report).cache_hit_rate, (r.report).cache_evictions,
    (r.report).cache_bytes, (r.report).rejected_rows, (r.report).duplicate_rate, (r.report).wal_bytes
FROM dbmocker.run_records r
LEFT JOIN pg_catalog.pg_roles a ON a.oid = r.role
LEFT JOIN pg_catalog.pg_class c ON c.oid = (r.report).target
WHERE pg_catalog.pg_has_role(r.role, 'USAGE') OR pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW dbmocker.runs IS 'one''s own runs, and those on one''s own tables';
COMMENT ON COLUMN dbmocker.runs.id IS 'number of the run';
COMMENT ON COLUMN dbmocker.runs.ended IS 'when its last row was written';
COMMENT ON COLUMN dbmocker.runs.role IS 'the role that called';
COMMENT ON COLUMN dbmocker.runs.target IS 'the table';
COMMENT ON COLUMN dbmocker.runs.rows IS 'rows made';
COMMENT ON COLUMN dbmocker.runs.elapsed IS 'time taken';
COMMENT ON COLUMN dbmocker.runs.rows_per_second IS 'rows by time';
COMMENT ON COLUMN dbmocker.runs.writer IS 'how the rows were written';
COMMENT ON COLUMN dbmocker.runs.workers IS 'parallel workers that took part';
COMMENT ON COLUMN dbmocker.runs.first_row IS 'number of the first row, 0-based';
COMMENT ON COLUMN dbmocker.runs.redrawn_rows IS 'draws that failed a constraint';
COMMENT ON COLUMN dbmocker.runs.heap_bytes IS 'growth of the table without indexes';
COMMENT ON COLUMN dbmocker.runs.seed IS 'what makes the rows again';
COMMENT ON COLUMN dbmocker.runs.reference_time IS 'time that dates were drawn against';
COMMENT ON COLUMN dbmocker.runs.problem IS 'why there are fewer rows than asked for';
COMMENT ON COLUMN dbmocker.runs.peak_rows_per_second IS 'highest rate between two updates of progress';
COMMENT ON COLUMN dbmocker.runs.peak_memory IS
    'most private memory of backend and workers in bytes, looked at between batches and where steps begin and end';
COMMENT ON COLUMN dbmocker.runs.cache_hit_rate IS
    'share of the look-ups of parents'' keys and pooled values that needed no reading and no computing; NULL: none';
COMMENT ON COLUMN dbmocker.runs.cache_evictions IS 'blocks of keys thrown out of the cache for others';
COMMENT ON COLUMN dbmocker.runs.cache_bytes IS 'most bytes that caches held';
COMMENT ON COLUMN dbmocker.runs.rejected_rows IS 'draws that failed, by constraint';
COMMENT ON COLUMN dbmocker.runs.duplicate_rate IS
    'share of values that came before in the run, of columns that repeat values on purpose, within some 2 percent; NULL: there are none';
COMMENT ON COLUMN dbmocker.runs.wal_bytes IS 'WAL written by backend and workers';
GRANT SELECT ON dbmocker.runs TO PUBLIC;

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

CREATE FUNCTION dbmocker.analyze_schema(schema regnamespace, sample integer DEFAULT 1000,
                                        OUT target_table regclass, OUT fill_order integer, OUT refers_to regclass[],
                                        OUT circle integer, OUT column_name text, OUT data_type text,
                                        OUT not_null boolean, OUT meaning text, OUT meaning_from text,
                                        OUT sampled_rows bigint, OUT null_fraction double precision,
                                        OUT distinct_values bigint, OUT minimum text, OUT maximum text,
                                        OUT min_length integer, OUT max_length integer, OUT pattern text,
                                        OUT pattern_regex text, OUT pattern_fraction double precision,
                                        OUT frequent_values jsonb)
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_analyze_schema';
COMMENT ON FUNCTION dbmocker.analyze_schema(regnamespace, integer) IS
    'tables of a schema in the order of filling, circles of references, and per column: meaning, and what a sample of the stored rows looks like';

CREATE FUNCTION dbmocker.suggest_rules(target regclass, sample integer DEFAULT 1000)
RETURNS jsonb
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_suggest_rules';
COMMENT ON FUNCTION dbmocker.suggest_rules(regclass, integer) IS
    'rules for the columns of a table by what a sample of its stored rows looks like, as a configuration document';

CREATE FUNCTION dbmocker.describe(target regclass)
RETURNS jsonb
LANGUAGE c STABLE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_describe';
COMMENT ON FUNCTION dbmocker.describe(regclass) IS
    'what dbmocker sees of a table: columns, types, keys, constraints as expression trees, triggers';

-- ------------------------------------------------------------------------------------------------ background jobs
-- Nobody has rights on the two tables; the functions check themselves who may see and steer which job.

CREATE TABLE dbmocker.job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner oid NOT NULL,
    database oid NOT NULL,
    system_identifier bigint NOT NULL,
    schema oid,
    seed bigint NOT NULL,
    reference_time timestamptz NOT NULL,
    options jsonb NOT NULL,
    pace double precision,
    max_attempts integer NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    retry_at timestamptz,
    submitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    error_code text,
    error_message text,
    error_detail text,
    error_hint text,
    error_constraint text,
    error_at timestamptz
);
COMMENT ON TABLE dbmocker.job IS
    'background jobs as submitted, and their states; written by the functions for jobs only, shown by dbmocker.jobs';
COMMENT ON SEQUENCE dbmocker.job_id_seq IS 'numbers of the jobs';
COMMENT ON COLUMN dbmocker.job.id IS 'number of the job';
COMMENT ON COLUMN dbmocker.job.owner IS 'role that submitted the job and that it is carried out as (pg_authid.oid)';
COMMENT ON COLUMN dbmocker.job.database IS 'database that the job was submitted in (pg_database.oid)';
COMMENT ON COLUMN dbmocker.job.system_identifier IS
    'cluster that the job was submitted in; a copy of another cluster''s job is never carried out';
COMMENT ON COLUMN dbmocker.job.schema IS 'schema of a job of several tables (pg_namespace.oid)';
COMMENT ON COLUMN dbmocker.job.seed IS 'seed of the rows';
COMMENT ON COLUMN dbmocker.job.reference_time IS 'time that dates are drawn against; of paced jobs it is the clock''s';
COMMENT ON COLUMN dbmocker.job.options IS 'options as those of generate()';
COMMENT ON COLUMN dbmocker.job.pace IS 'rows per second asked for; NULL: as fast as it goes';
COMMENT ON COLUMN dbmocker.job.max_attempts IS 'tries of a chunk that fails for a reason that may pass';
COMMENT ON COLUMN dbmocker.job.state IS
    'queued, running, pausing, paused, stopping, stopped, retrying, failed or done; docs/jobs.md has the transitions';
COMMENT ON COLUMN dbmocker.job.attempts IS 'failed tries in a row';
COMMENT ON COLUMN dbmocker.job.retry_at IS 'time of the next try of a job that is retrying';
COMMENT ON COLUMN dbmocker.job.submitted_at IS 'time of the submission';
COMMENT ON COLUMN dbmocker.job.started_at IS 'time at which a worker first took the job';
COMMENT ON COLUMN dbmocker.job.changed_at IS 'time of the last change of the state';
COMMENT ON COLUMN dbmocker.job.finished_at IS 'time at which the job was done, failed or stopped';
COMMENT ON COLUMN dbmocker.job.error_code IS 'SQLSTATE of the last error';
COMMENT ON COLUMN dbmocker.job.error_message IS 'message of the last error';
COMMENT ON COLUMN dbmocker.job.error_detail IS 'DETAIL of the last error';
COMMENT ON COLUMN dbmocker.job.error_hint IS 'HINT of the last error';
COMMENT ON COLUMN dbmocker.job.error_constraint IS 'constraint that the last error names';
COMMENT ON COLUMN dbmocker.job.error_at IS 'time of the last error';

CREATE TABLE dbmocker.job_part (
    job bigint NOT NULL,
    position integer NOT NULL,
    target oid NOT NULL,
    rows bigint,
    kept_rows bigint,
    rows_done bigint NOT NULL DEFAULT 0,
    first_row bigint,
    facts bigint[],
    is_reserved boolean NOT NULL DEFAULT false,
    is_probed boolean NOT NULL DEFAULT false,
    chunk_rows bigint NOT NULL DEFAULT 10000,
    rate double precision,
    circle integer,
    rows_missed bigint NOT NULL DEFAULT 0,
    redrawn_rows bigint NOT NULL DEFAULT 0,
    spares_used bigint NOT NULL DEFAULT 0,
    is_skipped boolean NOT NULL DEFAULT false,
    problem text,
    PRIMARY KEY (job, position)
) WITH (fillfactor = 50);
COMMENT ON TABLE dbmocker.job_part IS 'the rows of one table in a background job; changed in the transactions that write them';
COMMENT ON COLUMN dbmocker.job_part.job IS 'number of the job';
COMMENT ON COLUMN dbmocker.job_part.position IS 'place in the order in which the job fills its tables, from 1';
COMMENT ON COLUMN dbmocker.job_part.target IS 'OID of the table (pg_class.oid)';
COMMENT ON COLUMN dbmocker.job_part.rows IS 'rows asked for; NULL until those that are there are counted (kept_rows)';
COMMENT ON COLUMN dbmocker.job_part.kept_rows IS 'rows that the table is to have in the end, instead of rows to add';
COMMENT ON COLUMN dbmocker.job_part.rows_done IS 'rows that are committed';
COMMENT ON COLUMN dbmocker.job_part.first_row IS 'ordinal of the first row; NULL before the table is begun';
COMMENT ON COLUMN dbmocker.job_part.facts IS
    'where sequences, keys and references to own rows began, for all chunks: groups of kind, object and two values';
COMMENT ON COLUMN dbmocker.job_part.is_reserved IS 'the values of the table''s sequences have been reserved';
COMMENT ON COLUMN dbmocker.job_part.is_probed IS
    'rows of others have collided with those of the job: unique keys are looked up before a row is written';
COMMENT ON COLUMN dbmocker.job_part.chunk_rows IS 'rows of the next chunk';
COMMENT ON COLUMN dbmocker.job_part.rate IS 'rows per second of the last chunks, averaged';
COMMENT ON COLUMN dbmocker.job_part.circle IS
    'number of the circle of references that the table is part of: tables of a circle are filled in one transaction';
COMMENT ON COLUMN dbmocker.job_part.rows_missed IS 'rows of rows_done that could not be made, with option on_exhausted "cap"';
COMMENT ON COLUMN dbmocker.job_part.redrawn_rows IS 'rows that had to be drawn again';
COMMENT ON COLUMN dbmocker.job_part.spares_used IS 'values of keys with few values that rows drawn again have taken';
COMMENT ON COLUMN dbmocker.job_part.is_skipped IS 'the table could not be filled and was left out, with option on_error "skip"';
COMMENT ON COLUMN dbmocker.job_part.problem IS 'why there are fewer rows than asked for; NULL if there are not';

CREATE FUNCTION dbmocker.may_steer(owner oid)
RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'dbmocker_may_steer';
COMMENT ON FUNCTION dbmocker.may_steer(oid) IS
    'true if the current role may see and steer the jobs of a role: its own, those of roles that it is a member of, all jobs for superusers and members of dbmocker_admin';

CREATE VIEW dbmocker.jobs WITH (security_barrier) AS
WITH here AS (
    SELECT (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AS database,
           (SELECT system_identifier FROM pg_catalog.pg_control_system()) AS system_identifier
), live AS (
    SELECT (l.classid::bigint << 32) | l.objid::bigint AS job, l.pid
    FROM pg_catalog.pg_locks l, here h
    WHERE l.locktype = 'advisory' AND l.database = h.database AND l.objsubid = 23297
), parts AS (
    SELECT p.job, pg_catalog.min(p.target) AS target, pg_catalog.sum(p.rows)::bigint AS rows,
           pg_catalog.sum(p.rows_done - p.rows_missed)::bigint AS rows_done, pg_catalog.bool_and(p.rows IS NOT NULL) AS is_counted,
           pg_catalog.avg(p.rate) FILTER (WHERE p.rows_done > 0 AND p.rows_done < p.rows) AS rate
    FROM dbmocker.job_part p
    GROUP BY p.job
)
SELECT j.id,
       pg_catalog.pg_get_userbyid(j.owner) AS owner,
       CASE WHEN j.schema IS NULL THEN p.target::pg_catalog.regclass::text
            ELSE 'schema ' || j.schema::pg_catalog.regnamespace::text END AS target,
       j.state,
       CASE WHEN p.is_counted THEN p.rows END AS rows,
       p.rows_done,
       CASE WHEN j.state IN ('running', 'pausing', 'stopping') THEN p.rate END AS rows_per_second,
       CASE WHEN j.state = 'running' AND p.is_counted AND p.rate > 0
            THEN pg_catalog.make_interval(secs => (p.rows - p.rows_done) / LEAST(p.rate, j.pace)) END AS eta,
       l.pid,
       CASE WHEN j.database <> h.database OR j.system_identifier <> h.system_identifier
            THEN 'nothing: submitted in another database or cluster'
            WHEN l.pid IS NOT NULL THEN NULL
            WHEN j.state = 'retrying' THEN 'the next try at ' || j.retry_at
            WHEN j.state IN ('running', 'pausing', 'stopping') THEN 'a worker: the last one has died'
            WHEN j.state <> 'queued' THEN NULL
            WHEN (SELECT pg_catalog.count(*) FROM live) >= LEAST(
                COALESCE(pg_catalog.current_setting('dbmocker.connection_pool_size', true), '4')::bigint,
                (SELECT (o.options ->> 'connection_pool_size')::bigint FROM dbmocker.stored_options o WHERE o.target = 0))
            THEN 'a place among the jobs that run (connection_pool_size)'
            ELSE 'a worker (max_worker_processes)' END AS waits_for,
       j.attempts, j.max_attempts, j.retry_at, j.seed, j.reference_time, j.options, j.pace,
       j.error_code, j.error_message, j.error_detail, j.error_hint, j.error_constraint, j.error_at,
       j.submitted_at, j.started_at, j.changed_at, j.finished_at
FROM dbmocker.job j
JOIN parts p ON p.job = j.id
CROSS JOIN here h
LEFT JOIN live l ON l.job = j.id AND j.database = h.database AND j.system_identifier = h.system_identifier
WHERE dbmocker.may_steer(j.owner);
COMMENT ON VIEW dbmocker.jobs IS 'background jobs that the current role may steer';
COMMENT ON COLUMN dbmocker.jobs.id IS 'number of the job';
COMMENT ON COLUMN dbmocker.jobs.owner IS 'role that submitted the job and that it is carried out as';
COMMENT ON COLUMN dbmocker.jobs.target IS 'table, or schema, that is filled';
COMMENT ON COLUMN dbmocker.jobs.state IS
    'queued, running, pausing, paused, stopping, stopped, retrying, failed or done; docs/jobs.md has the transitions';
COMMENT ON COLUMN dbmocker.jobs.rows IS 'rows asked for; NULL while keep_rows has not been counted yet';
COMMENT ON COLUMN dbmocker.jobs.rows_done IS 'rows that are committed';
COMMENT ON COLUMN dbmocker.jobs.rows_per_second IS 'rate of the last chunks';
COMMENT ON COLUMN dbmocker.jobs.eta IS 'time that the rest will take at this rate';
COMMENT ON COLUMN dbmocker.jobs.pid IS 'process that works on the job';
COMMENT ON COLUMN dbmocker.jobs.waits_for IS 'why nobody works on the job though somebody should';
COMMENT ON COLUMN dbmocker.jobs.attempts IS 'failed tries in a row';
COMMENT ON COLUMN dbmocker.jobs.max_attempts IS 'tries of a chunk that fails for a reason that may pass';
COMMENT ON COLUMN dbmocker.jobs.retry_at IS 'time of the next try of a job that is retrying';
COMMENT ON COLUMN dbmocker.jobs.seed IS 'seed of the rows';
COMMENT ON COLUMN dbmocker.jobs.reference_time IS 'time that dates are drawn against; of paced jobs it is the clock''s';
COMMENT ON COLUMN dbmocker.jobs.options IS 'options as those of generate()';
COMMENT ON COLUMN dbmocker.jobs.pace IS 'rows per second asked for; NULL: as fast as it goes';
COMMENT ON COLUMN dbmocker.jobs.error_code IS 'SQLSTATE of the last error';
COMMENT ON COLUMN dbmocker.jobs.error_message IS 'message of the last error';
COMMENT ON COLUMN dbmocker.jobs.error_detail IS 'DETAIL of the last error';
COMMENT ON COLUMN dbmocker.jobs.error_hint IS 'HINT of the last error';
COMMENT ON COLUMN dbmocker.jobs.error_constraint IS 'constraint that the last error names';
COMMENT ON COLUMN dbmocker.jobs.error_at IS 'time of the last error';
COMMENT ON COLUMN dbmocker.jobs.submitted_at IS 'time of the submission';
COMMENT ON COLUMN dbmocker.jobs.started_at IS 'time at which a worker first took the job';
COMMENT ON COLUMN dbmocker.jobs.changed_at IS 'time of the last change of the state';
COMMENT ON COLUMN dbmocker.jobs.finished_at IS 'time at which the job was done, failed or stopped';

CREATE FUNCTION dbmocker.running(OUT pid integer, OUT datid oid, OUT usesysid oid, OUT target oid, OUT phase text,
                                 OUT rows_done bigint, OUT rows bigint, OUT rows_per_second double precision,
                                 OUT started timestamptz, OUT memory bigint, OUT cpu double precision,
                                 OUT workers integer, OUT rejected bigint, OUT rejected_rows jsonb, OUT job bigint)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'dbmocker_list_progress';
COMMENT ON FUNCTION dbmocker.running() IS
    'the runs in progress on this server; all but process, database and role is NULL for others than that role and pg_read_all_stats';

CREATE VIEW dbmocker.progress WITH (security_barrier) AS
WITH live AS (
    SELECT r.*, d.datname,
           CASE WHEN d.datname = pg_catalog.current_database() THEN r.target::pg_catalog.regclass END AS of_here,
           pg_catalog.clock_timestamp() - r.started AS elapsed
    FROM dbmocker.running() r
    LEFT JOIN pg_catalog.pg_database d ON d.oid = r.datid
), parts AS (
    SELECT p.job, p.position, p.target, j.state, p.rows, p.rows_done, p.rows_missed, p.rate, j.pace, p.problem
    FROM dbmocker.job_part p
    JOIN dbmocker.job j ON j.id = p.job
    WHERE dbmocker.may_steer(j.owner)
)
SELECT p.job, p.position, p.target::pg_catalog.regclass AS target, p.state, p.rows,
       p.rows_done - p.rows_missed AS rows_done,
       CASE WHEN p.rows > 0 THEN pg_catalog.round(100.0 * p.rows_done / p.rows, 1)
            WHEN p.rows = 0 THEN 100.0 END AS percent,
       p.rate AS rows_per_second,
       CASE WHEN p.state = 'running' AND p.rate > 0
            THEN pg_catalog.make_interval(secs => (p.rows - p.rows_done) / LEAST(p.rate, p.pace)) END AS eta,
       p.problem, l.pid, COALESCE(l.datname, pg_catalog.current_database()) AS datname, l.phase,
       l.rows_done / NULLIF(EXTRACT(epoch FROM l.elapsed)::double precision, 0) AS average_rows_per_second,
       l.memory, l.cpu, l.workers, l.rejected, l.rejected_rows
FROM parts p
LEFT JOIN live l ON l.job = p.job AND l.of_here = p.target
UNION ALL
SELECT l.job, NULL, l.of_here, 'running', l.rows, l.rows_done,
       CASE WHEN l.rows > 0 THEN pg_catalog.round(100.0 * l.rows_done / l.rows, 1) END,
       l.rows_per_second,
       CASE WHEN l.rows_done > 0
            THEN pg_catalog.make_interval(secs => EXTRACT(epoch FROM l.elapsed)::double precision
                                                  / l.rows_done * (l.rows - l.rows_done)) END,
       NULL, l.pid, l.datname, l.phase,
       l.rows_done / NULLIF(EXTRACT(epoch FROM l.elapsed)::double precision, 0),
       l.memory, l.cpu, l.workers, l.rejected, l.rejected_rows
FROM live l
WHERE NOT EXISTS (SELECT FROM parts p WHERE p.job = l.job AND p.target = l.of_here);
COMMENT ON VIEW dbmocker.progress IS
    'the tables of background jobs that the current role may steer, in the order of filling, and the runs in progress of all sessions';
COMMENT ON COLUMN dbmocker.progress.job IS 'number of the job; NULL for other runs';
COMMENT ON COLUMN dbmocker.progress.position IS 'place in the order in which the job fills its tables, from 1';
COMMENT ON COLUMN dbmocker.progress.target IS 'the table; NULL for one of another database';
COMMENT ON COLUMN dbmocker.progress.state IS 'state of the job; running for runs that belong to none';
COMMENT ON COLUMN dbmocker.progress.rows IS 'rows asked for; NULL while keep_rows has not been counted yet';
COMMENT ON COLUMN dbmocker.progress.rows_done IS 'rows of a job that are committed; rows of another run that are written';
COMMENT ON COLUMN dbmocker.progress.percent IS 'share of the rows that is done';
COMMENT ON COLUMN dbmocker.progress.rows_per_second IS 'rate of the last chunks, or since the last update but one';
COMMENT ON COLUMN dbmocker.progress.eta IS 'time that the rest will take at this rate; for runs without a job, at the average rate';
COMMENT ON COLUMN dbmocker.progress.problem IS 'why there are fewer rows than asked for; NULL if there are not';
COMMENT ON COLUMN dbmocker.progress.pid IS 'process that works on it';
COMMENT ON COLUMN dbmocker.progress.datname IS 'database';
COMMENT ON COLUMN dbmocker.progress.phase IS 'preparing, writing, building indexes or checking foreign keys';
COMMENT ON COLUMN dbmocker.progress.average_rows_per_second IS 'rows of the run by the time since it began';
COMMENT ON COLUMN dbmocker.progress.memory IS 'private memory of the process and its parallel workers in bytes';
COMMENT ON COLUMN dbmocker.progress.cpu IS
    'processor time of the process and its parallel workers since the run began, in percent of one processor';
COMMENT ON COLUMN dbmocker.progress.workers IS 'parallel workers at work';
COMMENT ON COLUMN dbmocker.progress.rejected IS 'draws that failed a constraint';
COMMENT ON COLUMN dbmocker.progress.rejected_rows IS 'the same by constraint, the first few of the calling process, while it writes';

GRANT SELECT ON dbmocker.jobs, dbmocker.progress TO PUBLIC;

CREATE FUNCTION dbmocker.submit(target regclass, rows bigint DEFAULT NULL, seed bigint DEFAULT NULL,
                                options jsonb DEFAULT '{}', rows_per_second double precision DEFAULT NULL,
                                keep_rows bigint DEFAULT NULL, max_attempts integer DEFAULT 5)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_submit';
COMMENT ON FUNCTION dbmocker.submit(regclass, bigint, bigint, jsonb, double precision, bigint, integer) IS
    'stores a job that adds rows to a table in the background, chunk by chunk, and returns its number';

CREATE FUNCTION dbmocker.submit_schema(schema regnamespace, rows bigint DEFAULT NULL, tables jsonb DEFAULT NULL,
                                       exclude text[] DEFAULT NULL, seed bigint DEFAULT NULL,
                                       options jsonb DEFAULT '{}', rows_per_second double precision DEFAULT NULL,
                                       keep_rows boolean DEFAULT false, max_attempts integer DEFAULT 5)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_submit_schema';
COMMENT ON FUNCTION dbmocker.submit_schema(regnamespace, bigint, jsonb, text[], bigint, jsonb, double precision, boolean, integer) IS
    'stores a job that adds rows to the tables of a schema in the background, referenced tables first, and returns its number';

CREATE FUNCTION dbmocker.pause(job bigint)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_pause';
COMMENT ON FUNCTION dbmocker.pause(bigint) IS 'lets a job rest after its present chunk; returns the new state';

CREATE FUNCTION dbmocker.resume(job bigint)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_resume';
COMMENT ON FUNCTION dbmocker.resume(bigint) IS 'lets a paused job go on; returns the new state';

CREATE FUNCTION dbmocker.stop(job bigint)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_stop';
COMMENT ON FUNCTION dbmocker.stop(bigint) IS
    'ends a job after its present chunk, the rows so far are kept; returns the new state';

CREATE FUNCTION dbmocker.retry(job bigint)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_retry';
COMMENT ON FUNCTION dbmocker.retry(bigint) IS
    'lets a failed or stopped job go on behind the rows that it has written; returns the new state';

CREATE FUNCTION dbmocker.wait(job bigint, timeout interval DEFAULT NULL)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_wait';
COMMENT ON FUNCTION dbmocker.wait(bigint, interval) IS
    'waits until a job is done, failed, stopped or paused, or the time is over; returns the state';

CREATE FUNCTION dbmocker.start_jobs()
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_start_jobs';
COMMENT ON FUNCTION dbmocker.start_jobs() IS
    'starts workers for jobs that nobody works on though somebody should, and returns their number; the launcher does so by itself where the library is preloaded';

CREATE FUNCTION dbmocker.schedule(name text, schedule text, target regclass, rows bigint DEFAULT NULL,
                                  seed bigint DEFAULT NULL, options jsonb DEFAULT '{}',
                                  rows_per_second double precision DEFAULT NULL, keep_rows bigint DEFAULT NULL,
                                  max_attempts integer DEFAULT 5)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_schedule';
COMMENT ON FUNCTION dbmocker.schedule(text, text, regclass, bigint, bigint, jsonb, double precision, bigint, integer) IS
    'lets pg_cron submit a job at the times of a schedule in cron''s syntax; returns pg_cron''s number';

CREATE FUNCTION dbmocker.unschedule(name text)
RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'dbmocker_unschedule';
COMMENT ON FUNCTION dbmocker.unschedule(text) IS 'ends what schedule() has begun under that name';

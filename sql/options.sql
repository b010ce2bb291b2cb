-- Options of calls, tables, the database and presets: which wins, what plan() and options() say of it, who may set what.
SET client_min_messages = warning;
CREATE SCHEMA test_options;
SET search_path = test_options;

CREATE FUNCTION failure(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  message text; detail text; hint text;
BEGIN
  EXECUTE statement;
  RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN NEXT SQLSTATE || ': ' || message;
  IF detail <> '' THEN RETURN NEXT '  DETAIL: ' || detail; END IF;
  IF hint <> '' THEN RETURN NEXT '  HINT: ' || hint; END IF;
END
$$;

CREATE TABLE things (a int, b text);
CREATE TABLE others (a int, b text);
SELECT * FROM dbmocker.options() ORDER BY option;

-- call > target > database > preset > default, option by option; the share of NULLs shows what a run really does.
SELECT dbmocker.set_preset('mostly_null', '{"null_probability": 0.9, "max_attempts": 11, "batch_size": 5, "memory_limit_mb": 7}');
SELECT dbmocker.set_options(NULL, '{"performance_mode": "mostly_null", "null_probability": 0.7, "batch_size": 6}');
SELECT dbmocker.set_options('things', '{"null_probability": 0.5}');
SELECT dbmocker.set_options('things', '{"max_attempts": 12}');
SELECT * FROM dbmocker.target_options ORDER BY target;
SELECT * FROM dbmocker.options('things', '{"batch_size": 8}') WHERE origin <> 'default' ORDER BY option;
SELECT name, kind AS origin, method AS value FROM dbmocker.plan('things', 10, '{"batch_size": 8}') WHERE object = 'option';
CREATE FUNCTION null_share(target regclass, options jsonb DEFAULT '{}') RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  share numeric;
BEGIN
  EXECUTE format('TRUNCATE %s', target);
  PERFORM dbmocker.generate(target, 4000, options => null_share.options);
  EXECUTE format('SELECT round(1 - count(a)::numeric / count(*), 1) FROM %s', target) INTO share;
  RETURN share;
END
$$;
SELECT null_share('things', '{"null_probability": 0.3}') AS call, null_share('things') AS target, null_share('others') AS database;
SELECT dbmocker.set_options(NULL, '{"null_probability": null}');
SELECT null_share('others') AS preset;
SELECT null_share('others', '{"performance_mode": "balanced"}') AS balanced;
-- generate_schema() and rows() follow each table's own.
TRUNCATE things, others;
SELECT target, rows FROM dbmocker.generate_schema('test_options', 4000);
SELECT round(1 - count(things.a)::numeric / count(*), 1) AS things, (SELECT round(1 - count(others.a)::numeric / count(*), 1) FROM others) AS others FROM things;
SELECT round(1 - count(a)::numeric / count(*), 1) FROM dbmocker.rows(NULL::things, 4000);
-- Another preset for one table takes the place of the database's.
SELECT dbmocker.set_options('others', '{"performance_mode": "standard"}');
SELECT * FROM dbmocker.options('others') WHERE origin <> 'default' ORDER BY option;
SELECT writer, workers FROM dbmocker.generate('others', 20000);
-- The writer of a preset is only preferred.
CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER pass BEFORE INSERT ON others FOR EACH ROW EXECUTE FUNCTION pass();
SELECT writer FROM dbmocker.generate('others', 10);
SELECT failure($$SELECT dbmocker.generate('others', 10, options => '{"insertion_strategy": "batch"}')$$);

SELECT dbmocker.set_options('others', NULL);
SELECT dbmocker.set_options('things', '{"null_probability": null, "max_attempts": null}');
SELECT dbmocker.set_options(NULL, NULL);
SELECT count(*) FROM dbmocker.target_options;
SELECT dbmocker.drop_preset('mostly_null');

-- Presets.
SELECT name, options, is_builtin FROM dbmocker.presets ORDER BY name;
SELECT dbmocker.set_preset('mine', options || '{"batch_size": 123}') FROM dbmocker.presets WHERE name = 'high_speed';
SELECT value, origin FROM dbmocker.options('things', '{"performance_mode": "mine"}') WHERE option = 'batch_size';
SELECT failure($$SELECT dbmocker.set_preset('standard', '{"batch_size": 1}')$$);
SELECT failure($$SELECT dbmocker.drop_preset('standard')$$);
SELECT failure($$SELECT dbmocker.set_preset('bad', '{"batch_size": "many"}')$$);
SELECT failure($$SELECT dbmocker.set_preset('bad', '{"performance_mode": "mine"}')$$);
SELECT failure($$SELECT dbmocker.generate('things', 1, options => '{"performance_mode": "ludicrous"}')$$);
SELECT failure($$SELECT dbmocker.set_options('things', '{"performance_mode": "ludicrous"}')$$);
SELECT dbmocker.drop_preset('mine');

-- Bad input.
SELECT failure($$SELECT dbmocker.set_options('things', '{"batch_sise": 1}')$$);
SELECT failure($$SELECT dbmocker.set_options('things', '{"batch_size": 0}')$$);
SELECT failure($$SELECT dbmocker.set_options('things', '[]')$$);
SELECT failure($$SELECT dbmocker.set_options('things', '{"columns": {"a": {"min": 1}}}')$$);
SELECT failure($$SELECT dbmocker.set_options(999999999::regclass, '{"batch_size": 1}')$$);

-- Roles: tables belong to their owners, the database's options and presets to its owner.
CREATE ROLE regress_options_owner;
CREATE ROLE regress_options_other;
GRANT USAGE, CREATE ON SCHEMA test_options TO regress_options_owner, regress_options_other;
SELECT dbmocker.set_options('things', '{"batch_size": 9}');
SET ROLE regress_options_owner;
CREATE TABLE mine (a int);
SELECT dbmocker.set_options('mine', '{"batch_size": 7}');
SELECT target, options FROM dbmocker.target_options;
SELECT failure($$SELECT dbmocker.set_options(NULL, '{"batch_size": 7}')$$);
SELECT failure($$SELECT dbmocker.set_preset('mine', '{}')$$);
SELECT failure($$INSERT INTO dbmocker.presets VALUES ('mine', '{}')$$);
SET ROLE regress_options_other;
SELECT target, options FROM dbmocker.target_options;
SELECT failure($$SELECT dbmocker.set_options('mine', '{"batch_size": 1}')$$);
SELECT failure($$UPDATE dbmocker.stored_options SET options = '{}'$$);
RESET ROLE;
DROP OWNED BY regress_options_owner, regress_options_other;
SELECT count(*) FROM dbmocker.stored_options;
DROP ROLE regress_options_owner, regress_options_other;
DROP SCHEMA test_options CASCADE;

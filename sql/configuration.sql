-- The configuration as one document: out and in again, all faults at once with their paths, nothing changed by a bad one.
SET client_min_messages = warning;
CREATE SCHEMA test_configuration;
SET search_path = test_configuration;
SET dbmocker.reference_time = '2025-06-01';

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

CREATE TABLE users (age int NOT NULL CHECK (age < 120), status text NOT NULL, joined date);
CREATE TABLE "odd.table" ("a.column" int);
SELECT dbmocker.export_config();
CREATE TABLE documents (name text PRIMARY KEY, document jsonb);
INSERT INTO documents VALUES ('good', '{
  "performance": {"performance_mode": "house", "null_probability": 0.4, "max_attempts": 50},
  "presets": {"house": {"batch_size": 77}},
  "tables": {
    "users": {"rows": 300, "options": {"batch_size": 13},
              "columns": {"age": {"min": 18, "max": 20},
                          "status": {"weighted_values": {"active": 0.8, "gone": 0.2}},
                          "joined": {"min": "now() - 1 year", "max": "now()", "null_probability": 0}}},
    "test_configuration.\"odd.table\"": {"rows": 20, "columns": {"a.column": {"possible_values": [1, 2]}}}}}');
SELECT dbmocker.import_config(document) FROM documents WHERE name = 'good';
SELECT target, column_name, rule FROM dbmocker.rules ORDER BY column_name;
SELECT target, options, rows FROM dbmocker.target_options ORDER BY target::text;
SELECT option, value, origin FROM dbmocker.options('users') WHERE origin <> 'default' ORDER BY option;
-- What comes out goes in again, as the same.
INSERT INTO documents SELECT 'exported', dbmocker.export_config();
SELECT jsonb_pretty(document) FROM documents WHERE name = 'exported';
SELECT dbmocker.import_config('{}', replace => true);
SELECT dbmocker.export_config();
SELECT dbmocker.import_config(document) FROM documents WHERE name = 'exported';
SELECT dbmocker.export_config() = document AS same FROM documents WHERE name = 'exported';
-- It counts: numbers of rows, shares and limits.
SELECT target, rows FROM dbmocker.generate_schema('test_configuration', exclude => '{documents}') ORDER BY target::text;
SELECT min(age), max(age), min(joined) >= '2024-06-01' AS since, count(joined) FROM users;
-- On top of what is there, or in its place.
SELECT dbmocker.import_config('{"tables": {"users": {"columns": {"age": {"min": 30}}, "options": {"max_attempts": 7}}}}');
SELECT column_name, rule FROM dbmocker.rules WHERE target = 'users'::regclass ORDER BY 1;
SELECT options FROM dbmocker.target_options WHERE target = 'users'::regclass;
SELECT dbmocker.import_config('{"tables": {"users": {"columns": {"age": {"min": 40}}}}}', replace => true);
SELECT dbmocker.export_config();
SELECT dbmocker.import_config(document, replace => true) FROM documents WHERE name = 'good';

-- All faults at once; nothing is changed.
SELECT failure($f$SELECT dbmocker.import_config('{
  "performence": {},
  "performance": {"batch_size": "many", "speed": 1, "performance_mode": "warp", "max_workers": 2},
  "presets": {"balanced": {}, "mine": {"performance_mode": "house"}, "other": []},
  "tables": {
    "users": {"rows": -1, "colour": 1, "options": {"max_attempts": 0},
              "columns": {"age": {"min": 200}, "agee": {}, "status": {"minimum": 1, "null_probability": 2},
                          "joined": {"min": "some day", "max": "2024-02-30"}}},
    "nobody": {}, "pg_class": {}, "a.b.c.d.e": {}, "documents": {"columns": {"name": {"null_probability": 1}}}}}')$f$);
SELECT failure($$SELECT dbmocker.import_config('[]')$$);
SELECT failure($$SELECT dbmocker.import_config('{"tables": {"users": {"columns": {"age": 1}}}}', replace => true)$$);
SELECT dbmocker.export_config() = document AS unchanged FROM documents WHERE name = 'exported';

-- Another role sees and changes its own alone.
CREATE ROLE regress_configuration;
GRANT USAGE, CREATE ON SCHEMA test_configuration TO regress_configuration;
SET ROLE regress_configuration;
CREATE TABLE own (a int);
SELECT failure($$SELECT dbmocker.import_config('{"performance": {}, "presets": {}, "tables": {"users": {}, "own": {}}}')$$);
SELECT dbmocker.import_config('{"tables": {"own": {"columns": {"a": {"max": 3}}}}}', replace => true);
SELECT dbmocker.export_config() -> 'tables' AS tables;
RESET ROLE;
SELECT count(*) FROM dbmocker.column_rules;
DROP OWNED BY regress_configuration;
DROP ROLE regress_configuration;
SELECT dbmocker.import_config('{}', replace => true);
SELECT count(*) FROM dbmocker.stored_options;
DROP SCHEMA test_configuration CASCADE;

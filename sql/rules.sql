-- Rules of columns: each key's effect by the stored rows, refusals with rule and constraint, who may set and see them.
SET client_min_messages = warning;
CREATE SCHEMA test_rules;
SET search_path = test_rules;
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

CREATE DOMAIN grade AS int CHECK (VALUE BETWEEN 1 AND 6);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE members (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  age int NOT NULL CHECK (age BETWEEN 0 AND 120),
  status text NOT NULL,
  code varchar(12) NOT NULL,
  grade grade,
  mood mood,
  score numeric(8,2) NOT NULL,
  ratio double precision NOT NULL,
  joined date NOT NULL,
  seen timestamptz NOT NULL,
  badge int NOT NULL UNIQUE,
  nick text,
  contact text
);

-- Every key.
SELECT dbmocker.set_rule('members', 'age', '{"min": 18, "max": 80, "distribution": {"kind": "normal", "mean": 40, "stddev": 6}}');
SELECT dbmocker.set_rule('members', 'status', '{"weighted_values": {"active": 0.8, "inactive": 0.15, "suspended": 0.05}}');
SELECT dbmocker.set_rule('members', 'code', '{"min_length": 5, "max_length": 7}');
SELECT dbmocker.set_rule('members', 'grade', '{"possible_values": [1, 2, 3], "null_probability": 0.5}');
SELECT dbmocker.set_rule('members', 'mood', '{"possible_values": ["happy"], "null_probability": 0}');
SELECT dbmocker.set_rule('members', 'score', '{"distribution": {"kind": "exponential", "mean": 50}}');
SELECT dbmocker.set_rule('members', 'ratio', '{"min": 0, "max": 1, "distribution": {"kind": "beta", "alpha": 2, "beta": 6}}');
SELECT dbmocker.set_rule('members', 'joined', '{"min": "now() - 30 days", "max": "now"}');
SELECT dbmocker.set_rule('members', 'seen', '{"min": "2025-01-01 00:00+00", "max": "2025-01-02 00:00+00"}');
SELECT dbmocker.set_rule('members', 'badge', '{"sequence": {"start": 1000, "step": 3}}');
SELECT dbmocker.set_rule('members', 'nick', '{"null_probability": 0.9}');
SELECT dbmocker.set_rule('members', 'contact', '{"generator": "email", "null_probability": 0}');
SELECT target, column_name, rule FROM dbmocker.rules ORDER BY column_name;
SELECT rows FROM dbmocker.generate('members', 20000, 1);
SELECT count(*) FROM dbmocker.verify('members') WHERE violations > 0;
SELECT min(age) >= 18 AS least, max(age) <= 80 AS most, abs(avg(age) - 40) < 0.3 AS mean, abs(stddev(age) - 6) < 0.3 AS deviation FROM members;
-- Chi-square of the shares, 2 degrees of freedom: above 20 once in 20 thousand times.
SELECT sum((n - 20000 * share) ^ 2 / (20000 * share)) < 20 AS shares
FROM (SELECT status, count(*) AS n FROM members GROUP BY status) s
FULL JOIN (VALUES ('active', 0.8), ('inactive', 0.15), ('suspended', 0.05)) v (status, share) USING (status);
SELECT min(length(code)), max(length(code)) FROM members;
SELECT array_agg(DISTINCT grade ORDER BY grade) AS grades, abs(count(*) FILTER (WHERE grade IS NULL) - 10000) < 400 AS nulls FROM members;
SELECT array_agg(DISTINCT mood) AS moods FROM members;
SELECT abs(avg(score) - 50) < 2 AS mean, abs(stddev(score) - 50) < 3 AS deviation, abs(avg(ratio) - 0.25) < 0.01 AS ratio FROM members;
SELECT min(joined), max(joined), min(seen) >= '2025-01-01 00:00+00' AS first_seen, max(seen) <= '2025-01-02 00:00+00' AS last_seen FROM members;
SELECT min(badge), max(badge), count(DISTINCT badge) FROM members;
SELECT abs(count(nick) - 2000) < 250 AS nick, count(contact) FILTER (WHERE contact LIKE '%@%') AS contact FROM members;
SELECT name, method, detail FROM dbmocker.plan('members', 20000) WHERE object = 'column' ORDER BY 1;

-- A second run goes on with the sequence; one run of both gives the same rows. Workers and batches change nothing.
CREATE TABLE once (LIKE members INCLUDING ALL);
ALTER TABLE once DROP COLUMN id;
ALTER TABLE members DROP COLUMN id;
CREATE FUNCTION digest(target regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  sum text;
BEGIN
  EXECUTE format('SELECT md5(string_agg(t::text, '','' ORDER BY badge)) FROM %s t', target) INTO sum;
  RETURN sum;
END
$$;
TRUNCATE members;
ALTER TABLE members RENAME TO twin;
SELECT count(*) AS rules_follow FROM dbmocker.rules WHERE target = 'twin'::regclass;
CREATE TABLE sums (way text, sum text);
DO $$
DECLARE
  way record;
BEGIN
  FOR way IN SELECT * FROM (VALUES ('whole', '{20000}'::int[], '{"insertion_strategy": "single"}'::jsonb),
      ('parts', '{7000,13000}', '{"insertion_strategy": "batch", "batch_size": 77}'),
      ('workers', '{20000}', '{"insertion_strategy": "parallel_bulk", "max_workers": 2, "batch_size": 500}')) v (name, parts, options)
  LOOP
    TRUNCATE twin;
    PERFORM dbmocker.generate('twin', part, 5, way.options) FROM unnest(way.parts) part;
    INSERT INTO sums VALUES (way.name, digest('twin'));
  END LOOP;
END
$$;
SELECT count(*), count(DISTINCT sum) FROM sums;

-- Rules of the call go on top of those stored, key by key, and are not kept.
TRUNCATE twin;
SELECT rows FROM dbmocker.generate('twin', 1000, options => '{"columns": {"grade": {"possible_values": [6]}, "age": {"min": 30, "max": 31, "distribution": "uniform"}}}');
SELECT array_agg(DISTINCT grade) AS grades, count(*) FILTER (WHERE grade IS NULL) BETWEEN 430 AND 570 AS still_half_null, min(age), max(age) FROM twin;
SELECT name, detail FROM dbmocker.plan('twin', 10, '{"columns": {"grade": {"possible_values": [6]}}}') WHERE name IN ('grade', 'age') AND object = 'column';
SELECT count(*) FROM dbmocker.rows(NULL::twin, 50, options => '{"columns": {"status": {"possible_values": ["x"]}}}'::jsonb) WHERE status = 'x';
SELECT rule FROM dbmocker.rules WHERE target = 'twin'::regclass AND column_name = 'grade';

-- Foreign keys.
CREATE TABLE teams (id int PRIMARY KEY);
CREATE TABLE players (team_id int REFERENCES teams, name text);
SELECT rows FROM dbmocker.generate('teams', 50);
SELECT dbmocker.set_rule('players', 'team_id', '{"distribution": {"kind": "zipf", "exponent": 1.5}, "null_probability": 0.2}');
SELECT rows FROM dbmocker.generate('players', 20000);
SELECT abs(count(*) FILTER (WHERE team_id IS NULL) - 4000) < 300 AS nulls,
       count(*) FILTER (WHERE team_id = 1) > 2 * count(*) FILTER (WHERE team_id = 2) AS falls,
       count(DISTINCT team_id) > 40 AS reaches FROM players;
SELECT failure($$SELECT dbmocker.set_rule('players', 'team_id', '{"generator": "quantity"}')$$);

-- What contradicts a constraint, or cannot be, is refused when it is set.
SELECT failure($$SELECT dbmocker.set_rule('twin', 'age', '{"min": 130}')$$);
SELECT failure($$SELECT dbmocker.set_rule('twin', 'age', '{"min": "young"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('twin', 'grade', '{"possible_values": [5, 7]}')$$);
SELECT failure($$SELECT dbmocker.set_rule('twin', 'mood', '{"possible_values": ["ok", "glad"], "null_probability": 7}')$$);
SELECT failure($$SELECT dbmocker.set_rule('twin', 'mood', '{"possible_values": ["ok", "glad"]}')$$);
SELECT failure($$SELECT dbmocker.set_rule('twin', 'code', '{"possible_values": ["much too long a code"]}')$$);
SELECT failure($$SELECT dbmocker.set_rule('twin', 'status', '{"null_probability": 0.5}')$$);
SELECT failure($$SELECT dbmocker.set_rule('twin', 'badge', '{"distribution": "zipf"}')$$);
SELECT failure($$SELECT dbmocker.set_rule('twin', 'status', '{"colour": "red", "min_length": -1}')$$);
SELECT failure($$SELECT dbmocker.set_rule('twin', 'nothing', '{}')$$);
SELECT failure($$SELECT dbmocker.set_rule('twin', 'age', NULL)$$);
SELECT failure($$SELECT dbmocker.set_rule('twin', 'contact', '{"generator": "emails"}')$$);
SELECT failure($$SELECT dbmocker.generate('twin', 10, options => '{"columns": {"agee": {"min": 1}}}')$$);
SELECT failure($$SELECT dbmocker.generate('twin', 10, options => '{"columns": [1]}')$$);
SELECT failure($$SELECT dbmocker.generate_schema('test_rules', 10, options => '{"columns": {"age": {"min": 1}}}')$$);
SELECT failure($$SELECT dbmocker.set_rule('dbmocker.rules', 'rule', '{}')$$);

-- Renamed, altered, dropped.
ALTER TABLE twin RENAME COLUMN grade TO mark;
ALTER SCHEMA test_rules RENAME TO renamed_rules;
SET search_path = renamed_rules;
SELECT target::text, column_name, rule FROM dbmocker.rules WHERE column_name = 'mark';
ALTER TABLE twin DROP COLUMN mark;
SELECT count(*) FROM dbmocker.rules WHERE column_name = 'mark';
SELECT dbmocker.set_options('twin', '{"batch_size": 10}');
SELECT count(*) AS stored FROM dbmocker.column_rules;
DROP TABLE twin;
SELECT count(*) AS stored, (SELECT count(*) FROM dbmocker.stored_options) AS options FROM dbmocker.column_rules;
SELECT dbmocker.drop_rule('players', 'team_id');
SELECT failure($$SELECT dbmocker.drop_rule('players', 'team_id')$$);

-- Two roles: rules belong to the owner of the table; whoever fills it follows them.
CREATE ROLE regress_rules_owner;
CREATE ROLE regress_rules_other;
GRANT USAGE, CREATE ON SCHEMA renamed_rules TO regress_rules_owner, regress_rules_other;
SET ROLE regress_rules_owner;
CREATE TABLE mine (kind text NOT NULL);
GRANT INSERT, SELECT ON mine TO regress_rules_other;
SELECT dbmocker.set_rule('mine', 'kind', '{"possible_values": ["secret"]}');
SELECT column_name FROM dbmocker.rules;
SET ROLE regress_rules_other;
SELECT column_name FROM dbmocker.rules;
SELECT failure($$SELECT dbmocker.set_rule('mine', 'kind', '{"possible_values": ["other"]}')$$);
SELECT failure($$SELECT dbmocker.drop_rule('mine')$$);
SELECT failure($$SELECT count(*) FROM dbmocker.column_rules$$);
SELECT failure($$DELETE FROM dbmocker.column_rules$$);
SELECT failure($$SELECT dbmocker.set_options('mine', '{"batch_size": 1}')$$);
SELECT rows FROM dbmocker.generate('mine', 10);
SELECT DISTINCT kind FROM mine;
SET ROLE regress_rules_owner;
SELECT dbmocker.drop_rule('mine');
SELECT column_name FROM dbmocker.rules;
SELECT dbmocker.set_rule('mine', 'kind', '{"possible_values": ["again"]}');
DROP TABLE mine;
RESET ROLE;
SELECT count(*) FROM dbmocker.column_rules;
DROP OWNED BY regress_rules_owner, regress_rules_other;
DROP ROLE regress_rules_owner, regress_rules_other;
DROP SCHEMA renamed_rules CASCADE;

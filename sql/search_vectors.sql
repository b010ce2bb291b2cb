-- Columns of type tsvector hold the words of their row's texts: of the columns that their name names, else of all prose.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA search_vectors;
SET search_path = search_vectors, public;
SET default_text_search_config = 'pg_catalog.english';

-- By the vector's name, by prose, and arrays of texts; secrets are not searched.
CREATE TABLE articles (
  id serial PRIMARY KEY,
  title text NOT NULL,
  body text,
  "Tag List" text[],
  password_hash text NOT NULL,
  title_tsv tsvector NOT NULL,
  search_vector tsvector NOT NULL,
  tag_list_tokens tsvector
);
CREATE INDEX ON articles USING gin (search_vector);
SELECT rows FROM dbmocker.generate('articles', 3000);
SELECT count(*) FROM articles WHERE title_tsv IS DISTINCT FROM to_tsvector(title);
SELECT count(*) FROM articles WHERE search_vector IS DISTINCT FROM to_tsvector(concat_ws(' ', title, body, array_to_string("Tag List", ' ')));
SELECT count(*) FROM articles WHERE tag_list_tokens <> to_tsvector(array_to_string("Tag List", ' '));
SELECT count(*) BETWEEN 200 AND 400 FROM articles WHERE tag_list_tokens IS NULL;
SELECT count(*) FROM articles WHERE NOT search_vector @@ plainto_tsquery(title);
SELECT count(*) FROM articles WHERE NOT search_vector @@ to_tsquery((regexp_match(title, '\w+$'))[1])
  AND numnode(to_tsquery((regexp_match(title, '\w+$'))[1])) > 0;
SELECT name, method, detail FROM dbmocker.plan('articles') WHERE kind = 'tsvector';
-- The same rows by any writer, batch size and number of workers.
CREATE TABLE kept AS TABLE articles;
SELECT rows FROM dbmocker.generate('articles', 3000,
  options => '{"truncate": true, "insertion_strategy": "parallel_bulk", "batch_size": 77}');
ALTER SEQUENCE articles_id_seq RESTART;
SELECT rows FROM dbmocker.generate('articles', 3000, options => '{"truncate": true, "insertion_strategy": "single"}');
SELECT count(*) FROM (SELECT title, search_vector FROM kept EXCEPT SELECT title, search_vector FROM articles) d;

-- CHECKs and domains hold, also where the text may be NULL; names of persons, and what no text is near.
CREATE DOMAIN words AS tsvector NOT NULL CHECK (length(VALUE) > 0);
CREATE TABLE people (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  first_name varchar(40),
  last_name varchar(40),
  fts words CHECK (fts <> ''::tsvector)
);
CREATE TABLE documents (id int PRIMARY KEY, ts tsvector NOT NULL);
CREATE TABLE keyed (id int PRIMARY KEY, title text NOT NULL, ts tsvector NOT NULL UNIQUE);
SELECT target, rows FROM dbmocker.generate_schema('search_vectors', 500, exclude => '{articles, kept}');
SELECT count(*) FROM people WHERE fts <> to_tsvector(concat_ws(' ', first_name, last_name));
SELECT count(*) FROM documents WHERE length(ts) = 0;
SELECT target_table, constraint_name, violations FROM dbmocker.verify('search_vectors') WHERE violations > 0;

-- A vector that the server generates, one that a trigger fills, one with a rule, and a rule that reads the vector.
CREATE TABLE posts (
  id serial PRIMARY KEY,
  title text NOT NULL,
  summary text NOT NULL,
  generated tsvector GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED,
  by_trigger tsvector,
  by_rule tsvector
);
CREATE TRIGGER fill BEFORE INSERT ON posts FOR EACH ROW
  EXECUTE FUNCTION tsvector_update_trigger(by_trigger, 'pg_catalog.simple', title);
SELECT dbmocker.set_rule('posts', 'by_rule', '{"expression": "to_tsvector(''simple'', title)"}');
SELECT rows FROM dbmocker.generate('posts', 300);
SELECT count(*) FROM posts WHERE generated <> by_trigger OR generated <> by_rule;
CREATE TABLE counted (title text NOT NULL, summary text NOT NULL, search tsvector NOT NULL);
SELECT dbmocker.set_rule('counted', 'summary', '{"expression": "length(search)::text"}');
SELECT rows FROM dbmocker.generate('counted', 100);
SELECT count(*) FROM counted WHERE search <> to_tsvector(title) OR summary <> length(search)::text;
DROP SCHEMA search_vectors CASCADE;

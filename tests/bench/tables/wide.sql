-- A hundred columns of ten types: what a value costs. Variables: see users.sql; has_all adds a unique text column and a
-- foreign key.
CREATE TABLE column_kinds (number int, name text, type text, value text);
INSERT INTO column_kinds VALUES
    (0, 'whole', 'bigint', 'floor(random() * 1e12)::bigint'), (1, 'part', 'int', 'floor(random() * 1000000)::int'),
    (2, 'small', 'smallint', 'floor(random() * 30000)::smallint'),
    (3, 'sum', 'numeric(12,2)', 'round((random() * 100000)::numeric, 2)'), (4, 'yes', 'boolean', 'random() < 0.5'),
    (5, 'day', 'date', 'date ''2020-01-01'' + floor(random() * 2000)::int'),
    (6, 'moment', 'timestamptz', 'now() - random() * interval ''5 years'''),
    (7, 'word', 'varchar(20)', '''word '' || floor(random() * 1000)'), (8, 'line', 'text', '''some text '' || i'),
    (9, 'measure', 'double precision', 'random() * 1000');
CREATE :persistence TABLE groups AS SELECT i AS id FROM generate_series(1, 1000) AS i;
ALTER TABLE groups ADD PRIMARY KEY (id);
SELECT format('CREATE %s TABLE wide (id bigint NOT NULL, code text NOT NULL, group_id int NOT NULL, %s)',
              :'persistence', string_agg(format('%s_%s %s NOT NULL', name, i, type), ', ' ORDER BY i)),
       format('CREATE VIEW random_rows AS SELECT i AS id, ''code '' || i AS code, '
              '1 + floor(random() * 1000)::int AS group_id, %s FROM generate_series(1, %s) AS i',
              string_agg(format('%s AS %s_%s', value, name, i), ', ' ORDER BY i), :rows)
FROM generate_series(4, 100) AS i JOIN column_kinds ON number = i % 10 \gexec
\if :has_primary
ALTER TABLE wide ADD PRIMARY KEY (id);
\endif
\if :has_all
ALTER TABLE wide ADD UNIQUE (code), ADD FOREIGN KEY (group_id) REFERENCES groups;
\endif

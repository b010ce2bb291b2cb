-- Two columns: what a row costs beside its values. Variables: see users.sql; has_all is not used.
CREATE :persistence TABLE narrow (id bigint NOT NULL, value int NOT NULL);
\if :has_primary
ALTER TABLE narrow ADD PRIMARY KEY (id);
\endif
CREATE VIEW random_rows AS
SELECT i AS id, floor(random() * 1000000)::int AS value FROM generate_series(1, :rows) AS i;

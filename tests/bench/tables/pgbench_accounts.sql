-- The table of pgbench's accounts, 100 thousand for each branch, as `pgbench -i` makes it; beside it, pgbench itself is
-- measured. Variables: see users.sql; has_all adds the foreign key, the table has no text that could be unique.
CREATE :persistence TABLE pgbench_branches (
    bid int NOT NULL PRIMARY KEY, bbalance int, filler char(88)) WITH (fillfactor = 100);
INSERT INTO pgbench_branches SELECT i, 0, '' FROM generate_series(1, greatest(1, :rows / 100000)) AS i;
CREATE :persistence TABLE pgbench_accounts (
    aid int NOT NULL, bid int, abalance int, filler char(84)) WITH (fillfactor = 100);
\if :has_primary
ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid);
\endif
\if :has_all
ALTER TABLE pgbench_accounts ADD FOREIGN KEY (bid) REFERENCES pgbench_branches;
\endif
CREATE VIEW random_rows AS
SELECT i AS aid, 1 + floor(random() * greatest(1, :rows / 100000))::int AS bid, 0 AS abalance, '' AS filler
FROM generate_series(1, :rows) AS i;

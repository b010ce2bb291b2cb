-- Ten columns as applications have them. Like all files here: makes the table `users`, its parents, and the view
-- random_rows, which makes as many rows as well as generate_series and random() can.
-- Variables: persistence ('' or UNLOGGED), rows, has_primary, has_all (also a unique text column and a foreign key).
CREATE :persistence TABLE users (
    id bigint NOT NULL, username text NOT NULL, email text NOT NULL, first_name text NOT NULL, last_name text NOT NULL,
    age int NOT NULL, created_at timestamptz NOT NULL, is_active boolean NOT NULL, balance numeric(10,2) NOT NULL,
    country char(2) NOT NULL);
CREATE :persistence TABLE countries AS
SELECT (chr(65 + i / 26) || chr(65 + i % 26))::char(2) AS code FROM generate_series(0, 675) AS i;
ALTER TABLE countries ADD PRIMARY KEY (code);
\if :has_primary
ALTER TABLE users ADD PRIMARY KEY (id);
\endif
\if :has_all
ALTER TABLE users ADD UNIQUE (email), ADD FOREIGN KEY (country) REFERENCES countries;
\endif
CREATE VIEW random_rows AS
SELECT i AS id, 'user' || i AS username, 'user' || i || '@example.com' AS email,
       ('{Anna,Ben,Clara,David,Emma,Felix}'::text[])[1 + floor(random() * 6)] AS first_name,
       ('{Smith,Jones,Keller,Rossi,Novak,Silva}'::text[])[1 + floor(random() * 6)] AS last_name,
       18 + floor(random() * 70)::int AS age, now() - random() * interval '5 years' AS created_at,
       random() < 0.9 AS is_active, round((random() * 10000)::numeric, 2) AS balance,
       ('{AA,AB,AC,BA,BB,BC}'::text[])[1 + floor(random() * 6)] AS country
FROM generate_series(1, :rows) AS i;

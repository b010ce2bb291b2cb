-- Orders of users: a tenth as many users as orders, made before. Variables: see users.sql.
CREATE :persistence TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
INSERT INTO users SELECT i, 'user' || i || '@example.com' FROM generate_series(1, greatest(1, :rows / 10)) AS i;
CREATE :persistence TABLE orders (
    id bigint NOT NULL, user_id bigint NOT NULL, reference_number text NOT NULL, status text NOT NULL,
    total numeric(10,2) NOT NULL, ordered_at timestamptz NOT NULL, shipped_at timestamptz, note text,
    CHECK (status IN ('open', 'paid', 'sent')), CHECK (total > 0));
\if :has_primary
ALTER TABLE orders ADD PRIMARY KEY (id);
\endif
\if :has_all
ALTER TABLE orders ADD UNIQUE (reference_number), ADD FOREIGN KEY (user_id) REFERENCES users;
\endif
CREATE VIEW random_rows AS
SELECT i AS id, 1 + floor(random() * greatest(1, :rows / 10))::bigint AS user_id, 'ORD-' || i AS reference_number,
       ('{open,paid,sent}'::text[])[1 + floor(random() * 3)] AS status,
       1 + round((random() * 5000)::numeric, 2) AS total, now() - random() * interval '5 years' AS ordered_at,
       CASE WHEN random() < 0.9 THEN now() - random() * interval '1 year' END AS shipped_at,
       CASE WHEN random() < 0.9 THEN 'please leave at the door ' || i END AS note
FROM generate_series(1, :rows) AS i;

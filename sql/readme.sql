-- The examples of README.md, in its order: what is changed here must be changed there. The five statements of the start
-- come first; what they print is what the README shows. Rows depend on the names public.users and public.orders.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dbmocker;
SET search_path = public;
RESET client_min_messages;

-- Start.
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username varchar(30) NOT NULL UNIQUE,
    email text NOT NULL UNIQUE,
    first_name text NOT NULL,
    last_name text NOT NULL,
    age int CHECK (age BETWEEN 18 AND 99),
    created_at timestamptz NOT NULL DEFAULT now()
);
SELECT rows, writer FROM dbmocker.generate('users', 1000);
SELECT id, username, email, first_name, last_name, age FROM users ORDER BY id LIMIT 3;
SELECT * FROM dbmocker.verify('users') WHERE violations > 0;

-- Fill a schema.
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    status text NOT NULL CHECK (status IN ('open', 'paid', 'sent')),
    total numeric(10,2) NOT NULL CHECK (total > 0),
    ordered_at timestamptz NOT NULL,
    shipped_at timestamptz CHECK (shipped_at >= ordered_at)
);
TRUNCATE users RESTART IDENTITY CASCADE;
SELECT target, rows FROM dbmocker.generate_schema('public', tables => '{"users": 1000, "orders": 5000}');
SELECT target, rows, first_row FROM dbmocker.generate_schema('public', 100, exclude => '{users}');

-- The same rows again.
TRUNCATE users, orders RESTART IDENTITY;
SELECT rows, seed, reference_time AT TIME ZONE 'UTC' AS reference_time
FROM dbmocker.generate('users', 1000, seed => 7, options => '{"reference_time": "2026-01-01 00:00 UTC"}');
SELECT md5(string_agg(u::text, ',' ORDER BY id)) AS first_time FROM users AS u \gset
TRUNCATE users, orders RESTART IDENTITY;
SELECT rows, first_row
FROM dbmocker.generate('users', 400, seed => 7, options => '{"reference_time": "2026-01-01 00:00 UTC"}');
SELECT rows, first_row
FROM dbmocker.generate('users', 600, seed => 7, options => '{"reference_time": "2026-01-01 00:00 UTC"}');
SELECT md5(string_agg(u::text, ',' ORDER BY id)) = :'first_time' AS same FROM users AS u;

-- Look before.
SELECT object, name, method, detail FROM dbmocker.plan('orders', 5000);

-- Rows without storing them.
TRUNCATE users, orders RESTART IDENTITY;
SELECT id, email, age FROM dbmocker.rows(NULL::users, 3);
SELECT id, email, age FROM dbmocker.rows(NULL::users, 1, first_row => 2);
COPY (SELECT id, email, age FROM dbmocker.rows(NULL::users, 3)) TO STDOUT (FORMAT csv, HEADER);
COPY (SELECT jsonb_build_object('id', id, 'email', email) FROM dbmocker.rows(NULL::users, 3)) TO STDOUT;

-- Rules of one's own.
SELECT count(*) AS rows FROM dbmocker.generate('users', 1000, seed => 7, options => '{"reference_time": "2026-01-01 00:00 UTC"}');
SELECT dbmocker.set_rule('users', 'age', '{"min": 18, "max": 80, "distribution": {"kind": "normal", "mean": 40, "stddev": 12}}');
SELECT dbmocker.set_rule('orders', 'status', '{"weighted_values": {"open": 0.1, "paid": 0.2, "sent": 0.7}}');
SELECT rows FROM dbmocker.generate('orders', 5000, options => '{"columns": {"user_id": {"distribution": "zipf"}}}');
SELECT dbmocker.export_config();
SELECT round(avg((status = 'sent')::int), 1) AS sent, min(user_id), max(user_id) > 900 AS reaches FROM orders;
SELECT mode() WITHIN GROUP (ORDER BY user_id) AS most FROM orders;
SELECT dbmocker.drop_rule('users'), dbmocker.drop_rule('orders');
TRUNCATE users, orders RESTART IDENTITY;

-- A migration, tested on rows.
SELECT count(*) AS tables FROM dbmocker.generate_schema('public', 2000, seed => 1);
ALTER TABLE users ADD full_name text;
UPDATE users SET full_name = first_name || ' ' || last_name;
ALTER TABLE users ALTER full_name SET NOT NULL;
DO $$
BEGIN
    ASSERT NOT EXISTS (SELECT FROM dbmocker.verify('public') WHERE violations > 0), 'constraints are violated';
END
$$;

-- Refused before the first row.
CREATE TABLE sizes (code text PRIMARY KEY CHECK (code IN ('S', 'M', 'L')));
SELECT dbmocker.generate('sizes', 4);
SELECT dbmocker.generate('sizes', 3, options => '{"batchsize": 10}');

DROP TABLE sizes, orders, users;

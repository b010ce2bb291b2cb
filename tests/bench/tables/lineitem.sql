-- The widest table of TPC-H in shape: 16 columns, a key of two, four lines for each order on average, 30 for each part.
-- Variables: see users.sql; has_all adds two foreign keys, the table has no text that could be unique.
CREATE :persistence TABLE orders (o_orderkey bigint PRIMARY KEY);
INSERT INTO orders SELECT i FROM generate_series(1, greatest(1, :rows / 4)) AS i;
CREATE :persistence TABLE part (p_partkey int PRIMARY KEY);
INSERT INTO part SELECT i FROM generate_series(1, greatest(1, :rows / 30)) AS i;
CREATE :persistence TABLE lineitem (
    l_orderkey bigint NOT NULL, l_partkey int NOT NULL, l_suppkey int NOT NULL, l_linenumber int NOT NULL,
    l_quantity numeric(15,2) NOT NULL, l_extendedprice numeric(15,2) NOT NULL, l_discount numeric(15,2) NOT NULL,
    l_tax numeric(15,2) NOT NULL, l_returnflag char(1) NOT NULL, l_linestatus char(1) NOT NULL,
    l_shipdate date NOT NULL, l_commitdate date NOT NULL, l_receiptdate date NOT NULL, l_shipinstruct char(25) NOT NULL,
    l_shipmode char(10) NOT NULL, l_comment varchar(44) NOT NULL,
    CHECK (l_linenumber BETWEEN 1 AND 7), CHECK (l_quantity BETWEEN 1 AND 50), CHECK (l_discount BETWEEN 0 AND 0.1),
    CHECK (l_tax BETWEEN 0 AND 0.08), CHECK (l_returnflag IN ('R', 'A', 'N')), CHECK (l_linestatus IN ('O', 'F')),
    CHECK (l_shipinstruct IN ('DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN')),
    CHECK (l_shipmode IN ('REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB')));
\if :has_primary
ALTER TABLE lineitem ADD PRIMARY KEY (l_orderkey, l_linenumber);
\endif
\if :has_all
ALTER TABLE lineitem ADD FOREIGN KEY (l_orderkey) REFERENCES orders, ADD FOREIGN KEY (l_partkey) REFERENCES part;
\endif
CREATE VIEW random_rows AS
SELECT 1 + i % greatest(1, :rows / 4)::bigint AS l_orderkey,
       1 + floor(random() * greatest(1, :rows / 30))::int AS l_partkey, 1 + floor(random() * 10000)::int AS l_suppkey,
       1 + i / greatest(1, :rows / 4) AS l_linenumber, 1 + floor(random() * 50)::numeric AS l_quantity,
       round((900 + random() * 100000)::numeric, 2) AS l_extendedprice,
       round((random() / 10)::numeric, 2) AS l_discount, round((random() * 0.08)::numeric, 2) AS l_tax,
       ('{R,A,N}'::text[])[1 + floor(random() * 3)] AS l_returnflag,
       ('{O,F}'::text[])[1 + floor(random() * 2)] AS l_linestatus,
       date '1992-01-01' + floor(random() * 2500)::int AS l_shipdate,
       date '1992-01-01' + floor(random() * 2500)::int AS l_commitdate,
       date '1992-01-01' + floor(random() * 2500)::int AS l_receiptdate,
       ('{DELIVER IN PERSON,COLLECT COD,NONE,TAKE BACK RETURN}'::text[])[1 + floor(random() * 4)] AS l_shipinstruct,
       ('{REG AIR,AIR,RAIL,SHIP,TRUCK,MAIL,FOB}'::text[])[1 + floor(random() * 7)] AS l_shipmode,
       'carefully final deposits ' || i AS l_comment
FROM generate_series(0, :rows - 1) AS i;

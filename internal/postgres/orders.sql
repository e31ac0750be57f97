-- The shop's orders: 300 of them, the same ones everywhere. Order 42 is shipped.
--
-- This file is valid for PostgreSQL and for SQLite, which is what the embedded
-- database runs on. It may be run again: it adds what is missing and changes
-- nothing that is there.
--
--     psql "$DATABASE_URL" -f internal/postgres/orders.sql

CREATE TABLE IF NOT EXISTS orders (
    id     bigint PRIMARY KEY,
    status text NOT NULL
);

INSERT INTO orders (id, status)
WITH RECURSIVE numbers (n) AS (
    SELECT 1
    UNION ALL
    SELECT n + 1 FROM numbers WHERE n < 300
)
SELECT n,
       CASE n % 10
           WHEN 0 THEN 'processing'
           WHEN 1 THEN 'packed'
           WHEN 4 THEN 'packed'
           WHEN 5 THEN 'processing'
           WHEN 7 THEN 'cancelled'
           WHEN 2 THEN 'shipped'
           WHEN 8 THEN 'shipped'
           ELSE 'delivered'
       END
FROM numbers
WHERE true -- so that SQLite does not take ON for a join's
ON CONFLICT DO NOTHING;

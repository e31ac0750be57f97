package postgres

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is asked should be answered alike by the simple protocol and by the
// extended one.
func TestResults(t *testing.T) {
	type rows = [][]string
	tests := []struct {
		query string
		args  []any
		want  rows
	}{
		{"SELECT 1", nil, rows{{"1"}}},
		{"SELECT id, status FROM orders WHERE id = $1", []any{42}, rows{{"42", "shipped"}}},
		{"select STATUS from ORDERS where ID = '42'", nil, rows{{"shipped"}}},
		{`SELECT "status" AS "Where" FROM "orders" WHERE "id" = 42 -- a comment; with $1`, nil, rows{{"shipped"}}},
		{"SELECT /* ; */ 'a;b''c'", nil, rows{{"a;b'c"}}},
		{"SELECT o.status FROM orders AS o WHERE $1 = o.id", []any{"42"}, rows{{"shipped"}}},
		{"SELECT status FROM orders WHERE id = $1", []any{4200}, nil},
		{"SELECT id FROM orders WHERE id IN ($1, $2) ORDER BY id", []any{7, 3}, rows{{"3"}, {"7"}}},
		{"SELECT id FROM orders WHERE id BETWEEN $1 AND $2 ORDER BY id DESC LIMIT $3 OFFSET $4", []any{10, 20, 2, 1}, rows{{"19"}, {"18"}}},
		{"SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY status", nil, rows{{"cancelled", "30"}, {"delivered", "90"}, {"packed", "60"}, {"processing", "60"}, {"shipped", "60"}}},
		{"SELECT min(id), max(id), sum(id), max(status), length('äöü') FROM orders", nil, rows{{"1", "300", "45150", "shipped", "3"}}},
		{"SELECT * FROM things WHERE id > $1 ORDER BY id", []any{1}, rows{{"2", "Zwei '2'", "-3", "b"}, {"3", "NULL", "NULL", "c"}}},
		{"SELECT id FROM things WHERE name = $1 AND small = $2 AND code = $3", []any{[]byte("one"), int64(10), "a"}, rows{{"1"}}},
		{"SELECT id FROM things WHERE name = $1", []any{nil}, nil},
		{"SELECT id FROM things WHERE name LIKE $1", []any{"O%"}, nil},
		{"SELECT id FROM things WHERE name LIKE 'o%'", nil, rows{{"1"}}},
		{"SELECT $1 AS a, $2 AS b, $1 AS c", []any{"007", nil}, rows{{"007", "NULL", "007"}}},
		{"SELECT CASE WHEN id = 1 THEN '' ELSE name || '!' END FROM things WHERE id < 3 ORDER BY id", nil, rows{{""}, {"Zwei '2'!"}}},
		{"SELECT a.id, b.status FROM things a JOIN orders b ON a.id = b.id WHERE b.id = $1", []any{2}, rows{{"2", "shipped"}}},
		{"WITH late AS (SELECT id FROM orders WHERE id > $1) SELECT count(*), min(id) FROM late", []any{290}, rows{{"10", "291"}}},
		{"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT sum(i) FROM n", []any{4}, rows{{"10"}}},
		{"VALUES (1, 'a'), (2, 'b')", nil, rows{{"1", "a"}, {"2", "b"}}},
		{"SELECT pg_sleep(0)", nil, rows{{""}}},
		{"SELECT id, pg_sleep($1) FROM orders WHERE id = $2", []any{0.001, 42}, rows{{"42", ""}}},
		{"SELECT 9223372036854775807, -9223372036854775807", nil, rows{{"9223372036854775807", "-9223372036854775807"}}},
	}
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, orders)
		exec(t, db, things)
		for _, tt := range tests {
			got, err := drain(db.Query(tt.query, tt.args...))
			require.NoError(t, err, tt.query)
			require.Equal(t, tt.want, got, tt.query)
			stmt, err := db.Prepare(tt.query)
			require.NoError(t, err, tt.query)
			for range 2 {
				got, err := drain(stmt.Query(tt.args...))
				require.NoError(t, err, tt.query)
				require.Equal(t, tt.want, got, tt.query)
			}
			require.NoError(t, stmt.Close())
		}
		rows, err := db.Query("SELECT id, status AS s FROM orders")
		require.NoError(t, err)
		types, err := rows.ColumnTypes()
		require.NoError(t, err)
		require.Equal(t, []string{"id", "INT8", "s", "TEXT"}, []string{types[0].Name(), types[0].DatabaseTypeName(), types[1].Name(), types[1].DatabaseTypeName()})
		require.NoError(t, rows.Close())
	})
}

// orders.sql should make the same orders everywhere, also when it runs again.
func TestOrders(t *testing.T) {
	var all [][][]string
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		for range 2 {
			exec(t, db, orders)
		}
		got, err := drain(db.Query("SELECT id, status FROM orders ORDER BY id"))
		require.NoError(t, err)
		require.Len(t, got, 300)
		require.Equal(t, []string{"42", "shipped"}, got[41])
		all = append(all, got)
	})
	for _, other := range all {
		require.Equal(t, all[0], other)
	}
}

// What changes rows should tell how many, and return them when it is asked to.
func TestChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, things)
		require.EqualValues(t, 1, exec(t, db, "INSERT INTO things (id, name, code) VALUES ($1, $2, $3)", 10, "ten", "j"))
		require.EqualValues(t, 2, exec(t, db, "INSERT INTO things (code, id) VALUES ('007', '11'), ($1, $2)", "7", "12"))
		require.EqualValues(t, 0, exec(t, db, "INSERT INTO things (id, code) VALUES (10, 'z') ON CONFLICT DO NOTHING"))
		require.EqualValues(t, 1, exec(t, db, "INSERT INTO things (id, code) VALUES ($1, 'z') ON CONFLICT (id) DO UPDATE SET small = $2, name = EXCLUDED.code", 10, 99))
		require.EqualValues(t, 1, exec(t, db, "UPDATE things SET name = $1 WHERE code = $2", nil, "7"))
		require.EqualValues(t, 2, exec(t, db, "DELETE FROM things WHERE id > $1", 10))
		require.EqualValues(t, 0, exec(t, db, "DELETE FROM things WHERE id = -1"))
		rows, err := drain(db.Query("UPDATE things SET small = small + $1 WHERE id IN (1, 10) RETURNING id, name, small", 1))
		require.NoError(t, err)
		require.ElementsMatch(t, [][]string{{"1", "one", "11"}, {"10", "z", "100"}}, rows)
		require.ErrorIs(t, db.QueryRow("SELECT name FROM things WHERE id = $1", 21).Scan(new(string)), sql.ErrNoRows)
		exec(t, db, "DROP TABLE things; CREATE TABLE things (a integer, PRIMARY KEY (a)); INSERT INTO things VALUES (1)")
		exec(t, db, "DROP TABLE IF EXISTS things; DROP TABLE IF EXISTS things")
	})
}

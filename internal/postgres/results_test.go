package postgres

import (
	"database/sql"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// things is the suite's own table: a column of each type.
const things = `CREATE TABLE things (
	id    bigint PRIMARY KEY,
	name  text,
	done  boolean,
	small integer DEFAULT 7,
	ratio double precision,
	code  text NOT NULL UNIQUE
);
INSERT INTO things VALUES (1, 'one', true, 10, 0.5, 'a'), (2, 'Zwei ''2''', false, -3, 1e100, 'b'), (3, NULL, NULL, NULL, NULL, 'c')`

// What is asked should be answered alike, by the simple protocol and by the
// extended one, in values, in the names of the columns and in their types.
func TestResults(t *testing.T) {
	type row = []any
	tests := []struct {
		query   string
		args    []any
		want    []row
		columns []string
		types   []string
	}{
		{query: "SELECT 1", want: []row{{int64(1)}}, columns: []string{"?column?"}, types: []string{"INT4"}},
		{query: "SELECT 1 AS one, 'x' two, true, NULL AS absent", want: []row{{int64(1), "x", true, nil}}, columns: []string{"one", "two", "?column?", "absent"}, types: []string{"INT4", "TEXT", "BOOL", "TEXT"}},
		{query: "SELECT id, status FROM orders WHERE id = $1", args: []any{42}, want: []row{{int64(42), "shipped"}}, columns: []string{"id", "status"}, types: []string{"INT8", "TEXT"}},
		{query: "select STATUS from ORDERS where ID = '42'", want: []row{{"shipped"}}, columns: []string{"status"}},
		{query: "SELECT o.status FROM orders AS o WHERE $1 = o.id", args: []any{"42"}, want: []row{{"shipped"}}},
		{query: "SELECT status FROM orders WHERE id = $1", args: []any{4200}, want: nil},
		{query: "SELECT id FROM orders WHERE id IN ($1, $2) ORDER BY id", args: []any{7, 3}, want: []row{{int64(3)}, {int64(7)}}},
		{query: "SELECT id FROM orders WHERE id BETWEEN $1 AND $2 ORDER BY id DESC LIMIT $3 OFFSET $4", args: []any{10, 20, 2, 1}, want: []row{{int64(19)}, {int64(18)}}},
		{query: "SELECT count(*) FROM orders", want: []row{{int64(300)}}, columns: []string{"count"}, types: []string{"INT8"}},
		{query: "SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY status", want: []row{{"cancelled", int64(30)}, {"delivered", int64(90)}, {"packed", int64(60)}, {"processing", int64(60)}, {"shipped", int64(60)}}},
		{query: "SELECT min(id), max(id), sum(id), max(status), length('äöü') FROM orders", want: []row{{int64(1), int64(300), []byte("45150"), "shipped", int64(3)}}, columns: []string{"min", "max", "sum", "max", "length"}, types: []string{"INT8", "INT8", "NUMERIC", "TEXT", "INT4"}},
		{query: "SELECT sum(small), sum(ratio), abs(-5), coalesce(NULL, 'x'), nullif(1, 2) FROM things", want: []row{{int64(7), 1e100, int64(5), "x", int64(1)}}, types: []string{"INT8", "FLOAT8", "INT4", "TEXT", "INT4"}},
		{query: "SELECT * FROM things ORDER BY id", want: []row{{int64(1), "one", true, int64(10), 0.5, "a"}, {int64(2), "Zwei '2'", false, int64(-3), 1e100, "b"}, {int64(3), nil, nil, nil, nil, "c"}},
			columns: []string{"id", "name", "done", "small", "ratio", "code"}, types: []string{"INT8", "TEXT", "BOOL", "INT4", "FLOAT8", "TEXT"}},
		{query: "SELECT t.*, id + 1 AS next FROM things AS t WHERE id = $1", args: []any{1}, want: []row{{int64(1), "one", true, int64(10), 0.5, "a", int64(2)}}},
		{query: "SELECT id FROM things WHERE done", want: []row{{int64(1)}}},
		{query: "SELECT id FROM things WHERE done = $1", args: []any{false}, want: []row{{int64(2)}}},
		{query: "SELECT id FROM things WHERE done = 'yes'", want: []row{{int64(1)}}},
		{query: "SELECT id FROM things WHERE done IS NULL", want: []row{{int64(3)}}},
		{query: "SELECT id FROM things WHERE ratio < $1", args: []any{0.75}, want: []row{{int64(1)}}},
		{query: "SELECT id FROM things WHERE small = $1 AND name = $2 AND done = $3 AND ratio = $4", args: []any{int64(10), "one", true, 0.5}, want: []row{{int64(1)}}},
		{query: "SELECT id FROM things WHERE name = $1", args: []any{nil}, want: nil},
		{query: "SELECT id FROM things WHERE name = $1", args: []any{[]byte("one")}, want: []row{{int64(1)}}},
		{query: "SELECT id FROM things WHERE name LIKE $1", args: []any{"O%"}, want: nil},
		{query: "SELECT id FROM things WHERE name LIKE 'o%'", want: []row{{int64(1)}}},
		{query: "SELECT id = 1, EXISTS (SELECT 1 FROM orders WHERE id = $1), NOT done, name IS NULL FROM things WHERE id = 1", args: []any{42}, want: []row{{true, true, false, false}}, columns: []string{"?column?", "exists", "?column?", "?column?"}, types: []string{"BOOL", "BOOL", "BOOL", "BOOL"}},
		{query: "SELECT (SELECT count(*) FROM orders), (SELECT max(name) FROM things), name || '!' FROM things WHERE id = 1", want: []row{{int64(300), "one", "one!"}}, types: []string{"INT8", "TEXT", "TEXT"}},
		{query: "SELECT small + 1, small * id, ratio / 2 FROM things WHERE id = 1", want: []row{{int64(11), int64(10), 0.25}}, types: []string{"INT4", "INT8", "FLOAT8"}},
		{query: "SELECT $1", args: []any{"text"}, want: []row{{"text"}}, types: []string{"TEXT"}},
		{query: "SELECT CAST($1 AS bigint), CAST($2 AS boolean)", args: []any{"42", "off"}, want: []row{{int64(42), false}}, types: []string{"INT8", "BOOL"}},
		{query: "SELECT $1 AS a, $2 AS b, $1 AS c", args: []any{"x", nil}, want: []row{{"x", nil, "x"}}},
		{query: "SELECT CASE WHEN id = 1 THEN 'first' ELSE 'other' END FROM things WHERE id < 3 ORDER BY id", want: []row{{"first"}, {"other"}}, columns: []string{"case"}},
		{query: "SELECT a.id, b.status FROM things a JOIN orders b ON a.id = b.id WHERE b.id = $1", args: []any{2}, want: []row{{int64(2), "shipped"}}},
		{query: "WITH late AS (SELECT id FROM orders WHERE id > $1) SELECT count(*), min(id) FROM late", args: []any{290}, want: []row{{int64(10), int64(291)}}},
		{query: "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT CAST(sum(i) AS bigint) FROM n WHERE i <> $2", args: []any{4, 2}, want: []row{{int64(8)}}},
		{query: "SELECT s FROM (SELECT code || '1' AS s FROM things) AS t WHERE s = $1", args: []any{"a1"}, want: []row{{"a1"}}},
		{query: "SELECT 1 UNION SELECT 2 ORDER BY 1", want: []row{{int64(1)}, {int64(2)}}},
		{query: "VALUES (1, 'a'), (2, 'b')", want: []row{{int64(1), "a"}, {int64(2), "b"}}, columns: []string{"column1", "column2"}},
		{query: "SELECT DISTINCT done FROM things WHERE done IS NOT NULL ORDER BY done", want: []row{{false}, {true}}},
		{query: "SELECT pg_sleep(0)", want: []row{{[]byte{}}}, columns: []string{"pg_sleep"}, types: []string{"2278"}},
		{query: "SELECT id, pg_sleep($1) FROM orders WHERE id = $2", args: []any{0.001, 42}, want: []row{{int64(42), []byte{}}}},
		{query: "SELECT 9223372036854775807, -9223372036854775807", want: []row{{int64(math.MaxInt64), int64(-math.MaxInt64)}}, types: []string{"INT8", "INT8"}},
		{query: `SELECT "status" AS "Where" FROM "orders" WHERE "id" = 42 -- a comment; with $1`, want: []row{{"shipped"}}, columns: []string{"Where"}},
		{query: "SELECT /* ; */ 'a;b''c'", want: []row{{"a;b'c"}}},
	}
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, orders)
		exec(t, db, things)
		for i, tt := range tests {
			t.Run(fmt.Sprintf("%02d", i), func(t *testing.T) {
				check := func(rows *sql.Rows, err error) {
					t.Helper()
					require.NoError(t, err, tt.query)
					defer func() { require.NoError(t, rows.Close()) }()
					columns, err := rows.Columns()
					require.NoError(t, err)
					if tt.columns != nil {
						require.Equal(t, tt.columns, columns, tt.query)
					}
					types, err := rows.ColumnTypes()
					require.NoError(t, err)
					for i, want := range tt.types {
						got := types[i].DatabaseTypeName()
						if got == "" || got == "VOID" {
							got = "2278"
						}
						require.Equal(t, want, got, "%s, column %d", tt.query, i)
					}
					require.Equal(t, tt.want, values(t, rows), tt.query)
				}
				check(db.Query(tt.query, tt.args...))
				stmt, err := db.Prepare(tt.query)
				require.NoError(t, err, tt.query)
				for range 2 {
					check(stmt.Query(tt.args...))
				}
				require.NoError(t, stmt.Close())
			})
		}
	})
}

// values reads all rows as lib/pq decodes them.
func values(t testing.TB, rows *sql.Rows) (all [][]any) {
	columns, err := rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		row := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		require.NoError(t, rows.Scan(into...))
		all = append(all, row)
	}
	require.NoError(t, rows.Err())
	return all
}

// orders.sql should make the same orders everywhere, also when it runs again.
func TestOrders(t *testing.T) {
	var all [][][]any
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		for range 2 {
			exec(t, db, orders)
		}
		rows, err := db.Query("SELECT id, status FROM orders ORDER BY id")
		require.NoError(t, err)
		got := values(t, rows)
		require.Len(t, got, 300)
		require.Equal(t, []any{int64(42), "shipped"}, got[41])
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
		require.EqualValues(t, 1, exec(t, db, "INSERT INTO things (id, name, done, ratio, code) VALUES ($1, $2, $3, $4, $5)", 10, "ten", true, 0.1, "j"))
		require.EqualValues(t, 2, exec(t, db, "INSERT INTO things (code, id) VALUES ('k', '11'), ($1, $2)", "l", "12"))
		require.EqualValues(t, 0, exec(t, db, "INSERT INTO things (id, code) VALUES (10, 'z') ON CONFLICT DO NOTHING"))
		require.EqualValues(t, 1, exec(t, db, "INSERT INTO things (id, code) VALUES ($1, 'z') ON CONFLICT (id) DO UPDATE SET small = $2, name = EXCLUDED.code", 10, 99))
		require.EqualValues(t, 3, exec(t, db, "UPDATE things SET done = $1 WHERE id >= $2", nil, 10))
		require.EqualValues(t, 2, exec(t, db, "DELETE FROM things WHERE id > $1", 10))
		require.EqualValues(t, 0, exec(t, db, "DELETE FROM things WHERE id = -1"))
		rows, err := db.Query("UPDATE things SET small = small + $1 WHERE id IN (1, 10) RETURNING id, small, small * 2 AS twice", 1)
		require.NoError(t, err)
		require.ElementsMatch(t, [][]any{{int64(1), int64(11), int64(22)}, {int64(10), int64(100), int64(200)}}, values(t, rows))
		var (
			name sql.NullString
			done sql.NullBool
		)
		require.NoError(t, db.QueryRow("INSERT INTO things (id, code) VALUES (20, 't') RETURNING name, done").Scan(&name, &done))
		require.False(t, name.Valid || done.Valid)
		require.ErrorIs(t, db.QueryRow("SELECT name FROM things WHERE id = $1", 21).Scan(&name), sql.ErrNoRows)
		require.NoError(t, db.QueryRow("SELECT small FROM things WHERE id = 20").Scan(new(int)))
		exec(t, db, "DROP TABLE things; CREATE TABLE things (a bigint, PRIMARY KEY (a)); INSERT INTO things VALUES (1)")
		exec(t, db, "DROP TABLE IF EXISTS things; DROP TABLE IF EXISTS things")
	})
}

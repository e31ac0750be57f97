package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"
)

// What is wrong should be refused alike: with the same SQLSTATE, and mostly in
// the same words, by the simple protocol and by the extended one.
func TestErrors(t *testing.T) {
	tests := []struct {
		query   string
		args    []any
		code    string
		message string // "" where our words are our own
	}{
		{query: "SELECT * FROM absent", code: "42P01", message: `relation "absent" does not exist`},
		{query: "SELECT id FROM Absent WHERE id = $1", args: []any{1}, code: "42P01", message: `relation "absent" does not exist`},
		{query: "INSERT INTO absent VALUES ($1)", args: []any{1}, code: "42P01", message: `relation "absent" does not exist`},
		{query: "DROP TABLE absent", code: "42P01", message: `table "absent" does not exist`},
		{query: "SELECT absent FROM things", code: "42703", message: `column "absent" does not exist`},
		{query: "SELECT t.absent FROM things t WHERE id = $1", args: []any{1}, code: "42703", message: `column t.absent does not exist`},
		{query: `SELECT "absent" FROM things`, code: "42703", message: `column "absent" does not exist`},
		{query: "INSERT INTO things (absent) VALUES (1)", code: "42703", message: `column "absent" of relation "things" does not exist`},
		{query: "UPDATE things SET absent = 1", code: "42703", message: `column "absent" of relation "things" does not exist`},
		{query: "SELECT id FROM things a, things b", code: "42702", message: `column reference "id" is ambiguous`},
		{query: "SELEC id FROM things", code: "42601", message: `syntax error at or near "SELEC"`},
		{query: "SELECT id FORM things WHERE id = $1", args: []any{1}, code: "42601"},
		{query: "SELECT FROM WHERE", code: "42601"},
		{query: "SELECT id FROM things WHERE", code: "42601", message: "syntax error at end of input"},
		{query: "SELECT id FROM things WHERE id = ?", args: []any{1}, code: ""},
		{query: "SELECT 'open", code: "42601"},
		{query: "INSERT INTO things (id, code) VALUES (1)", code: "42601"},
		{query: "INSERT INTO things (id) VALUES (1, 2)", code: "42601"},
		{query: "SELECT id FROM things WHERE id = $1", args: []any{"abc"}, code: "22P02", message: `invalid input syntax for type bigint: "abc"`},
		{query: "SELECT id FROM things WHERE id = 'abc'", code: "22P02", message: `invalid input syntax for type bigint: "abc"`},
		{query: "INSERT INTO things (id, code) VALUES ($1, 'x')", args: []any{""}, code: "22P02", message: `invalid input syntax for type bigint: ""`},
		{query: "SELECT id FROM things WHERE done = $1", args: []any{"perhaps"}, code: "22P02", message: `invalid input syntax for type boolean: "perhaps"`},
		{query: "UPDATE things SET ratio = $1", args: []any{"half"}, code: "22P02", message: `invalid input syntax for type double precision: "half"`},
		{query: "UPDATE things SET small = $1", args: []any{1.5}, code: "22P02", message: `invalid input syntax for type integer: "1.5"`},
		{query: "SELECT id FROM things WHERE id = $1", args: []any{"9223372036854775808"}, code: "22003", message: `value "9223372036854775808" is out of range for type bigint`},
		{query: "UPDATE things SET small = $1", args: []any{1 << 31}, code: "22003", message: `value "2147483648" is out of range for type integer`},
		{query: "SELECT id FROM things WHERE name = $1", args: []any{"\xff"}, code: "22021"},
		{query: "SELECT id FROM things WHERE name = $1", args: []any{"a\x00b"}, code: "22021"},
		{query: "INSERT INTO things (id, code) VALUES (1, 'x')", code: "23505", message: `duplicate key value violates unique constraint "things_pkey"`},
		{query: "INSERT INTO things (id, code) VALUES ($1, $2)", args: []any{9, "a"}, code: "23505", message: `duplicate key value violates unique constraint "things_code_key"`},
		{query: "INSERT INTO things (id) VALUES (9)", code: "23502", message: `null value in column "code" of relation "things" violates not-null constraint`},
		{query: "INSERT INTO things (id, code) VALUES ($1, 'x')", args: []any{nil}, code: "23502", message: `null value in column "id" of relation "things" violates not-null constraint`},
		{query: "UPDATE things SET code = NULL", code: "23502"},
		{query: "INSERT INTO things (id, code) VALUES (9, 'x') ON CONFLICT (name) DO NOTHING", code: "42P10", message: "there is no unique or exclusion constraint matching the ON CONFLICT specification"},
		{query: "CREATE TABLE things (id bigint)", code: "42P07", message: `relation "things" already exists`},
		{query: "SELECT id FROM things WHERE count(*) > 1", code: "42803"},
		{query: "SELECT $2", args: []any{"a", "b"}, code: "42P18", message: "could not determine data type of parameter $1"},
		{query: "ROLLBACK; SELECT * FROM absent", code: "42P01"},
		{query: "INSERT INTO things (id, code) VALUES (100, 'undone'); SELECT * FROM absent", code: "42P01"},
	}
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, things)
		for i, tt := range tests {
			t.Run(fmt.Sprintf("%02d", i), func(t *testing.T) {
				check := func(err error) {
					t.Helper()
					if tt.code == "" { // lib/pq counts parameters itself when there is no error
						require.Error(t, err, tt.query)
						return
					}
					require.Equal(t, tt.code, code(err), "%s: %v", tt.query, err)
					e, _ := errors.AsType[*pq.Error](err)
					if tt.message != "" {
						require.Equal(t, tt.message, e.Message, tt.query)
					}
					require.Equal(t, "ERROR", e.Severity)
				}
				_, err := db.Exec(tt.query, tt.args...)
				check(err)
				rows, err := db.Query(tt.query, tt.args...)
				if err == nil {
					for rows.Next() {
					}
					err = rows.Err()
				}
				check(err)
			})
		}
		rows, err := db.Query("SELECT id, name, code FROM things ORDER BY id")
		require.NoError(t, err)
		require.Equal(t, [][]any{{int64(1), "one", "a"}, {int64(2), "Zwei '2'", "b"}, {int64(3), nil, "c"}}, values(t, rows), "nothing was changed")
	})
}

// An error should tell where it comes from, as far as PostgreSQL tells it.
func TestErrorFields(t *testing.T) {
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, things)
		_, err := db.Exec("INSERT INTO things (id, code) VALUES (1, 'x')")
		e, ok := errors.AsType[*pq.Error](err)
		require.True(t, ok)
		require.Equal(t, []string{"things", "things_pkey"}, []string{e.Table, e.Constraint})
		_, err = db.Exec("INSERT INTO things (id) VALUES (4)")
		e, ok = errors.AsType[*pq.Error](err)
		require.True(t, ok)
		require.Equal(t, []string{"things", "code"}, []string{e.Table, e.Column})
	})
}

// What the embedded database does not know it should refuse with one SQLSTATE
// and a sentence that leads to a real one.
func TestUnsupported(t *testing.T) {
	d := start(t)
	db := connect(t, d.URL())
	exec(t, db, things)
	for _, query := range []string{
		"COPY things FROM STDIN", "LISTEN shop", "NOTIFY shop", "CREATE FUNCTION f() RETURNS int AS 'SELECT 1' LANGUAGE sql",
		"CREATE INDEX i ON things (name)", "CREATE TABLE t AS SELECT 1", "CREATE TEMP TABLE t (id bigint)", "CREATE VIEW v AS SELECT 1",
		"CREATE TABLE t (id serial)", "CREATE TABLE t (id bigint, at timestamptz NOT NULL)", "CREATE TABLE t (id bigint CHECK (id > 0))",
		"CREATE TABLE t (id bigint REFERENCES things)", "CREATE TABLE t (id bigint, CONSTRAINT c UNIQUE (id))", "CREATE TABLE t (name varchar(20))",
		"ALTER TABLE things ADD COLUMN x text", "TRUNCATE things", "VACUUM", "EXPLAIN SELECT 1", "SET statement_timeout = 100", "SHOW server_version",
		"SAVEPOINT s", "PREPARE p AS SELECT 1", "DECLARE c CURSOR FOR SELECT 1", "LOCK TABLE things", "DO 'x'", "MERGE INTO things USING orders ON true",
		"BEGIN ISOLATION LEVEL SERIALIZABLE", "ROLLBACK TO SAVEPOINT s", "COMMIT AND CHAIN",
		"SELECT id FROM things FOR UPDATE", "SELECT id::text FROM things", "SELECT id FROM public.things", "SELECT * FROM pg_stat_activity",
		"SELECT * FROM information_schema.tables", "SELECT * FROM generate_series(1, 3)", "SELECT id FROM things WHERE id = ANY('{1,2}')",
		"SELECT id FROM things WHERE name ILIKE 'x'", "SELECT DISTINCT ON (name) id FROM things", "SELECT ARRAY[1]", "SELECT E'\\n'", "SELECT $$x$$",
		"SELECT now()", "SELECT current_timestamp", "SELECT lower(name) FROM things", "SELECT gen_random_uuid()", "SELECT randomblob(8)", "SELECT INTERVAL '1 day'",
	} {
		_, err := db.Exec(query)
		require.Equal(t, "0A000", code(err), "%s: %v", query, err)
		require.ErrorContains(t, err, "not supported by the workshop's embedded database", query)
		require.ErrorContains(t, err, "DATABASE_URL", query)
	}
	for query, want := range map[string]string{
		"PRAGMA user_version": "42601", "ATTACH 'x' AS y": "42601", "REPLACE INTO things (id) VALUES (1)": "42601", "INSERT OR IGNORE INTO things (id) VALUES (1)": "42601",
		"SELECT * FROM sqlite_master": "42P01", "SELECT * FROM pragma_table_list": "42P01", "SELECT `id` FROM things": "42601", "SELECT [id] FROM things": "0A000",
		"SELECT id FROM things WHERE id = :id": "42601", "SELECT id FROM things WHERE id == 1": "42601",
	} {
		_, err := db.Exec(query)
		require.Equal(t, want, code(err), "%s: %v", query, err)
	}
	_, err := db.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelSerializable})
	require.Equal(t, "0A000", code(err))
	_, err = db.Exec("SELECT id FROM things NATURAL PLEASE")
	e, ok := errors.AsType[*pq.Error](err)
	require.True(t, ok)
	require.Contains(t, e.Hint, "DATABASE_URL", "what SQLite cannot read, PostgreSQL might")
}

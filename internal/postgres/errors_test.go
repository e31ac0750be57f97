package postgres

import (
	"errors"
	"testing"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"
)

// What is wrong should be refused alike, with the same SQLSTATE, by the simple
// protocol and by the extended one; and leave nothing.
func TestErrors(t *testing.T) {
	tests := []struct {
		query   string
		args    []any
		code    string
		message string // "" where our words are our own
	}{
		{"SELECT * FROM absent", nil, "42P01", `relation "absent" does not exist`},
		{"SELECT id FROM absent WHERE id = $1", []any{1}, "42P01", `relation "absent" does not exist`},
		{"INSERT INTO absent VALUES ($1)", []any{1}, "42P01", `relation "absent" does not exist`},
		{"DROP TABLE absent", nil, "42P01", ""},
		{"SELECT absent FROM things", nil, "42703", `column "absent" does not exist`},
		{"SELECT t.absent FROM things t WHERE id = $1", []any{1}, "42703", `column t.absent does not exist`},
		{`SELECT "absent" FROM things`, nil, "42703", `column "absent" does not exist`},
		{"INSERT INTO things (absent) VALUES (1)", nil, "42703", `column "absent" of relation "things" does not exist`},
		{"UPDATE things SET absent = 1", nil, "42703", ""},
		{"SELEC id FROM things", nil, "42601", `syntax error at or near "SELEC"`},
		{"SELECT id FORM things WHERE id = $1", []any{1}, "42601", ""},
		{"SELECT id FROM things WHERE", nil, "42601", "syntax error at end of input"},
		{"SELECT 'open", nil, "42601", ""},
		{"INSERT INTO things (id, code) VALUES (1)", nil, "42601", ""},
		{"SELECT id FROM things WHERE id = $1", []any{"abc"}, "22P02", `invalid input syntax for type bigint: "abc"`},
		{"SELECT id FROM things AS t WHERE t.id >= $1", []any{""}, "22P02", `invalid input syntax for type bigint: ""`},
		{"UPDATE things SET id = $2 WHERE code = $1", []any{"a", "1.5"}, "22P02", `invalid input syntax for type bigint: "1.5"`},
		{"INSERT INTO things (id, code) VALUES ($1, 'x')", []any{"abc"}, "22P02", ""},
		{"INSERT INTO things (id, code) VALUES ('abc', 'x')", nil, "22P02", ""},
		{"SELECT id FROM things WHERE name = $1", []any{"a\x00b"}, "22021", ""},
		{"INSERT INTO things (id, code) VALUES (1, 'x')", nil, "23505", ""},
		{"INSERT INTO things (id, code) VALUES ($1, $2)", []any{9, "a"}, "23505", ""},
		{"INSERT INTO things (id) VALUES (9)", nil, "23502", `null value in column "code" of relation "things" violates not-null constraint`},
		{"INSERT INTO things (id, code) VALUES ($1, 'x')", []any{nil}, "23502", `null value in column "id" of relation "things" violates not-null constraint`},
		{"CREATE TABLE things (id bigint)", nil, "42P07", `relation "things" already exists`},
		{"INSERT INTO things (id, code) VALUES (100, 'undone'); SELECT * FROM absent", nil, "42P01", ""},
	}
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, things)
		for _, tt := range tests {
			_, err1 := db.Exec(tt.query, tt.args...)
			_, err2 := drain(db.Query(tt.query, tt.args...))
			for _, err := range []error{err1, err2} {
				require.Equal(t, tt.code, code(err), "%s: %v", tt.query, err)
				e, _ := errors.AsType[*pq.Error](err)
				require.Equal(t, "ERROR", e.Severity)
				if tt.message != "" {
					require.Equal(t, tt.message, e.Message, tt.query)
				}
			}
		}
		rows, err := drain(db.Query("SELECT id, name, small, code FROM things ORDER BY id"))
		require.NoError(t, err)
		require.Equal(t, [][]string{{"1", "one", "10", "a"}, {"2", "Zwei '2'", "-3", "b"}, {"3", "NULL", "NULL", "c"}}, rows, "nothing was changed")
	})
}

// What the embedded database does not know it should refuse with one SQLSTATE
// and a sentence that leads to a real one.
func TestUnsupported(t *testing.T) {
	db := connect(t, started(t).URL())
	exec(t, db, things)
	for _, query := range []string{
		"COPY things FROM STDIN", "ALTER TABLE things ADD COLUMN x text", "TRUNCATE things", "EXPLAIN SELECT 1", "SET statement_timeout = 100", "SHOW server_version",
		"CREATE INDEX i ON things (name)", "CREATE TEMP TABLE x (id bigint)", "CREATE TABLE x AS SELECT 1", "CREATE TABLE x (at timestamptz)", "CREATE TABLE x (id bigserial)", "DROP INDEX i",
		"SAVEPOINT s", "ROLLBACK TO SAVEPOINT s", "BEGIN ISOLATION LEVEL SERIALIZABLE", "COMMIT AND CHAIN", "START TRANSACTION",
		"SELECT id FROM things FOR UPDATE", "SELECT id::text FROM things", "SELECT * FROM pg_stat_activity", "SELECT * FROM information_schema.tables",
		"SELECT id FROM things WHERE id = ANY('{1,2}')", "SELECT id FROM things WHERE name ILIKE 'x'",
		"SELECT now()", "SELECT current_timestamp", "SELECT lower(name) FROM things", "SELECT randomblob(8)",
	} {
		_, err := db.Exec(query)
		require.Equal(t, "0A000", code(err), "%s: %v", query, err)
		require.ErrorContains(t, err, "not supported by the workshop's embedded database", query)
		require.ErrorContains(t, err, "DATABASE_URL", query)
	}
	tx, err := db.Begin()
	require.NoError(t, err)
	exec(t, tx, "DELETE FROM things")
	_, err = tx.Exec("SELECT now(), $1::bigint", 1)
	require.Equal(t, "0A000", code(err))
	require.NoError(t, tx.Rollback())
	require.Equal(t, 3, count(t, db, "SELECT count(*) FROM things"))
	for _, query := range []string{"PRAGMA user_version", "ATTACH 'x' AS y", "REPLACE INTO things (id) VALUES (1)", "SELECT id FROM things WHERE id = :id", "SELECT ?", "SELECT $0", "/* open", "VACUUMING"} {
		_, err := db.Exec(query)
		require.Equal(t, "42601", code(err), "%s: %v", query, err)
		e, _ := errors.AsType[*pq.Error](err)
		require.Contains(t, e.Hint, "DATABASE_URL", "what SQLite cannot read, PostgreSQL might")
	}
}

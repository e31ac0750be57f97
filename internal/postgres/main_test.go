package postgres

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"otel.workshop/internal/postgres/realpg"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A target is a database that the suite runs against.
type target struct {
	url string

	// What the database itself sees, but for the one who asks.
	connections, running func(testing.TB) int
}

// onBoth runs a test against the embedded database, and against a real
// PostgreSQL when there is one: the same test, so that both behave alike.
func onBoth(t *testing.T, test func(*testing.T, target)) {
	t.Run("embedded", func(t *testing.T) {
		d := started(t)
		test(t, target{
			url:         d.URL(),
			connections: func(testing.TB) int { return d.Stats().Connections },
			running:     func(testing.TB) int { return d.Stats().Running },
		})
	})
	t.Run("real", func(t *testing.T) {
		url := realpg.Start(t)
		admin := connect(t, url)
		admin.SetMaxOpenConns(1)
		count := func(where string) func(testing.TB) int {
			return func(t testing.TB) (n int) {
				require.NoError(t, admin.QueryRow(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
					AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND `+where).Scan(&n))
				return n
			}
		}
		test(t, target{url: url, connections: count("true"), running: count("state = 'active'")})
	})
}

// started starts a database and closes it when the test ends.
func started(t testing.TB) *Database {
	t.Helper()
	return startWithin(t, limits{greeting: 5 * time.Second, writing: 30 * time.Second})
}

func startWithin(t testing.TB, l limits) *Database {
	t.Helper()
	d, err := start(context.Background(), "", l)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// connect connects with lib/pq, and hangs up when the test ends.
func connect(t testing.TB, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// things is the suite's own table: a column of each type.
const things = `CREATE TABLE things (
	id    bigint PRIMARY KEY,
	name  text,
	small integer DEFAULT 7,
	code  text NOT NULL UNIQUE
);
INSERT INTO things VALUES (1, 'one', 10, 'a'), (2, 'Zwei ''2''', -3, 'b'), (3, NULL, NULL, 'c');`

func exec(t testing.TB, db interface {
	Exec(string, ...any) (sql.Result, error)
}, query string, args ...any) (rows int64) {
	t.Helper()
	result, err := db.Exec(query, args...)
	require.NoError(t, err, query)
	rows, err = result.RowsAffected()
	require.NoError(t, err)
	return rows
}

func statusOf(t testing.TB, db *sql.DB, id int) (s string) {
	t.Helper()
	require.NoError(t, db.QueryRow("SELECT status FROM orders WHERE id = $1", id).Scan(&s))
	return s
}

func count(t testing.TB, db *sql.DB, query string) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRow(query).Scan(&n))
	return n
}

// drain runs a query to its end and returns its rows, with every value as text
// and NULL as that word.
func drain(rows *sql.Rows, err error) (all [][]string, _ error) {
	if err != nil {
		return nil, err
	}
	columns, err := rows.Columns()
	for err == nil && rows.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		err = rows.Scan(into...)
		row := make([]string, len(columns))
		for i, v := range values {
			if row[i] = v.String; !v.Valid {
				row[i] = "NULL"
			}
		}
		all = append(all, row)
	}
	return all, errors.Join(err, rows.Err(), rows.Close())
}

// code returns the SQLSTATE of an error, or what it says when it has none.
func code(err error) string {
	if e, ok := errors.AsType[*pq.Error](err); ok {
		return string(e.Code)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// eventually waits for something that a database does in its own time.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

package postgres

import (
	"context"
	"database/sql"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"
)

// A context that ends should end the statement at the database, whatever it is
// doing and however it was sent.
func TestCancel(t *testing.T) {
	tests := []struct {
		name  string
		query string
		args  []any
	}{
		{"a sleep", "SELECT pg_sleep(60)", nil},
		{"a sleep with a parameter", "SELECT pg_sleep($1)", []any{60}},
		{"a sleep in a query", "SELECT id, pg_sleep($1) FROM orders WHERE id = $2", []any{60, 42}},
		{"a sleep while writing", "UPDATE orders SET status = 'slept' WHERE id = 42 AND pg_sleep(60) IS NULL", nil},
		{"work", "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 - 1 FROM n) SELECT count(*) FROM n", nil},
	}
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, orders)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				idle := tg.running(t)
				run := func(ctx context.Context) error {
					_, err := drain(db.QueryContext(ctx, tt.query, tt.args...))
					return err
				}
				// A real database that has not begun by then knows of nothing to cancel,
				// and goes on: on a busy machine a tenth of a second is too short.
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
				began := time.Now()
				require.Equal(t, "57014", code(run(ctx)))
				require.Less(t, time.Since(began), 10*time.Second)
				eventually(t, "nothing runs after the deadline", func() bool { return tg.running(t) == idle })

				ctx, cancel = context.WithCancel(t.Context())
				defer cancel()
				failed := make(chan error)
				go func() { failed <- run(ctx) }()
				eventually(t, "it runs", func() bool { return tg.running(t) == idle+1 })
				cancel()
				err := <-failed
				require.Equal(t, "57014", code(err))
				require.ErrorContains(t, err, "canceling statement due to user request")
				eventually(t, "nothing runs after the cancellation", func() bool { return tg.running(t) == idle })
			})
		}
		require.Equal(t, "shipped", statusOf(t, db, 42))
	})
}

// A cancelled statement should break its transaction and leave its prepared
// statement and its connection usable.
func TestCancelInTransaction(t *testing.T) {
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		db.SetMaxOpenConns(1)
		exec(t, db, orders)
		tx, err := db.Begin()
		require.NoError(t, err)
		exec(t, tx, "UPDATE orders SET status = 'packed' WHERE id = 42")
		sleep, err := tx.Prepare("SELECT pg_sleep($1)")
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err = sleep.ExecContext(ctx, 60)
		require.Equal(t, "57014", code(err))
		_, err = tx.Exec("SELECT 1")
		require.Equal(t, "25P02", code(err))
		require.NoError(t, tx.Rollback())
		require.Equal(t, "shipped", statusOf(t, db, 42))
		require.Equal(t, 1, db.Stats().OpenConnections)
	})
}

// Ping should answer, also the first one.
func TestPing(t *testing.T) {
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		for range 3 {
			require.NoError(t, db.PingContext(t.Context()))
		}
		_, err := db.Exec("")
		require.NoError(t, err)
		_, err = db.Exec(" -- nothing\n ; ;")
		require.NoError(t, err)
		stmt, err := db.Prepare("")
		require.NoError(t, err)
		_, err = stmt.Exec()
		require.NoError(t, err)
		require.NoError(t, stmt.Close())
	})
}

// A cutter is a dialer whose connections can be cut, as when a client dies.
type cutter struct{ last atomic.Pointer[net.Conn] }

func (c *cutter) Dial(network, addr string) (net.Conn, error) {
	return c.DialTimeout(network, addr, time.Minute)
}

func (c *cutter) DialTimeout(network, addr string, timeout time.Duration) (net.Conn, error) {
	conn, err := net.DialTimeout(network, addr, timeout)
	c.last.Store(&conn)
	return conn, err
}

func (c *cutter) cut(t testing.TB) { require.NoError(t, (*c.last.Load()).Close()) }

// doomed returns a connection that is going to be cut.
func doomed(t testing.TB, url string) (*sql.Conn, *cutter) {
	t.Helper()
	c := new(cutter)
	connector, err := pq.NewConnector(url)
	require.NoError(t, err)
	connector.Dialer(c)
	db := sql.OpenDB(connector)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() }) // it is broken
	return conn, c
}

// A client that vanishes while its statement runs should leave nothing that
// runs, and no connection.
func TestVanishInQuery(t *testing.T) {
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, orders)
		require.NoError(t, db.Ping())
		before, idle := tg.connections(t), tg.running(t)
		for _, query := range []string{
			"SELECT pg_sleep(60)",
			"UPDATE orders SET status = 'slept' WHERE pg_sleep(60) IS NULL",
			"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 - 1 FROM n) SELECT count(*) FROM n",
		} {
			conn, c := doomed(t, tg.url)
			done := make(chan error)
			go func() {
				_, err := conn.ExecContext(context.WithoutCancel(t.Context()), query)
				done <- err
			}()
			eventually(t, "it runs", func() bool { return tg.running(t) == idle+1 })
			c.cut(t)
			require.Error(t, <-done)
			eventually(t, "nothing runs: "+query, func() bool { return tg.running(t) == idle })
			eventually(t, "its connection is gone", func() bool { return tg.connections(t) == before })
		}
		require.EqualValues(t, 300, exec(t, db, "UPDATE orders SET status = 'packed'"))
	})
}

// A client that vanishes in a transaction should take its rows with it, and its
// lock: others write the same key at once.
func TestVanishInTransaction(t *testing.T) {
	onBoth(t, func(t *testing.T, tg target) {
		db := connect(t, tg.url)
		exec(t, db, orders)
		for range 5 {
			conn, c := doomed(t, tg.url)
			tx, err := conn.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			insert, err := tx.Prepare("INSERT INTO orders (id, status) VALUES ($1, $2)")
			require.NoError(t, err)
			_, err = insert.Exec(1000, "lost")
			require.NoError(t, err)
			rows, err := tx.Query("SELECT id FROM orders") // and nobody closes it
			require.NoError(t, err)
			require.True(t, rows.Next())
			c.cut(t)
			began := time.Now()
			exec(t, db, "INSERT INTO orders (id, status) VALUES ($1, $2)", 1000, "kept")
			require.Less(t, time.Since(began), 5*time.Second)
			require.Equal(t, "kept", statusOf(t, db, 1000))
			exec(t, db, "DELETE FROM orders WHERE id = 1000")
			_ = rows.Close()
			_ = tx.Rollback()
		}
	})
}

package proxy_test

import (
	"context"
	"database/sql"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func testCancelled(t *testing.T, s shop) {
	for name, query := range map[string]func(context.Context) error{
		"extended": func(ctx context.Context) error { return s.db.QueryRowContext(ctx, anOrder, 42).Scan(new(string)) },
		"simple":   func(ctx context.Context) error { return s.db.QueryRowContext(ctx, "SELECT 1").Scan(new(int)) },
		"exec":     func(ctx context.Context) error { _, err := s.db.ExecContext(ctx, "SELECT $1::int", 1); return err },
	} {
		s.Slow(0)
		s.requireWorks(t) // so a connection is open: the one that was cancelled is gone
		s.Slow(10 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		begun := time.Now()
		err := query(ctx)
		cancel()
		require.Less(t, time.Since(begun), 250*time.Millisecond, name)
		requireSQLState(t, queryCanceled, err)
		require.Zero(t, s.sleeping(t), name)
	}
	s.Slow(0)
	s.requireWorks(t)
}

// A cancelled sleep leaves the very connection as a cancelled query would.
func testReused(t *testing.T, s shop) {
	conn, err := s.db.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	var pid int
	require.NoError(t, conn.QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&pid))
	for range 3 {
		s.Slow(10 * time.Second)
		done := make(chan error, 1)
		go func() {
			_, _, err := status(t.Context(), conn)
			done <- err
		}()
		require.Eventually(t, func() bool { return s.sleeping(t) == 1 }, 2*time.Second, 5*time.Millisecond)
		_, err = s.direct.Exec("SELECT pg_cancel_backend($1)", pid)
		require.NoError(t, err)
		requireSQLState(t, queryCanceled, <-done)
		s.Slow(0)
		got, _, err := status(t.Context(), conn)
		require.NoError(t, err)
		require.Equal(t, "shipped", got)
	}
}

func testTransaction(t *testing.T, s shop) {
	const d = 200 * time.Millisecond
	tx, err := s.db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelSerializable})
	require.NoError(t, err)
	s.Slow(d)
	_, took, err := status(t.Context(), tx)
	require.NoError(t, err)
	require.GreaterOrEqual(t, took, d)

	s.Slow(10 * time.Second)
	done := make(chan error, 1)
	go func() {
		_, _, err := status(t.Context(), tx)
		done <- err
	}()
	require.Eventually(t, func() bool { return s.sleeping(t) == 1 }, 2*time.Second, 5*time.Millisecond)
	_, err = s.direct.Exec(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg\_sleep%'`)
	require.NoError(t, err)
	requireSQLState(t, queryCanceled, <-done)

	// The transaction has failed: nothing in it is slow any more, and it can be ended.
	begun := time.Now()
	_, _, err = status(t.Context(), tx)
	requireSQLState(t, "25P02", err)
	require.NoError(t, tx.Rollback())
	require.Less(t, time.Since(begun), time.Second)
	s.Slow(0)
	s.requireWorks(t)
}

func testPrepared(t *testing.T, s shop) {
	const d = 200 * time.Millisecond
	s.Slow(d)
	begun := time.Now()
	st, err := s.db.Prepare(anOrder)
	require.NoError(t, err)
	defer st.Close()
	require.Less(t, time.Since(begun), d)
	for range 2 {
		delayedOnce(t, d, func() error { return st.QueryRow(42).Scan(new(string)) })
	}
	s.Slow(10 * time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	requireSQLState(t, queryCanceled, st.QueryRowContext(ctx, 42).Scan(new(string)))
	s.Slow(0)
	require.NoError(t, st.QueryRow(42).Scan(new(string)))
}

// Cancelling races with the sleep's end, and with the delay's.
func testManyCancelled(t *testing.T, s shop) {
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for i := range 40 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*time.Millisecond/2)
				got, _, err := status(ctx, s.db)
				cancel()
				if err == nil && got != "shipped" {
					t.Errorf("got %q", got)
				}
				s.Slow(time.Duration(i%3) * 5 * time.Millisecond)
			}
		})
	}
	callers.Wait()
	s.Slow(0)
	for range 20 {
		s.requireWorks(t)
	}
	require.Eventually(t, func() bool { return s.sleeping(t) == 0 }, time.Second, 10*time.Millisecond)
}

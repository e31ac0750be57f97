package proxy_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/postgres/realpg"
)

func TestPostgres(t *testing.T) {
	postgres := realpg.Start(t)
	for name, test := range map[string]func(*testing.T, shop){
		"all kinds of queries":  testKinds,
		"side by side":          testSideBySide,
		"cancelled":             testCancelled,
		"cancelled and reused":  testReused,
		"in a transaction":      testTransaction,
		"prepared":              testPrepared,
		"cancelled, many times": testManyCancelled,
		"down":                  testDown,
		"hang":                  testHang,
		"long messages":         testLong,
		"copy":                  testCopy,
		"wrong password":        testWrongPassword,
	} {
		t.Run(name, func(t *testing.T) { test(t, newShop(t, postgres)) })
	}
	t.Run("in one cycle", func(t *testing.T) {
		s := newShop(t, postgres, "binary_parameters=yes")
		testKinds(t, s)
		testCancelled(t, s)
	})
}

// Each kind of query is delayed, once.
func testKinds(t *testing.T, s shop) {
	const d = 300 * time.Millisecond
	var n int
	for name, query := range map[string]func() error{
		"extended": func() error { return s.db.QueryRow(anOrder, 42).Scan(new(string)) },
		"simple":   func() error { return s.db.QueryRow("SELECT 1").Scan(&n) },
		"exec": func() error {
			_, err := s.db.Exec("UPDATE orders SET status = $1 WHERE id = 42", "shipped")
			return err
		},
		"ping":    s.db.Ping,
		"several": func() error { _, err := s.db.Exec("SELECT 1; SELECT 2"); return err },
	} {
		s.Slow(0)
		require.NoError(t, query(), name)
		s.Slow(d)
		delayedOnce(t, d, query)
	}
	err := s.db.QueryRow("SELECT nothing").Scan(&n)
	requireSQLState(t, "42703", err)
	s.Slow(0)
	s.requireWorks(t)
}

// delayedOnce holds that a query waits for d, and not twice. A busy machine can
// add to that, so the quickest of a few counts.
func delayedOnce(t *testing.T, d time.Duration, query func() error) {
	t.Helper()
	quickest := time.Hour
	for tries := 5; tries > 0 && quickest >= 2*d; tries-- {
		begun := time.Now()
		require.NoError(t, query())
		took := time.Since(begun)
		require.GreaterOrEqual(t, took, d)
		quickest = min(quickest, took)
	}
	require.Less(t, quickest, 2*d)
}

func testSideBySide(t *testing.T, s shop) {
	const d = 2 * time.Second
	s.Slow(d)
	begun := time.Now()
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if _, _, err := status(t.Context(), s.db); err != nil {
				t.Error(err)
			}
		})
	}
	require.Eventually(t, func() bool { return s.sleeping(t) == 2 }, d, 5*time.Millisecond)
	both.Wait()
	require.Less(t, time.Since(begun), 2*d)
}

func testDown(t *testing.T, s shop) {
	for _, slow := range []time.Duration{0, 10 * time.Second} {
		s.requireWorks(t)
		s.Slow(slow)
		busy := make(chan error, 1)
		go func() {
			_, err := s.db.Exec("SELECT pg_sleep(10)")
			busy <- err
		}()
		require.Eventually(t, func() bool { return s.sleeping(t) == 1 }, 2*time.Second, 5*time.Millisecond)
		s.Down(true)
		require.Error(t, <-busy)
		_, took, err := status(t.Context(), s.db)
		require.Error(t, err)
		require.Less(t, took, time.Second)
		s.Slow(0)
		s.Down(false)
		s.requireWorks(t)
		_, err = s.direct.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg\_sleep%'`)
		require.NoError(t, err)
	}
}

func testHang(t *testing.T, s shop) {
	s.requireWorks(t)
	s.Hang(true)
	done := make(chan error, 1)
	go func() {
		_, _, err := status(t.Context(), s.db)
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("a query passed a proxy that hangs: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	s.Hang(false)
	require.NoError(t, <-done)
	s.requireWorks(t)
}

// Messages that are longer than any buffer pass, slow or not.
func testLong(t *testing.T, s shop) {
	long := make([]byte, 1<<20)
	for i := range long {
		long[i] = 'a' + byte(i%26)
	}
	for _, slow := range []time.Duration{0, 10 * time.Millisecond} {
		s.Slow(slow)
		var got string
		require.NoError(t, s.db.QueryRow("SELECT $1::text", string(long)).Scan(&got))
		require.Equal(t, string(long), got)
		require.NoError(t, s.db.QueryRow("SELECT '"+string(long)+"'").Scan(&got))
		require.Equal(t, string(long), got)
	}
	rows, err := s.db.Query("SELECT n FROM generate_series(1, 20000) n")
	require.NoError(t, err)
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
	}
	require.NoError(t, rows.Err())
	require.Equal(t, 20000, n)
}

func testCopy(t *testing.T, s shop) {
	s.Slow(10 * time.Millisecond)
	tx, err := s.db.Begin()
	require.NoError(t, err)
	_, err = tx.Exec("CREATE TEMP TABLE many(n int)")
	require.NoError(t, err)
	st, err := tx.Prepare("COPY many(n) FROM STDIN")
	require.NoError(t, err)
	for i := range 1000 {
		_, err = st.Exec(i)
		require.NoError(t, err)
	}
	_, err = st.Exec()
	require.NoError(t, err)
	require.NoError(t, st.Close())
	var n int
	require.NoError(t, tx.QueryRow("SELECT count(*) FROM many").Scan(&n))
	require.Equal(t, 1000, n)
	require.NoError(t, tx.Commit())
}

func testWrongPassword(t *testing.T, s shop) {
	db := openDB(t, "postgres://workshop:wrong@"+s.Addr()+"/postgres?sslmode=disable")
	requireSQLState(t, "28P01", db.Ping())
}

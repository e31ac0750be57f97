package proxy_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/proxy"
)

const queryCanceled = "57014"

// shop is a database behind a proxy.
type shop struct {
	*proxy.Postgres
	db     *sql.DB // through the proxy
	direct *sql.DB
}

func newShop(t testing.TB, postgres string, options ...string) shop {
	u, err := url.Parse(postgres)
	require.NoError(t, err)
	direct := openDB(t, u.String())
	p, err := proxy.StartPostgres(u.Host)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	u.Host = p.Addr()
	for _, o := range options {
		u.RawQuery += "&" + o
	}
	_, err = direct.Exec(`CREATE TABLE IF NOT EXISTS orders(id bigint PRIMARY KEY, status text NOT NULL);
		INSERT INTO orders VALUES (42, 'shipped') ON CONFLICT DO NOTHING`)
	require.NoError(t, err)
	return shop{Postgres: p, db: openDB(t, u.String()), direct: direct}
}

func openDB(t testing.TB, url string) *sql.DB {
	db, err := sql.Open("postgres", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// querier is a pool, a connection or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

const anOrder = "SELECT status FROM orders WHERE id = $1"

func status(ctx context.Context, q querier) (s string, took time.Duration, err error) {
	begun := time.Now()
	err = q.QueryRowContext(ctx, anOrder, 42).Scan(&s)
	return s, time.Since(begun), err
}

func (s shop) requireWorks(t testing.TB) {
	t.Helper()
	got, _, err := status(t.Context(), s.db)
	require.NoError(t, err)
	require.Equal(t, "shipped", got)
}

// sleeping counts the queries that sleep at the server.
func (s shop) sleeping(t testing.TB) (n int) {
	err := s.direct.QueryRow(`SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg\_sleep%' AND state = 'active'`).Scan(&n)
	require.NoError(t, err)
	return n
}

func requireSQLState(t testing.TB, state string, err error) {
	t.Helper()
	e, ok := errors.AsType[*pq.Error](err)
	require.True(t, ok, "want SQLSTATE %s, got %v", state, err)
	require.Equal(t, state, string(e.Code))
}

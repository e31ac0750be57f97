package database

import (
	"context"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/postgres/realpg"
)

const secret = "s3cr3t/word"

// A database that was given by URL should be taken when it has the table, and
// not be changed by it.
func TestGivenDatabase(t *testing.T) {
	dsn := realpg.Start(t)
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	keyValue := "host=" + u.Hostname() + " port=" + u.Port() + " user=workshop password='workshop' dbname=" + u.Path[1:] + " sslmode=disable"
	db := connect(t, dsn)
	orders, err := os.ReadFile("../postgres/orders.sql")
	require.NoError(t, err)

	_, err = Start(t.Context(), Options{URL: dsn})
	require.ErrorContains(t, err, `relation "orders" does not exist`)
	require.ErrorContains(t, err, `psql "$DATABASE_URL" -f internal/postgres/orders.sql makes the table, or unset DATABASE_URL to use the embedded database`)
	require.Equal(t, 0, count(t, db, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))

	run(t, db, "CREATE TABLE orders (id bigint)")
	_, err = Start(t.Context(), Options{URL: dsn})
	require.ErrorContains(t, err, `column "status" does not exist`)
	require.ErrorContains(t, err, "not the workshop's, which is orders(id, status)")

	run(t, db, "DROP TABLE orders; "+string(orders))
	for _, given := range []string{dsn, keyValue, strings.Replace(dsn, "postgres:", "postgresql:", 1)} {
		d, err := Start(t.Context(), Options{URL: given})
		require.NoError(t, err)
		require.Equal(t, given, d.URL())
		require.Equal(t, "workshop@"+u.Host+u.Path, d.String())
		require.False(t, d.Embedded())
		require.Equal(t, "shipped", statusOf(t, connect(t, d.URL()), 42))
		require.NoError(t, d.Close())
	}
	require.Equal(t, 300, count(t, db, "SELECT count(*) FROM orders"), "Close leaves it alone")

	run(t, db, "DROP ROLE IF EXISTS stranger")
	run(t, db, "CREATE ROLE stranger LOGIN PASSWORD '"+secret+"'")
	as := func(user, password, database, options string) string {
		u := *u
		u.User = url.UserPassword(user, password)
		u.Path, u.RawQuery = database, options
		return u.String()
	}
	for _, tt := range []struct{ dsn, says, advises string }{
		{as("stranger", secret, u.Path, "sslmode=disable"), "permission denied for table orders", "let the user read the table orders"},
		{as("workshop", secret, u.Path, "sslmode=disable"), "password authentication failed", "correct user and password in DATABASE_URL"},
		{as("nobody", secret, u.Path, "sslmode=disable"), "password authentication failed", "correct user and password in DATABASE_URL"},
		{as("stranger", secret, "nowhere", "sslmode=disable"), `database "nowhere" does not exist`, "create that database"},
		{as("stranger", secret, u.Path, "sslmode=require"), "SSL is not enabled", "add sslmode=disable"},
	} {
		_, err := Start(t.Context(), Options{URL: tt.dsn})
		require.ErrorContains(t, err, tt.says)
		require.ErrorContains(t, err, tt.advises)
		refuses(t, err)
	}
}

// refuses checks what every error about a given database has to be.
func refuses(t testing.TB, err error) {
	t.Helper()
	require.ErrorContains(t, err, "unset DATABASE_URL to use the embedded database")
	require.NotContains(t, err.Error(), secret)
	require.NotContains(t, err.Error(), url.QueryEscape(secret))
}

// What cannot be read or reached should be told, without the password.
func TestUnusableURL(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	for _, dsn := range []string{
		"postgres://shop:" + secret + "@127.0.0.1:5432", "postgres://shop:" + url.QueryEscape(secret) + "@127.0.0.1:port/shop", "mysql://shop:" + url.QueryEscape(secret) + "@127.0.0.1/shop",
		secret, "password=" + secret + " host", "password='" + secret, "postgres://shop:%zz" + url.QueryEscape(secret) + "@x/y", "user=shop password=" + secret + " sslmode=sometimes",
		"postgres://shop:" + url.QueryEscape(secret) + "@" + closed.Addr().String() + "/shop?sslmode=disable",
		"user=shop password=" + secret + " host=127.0.0.1 port=" + strings.TrimPrefix(closed.Addr().String(), "127.0.0.1:") + " sslmode=disable",
	} {
		_, err := Start(t.Context(), Options{URL: dsn})
		require.Error(t, err, dsn)
		refuses(t, err)
	}
	_, err = Start(t.Context(), Options{URL: "postgres://shop:" + url.QueryEscape(secret) + "@" + closed.Addr().String() + "/shop?sslmode=disable"})
	require.ErrorContains(t, err, "use the database shop@"+closed.Addr().String()+"/shop: ")
	require.ErrorContains(t, err, "refused")
}

// A server that does not answer should be given up.
func TestSilentServer(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, silent.Close()) }()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = Start(ctx, Options{URL: "postgres://shop:" + url.QueryEscape(secret) + "@" + silent.Addr().String() + "/shop?sslmode=disable"})
	require.ErrorContains(t, err, "did not answer")
	refuses(t, err)
}

// The embedded database should pass for a given one.
func TestGivenEmbedded(t *testing.T) {
	d := embedded(t)
	given, err := Start(t.Context(), Options{URL: d.URL()})
	require.NoError(t, err)
	require.NoError(t, given.Close())
	require.Equal(t, "shipped", statusOf(t, connect(t, d.URL()), 42))
}

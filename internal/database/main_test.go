package database

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// plays makes the test binary another program.
const plays = "DATABASE_TEST_PLAYS"

func TestMain(m *testing.M) {
	switch os.Getenv(plays) {
	case "a workshop": // to be killed
		d, err := Start(context.Background(), Options{Root: root})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(d.URL())
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		if os.Getenv("PANICS") != "" {
			panic("as the workshop should not")
		}
		os.Exit(0)
	case "a database that does not start":
		fmt.Fprintln(os.Stderr, "no port is left")
		os.Exit(1)
	case "a database that says nothing":
		time.Sleep(time.Minute)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// root is the workshop's folder.
const root = "../.."

// embedded starts the embedded database, and closes it when the test ends.
func embedded(t testing.TB) *Database {
	t.Helper()
	d, err := Start(t.Context(), Options{Root: root})
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

func run(t testing.TB, db *sql.DB, query string) {
	t.Helper()
	_, err := db.Exec(query)
	require.NoError(t, err, query)
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

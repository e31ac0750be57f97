package realpg

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const child = "REALPG_CHILD"

func query(t *testing.T, url, query string) (answer string) {
	t.Helper()
	db, err := sql.Open("postgres", url)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	require.NoError(t, db.QueryRow(query).Scan(&answer))
	return answer
}

// Each test should get a database of its own, on the one server.
func TestStart(t *testing.T) {
	one, other := Start(t), Start(t)
	if os.Getenv(child) != "" {
		fmt.Println(one)
		select {} // until the parent kills it
	}
	require.NotEqual(t, one, other)
	require.Equal(t, query(t, one, "SHOW port"), query(t, other, "SHOW port"))
	require.Equal(t, "0", query(t, one, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
	require.Equal(t, "50ms", query(t, one, "SHOW client_connection_check_interval"))
	require.Equal(t, "trusted", query(t, strings.Replace(one, "workshop:workshop", "trusted", 1), "SELECT current_user"))
}

// A process that is killed should leave neither a server nor its files.
func TestKilled(t *testing.T) {
	Start(t) // skips where there is none
	cmd := exec.Command(os.Args[0], "-test.run=^TestStart$")
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	url, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	url = strings.TrimSpace(url)
	dir := query(t, url, "SHOW data_directory")
	require.DirExists(t, dir)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	require.Eventually(t, func() bool {
		_, err := os.Stat(strings.TrimSuffix(dir, "/data"))
		return os.IsNotExist(err)
	}, 30*time.Second, 10*time.Millisecond)
	db, err := sql.Open("postgres", url)
	require.NoError(t, err)
	require.ErrorContains(t, db.Ping(), "refused")
	require.NoError(t, db.Close())
}

package database

import (
	"bufio"
	"context"
	"net"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEmbedded(t *testing.T) {
	d := embedded(t)
	require.True(t, d.Embedded())
	require.Equal(t, "the embedded database on "+address(t, d.URL()), d.String())
	db := connect(t, d.URL())
	require.Equal(t, "shipped", statusOf(t, db, 42))

	other := embedded(t)
	run(t, connect(t, other.URL()), "DELETE FROM orders")
	require.Equal(t, "shipped", statusOf(t, db, 42), "each has its own data")

	require.NoError(t, d.Close())
	require.NoError(t, d.Close())
	require.Error(t, db.Ping(), "it has ended, with its connections")
	requireGone(t, d.URL())
}

// Ctrl-C reaches whoever shares the terminal. The service may still ask then.
func TestSignalsAreTheWorkshops(t *testing.T) {
	d := embedded(t)
	if runtime.GOOS != "windows" { // which has no signals to send
		require.NoError(t, d.child.cmd.Process.Signal(os.Interrupt))
	}
	db := connect(t, d.URL())
	for range 20 {
		require.Equal(t, "shipped", statusOf(t, db, 42))
		time.Sleep(5 * time.Millisecond)
	}
}

// However the workshop ends, its database does too.
func TestDatabaseEndsWithTheWorkshop(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, workshop *exec.Cmd, line func()){
		"killed":      func(t *testing.T, workshop *exec.Cmd, _ func()) { require.NoError(t, workshop.Process.Kill()) },
		"by itself":   func(_ *testing.T, _ *exec.Cmd, line func()) { line() },
		"by a panic":  func(_ *testing.T, _ *exec.Cmd, line func()) { line() },
		"interrupted": func(t *testing.T, workshop *exec.Cmd, _ func()) { interrupt(t, workshop) },
	} {
		t.Run(name, func(t *testing.T) {
			workshop := exec.Command(os.Args[0])
			workshop.Env = append(os.Environ(), plays+"=a workshop")
			if name == "by a panic" {
				workshop.Env = append(workshop.Env, "PANICS=yes")
			}
			in, err := workshop.StdinPipe()
			require.NoError(t, err)
			out, err := workshop.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, workshop.Start())
			lines := bufio.NewScanner(out)
			require.True(t, lines.Scan())
			dsn := lines.Text()
			require.Equal(t, "shipped", statusOf(t, connect(t, dsn), 42))

			end(t, workshop, func() {
				_, err := in.Write([]byte("\n"))
				require.NoError(t, err)
			})
			_ = workshop.Wait() // it ended as it should
			requireGone(t, dsn)
		})
	}
}

// interrupt is Ctrl-C; where there is none to send, it is the end.
func interrupt(t *testing.T, p *exec.Cmd) {
	t.Helper()
	if runtime.GOOS == "windows" {
		require.NoError(t, p.Process.Kill())
		return
	}
	require.NoError(t, p.Process.Signal(os.Interrupt))
}

func TestDatabaseThatFails(t *testing.T) {
	t.Setenv(plays, "a database that does not start")
	_, err := start(t.Context(), os.Args[0], "")
	require.ErrorContains(t, err, "it ended (exit status 1): no port is left")

	t.Setenv(plays, "a database that says nothing")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = start(ctx, os.Args[0], "")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	t.Setenv(plays, "")
	d, err := Start(t.Context(), Options{Root: root})
	require.NoError(t, err)
	require.NoError(t, d.child.cmd.Process.Kill())
	require.ErrorContains(t, d.Close(), "the embedded database: it ended (")

	_, err = Start(t.Context(), Options{Root: root, Addr: "127.0.0.1:99999"})
	require.ErrorContains(t, err, "start the embedded database: it ended (exit status 1): listen tcp")

	_, err = Start(t.Context(), Options{Root: t.TempDir()})
	require.ErrorContains(t, err, "look at the workshop's sources")
}

// address returns the host and port of a connection string.
func address(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	return u.Host
}

// requireGone waits until nobody listens where a database was.
func requireGone(t *testing.T, dsn string) {
	t.Helper()
	require.Eventually(t, func() bool {
		conn, err := net.DialTimeout("tcp", address(t, dsn), time.Second)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, 20*time.Second, 10*time.Millisecond)
}

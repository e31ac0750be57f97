// Package realpg starts a real PostgreSQL for tests, from the programs that are
// installed on this machine.
package realpg

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	_ "github.com/lib/pq" // the driver, here and for the tests
)

// Start starts a PostgreSQL with an empty database, on a port of its own of
// this machine, and ends it with the test. It returns a URL of the user
// workshop, whose password and database are called the same.
//
// Without PostgreSQL's programs, in PATH or where Debian puts them, the test is
// skipped, or fails when WORKSHOP_NEED_POSTGRES=1 is set.
func Start(t testing.TB) (url string) {
	t.Helper()
	bin, err := programs()
	if err != nil {
		if os.Getenv("WORKSHOP_NEED_POSTGRES") == "1" {
			t.Fatalf("WORKSHOP_NEED_POSTGRES is set: %v", err)
		}
		t.Skipf("no test against a real PostgreSQL: %v", err)
	}
	port, err := freePort()
	if err != nil {
		t.Fatalf("find a free port for PostgreSQL: %v", err)
	}
	dir := newCluster(t, bin)
	exited := launch(t, bin, dir, port)
	if err := createDatabase(port, exited); err != nil {
		t.Fatalf("create a database in the new PostgreSQL: %v", err)
	}
	return connection(port, "workshop")
}

// connection is the URL of a database. The password is asked for: what stands
// between a client and this server has to pass the dialogue on.
func connection(port int, database string) string {
	return fmt.Sprintf("postgres://workshop:workshop@127.0.0.1:%d/%s?sslmode=disable", port, database)
}

// programs returns the folder of initdb and postgres, the newest of several.
func programs() (string, error) {
	if initdb, err := exec.LookPath("initdb"); err == nil {
		// What is found may be a link to the folder that has them all.
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			if dir := filepath.Dir(real); has(dir, "postgres") {
				return dir, nil
			}
		}
	}
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.SortFunc(dirs, newestFirst)
	for _, dir := range dirs {
		if has(dir, "initdb") && has(dir, "postgres") {
			return dir, nil
		}
	}
	return "", errors.New("neither PATH nor /usr/lib/postgresql/*/bin has initdb and postgres: install PostgreSQL, such as Debian's package postgresql")
}

func has(dir, program string) bool {
	_, err := exec.LookPath(filepath.Join(dir, program))
	return err == nil
}

// newestFirst orders …/9.6/bin after …/15/bin.
func newestFirst(a, b string) int { return version(b) - version(a) }

func version(dir string) (major int) {
	_, _ = fmt.Sscanf(filepath.Base(filepath.Dir(dir)), "%d", &major) // 0 where there is none
	return major
}

func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return ln.Addr().(*net.TCPAddr).Port, ln.Close()
}

// newCluster makes a data folder for a server that need not survive anything.
func newCluster(t testing.TB, bin string) string {
	// Not t.TempDir: another user could not enter it.
	top, err := os.MkdirTemp("", "realpg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(top); err != nil {
			t.Errorf("remove PostgreSQL's data: %v", err)
		}
	})
	password := filepath.Join(top, "password")
	if err := os.WriteFile(password, []byte("workshop\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(top, "data")
	cmd := exec.Command(filepath.Join(bin, "initdb"), "--pgdata="+dir, "--no-sync",
		"--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--username=workshop", "--pwfile="+password)
	if err := dropRoot(cmd, top, password); err != nil {
		t.Fatalf("run initdb as another user than root: %v", err)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return dir
}

// launch starts the server. The channel is closed when it has exited.
func launch(t testing.TB, bin, dir string, port int) (exited <-chan struct{}) {
	cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", dir, "-F", // -F: no fsync
		"-p", fmt.Sprint(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
	if err := dropRoot(cmd); err != nil {
		t.Fatalf("run postgres as another user than root: %v", err)
	}
	var log bytes.Buffer // read when the server has exited
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // it is stopped the hard way
	}()
	t.Cleanup(func() {
		stop(cmd.Process)
		<-done
		if t.Failed() {
			t.Logf("PostgreSQL said:\n%s", log.Bytes())
		}
	})
	return done
}

// createDatabase waits for the server, and makes the database workshop.
func createDatabase(port int, exited <-chan struct{}) error {
	db, err := sql.Open("postgres", connection(port, "postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	limit := time.After(30 * time.Second)
	for {
		_, err := db.Exec("CREATE DATABASE workshop")
		if err == nil {
			return nil
		}
		select {
		case <-exited:
			return fmt.Errorf("the server has exited: %w", err)
		case <-limit:
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Package realpg starts a real PostgreSQL for tests, from the programs that are
// installed on this machine.
package realpg

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/lib/pq" // the driver, here and for the tests
)

// errNone says what to install.
var errNone = errors.New("neither PATH nor /usr/lib/postgresql/*/bin has initdb and postgres: install PostgreSQL, such as Debian's package postgresql")

var (
	// shared starts the server of this process, once. It ends with the process,
	// whichever way that ends, and leaves nothing.
	shared = sync.OnceValues(start)

	databases atomic.Int64 // how many were made
)

// Start returns the URL of a new and empty database of a PostgreSQL that the
// tests of this process share. Its user workshop has a password; the user
// trusted has none. Both are superusers. A statement ends soon after its client
// is gone.
//
// Without PostgreSQL's programs the test is skipped, or fails when
// WORKSHOP_NEED_POSTGRES=1 is set.
func Start(t testing.TB) (url string) {
	t.Helper()
	s, err := shared()
	if errors.Is(err, errNone) && os.Getenv("WORKSHOP_NEED_POSTGRES") != "1" {
		t.Skipf("no test against a real PostgreSQL: %v", err)
	}
	if err != nil {
		t.Fatalf("start a real PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("test%d", databases.Add(1))
	if err := s.exec("CREATE DATABASE " + name); err != nil {
		t.Fatalf("create a database in the real PostgreSQL: %v", err)
	}
	return s.url(name)
}

// A server is a PostgreSQL on a port of its own.
type server struct {
	addr string
	life io.Closer // closed with this process; the server ends then
}

// start starts a server, and waits until it answers.
func start() (*server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	host, port, err := freeAddr()
	if err != nil {
		return nil, err
	}
	life, log, err := launch(bin, host, port)
	if err != nil {
		return nil, err
	}
	s := &server{net.JoinHostPort(host, port), life}
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if err = s.exec("CREATE ROLE trusted SUPERUSER LOGIN"); err == nil {
			return s, nil
		}
		if time.Now().After(limit) {
			said, _ := os.ReadFile(log)
			return nil, errors.Join(fmt.Errorf("no answer: %w\n%s", err, said), life.Close())
		}
	}
}

func (s *server) url(database string) string {
	return "postgres://workshop:workshop@" + s.addr + "/" + database + "?sslmode=disable"
}

func (s *server) exec(command string) error {
	db, err := sql.Open("postgres", s.url("postgres"))
	if err != nil {
		return err
	}
	_, err = db.Exec(command)
	return errors.Join(err, db.Close())
}

// programs returns the folder of initdb and postgres, the newest of several.
func programs() (string, error) {
	var dirs []string
	if initdb, err := exec.LookPath("initdb"); err == nil {
		// What is found may be a link to the folder that has them all.
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is right
	slices.SortFunc(debian, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range append(dirs, debian...) {
		_, err1 := exec.LookPath(filepath.Join(dir, "initdb"))
		_, err2 := exec.LookPath(filepath.Join(dir, "postgres"))
		if err1 == nil && err2 == nil {
			return dir, nil
		}
	}
	return "", errNone
}

// version reads the 15 of …/15/bin.
func version(dir string) (major int) {
	_, _ = fmt.Sscanf(filepath.Base(filepath.Dir(dir)), "%d", &major) // 0 where there is none
	return major
}

// freeAddr returns where nobody listens, and hardly anybody else would until the
// server does: on any 127.x.y.z, where all of those are this machine.
func freeAddr() (host, port string, err error) {
	ln, err := net.Listen("tcp", fmt.Sprintf("127.%d.%d.%d:0", 1+rand.IntN(254), rand.IntN(255), 1+rand.IntN(254)))
	if err != nil {
		ln, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return "", "", err
	}
	if host, port, err = net.SplitHostPort(ln.Addr().String()); err != nil {
		return "", "", err
	}
	return host, port, ln.Close()
}

//go:build unix

package postgres

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	osexec "os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A realServer is a PostgreSQL that the tests start, share and stop.
type realServer struct {
	addr      string
	dir       string
	process   *osexec.Cmd
	stop      io.Closer
	databases int
}

var (
	theReal       *realServer
	realErr       error
	startRealOnce sync.Once
)

var errNoBinaries = errors.New("no initdb and postgres in PATH or /usr/lib/postgresql/*/bin: install PostgreSQL to see that the embedded database behaves like it")

// realDatabase returns the URL of a new and empty database of a real
// PostgreSQL. Where there is none the test is skipped, unless
// WORKSHOP_NEED_POSTGRES=1 says that it must not be.
func realDatabase(t testing.TB) string {
	t.Helper()
	startRealOnce.Do(func() { theReal, realErr = startReal() })
	if errors.Is(realErr, errNoBinaries) && os.Getenv("WORKSHOP_NEED_POSTGRES") != "1" {
		t.Skip(realErr)
	}
	require.NoError(t, realErr)
	admin := connect(t, theReal.url("postgres"))
	eventually(t, "PostgreSQL answers", func() bool { return admin.Ping() == nil })
	theReal.databases++
	name := "suite" + strconv.Itoa(theReal.databases)
	if theReal.databases == 1 {
		exec(t, admin, "CREATE ROLE trusted SUPERUSER LOGIN")
	}
	exec(t, admin, "CREATE DATABASE "+name)
	return theReal.url(name)
}

func (s *realServer) url(database string) string {
	return fmt.Sprintf("postgres://workshop:workshop@%s/%s?sslmode=disable", s.addr, database)
}

// startReal makes a cluster in a temporary folder and starts PostgreSQL on it.
func startReal() (s *realServer, err error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	s = new(realServer)
	if s.dir, err = os.MkdirTemp("", "workshop-postgres-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(s.dir))
		}
	}()
	password := filepath.Join(s.dir, "password")
	if err := os.WriteFile(password, []byte("workshop"), 0o644); err != nil {
		return nil, err
	}
	credential, err := unprivileged(s.dir)
	if err != nil {
		return nil, err
	}
	command := func(name string, args ...string) *osexec.Cmd {
		cmd := osexec.Command(name, args...)
		cmd.Dir = s.dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
		return cmd
	}
	data := filepath.Join(s.dir, "data")
	out, err := command(filepath.Join(bin, "initdb"), "-D", data, "-U", "workshop", "--pwfile", password, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	// The tests that speak the protocol themselves know no passwords.
	const rules = "host all trusted 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(rules), 0o600); err != nil {
		return nil, err
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.addr = free.Addr().String()
	_, port, _ := net.SplitHostPort(s.addr)
	if err := free.Close(); err != nil {
		return nil, err
	}
	// The shell ends PostgreSQL when its input ends, which it does with this
	// process too, however that comes to its end.
	s.process = command("/bin/sh", "-c", `"$@" & cat; kill -INT $!; wait`, "sh",
		filepath.Join(bin, "postgres"), "-D", data, "-k", s.dir, "-h", "127.0.0.1", "-p", port,
		"-c", "fsync=off", "-c", "client_connection_check_interval=50ms")
	if s.stop, err = s.process.StdinPipe(); err != nil {
		return nil, err
	}
	return s, s.process.Start()
}

// binaries returns the folder of PostgreSQL's programs.
func binaries() (string, error) {
	if path, err := osexec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errNoBinaries
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// unprivileged returns the user to run PostgreSQL as, and gives it a folder:
// PostgreSQL refuses to run as root.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("run PostgreSQL as another user than root: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}

// stopReal ends the PostgreSQL that was started, if one was.
func stopReal() {
	if theReal == nil || theReal.stop == nil {
		return
	}
	_ = theReal.stop.Close()
	_ = theReal.process.Wait()
	_ = os.RemoveAll(theReal.dir)
}

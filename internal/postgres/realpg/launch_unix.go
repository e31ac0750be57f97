//go:build unix

package realpg

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// access lets the user trusted in without a password: the tests that speak the
// protocol themselves know none.
const access = "host all trusted 127.0.0.0/8 trust\nhost all all 127.0.0.0/8 scram-sha-256\n"

// keeper runs PostgreSQL until its own input ends, which it does with this
// process, also when that is killed. Then it removes the folder.
const keeper = `"$@" >log 2>&1 & cat; kill -INT $!; wait; rm -rf "$PWD"`

// launch makes a cluster in a temporary folder, which need not survive
// anything, and starts PostgreSQL on it. The server ends when life is closed.
func launch(bin, host, port string) (life io.Closer, log string, err error) {
	dir, err := os.MkdirTemp("", "realpg")
	if err != nil {
		return nil, "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	who, err := unprivileged(dir)
	if err != nil {
		return nil, "", err
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir                                                          // where the tests run, that user may have no business
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true} // Ctrl-C is for the tests alone
		return cmd
	}
	password, data := filepath.Join(dir, "password"), filepath.Join(dir, "data")
	if err := os.WriteFile(password, []byte("workshop\n"), 0o644); err != nil {
		return nil, "", err
	}
	initdb := command(filepath.Join(bin, "initdb"), "--pgdata="+data, "--no-sync",
		"--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--username=workshop", "--pwfile="+password)
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, "", fmt.Errorf("%s: %w\n%s", initdb, err, out)
	}
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(access), 0o600); err != nil {
		return nil, "", err
	}
	server := command("/bin/sh", "-c", keeper, "sh", filepath.Join(bin, "postgres"), "-D", data, "-F", // no fsync
		"-h", host, "-p", port, "-k", "", "-c", "client_connection_check_interval=50ms")
	if life, err = server.StdinPipe(); err != nil {
		return nil, "", err
	}
	return life, filepath.Join(dir, "log"), server.Start() // nobody waits for it: it outlives this process a little
}

// unprivileged returns the user to run PostgreSQL as, and gives it a folder:
// PostgreSQL refuses to run as root.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w: run the tests as an ordinary user, or create that one", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, int(uid), int(gid))
}

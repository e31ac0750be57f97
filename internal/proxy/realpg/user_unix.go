//go:build unix

package realpg

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// dropRoot makes cmd run as the user postgres when it would run as root, which
// PostgreSQL refuses, and gives that user the files.
func dropRoot(cmd *exec.Cmd, files ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("%w: run the tests as an ordinary user, or create that one", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.Chown(file, int(uid), int(gid)); err != nil {
			return err
		}
	}
	cmd.Dir = "/" // where the tests run, that user may have no business
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)},
	}
	return nil
}

// stop ends a server at once, and its children with it.
func stop(p *os.Process) {
	_ = p.Signal(syscall.SIGQUIT) // PostgreSQL's "immediate shutdown"; it may have exited already
}

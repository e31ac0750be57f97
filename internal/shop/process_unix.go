//go:build unix

package shop

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// canAsk says that a program can be asked to end.
const canAsk = true

// prepare gives cmd a process group of its own: it is killed with all that it
// has started, and a Ctrl-C in the terminal does not reach it, only us.
func prepare(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func askToEnd(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// killTree kills the process group of pid. A child that has left the group
// (setsid) gets away.
func killTree(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }

// A tree is a process group that does not outlive us.
type tree struct {
	pid   int
	guard *exec.Cmd // nil where there is none
	alive *os.File  // the guard waits for its end, which is ours too
}

// guardScript waits until nobody holds the other end of its standard input any
// more, which is when this process has ended, however that came about. Then it
// kills the process group $1 and removes the folder $2.
const guardScript = `read -r _; kill -s KILL -- "-$1"; rm -rf -- "$2"`

// holdTree sets a guard over the process group of pid. Without a shell there
// is none, and the service outlives us when we are killed.
func holdTree(pid int, dir string) tree {
	t := tree{pid: pid}
	r, w, err := os.Pipe()
	if err != nil {
		return t
	}
	defer func() { _ = r.Close() }()
	guard := exec.Command("/bin/sh", "-c", guardScript, "sh", strconv.Itoa(pid), dir)
	guard.Stdin = r
	guard.Dir = "/"
	prepare(guard)
	if err := guard.Start(); err != nil {
		_ = w.Close()
		return t
	}
	t.guard, t.alive = guard, w
	return t
}

func (t tree) kill() { _ = killTree(t.pid) } // gone already: all the better

// end kills what the process has left behind, and calls off the guard.
func (t tree) end() {
	t.kill()
	if t.guard == nil {
		return
	}
	_ = t.guard.Process.Kill()
	_ = t.guard.Wait() // it was killed, as expected
	_ = t.alive.Close()
}

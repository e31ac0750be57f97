package shop

import (
	"errors"
	"os"
	"os/exec"
	"strconv"

	"otel.workshop/internal/winjob"
)

// canAsk says that a program can be asked to end. Windows has no SIGTERM.
const canAsk = false

func prepare(*exec.Cmd) {}

func askToEnd(*os.Process) error { return errors.ErrUnsupported }

// killTree kills pid and the processes below it.
func killTree(pid int) error {
	return exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(pid)).Run()
}

// A tree is a process with all that it starts, in a job that ends with us at
// the latest.
type tree struct {
	pid int
	job winjob.Job // holds nothing where there is none
}

// holdTree puts pid into a job. Where that is not allowed there is none, and
// the service may outlive us when we are killed.
func holdTree(pid int, _ string) tree {
	job, _ := winjob.Hold(pid)
	return tree{pid, job}
}

func (t tree) kill() {
	if !t.job.Kill() {
		_ = killTree(t.pid) // gone already: all the better
	}
}

// end kills what the process has left behind.
func (t tree) end() { t.job.End() }

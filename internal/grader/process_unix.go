//go:build unix

package grader

import (
	"os"
	"os/exec"
	"syscall"
)

// group gives cmd a process group of its own, so that it can be killed with
// all that it has started.
func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills p and what it has started, but for a child that has left the
// group (setsid): see family.
func killGroup(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGKILL) }

// askForStacks makes a Go program print its goroutines and exit.
func askForStacks(p *os.Process) { _ = p.Signal(syscall.SIGQUIT) }

// yield lets everything else run before a process that was started in a group
// of its own. Where the system does not allow it, it runs like any other.
func yield(p *os.Process) { _ = syscall.Setpriority(syscall.PRIO_PGRP, p.Pid, 10) }

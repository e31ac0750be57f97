//go:build unix

package launch

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// stopSignals end a build. One that was ignored when we were started, as nohup
// has it, stays so.
func stopSignals() []os.Signal {
	var signals []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	return signals
}

// apart puts cmd into a process group of its own, which can be ended with all
// that it has started.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
}

// endAll ends what cmd has left running.
func endAll(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // gone already: all the better
}

// handOver makes this process the command. It returns when that fails.
func handOver(binary string, args []string) error {
	return os.NewSyscallError("exec", syscall.Exec(binary, append([]string{binary}, args...), os.Environ()))
}

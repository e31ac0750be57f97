package recorder

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

// StartAt runs cmd, a service, with these additional environment variables, and
// returns once somebody listens on addr: the service need not say so. One that
// ends before, or does not listen for four seconds, is an error. It is killed
// when the test is over. What it prints is passed on. When cmd is this very
// binary, it runs as the program given to [Main].
func StartAt(t testing.TB, cmd *exec.Cmd, addr string, env ...string) (*Program, error) {
	t.Helper()
	p := &Program{Addr: addr, cmd: cmd, done: make(chan struct{})}
	p.stdout.next, p.stderr.next = os.Stdout, os.Stderr
	cmd.Env = append(append(os.Environ(), env...), service+"=1")
	cmd.Stderr = &p.stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the service: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the service: %w", err)
	}
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			_, _ = fmt.Fprintln(&p.stdout, lines.Text()) // where it can't be shown, it is remembered
		}
		p.err = cmd.Wait()
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-p.done }) // an error says that it has ended already
	start := time.Now()
	for time.Since(start) < startLimit {
		if conn, err := net.Dial("tcp", addr); err == nil {
			startedBy(time.Since(start))
			return p, conn.Close()
		}
		select {
		case <-p.done:
			return p, fmt.Errorf("the service ended before it served anything: %s", p.Exit())
		case <-time.After(5 * time.Millisecond):
		}
	}
	return p, errors.New("the service does not listen on $ADDR, four seconds after its start")
}

// startLimit is many times what a service needs to start.
const startLimit = 4 * time.Second

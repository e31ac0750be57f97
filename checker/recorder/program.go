package recorder

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"otel.workshop/internal/dying"
)

// A Program is the learner's service, running as a process of its own: this
// very binary, started again (see Main), so that nothing is linked twice.
type Program struct {
	Addr string // where it listens

	cmd            *exec.Cmd
	stdout, stderr printed
	done           chan struct{} // closed once the process has ended
	err            error         // how; read it after done
}

// Listening is the line that a program prints when it is ready.
func Listening(addr net.Addr) string { return listening + addr.String() }

const listening = "the service listens on "

// Start runs the program with these additional environment variables, and
// returns once it listens. A program that ends before that is an error. It is
// killed when the test is over. What it prints is passed on.
func Start(t testing.TB, env ...string) (*Program, error) {
	t.Helper()
	p := &Program{cmd: exec.Command(os.Args[0]), done: make(chan struct{})}
	p.stdout.next, p.stderr.next = os.Stdout, os.Stderr
	p.cmd.Env = append(append(os.Environ(), env...), service+"=1")
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the service: %w", err)
	}
	start := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the service: %w", err)
	}
	ready := make(chan string, 1)
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if addr, ok := strings.CutPrefix(lines.Text(), listening); ok {
				ready <- addr
			} else {
				_, _ = fmt.Fprintln(&p.stdout, lines.Text()) // where it can't be shown, it is remembered
			}
		}
		p.err = p.cmd.Wait()
	}()
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.done }) // an error says that it has ended already
	select {
	case p.Addr = <-ready:
		startedBy(time.Since(start))
		return p, nil
	case <-p.done:
		return nil, fmt.Errorf("the service ended before it served anything: %s", p.Exit())
	}
}

// Signal sends a signal to the program.
func (p *Program) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// Ended reports whether the program ends within limit. One that has, and that
// the kernel is still clearing away, is waited for.
func (p *Program) Ended(limit time.Duration) bool {
	if p.endsIn(limit) {
		return true
	}
	if !dying.Process(p.cmd.Process.Pid) {
		return false
	}
	keptWaiting.Store(true)
	return p.endsIn(5 * time.Second)
}

func (p *Program) endsIn(limit time.Duration) bool {
	select {
	case <-p.done:
		return true
	case <-time.After(limit):
	}
	select {
	case <-p.done: // both may have come
		return true
	default:
		return false
	}
}

// LastWords returns the last line that the program wrote to its standard error.
// Call it after Ended.
func (p *Program) LastWords() string {
	lines := p.stderr.lines()
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}

// Printed returns the lines that the program has printed so far, those of its
// standard error first. Of very many, the last ones are left.
func (p *Program) Printed() []string { return append(p.stderr.lines(), p.stdout.lines()...) }

// Exit says how the program ended: "exit status 0", "signal: terminated". Call
// it after Ended.
func (p *Program) Exit() string {
	if p.err == nil {
		return "exit status 0"
	}
	return p.err.Error()
}

package grader

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"otel.workshop/internal/lesson"
)

// evidence is what is known of a check's process after its end.
type evidence struct {
	exit     int    // its exit status; -1 when a signal ended it
	signal   string // how it ended, when it did not exit
	output   string // what it wrote, capped
	receipt  string // what it says became of its test, proven by the nonce; see receipt.go
	timedOut bool
	starved  bool   // timed out without having had its time, for want of a processor
	dir      string // where its artifacts are

	took time.Duration // from start to end
	own  time.Duration // what it had of that, when starved
	busy time.Duration // processor time
}

// observe runs the check c in a process of its own until it ends, ctx is done
// or its time is up. Whatever it has started is killed with it.
func (r *runner) observe(ctx context.Context, c lesson.Check) (evidence, error) {
	var ev evidence
	dir, err := os.MkdirTemp(r.dir, c.ID+"-")
	if err != nil {
		return ev, fmt.Errorf("make a folder for the check's artifacts: %w", err)
	}
	ev.dir = dir
	binary, err := r.sealed.program(dir)
	if err != nil {
		return ev, err
	}
	order := newOrder(binary, c, dir)
	cmd := exec.Command(binary, order.args[1:]...)
	cmd.Dir = filepath.Join(r.root, "checker", r.step)
	cmd.Env = append(environment(orderVariable+"=1", "WORKSHOP_OVERLAY="+r.overlay, vetOutput+"="+r.vet), r.env...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return ev, fmt.Errorf("make a pipe for the check's order: %w", err)
	}
	out, err := capture(cmd)
	if err != nil {
		return ev, err
	}
	group(cmd)
	if err := cmd.Start(); err != nil {
		out.close()
		_ = stdin.Close()
		return ev, fmt.Errorf("start the check: %w", err)
	}
	out.started()
	all := hold(cmd.Process)
	if r.batch != nil {
		yield(cmd.Process)
	}
	// It waits for the order, so that no code of a learner's runs before it is
	// held. One that has ended already will not miss it.
	_, _ = io.WriteString(stdin, order.String())
	_ = stdin.Close()

	start := time.Now()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	err = r.await(ctx, cmd, ended, &ev)
	ev.took = time.Since(start)
	ev.busy = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	all.end()
	ev.output = out.finish()

	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if ev.exit = exit.ExitCode(); ev.exit < 0 {
			ev.signal = exit.String()
		}
	}
	ev.receipt = order.receipt()
	return ev, nil
}

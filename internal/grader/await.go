package grader

import (
	"context"
	"os/exec"
	"time"
)

// A check has so much time of its own: what it spent in the queue for a
// processor, on a machine that is busy with others or with our other checks,
// is not counted. So a check is never told that it hangs when it was only kept
// waiting; and when it was kept for too long, it is not judged.

const (
	// defaultLimit is many times what the slowest check takes.
	defaultLimit = 10 * time.Second

	// hurried is what a check gets once another one has used up its limit:
	// code that hangs, hangs in most of them. Checks that have come to their
	// end by then tell whether it is enough.
	hurried = 3 * time.Second

	// longest is how many times its limit a check may take, all in all.
	longest = 6
)

// allowed is how much time of its own a check has, as things stand.
func (r *runner) allowed() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.late {
		return r.limit
	}
	return min(r.limit, max(hurried, 2*r.slowest))
}

// note takes note of how a check has come to its end, or that it hasn't.
func (r *runner) note(ev evidence) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !ev.timedOut:
		r.slowest = max(r.slowest, ev.took)
	case !ev.starved && !r.late:
		r.late = true
		close(r.hurry)
	}
}

// await waits for the end of cmd. When its time is up, it is asked for the
// stacks of its goroutines, and then killed.
func (r *runner) await(ctx context.Context, cmd *exec.Cmd, ended <-chan error, ev *evidence) error {
	start := time.Now()
	timer := time.NewTimer(r.allowed())
	defer timer.Stop()
	hurry := r.hurry
	for {
		select {
		case err := <-ended:
			return err
		case <-ctx.Done():
			_ = killGroup(cmd.Process)
			return <-ended
		case <-hurry:
			hurry = nil
			timer.Reset(max(0, r.allowed()-time.Since(start)))
			continue
		case <-timer.C:
		}
		took := time.Since(start)
		own := took - r.queued(cmd.Process, took)
		if rest := r.allowed() - own; rest > r.limit/100 {
			if took < longest*r.limit {
				timer.Reset(min(rest, r.limit/10)) // to look again
				continue
			}
			ev.starved, ev.own = true, own
		}
		ev.timedOut = true
		askForStacks(cmd.Process)
		select {
		case err := <-ended:
			if err == nil { // it was about to end well
				ev.timedOut, ev.starved = false, false
			}
			return err
		case <-time.After(time.Second):
			_ = killGroup(cmd.Process)
			return <-ended
		}
	}
}

package grader

import (
	"context"
	"os/exec"
	"time"

	"otel.workshop/internal/dying"
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
	case !ev.starved:
		r.late = true
	}
}

// A watch counts time while it is looked at: a gap between two looks that is
// longer than it should be is one in which nothing ran at all, on a laptop that
// slept or a virtual machine that stood still.
type watch struct {
	last    time.Time
	counted time.Duration
}

// look adds what has gone by since the last look, which should be every.
func (w *watch) look(now time.Time, every time.Duration) time.Duration {
	w.counted += min(now.Sub(w.last), 2*every)
	w.last = now
	return w.counted
}

// await waits for the end of cmd. When its time is up, it is asked for the
// stacks of its goroutines, and then killed.
func (r *runner) await(ctx context.Context, cmd *exec.Cmd, ended <-chan error, ev *evidence) error {
	w := watch{last: time.Now()}
	every := max(r.limit/50, time.Millisecond)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var next time.Duration
	for {
		select {
		case err := <-ended:
			return err
		case <-ctx.Done():
			_ = killGroup(cmd.Process)
			return <-ended
		case <-ticker.C:
		}
		took := w.look(time.Now(), every)
		if took < max(r.allowed(), next) {
			continue
		}
		next = took + r.limit/10 // to ask again: it costs something
		if dying.Process(cmd.Process.Pid) && took < longest*r.limit {
			continue
		}
		own := took - r.queued(cmd.Process, took)
		if own < r.allowed()-r.limit/100 {
			if took < longest*r.limit {
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

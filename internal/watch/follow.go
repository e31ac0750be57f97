package watch

import (
	"context"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	quiet     = 40 * time.Millisecond  // without an event: a burst has ended
	patience  = 300 * time.Millisecond // after a burst's first event, however long it goes on
	safetyNet = time.Second            // between two looks at the files although there are events
	pollAlone = 400 * time.Millisecond // the same when there are none
)

// follow turns events into changes until ctx is done; last is the sum that the
// caller of Start knows.
//
// An event only ever is a reason to look; whether there is a change, the sum
// decides. So neither what editors leave behind nor a missed event matters,
// and a look that comes too early is made good by the next one.
func (w *Watcher) follow(ctx context.Context, last sum) {
	settled := time.NewTimer(quiet)
	settled.Stop()
	var burst time.Time // of the first event since the last look, or zero
	touch := func() {
		now := time.Now()
		if burst.IsZero() {
			burst = now
		}
		settled.Reset(min(quiet, burst.Add(patience).Sub(now)))
	}
	poll := time.NewTimer(w.pollEvery())
	defer poll.Stop()
	for {
		var events <-chan fsnotify.Event
		var errors <-chan error
		if w.source != nil {
			events, errors = w.source.events, w.source.errors
		}
		select {
		case <-ctx.Done():
			settled.Stop()
			return
		case e, ok := <-events:
			switch {
			case !ok:
				w.pollOnly(errClosed)
			case w.files.concerns(e.Name):
				touch()
			}
		case <-errors: // an overflow, most often: events are missing
			touch()
		case <-poll.C:
			if burst.IsZero() && w.look() != last {
				touch()
			}
			poll.Reset(w.pollEvery())
		case <-settled.C:
			burst = time.Time{}
			now := w.look()
			if now == last {
				continue
			}
			last = now
			select {
			case w.changes <- struct{}{}:
			default: // the change before has not been read: it stands for both
			}
		}
	}
}

func (w *Watcher) pollEvery() time.Duration {
	if w.source == nil {
		return pollAlone
	}
	return w.source.every
}

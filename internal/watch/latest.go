package watch

import "context"

// Latest calls run for each change, one call at a time, until ctx is done. A
// change while run is at work cancels the context of that call; when it has
// returned, run is called afresh. So ten quick changes end in one completed
// run, the last one's. Latest returns when ctx is done, or changes is closed,
// and no run is at work any more.
//
// Run has to return soon after its context is done, and should take nothing
// from a run that was cancelled.
func Latest(ctx context.Context, changes <-chan struct{}, run func(ctx context.Context)) {
	for pending := false; ; {
		if !pending {
			select {
			case <-ctx.Done():
				return
			case _, open := <-changes:
				if !open {
					return
				}
			}
		}
		if ctx.Err() != nil {
			return
		}
		drain(changes) // this run reads what they are about
		pending = interruptible(ctx, changes, run)
	}
}

// interruptible calls run and reports whether a change has cut it short.
func interruptible(ctx context.Context, changes <-chan struct{}, run func(ctx context.Context)) (changed bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(ctx)
	}()
	for {
		select {
		case <-done:
			return changed
		case _, open := <-changes:
			if !open {
				changes = nil // no more changes, but this run may finish
				continue
			}
			changed = true
			cancel()
		}
	}
}

// drain receives what is waiting.
func drain(changes <-chan struct{}) {
	for {
		select {
		case _, open := <-changes:
			if !open {
				return
			}
		default:
			return
		}
	}
}

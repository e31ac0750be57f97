package terminal

import (
	"context"
	"fmt"
	"path/filepath"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/watch"
)

// What a worker reports, in this order: started, then progress for each check,
// then graded or failed. A run that a save has cut short ends without a word,
// and the next one begins with started.
type (
	started  struct{ step lesson.Step }
	progress struct {
		step   string
		result grader.Result
	}
	graded struct {
		before, report grader.Report
	}
	failed  struct{ err error }
	noticed struct{ text string }
)

// A worker grades a step at once, at every save, and whenever it is asked to.
type worker struct {
	session *session.Session
	again   chan struct{} // has a value when it is asked to
	tell    func(event any)
}

func newWorker(s *session.Session, tell func(event any)) *worker {
	return &worker{session: s, again: make(chan struct{}, 1), tell: tell}
}

// ask makes the worker grade again.
func (w *worker) ask() {
	select {
	case w.again <- struct{}{}:
	default: // it will
	}
}

// work grades a step until ctx is done. No process is left when it returns.
func (w *worker) work(ctx context.Context, step lesson.Step) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changes := make(chan struct{}, 1)
	changes <- struct{}{} // the first run is nobody's save
	var saves <-chan struct{}
	watcher, err := watch.Start(ctx, filepath.Join(w.session.Root(), "steps", step.Name))
	if err != nil {
		w.tell(noticed{fmt.Sprintf("Saves are not noticed (%v): ask for each run.", err)})
	} else {
		saves = watcher.Changes()
		if n := watcher.Notice(); n != "" {
			w.tell(noticed{n})
		}
	}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-saves:
			case <-w.again:
			}
			select {
			case changes <- struct{}{}:
			default: // one is waiting, and stands for both
			}
		}
	}()
	watch.Latest(ctx, changes, func(ctx context.Context) { w.run(ctx, step) })
}

func (w *worker) run(ctx context.Context, step lesson.Step) {
	w.tell(started{step})
	before := w.session.Last(step)
	r, err := w.session.Run(ctx, step, nil, func(res grader.Result) { w.tell(progress{step.Name, res}) })
	switch {
	case ctx.Err() != nil:
		return // what it says is out of date
	case err != nil:
		w.tell(failed{err})
	default:
		w.tell(graded{before, r})
	}
	if n := w.session.Notice(); n != "" {
		w.tell(noticed{n})
	}
}

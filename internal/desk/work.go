package desk

import (
	"context"
	"fmt"
	"path/filepath"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/watch"
)

// Run grades the step at hand at once, at every save, and whenever it is asked
// to, until ctx is done. No process is left when it returns. Tell gets each
// event of the grading, one at a time; it may be nil.
func (d *Desk) Run(ctx context.Context, tell func(Event)) {
	tell = d.telling(tell)
	for ctx.Err() == nil {
		stepCtx, cancel := context.WithCancel(ctx)
		d.mu.Lock()
		step := d.state.Latest.Step
		d.leave = cancel
		d.mu.Unlock()
		d.work(stepCtx, step, tell)
		cancel()
	}
}

// work grades a step until ctx is done.
func (d *Desk) work(ctx context.Context, step lesson.Step, tell func(Event)) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changes := make(chan struct{}, 1)
	changes <- struct{}{} // the first run is nobody's save
	var saves <-chan struct{}
	watcher, err := watch.Start(ctx, filepath.Join(d.session.Root(), "steps", step.Name))
	if err != nil {
		d.notice(fmt.Sprintf("Saves are not noticed (%v): ask for each run.", err), tell)
	} else {
		saves = watcher.Changes()
		d.notice(watcher.Notice(), tell)
	}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-saves:
			case <-d.again:
			}
			select {
			case changes <- struct{}{}:
			default: // one is waiting, and stands for both
			}
		}
	}()
	watch.Latest(ctx, changes, func(ctx context.Context) { d.grade(ctx, step, tell) })
}

// telling tells whoever listens, too, and after tell, which may be nil.
func (d *Desk) telling(tell func(Event)) func(Event) {
	return func(e Event) {
		if tell != nil {
			tell(e)
		}
		for _, hear := range d.hear {
			hear(e)
		}
	}
}

// Grade grades the step at hand once. Tell is as with Run.
func (d *Desk) Grade(ctx context.Context, tell func(Event)) {
	d.grade(ctx, d.State().Latest.Step, d.telling(tell))
}

func (d *Desk) grade(ctx context.Context, step lesson.Step, tell func(Event)) {
	// Of a step that was left, it is too late.
	here := func(how func()) {
		d.change(func() {
			if d.state.Latest.Step.Name == step.Name {
				how()
			}
		})
	}
	here(func() { d.state.Grading, d.state.Ended = true, 0 })
	tell(Started{step})
	before := d.session.Last(step)
	r, err := d.session.Run(ctx, step, nil, func(res grader.Result) {
		here(func() { d.state.Ended++ })
		tell(Progress{step.Name, res})
	})
	switch {
	case ctx.Err() != nil:
		return // what it says is out of date
	case err != nil:
		here(func() { d.state.Grading, d.state.Failure, d.state.Runs = false, err.Error(), d.state.Runs+1 })
		tell(Failed{err})
	default:
		here(func() { d.take(before, r) })
		d.counter.changed()
		tell(Graded{before, r})
	}
	d.notice(d.session.Notice(), tell)
}

// take takes a report. The first one that compiles tells where the learner is,
// when they have not said so themselves: what was remembered may be out of date.
func (d *Desk) take(before, r grader.Report) {
	s := &d.state
	s.Grading, s.Failure, s.Runs = false, "", s.Runs+1
	s.Before, s.Latest = before, r
	if r.Build != "" {
		return
	}
	s.Report = r
	if !d.settled {
		d.settled = true
		if first := r.First(); first != nil {
			s.At = first.Check
		}
	}
}

func (d *Desk) notice(text string, tell func(Event)) {
	if text == "" {
		return
	}
	d.change(func() { d.state.Notice = text })
	tell(Noticed{text})
}

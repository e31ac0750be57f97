// Package desk is where a learner sits: the check at hand, its step graded at
// every save, and the step's service, which runs when somebody sends it a
// request. The terminal and the page look at the same desk, so that they agree,
// and what is done at the one is seen at the other.
package desk

import (
	"context"
	"sync"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
)

// A Desk is one learner at work. Its methods may be called concurrently, except
// Run and Grade, which are for one goroutine.
type Desk struct {
	session *session.Session
	tell    func(Event)
	again   chan struct{} // has a value when it is asked to grade again

	mu          sync.Mutex
	state       State
	settled     bool               // the learner has chosen the check at hand, or a run has
	leave       context.CancelFunc // ends the work on the step at hand; nil while there is none
	subscribers map[chan struct{}]struct{}
}

// A State is what a desk shows at one moment. It belongs to the caller, but for
// what the reports hold, which nobody changes.
type State struct {
	At      lesson.Check  // the check at hand
	Before  grader.Report // what was known before the latest run
	Latest  grader.Report // of the latest run of the step at hand; without results when there was none
	Report  grader.Report // of the latest one that compiled; likewise
	Grading bool          // a run is under way
	Ended   int           // how many of its checks have ended
	Runs    int           // that have ended, of all steps
	Failure string        // why the latest run could not grade, or ""
	Notice  string        // what the learner should know about saves and progress, or ""
}

// New makes a desk that begins at a check, or, when that is nil, where the
// learner is. Tell gets each event of the grading, one at a time; it may be nil.
func New(s *session.Session, at *lesson.Check, tell func(Event)) *Desk {
	if tell == nil {
		tell = func(Event) {}
	}
	d := &Desk{
		session: s, tell: tell, again: make(chan struct{}, 1), settled: at != nil,
		subscribers: make(map[chan struct{}]struct{}),
	}
	d.state = d.blank(begin(s, at))
	return d
}

// begin is where a session begins: at the check that was asked for, else at the
// first that does not pass, else at the last of all.
func begin(s *session.Session, at *lesson.Check) lesson.Check {
	if at != nil {
		return *at
	}
	if c := s.Unfinished(); c != nil {
		return *c
	}
	return s.Begin(s.Current())
}

// blank is the state at a check of which nothing was graded yet.
func (d *Desk) blank(c lesson.Check) State {
	empty := grader.Report{Step: d.session.Step(c)}
	return State{At: c, Before: empty, Latest: empty, Report: empty}
}

// Session returns whose desk it is.
func (d *Desk) Session() *session.Session { return d.session }

// At returns the check at hand.
func (d *Desk) At() lesson.Check {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state.At
}

// State returns what there is to see now.
func (d *Desk) State() State {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state
}

// GoTo makes c the check at hand. In another step, the grading begins anew.
func (d *Desk) GoTo(c lesson.Check) {
	d.change(func() {
		d.settled = true
		if d.state.At.Step == c.Step {
			d.state.At = c
			return
		}
		runs := d.state.Runs
		d.state = d.blank(c)
		d.state.Runs = runs
		if d.leave != nil {
			d.leave()
		}
	})
}

// Again asks for another run, as a save does.
func (d *Desk) Again() {
	select {
	case d.again <- struct{}{}:
	default: // it will
	}
}

// Subscribe returns a channel that has a value whenever the state has changed
// since it was last received from: many changes make one value. Cancel ends
// the subscription and may be called more than once; the channel is never
// closed.
func (d *Desk) Subscribe() (changed <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.subscribers[c] = struct{}{}
	return c, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.subscribers, c)
	}
}

// change changes the state and wakes the subscribers.
func (d *Desk) change(how func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	how()
	for c := range d.subscribers {
		select {
		case c <- struct{}{}:
		default: // it has not come to the last one yet
		}
	}
}

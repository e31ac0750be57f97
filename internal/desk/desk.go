// Package desk is where a learner sits: the check at hand, its step graded at
// every save, and the step's service, which runs when somebody sends it a
// request. The terminal and the page look at the same desk, so that they agree,
// and what is done at the one is seen at the other.
package desk

import (
	"context"
	"fmt"
	"sync"
	"time"

	"otel.workshop/internal/bell"
	"otel.workshop/internal/collector"
	"otel.workshop/internal/forward"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
)

// A Desk is one learner at work. Its methods may be called concurrently, except
// Run and Grade, which are for one goroutine.
type Desk struct {
	session   *session.Session
	collector *collector.Collector
	forwarder *forward.Forwarder // nil when the collector does not forward
	counter   *Counter
	again     chan struct{} // has a value when it is asked to grade again

	bell bell.Bell
	hear []func(Event) // told of each event, beside who runs the desk

	mu      sync.Mutex
	state   State
	settled bool               // the learner has chosen the check at hand, or a run has
	leave   context.CancelFunc // ends the work on the step at hand; nil while there is none
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
	Room    Room          // to whom is reported how they get on; the zero Room when to nobody
}

// A Room is an instructor's, as it is shown to a learner who has joined it.
type Room struct {
	Is    string // how reporting to it goes, "room: Go workshop ✓"
	Waits string // what waits to be sent, or ""
}

func (r Room) String() string {
	if r.Waits == "" {
		return r.Is
	}
	return r.Is + ", " + r.Waits
}

// Open makes a desk that begins at a check, or, when that is nil, where the
// learner is. The collector runs along, until the desk is closed, and so does a
// forwarder among its options.
func Open(s *session.Session, at *lesson.Check, o collector.Options) (*Desk, error) {
	c, err := collector.Start(o)
	if err != nil {
		return nil, err
	}
	d := &Desk{session: s, collector: c, counter: newCounter(s.Root(), c), again: make(chan struct{}, 1), settled: at != nil}
	d.forwarder, _ = o.Forward.(*forward.Forwarder)
	d.state = d.blank(begin(s, at))
	return d, nil
}

// Close ends the service and then the collector, within three seconds, and then
// the forwarder, within two more. Run has to have returned.
func (d *Desk) Close() error {
	d.counter.close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := d.collector.Close(ctx)
	d.closeForwarder()
	if err != nil {
		return fmt.Errorf("stop the collector: %w", err)
	}
	return nil
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

// Collector returns the collector, whose store has what was received.
func (d *Desk) Collector() *collector.Collector { return d.collector }

// Counter returns where requests to the step's service are sent from.
func (d *Desk) Counter() *Counter { return d.counter }

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
		runs, room := d.state.Runs, d.state.Room
		d.state = d.blank(c)
		d.state.Runs, d.state.Room = runs, room
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

// Listen lets hear be told of each event of the grading, one at a time. It must
// not wait for anything: a learner is waiting for the verdict. Listen has to be
// called before the desk runs.
func (d *Desk) Listen(hear func(Event)) { d.hear = append(d.hear, hear) }

// SetRoom shows how reporting to a room goes.
func (d *Desk) SetRoom(r Room) {
	d.mu.Lock()
	same := d.state.Room == r
	d.state.Room = r
	d.mu.Unlock()
	if !same {
		d.bell.Ring()
	}
}

// Subscribe returns a channel that has a value whenever the state has changed;
// see [bell.Bell.Subscribe].
func (d *Desk) Subscribe() (changed <-chan struct{}, cancel func()) { return d.bell.Subscribe() }

// change changes the state and wakes the subscribers.
func (d *Desk) change(how func()) {
	d.mu.Lock()
	how()
	d.mu.Unlock()
	d.bell.Ring()
}

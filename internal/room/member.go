package room

import (
	"maps"
	"slices"
	"time"

	"otel.workshop/internal/room/wire"
)

// A member is what the room keeps of one person. The store guards it.
type member struct {
	record
	checks map[string]CheckView // as they are shown: made when they are looked at, never changed, nil when there is news

	requests bucket
	shapes   []uint64 // that have come, the latest last
	changes  bucket   // of shapes
	hashes   []uint64 // of the latest spans
	speaker  string   // the instance that spoke last
	returns  [2]time.Time
}

// A record is the part of a member that outlives the room's process.
type record struct {
	ID   string    `json:"id"`
	Name string    `json:"name"`
	Seen time.Time `json:"seen"`

	Joined bool `json:"joined,omitempty"` // they have spoken since the room got its token

	At    string        `json:"at,omitempty"`
	For   time.Duration `json:"for,omitempty"`  // when they last said so,
	Heard time.Time     `json:"heard,omitzero"` // which was then

	States   map[string]wire.State `json:"states,omitempty"`
	Hints    map[string]int        `json:"hints,omitempty"`
	Outcomes map[string]string     `json:"outcomes,omitempty"`
	Latest   []Activity            `json:"latest,omitempty"` // the newest first

	Gradings  int        `json:"gradings,omitempty"` // of instances that are no longer kept
	Dropped   int        `json:"dropped,omitempty"`
	Instances []instance `json:"instances,omitempty"` // that spoke last is last
}

// An instance is one process of a workshop.
type instance struct {
	ID       string `json:"id"`
	Gradings tally  `json:"gradings"`
	Dropped  tally  `json:"dropped"`

	at int64 // the latest reading, in nanoseconds by its own clock
}

// A tally follows a cumulative counter.
type tally struct {
	count
	Before int `json:"before,omitempty"` // what it had come to when it began anew
}

// follow takes a count that came, in whatever order.
func (t *tally) follow(c count) {
	switch {
	case c.Since == 0: // it was not there
	case c.Since > t.Since && c.Total < t.Total:
		t.Before += t.Total
		t.count = c
	case c.Since >= t.Since:
		t.count = count{max(t.Total, c.Total), c.Since}
	}
}

func (t tally) total() int { return t.Before + t.Total }

const (
	here          = 45 * time.Second // since the last word: workshops speak every ten seconds
	mostInstances = 32               // of one member
	mostLatest    = 8                // gradings that are kept
	mostHashes    = 2048             // spans that are recognised when they come again
	mostShapes    = 16

	// retries is how long an exporter may try to send the same again. What is
	// older than that was sent before somebody set a clock back.
	retries = 2 * time.Minute
	// twice is within how long an instance has to come back after another one,
	// and again, for both to be running.
	twice = time.Minute
)

// changeRate is how often somebody may be another: a name, a process, a version.
// Each is a series of its own to a backend.
var changeRate = rate{burst: 20, perSecond: 1.0 / 30}

// mayVary reports whether a sender may be what it says it is now, or how long to
// wait.
func (m *member) mayVary(shape uint64, now time.Time) (wait time.Duration) {
	if i := slices.Index(m.shapes, shape); i >= 0 {
		m.shapes = append(slices.Delete(m.shapes, i, i+1), shape)
		return 0
	}
	if wait := m.changes.take(now, changeRate); wait > 0 {
		return wait
	}
	if m.shapes = append(m.shapes, shape); len(m.shapes) > mostShapes {
		m.shapes = slices.Delete(m.shapes, 0, 1)
	}
	return 0
}

// instance returns the one that speaks.
func (m *member) instance(id string) *instance {
	i := slices.IndexFunc(m.Instances, func(in instance) bool { return in.ID == id })
	if i < 0 {
		if len(m.Instances) == mostInstances {
			m.Gradings += m.Instances[0].Gradings.total()
			m.Dropped += m.Instances[0].Dropped.total()
			m.Instances = slices.Delete(m.Instances, 0, 1)
		}
		m.Instances = append(m.Instances, instance{ID: id})
	} else if i < len(m.Instances)-1 {
		one := m.Instances[i]
		m.Instances = append(slices.Delete(m.Instances, i, i+1), one)
	}
	return &m.Instances[len(m.Instances)-1]
}

// hear takes the readings of a push.
func (m *member) hear(s said, now time.Time) {
	known := slices.ContainsFunc(m.Instances, func(in instance) bool { return in.ID == s.instance })
	if s.instance != m.speaker {
		if known && m.speaker != "" {
			m.returns = [2]time.Time{now, m.returns[0]}
		}
		m.speaker = s.instance
	}
	in := m.instance(s.instance)
	r := s.readings
	in.Gradings.follow(r.gradings)
	in.Dropped.follow(r.dropped)
	at := int64(r.at)
	if age := in.at - at; age > 0 && age < int64(retries) {
		return // a later one was here before it
	}
	in.at, m.checks = at, nil
	if len(r.states) > 0 {
		m.States, m.Hints = r.states, r.hints
	} else if len(r.hints) > 0 {
		m.Hints = r.hints
	}
	if check, t, ok := r.atHand(); ok {
		m.At, m.For, m.Heard = check, t, now
	}
}

// atHand returns the check that its time says is at hand, and that time.
func (r readings) atHand() (check string, t time.Duration, ok bool) {
	for _, c := range slices.Sorted(maps.Keys(r.times)) {
		if !ok || r.times[c] > t {
			check, t, ok = c, r.times[c], true
		}
	}
	return check, t, t > 0 || len(r.times) == 1
}

// fresh reports whether a span has not been here.
func (m *member) fresh(hash uint64) bool {
	if slices.Contains(m.hashes, hash) {
		return false
	}
	if m.hashes = append(m.hashes, hash); len(m.hashes) > mostHashes {
		m.hashes = slices.Delete(m.hashes, 0, len(m.hashes)-mostHashes*3/4)
	}
	return true
}

// graded takes a span.
func (m *member) graded(h heardSpan, now time.Time) {
	switch h.kind {
	case wire.Grading:
		m.Latest = slices.Insert(m.Latest, 0, Activity{At: now, Step: h.step, Outcome: h.outcome, Duration: h.duration})
		m.Latest = m.Latest[:min(len(m.Latest), mostLatest)]
	case wire.CheckSpan:
		if m.Outcomes == nil {
			m.Outcomes = map[string]string{}
		}
		m.Outcomes[h.check], m.checks = h.outcome, nil
	}
}

// person draws a member as of now.
func (m *member) person(now time.Time, patience time.Duration) Person {
	p := Person{
		ID: m.ID, Name: m.Name, At: m.At, For: m.For, Seen: m.Seen,
		Here:   now.Sub(m.Seen) <= here,
		Twice:  now.Sub(m.returns[1]) <= twice,
		Checks: m.shown(),
		Latest: slices.Clone(m.Latest), Gradings: m.Gradings, Dropped: m.Dropped,
	}
	for _, in := range m.Instances {
		p.Gradings += in.Gradings.total()
		p.Dropped += in.Dropped.total()
	}
	if m.At == "" {
		return p
	}
	if p.Here {
		p.For += max(0, now.Sub(m.Heard))
	}
	state, known := m.States[m.At]
	p.Done = known && state == wire.Passing
	p.Stuck = p.Here && !p.Done && p.For > patience
	return p
}

// shown returns the checks as they are shown.
func (m *member) shown() map[string]CheckView {
	if m.checks != nil {
		return m.checks
	}
	m.checks = make(map[string]CheckView, len(m.States))
	for check, state := range m.States {
		view := CheckView{State: state, Hints: m.Hints[check]}
		word := m.Outcomes[check]
		if says, known := outcomes[word]; known && says == state { // the numbers count
			view.Outcome = word
		}
		m.checks[check] = view
	}
	return m.checks
}

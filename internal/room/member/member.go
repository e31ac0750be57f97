// Package member is a workshop in an instructor's room: it reports what its
// learner chose to share, which is what package wire names and nothing else, by
// means of OpenTelemetry itself: a span for each grading, metrics of where they
// stand.
//
// The learner's work comes first. What a desk tells is taken in without waiting;
// one goroutine speaks to the room, with one request at a time, and whatever the
// room does about it ends in a [Status], nowhere else. What can't be sent now is
// kept for later, up to a limit, and counted beyond.
package member

import (
	"cmp"
	"context"
	"sync"
	"time"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/room/wire"
)

// A Member reports from a desk to a room, until it is closed or has left. Its
// methods may be called concurrently.
type Member struct {
	desk      *desk.Desk
	card      Card
	telemetry *telemetry
	gradings  gradings
	pace      pace
	greeted   bool // the room has said who it is, since it was last away
	now       func() time.Time

	graded  chan struct{} // has a value when there is news
	closing chan struct{}
	close   sync.Once
	cancel  context.CancelFunc // ends the request that is under way
	running sync.WaitGroup

	mu      sync.Mutex
	room    wire.Greeting // as it last was; the zero Greeting while it has not said
	latest  answer
	state   State
	at      string // the check at hand
	since   time.Time
	visited map[string]bool
}

// Start lets a desk's learner report to the room of a card, which is remembered
// in their checkout for as long as they want to. It has to be called before the
// desk runs.
func Start(d *desk.Desk, c Card) (*Member, error) { return start(d, c, usual(), newLine(c.Credential)) }

func start(d *desk.Desk, c Card, p pace, l *line) (*Member, error) {
	m, err := newMember(d, c, p, l)
	if err != nil {
		return nil, err
	}
	m.follow()
	m.show()
	d.Listen(m.gradings.hear)
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	m.running.Go(func() { m.followDesk(ctx) })
	m.running.Go(func() {
		defer cancel()
		m.run(ctx)
	})
	return m, nil
}

func newMember(d *desk.Desk, c Card, p pace, l *line) (*Member, error) {
	m := &Member{
		desk: d, card: c, pace: p, now: time.Now,
		graded: make(chan struct{}, 1), closing: make(chan struct{}), visited: map[string]bool{},
	}
	var err error
	if m.telemetry, err = newTelemetry(c, l); err != nil {
		return nil, err
	}
	m.gradings = gradings{tracer: m.telemetry.tracer, now: m.now, graded: func() {
		select {
		case m.graded <- struct{}{}:
		default: // it is on its way
		}
		m.show()
	}}
	return m, m.instruments()
}

// Close sends what waits and ends the reporting, when ctx is done at the latest.
func (m *Member) Close(ctx context.Context) {
	m.close.Do(func() { close(m.closing) })
	stop := context.AfterFunc(ctx, m.cancel)
	defer stop()
	m.running.Wait()
	_ = m.telemetry.close(context.WithoutCancel(ctx)) // nothing is left to be sent
}

// Status returns how the reporting goes.
func (m *Member) Status() Status {
	gradings, dropped := m.telemetry.backlog.waiting()
	m.mu.Lock()
	defer m.mu.Unlock()
	card := m.card
	card.Title = cmp.Or(m.room.Title, card.Title)
	return Status{State: m.state, Room: card.Room(), Forwards: m.room.Forwards, Answers: m.latest.status, Waiting: gradings, Dropped: dropped}
}

// show lets the desk show it.
func (m *Member) show() {
	s := m.Status()
	m.desk.SetRoom(desk.Room{Is: s.String(), Waits: s.Waits()})
}

func (m *Member) followDesk(ctx context.Context) {
	changed, cancel := m.desk.Subscribe()
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			m.follow()
		}
	}
}

// lookTime is how often a workshop looks whether it is still wanted to report.
const lookTime = 2 * time.Second

// run reports until there is nobody to report to, or the member is closed.
func (m *Member) run(ctx context.Context) {
	next := time.NewTimer(0)
	defer next.Stop()
	look := time.NewTicker(lookTime)
	defer look.Stop()
	ended := m.now()
	for {
		last := false
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			if m.holds() {
				continue
			}
		case <-m.graded:
			if m.pace.failures == 0 { // else it has to wait as the rest does
				next.Reset(m.pace.gap - m.now().Sub(ended))
			}
			continue
		case <-m.closing:
			last = true
		case <-next.C:
		}
		if !m.holds() {
			m.leave(ctx)
			return
		}
		if !last { // there is no time to lose
			m.greet(ctx)
		}
		a := m.telemetry.report(ctx)
		ended = m.now()
		next.Reset(m.pace.after(a.state(), a.after))
		m.note(a)
		m.receipt()
		if last || a.state().over() {
			return
		}
	}
}

// greet asks who the room is, when it may be another one than it was: whether it
// passes on what it hears is for the learner to see, who may have joined before it
// did.
func (m *Member) greet(ctx context.Context) {
	if m.greeted {
		return
	}
	if g, err := m.telemetry.line.ask(ctx, m.card.Address); err == nil {
		m.greeted = true
		m.set(func() { m.room = g })
	}
}

// holds reports whether the learner still wants to report.
func (m *Member) holds() bool { return m.card.holds(m.desk.Session().Workspace) }

// leave is for a workshop whose learner has left, by another command. That one
// has told the room; what this one has sent meanwhile made it remember again.
func (m *Member) leave(ctx context.Context) {
	m.set(func() { m.state = Left })
	m.telemetry.leave(ctx)
}

func (m *Member) note(a answer) {
	m.greeted = m.greeted && a.state() == Reporting
	m.set(func() { m.latest, m.state = a, a.state() })
}

func (m *Member) set(change func()) {
	m.mu.Lock()
	change()
	m.mu.Unlock()
	m.show()
}

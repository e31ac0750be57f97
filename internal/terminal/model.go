package terminal

import (
	"context"
	"fmt"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
)

// A model is the state of the screen. Bubble Tea calls Init, Update and View
// from one goroutine; other goroutines speak to it through tell.
type model struct {
	ctx       context.Context
	session   *session.Session
	collector *collector.Collector
	worker    *worker
	feed      *Feed
	counter   *counter
	tell      func(event any)

	look   Look
	height int
	sized  bool // the window's size is known: there can be a view

	check   lesson.Check  // the learner is at
	settled bool          // the learner has chosen it, or a run has
	report  grader.Report // the latest one of its step that compiled
	broken  bool          // the latest run did not compile
	grading bool          // a run is under way
	ended   int           // how many of its checks have ended
	frame   int           // of the spinner
	flash   string        // a word about the last key, or ""

	watch time.Time // until then, what the collector receives is shown; zero when it is not
	heard bool      // it has received something since the request

	queue    []string // text that waits to be printed, in chunks that fit the window
	printing bool

	background sync.WaitGroup
	stopWork   context.CancelFunc // ends the work on the current step
}

func newModel(ctx context.Context, s *session.Session, at *lesson.Check, c *collector.Collector, look Look) *model {
	m := &model{
		ctx: ctx, session: s, collector: c, look: look, height: 24,
		feed: NewFeed(c.Store()), check: firstCheck(s, at), settled: at != nil, stopWork: func() {},
	}
	m.worker = newWorker(s, func(event any) { m.tell(event) })
	m.counter = newCounter(s.Root(), c)
	return m
}

// Init begins.
func (m *model) Init() tea.Cmd {
	return tea.Tick(frameTime, func(time.Time) tea.Msg { return frame{} })
}

// frame moves the spinner, and looks whether a trace is complete.
type frame struct{}

const frameTime = 100 * time.Millisecond

// Update takes one event.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch e := msg.(type) {
	case tea.WindowSizeMsg:
		m.look.Width, m.height = min(e.Width, MaxWidth), e.Height
		if !m.sized {
			m.sized = true
			m.follow()
		}
	case tea.KeyPressMsg:
		if quit := m.press(e.String()); quit {
			m.sized = false // the live lines are of no use to anybody now
			return m, tea.Sequence(m.drain(), tea.Quit)
		}
	case frame:
		m.frame++
		m.news(time.Now())
		return m, tea.Batch(m.print(), m.Init())
	case received:
		m.news(time.Now())
	case printed:
		m.printing = false
	case requested:
		m.requested(e)
	default:
		m.take(msg)
	}
	return m, m.print()
}

// follow leaves the work on the step before and begins that on the current
// check's step.
func (m *model) follow() {
	m.stopWork()
	ctx, cancel := context.WithCancel(m.ctx)
	m.stopWork = cancel
	m.report = grader.Report{Step: m.session.Step(m.check)}
	step := m.report.Step
	m.background.Go(func() { m.worker.work(ctx, step) })
}

// leave ends everything that the screen has started.
func (m *model) leave() {
	m.stopWork()
	m.counter.close()
}

// take takes what the worker reports. Of a step that was left, it is too late.
func (m *model) take(event any) {
	here := m.report.Step.Name
	switch e := event.(type) {
	case started:
		if e.step.Name == here {
			m.grading, m.ended, m.flash = true, 0, ""
		}
	case progress:
		if e.step == here {
			m.ended++
		}
	case graded:
		if e.report.Step.Name != here {
			return
		}
		m.grading = false
		m.broken = e.report.Build != ""
		if first := e.report.First(); !m.settled && !m.broken {
			// What was remembered may be out of date.
			if m.settled = true; first != nil {
				m.check = first.Check
			}
		}
		v := session.Judge(e.before, e.report, m.check.ID)
		m.say(m.speaker().verdict(m.session, v, m.check, m.look))
		if !m.broken {
			m.report = e.report
		}
		m.counter.changed()
	case failed:
		m.grading = false
		m.say(m.look.prose(e.err.Error(), 0))
	case noticed:
		m.say(m.look.prose(e.text, 0))
	}
}

func (m *model) speaker() speaker {
	return speaker{
		next: func(c lesson.Check) string {
			return fmt.Sprintf("Press n for %s %s.", c.Number, c.Title)
		},
		further: "Press f for them.",
		live:    "Press s to see it live.",
		can:     [][2]string{{"s", "sends your service a request, and draws what it reports"}},
	}
}

// news shows what a request of the learner's has brought to the collector.
func (m *model) news(now time.Time) {
	if m.watch.IsZero() {
		return
	}
	for _, text := range m.feed.News(now, false, m.look) {
		m.heard = true
		m.say(text)
	}
	if now.After(m.watch) {
		m.watch = time.Time{}
		if !m.heard {
			m.say(m.look.prose(m.silence(), 0))
		}
	}
}

// result returns the latest result of the check at hand, nil without one.
func (m *model) result() *grader.Result {
	for i := range m.report.Results {
		if m.report.Results[i].Check.ID == m.check.ID {
			return &m.report.Results[i]
		}
	}
	return nil
}

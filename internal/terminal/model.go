package terminal

import (
	"context"
	"fmt"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
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
	desk      *desk.Desk
	feed      *Feed
	refused   refusals
	forwards  forwarding
	counter   *desk.Counter
	page      Page
	tell      func(event any)

	look   Look
	height int
	sized  bool // the window's size is known: there can be a view

	check   lesson.Check  // the one at hand, as it was last looked at
	report  grader.Report // the latest one of its step that compiled
	broken  bool          // the latest run did not compile
	grading bool          // a run is under way
	ended   int           // how many of its checks have ended
	frame   int           // of the spinner
	flash   string        // a word about the last key, or ""
	typing  typing        // what may become a fault's name

	watch time.Time // until then, what the collector receives is shown; zero when it is not
	heard bool      // it has received something since the request

	queue    []string // text that waits to be printed, in chunks that fit the window
	printing bool

	working    bool // the desk grades
	background sync.WaitGroup
}

func newModel(ctx context.Context, d *desk.Desk, page Page, look Look) *model {
	c := d.Collector()
	return &model{
		ctx: ctx, desk: d, session: d.Session(), collector: c, counter: d.Counter(), page: page, look: look, height: 24,
		feed: NewFeed(c.Store()), refused: refusals{store: c.Store()}, forwards: forwarding{forwarder: d.Forwarder()}, check: d.At(), report: grader.Report{Step: d.Session().Step(d.At())},
	}
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
			m.work()
		}
	case tea.PasteMsg:
		m.pasted(e.Content)
	case tea.KeyPressMsg:
		if quit := m.typed(e.String(), time.Now()); quit {
			m.sized = false // the live lines are of no use to anybody now
			return m, tea.Sequence(m.drain(), tea.Quit)
		}
	case frame:
		m.frame++
		m.letGo(time.Now())
		m.news(time.Now())
		return m, tea.Batch(m.print(), m.Init())
	case received:
		for _, text := range m.refused.news(m.look) {
			m.say(text)
		}
		m.news(time.Now())
	case forwarded:
		for _, text := range m.forwards.news(m.look) {
			m.say(text)
		}
	case moved:
		m.follow()
	case printed:
		m.printing = false
	case requested:
		m.requested(e)
	default:
		m.take(msg)
	}
	return m, m.print()
}

// work lets the desk grade, until ctx is done.
func (m *model) work() {
	if !m.working {
		m.working = true
		m.background.Go(func() { m.desk.Run(m.ctx, func(event desk.Event) { m.tell(event) }) })
	}
}

// follow looks at the check at hand, when that is another one now: somebody
// has gone there, here or on the page.
func (m *model) follow() {
	to := m.desk.At()
	if to.Step == m.check.Step && to.ID == m.check.ID {
		return
	}
	if to.Step != m.check.Step {
		m.report, m.grading, m.broken = grader.Report{Step: m.session.Step(to)}, false, false
	}
	m.check = to
	m.say(m.card())
}

// take takes what the desk tells. Of a step that was left, it is too late.
func (m *model) take(event any) {
	here := m.report.Step.Name
	switch e := event.(type) {
	case desk.Started:
		if e.Step.Name == here {
			m.grading, m.ended, m.flash = true, 0, ""
		}
	case desk.Progress:
		if e.Step == here {
			m.ended++
		}
	case desk.Graded:
		if e.Report.Step.Name != here {
			return
		}
		m.grading = false
		m.broken = e.Report.Build != ""
		if at := m.desk.At(); at.Step == here {
			m.check = at // the first run may have moved it
		}
		v := session.Judge(e.Before, e.Report, m.check.ID)
		m.say(m.speaker().verdict(m.session, v, m.check, m.look))
		if !m.broken {
			m.report = e.Report
		}
	case desk.Failed:
		m.grading = false
		m.say(m.look.prose(e.Err.Error(), 0))
	case desk.Noticed:
		m.say(m.look.prose(e.Text, 0))
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

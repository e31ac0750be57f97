package desk

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/session"
	"otel.workshop/internal/session/sessiontest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// next receives an event that is not progress.
func next(t *testing.T, events <-chan Event) Event {
	t.Helper()
	for {
		select {
		case e := <-events:
			if _, isProgress := e.(Progress); !isProgress {
				return e
			}
		case <-time.After(10 * time.Second):
			require.FailNow(t, "no event")
		}
	}
}

// sit runs a desk until the test ends.
func sit(t *testing.T) (*Desk, *sessiontest.Grader, <-chan Event) {
	s, g := sessiontest.New(t)
	d := open(t, s)
	return d, g, run(t, d)
}

func open(t *testing.T, s *session.Session) *Desk {
	d, err := Open(s, nil, collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

func run(t *testing.T, d *Desk) <-chan Event {
	ctx, cancel := context.WithCancel(t.Context())
	events := make(chan Event, 100)
	var done sync.WaitGroup
	done.Go(func() { d.Run(ctx, func(e Event) { events <- e }) })
	t.Cleanup(func() {
		cancel()
		done.Wait()
	})
	return events
}

func TestADeskGradesAtOnceAtEverySaveAndWhenAsked(t *testing.T) {
	d, g, events := sit(t)
	require.IsType(t, Started{}, next(t, events))
	require.IsType(t, Graded{}, next(t, events))
	require.Equal(t, "alpha", d.At().ID)

	d.Again()
	require.IsType(t, Started{}, next(t, events))
	require.IsType(t, Graded{}, next(t, events))

	g.Set(grader.Pass, "alpha")
	sessiontest.Write(t, d.Session().Root(), "steps/01-first/first.go", "package first // saved\n")
	require.IsType(t, Started{}, next(t, events))
	e := next(t, events).(Graded)
	require.Equal(t, grader.Fail, e.Before.Results[0].Outcome)
	require.Equal(t, grader.Pass, e.Report.Results[0].Outcome)

	s := d.State()
	require.Equal(t, e.Report, s.Latest)
	require.Equal(t, 3, s.Runs)
	require.False(t, s.Grading)
	require.Equal(t, "alpha", s.At.ID, "a pass moves nobody")
	require.Empty(t, events)
}

func TestASaveStartsTheRunAfresh(t *testing.T) {
	s, g := sessiontest.New(t)
	g.Hold = make(chan struct{})
	d := open(t, s)
	events := run(t, d)

	require.IsType(t, Started{}, next(t, events))
	sessiontest.Write(t, s.Root(), "steps/01-first/first.go", "package first // saved\n")
	require.IsType(t, Started{}, next(t, events), "the first run has ended without a word")
	require.True(t, d.State().Grading)
	close(g.Hold)
	require.IsType(t, Graded{}, next(t, events))
}

func TestGoingToAnotherStepGradesThatOne(t *testing.T) {
	d, _, events := sit(t)
	require.IsType(t, Started{}, next(t, events))
	require.IsType(t, Graded{}, next(t, events))
	changed, cancel := d.Subscribe()
	defer cancel()

	d.GoTo(d.Session().Steps[0].Checks[1])
	<-changed
	require.Equal(t, "beta", d.At().ID)
	require.NotEmpty(t, d.State().Report.Results, "of the same step: what is known stays")

	d.GoTo(d.Session().Steps[1].Checks[0])
	require.Equal(t, "02-second", next(t, events).(Started).Step.Name)
	require.Equal(t, "02-second", next(t, events).(Graded).Report.Step.Name)
	require.Equal(t, "epsilon", d.At().ID)
	require.Len(t, d.State().Report.Results, 1)
}

func TestWhatDoesNotCompileKeepsTheReportBefore(t *testing.T) {
	s, g := sessiontest.New(t)
	d := open(t, s)
	d.Grade(t.Context(), func(Event) {})
	g.Build = "first.go:1:1: oops"
	d.Grade(t.Context(), func(Event) {})
	require.Equal(t, "first.go:1:1: oops", d.State().Latest.Build)
	require.Empty(t, d.State().Report.Build)
	require.NotEmpty(t, d.State().Report.Results)
}

// Whoever listens hears what is told, and nobody has to be told.
func TestListening(t *testing.T) {
	s, g := sessiontest.New(t)
	d := open(t, s)
	var heard []Event
	d.Listen(func(e Event) { heard = append(heard, e) })
	d.Grade(t.Context(), nil)
	require.Len(t, heard, 6)
	require.IsType(t, Started{}, heard[0])
	require.IsType(t, Progress{}, heard[1])
	require.IsType(t, Graded{}, heard[5])

	g.Set(grader.Pass, "alpha")
	var order []string
	d.Listen(func(Event) { order = append(order, "listener") })
	d.Grade(t.Context(), func(Event) { order = append(order, "screen") })
	require.Equal(t, []string{"screen", "listener"}, order[:2], "a learner waits for the screen")
}

func TestARoomStaysFromStepToStep(t *testing.T) {
	s, _ := sessiontest.New(t)
	d := open(t, s)
	changed, cancel := d.Subscribe()
	defer cancel()
	d.SetRoom(Room{Is: "room: Go workshop ✓"})
	<-changed
	d.SetRoom(Room{Is: "room: Go workshop ✓"})
	require.Empty(t, changed, "it is the same")
	d.GoTo(s.Steps[1].Checks[0])
	require.Equal(t, "room: Go workshop ✓", d.State().Room.String())
}

package terminal

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/grader"
	"otel.workshop/internal/session"
	"otel.workshop/internal/session/sessiontest"
)

// A desk is a model without a terminal: keys go in, text comes out.
type desk struct {
	*model
	t *testing.T
	s *session.Session
	g *sessiontest.Grader
}

func newDesk(t *testing.T) desk {
	s, g := sessiontest.New(t)
	m := newModel(t.Context(), s, startCollector(t), Look{Width: 80})
	m.tell = func(any) {}
	m.report = grader.Report{Step: s.Step(m.check)}
	m.height, m.sized = 1000, true // what is said comes in one piece
	return desk{m, t, s, g}
}

// grade does what the worker does after a save.
func (d desk) grade() string {
	d.t.Helper()
	step := d.report.Step
	d.Update(started{step})
	before := d.s.Last(step)
	r, err := d.s.Run(d.t.Context(), step, nil, func(res grader.Result) { d.Update(progress{step.Name, res}) })
	require.NoError(d.t, err)
	d.Update(graded{before, r})
	return d.said()
}

func (d desk) key(k rune) string {
	d.Update(tea.KeyPressMsg{Code: k, Text: string(k)})
	return d.said()
}

// said returns what was said since the last time.
func (d desk) said() string {
	d.printing = false
	text := strings.Join(d.queue, "\n")
	d.queue = nil
	return strings.TrimSpace(text)
}

// send takes what Update hands to Bubble Tea at once, so the first chunk is not
// in the queue any more.
func (d desk) Update(msg tea.Msg) {
	d.printing = true
	d.model.Update(msg)
}

func TestThePassMovesNobody(t *testing.T) {
	d := newDesk(t)
	require.Contains(t, d.grade(), "✗ alpha   Code should alpha.")
	require.Contains(t, d.live(), "01-first · 1.1 Alpha things  ✗ fails")

	d.g.Set(grader.Pass, "alpha")
	text := d.grade()
	require.Contains(t, text, "✓ 1.1 alpha passes.")
	require.Contains(t, text, "Press n for 1.2 Beta things.")
	require.Equal(t, "alpha", d.check.ID)
	require.Contains(t, d.live(), "1.1 Alpha things  ✓ passes, press n")

	text = d.key('n')
	require.Contains(t, text, "── 1.2 Beta things ──")
	require.Contains(t, text, "want   beta", "what is known is shown at once")
	require.Contains(t, text, "steps/01-first/first.go:5 TODO(beta): do beta.")
	require.Equal(t, "beta", d.check.ID)

	require.Contains(t, d.key('p'), "✓ alpha passes.")
	require.Equal(t, "alpha", d.check.ID)
	d.key('p')
	require.Contains(t, d.live(), "This is the first check of all.")
}

func TestAnOpenCheckMayBeLeft(t *testing.T) {
	d := newDesk(t)
	d.grade()
	d.key('n')
	require.Equal(t, "beta", d.check.ID)
	require.Contains(t, d.live(), "alpha stays open")
	d.grade()
	require.NotContains(t, d.live(), "alpha stays open", "a word is gone with the next event")
}

func TestTheFurtherChecksAndTheNextStep(t *testing.T) {
	d := newDesk(t)
	require.NotContains(t, d.live(), "f further")
	d.g.Set(grader.Pass, "alpha", "beta", "gamma")
	require.Contains(t, d.grade(), "Step 01 is done")
	require.Contains(t, d.live(), "f further")
	d.key('f')
	require.Equal(t, "delta", d.check.ID)
	d.key('p')
	require.Equal(t, "gamma", d.check.ID)

	d.key('n')
	require.Equal(t, "epsilon", d.check.ID)
	require.Equal(t, "02-second", d.report.Step.Name)
	// What the worker still says about the step before is too late.
	d.Update(graded{report: grader.Report{Step: d.s.Steps[0]}})
	require.Equal(t, "02-second", d.report.Step.Name)
	d.stopWork()
	d.background.Wait()
}

func TestWhatWasRememberedGivesWayToTheFirstRun(t *testing.T) {
	s, g := sessiontest.New(t)
	g.Set(grader.Pass, "alpha")
	_, err := s.Run(t.Context(), s.Steps[0], nil, nil)
	require.NoError(t, err)
	m := newModel(t.Context(), s, startCollector(t), Look{Width: 80})
	m.tell = func(any) {}
	m.report = grader.Report{Step: s.Steps[0]}
	d := desk{m, t, s, g}
	require.Equal(t, "beta", d.check.ID)

	g.Set(grader.Fail, "alpha") // broken since
	d.grade()
	require.Equal(t, "alpha", d.check.ID)
	g.Set(grader.Pass, "alpha")
	d.grade()
	require.Equal(t, "alpha", d.check.ID, "but no later run moves anybody")
}

func TestCompileErrorsAreShownAndForgotten(t *testing.T) {
	d := newDesk(t)
	d.g.Set(grader.Pass, "alpha")
	d.grade()
	d.g.Build = "steps/01-first/first.go:1:1: oops"
	require.Contains(t, d.grade(), "oops")
	require.Contains(t, d.live(), "does not compile")
	d.g.Build = ""
	require.Contains(t, d.grade(), "1 of 3 core")
	require.NotContains(t, d.live(), "does not compile")
}

func TestHintsOnTheScreen(t *testing.T) {
	d := newDesk(t)
	require.Contains(t, d.key('h'), "Hint 1 of 3")
	require.Contains(t, d.live(), "h hint 2/3")
	require.Contains(t, d.key('H'), "Hint 2 of 3", "with caps lock, too")
}

func TestQuit(t *testing.T) {
	for _, key := range []tea.KeyPressMsg{{Code: 'q', Text: "q"}, {Code: 'c', Mod: tea.ModCtrl}} {
		d := newDesk(t)
		require.True(t, d.press(key.String()))
	}
}

func TestProgressIsShown(t *testing.T) {
	d := newDesk(t)
	d.Update(started{d.report.Step})
	require.Contains(t, d.live(), "compiling")
	d.Update(progress{"01-first", grader.Result{}})
	require.Contains(t, d.live(), "grading 1 of 4")
	d.Update(failed{fmt.Errorf("no space left")})
	require.NotContains(t, d.live(), "grading")
	require.Contains(t, d.said(), "no space left")
}

func TestWhatIsSaidFitsTheWindowAndKeepsItsOrder(t *testing.T) {
	d := newDesk(t)
	d.height = 12
	var long []string
	for i := range 40 {
		long = append(long, fmt.Sprint("line ", i))
	}
	d.say(strings.Join(long, "\n"))
	d.say("the end")
	for _, chunk := range d.queue {
		require.Less(t, strings.Count(chunk, "\n")+1+liveHeight, d.height)
	}
	require.Equal(t, "\n"+strings.Join(long, "\n")+"\n\nthe end", strings.Join(d.queue, "\n"))

	// One at a time: the second waits until the first is printed.
	_, cmd := d.model.Update(frame{})
	require.NotNil(t, cmd)
	left := len(d.queue)
	d.model.Update(frame{})
	require.Len(t, d.queue, left)
	d.model.Update(printed{})
	require.Len(t, d.queue, left-1)
}

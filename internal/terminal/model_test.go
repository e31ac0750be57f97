package terminal

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/session/sessiontest"
)

// A seat is a model without a terminal: keys go in, text comes out.
type seat struct {
	*model
	t *testing.T
	s *session.Session
	g *sessiontest.Grader
}

func newSeat(t *testing.T) seat {
	s, g := sessiontest.New(t)
	m := newModel(t.Context(), openDesk(t, s, nil), Page{}, Look{Width: 80})
	m.tell = func(any) {}
	m.height, m.sized = 1000, true // what is said comes in one piece
	return seat{m, t, s, g}
}

// grade does what happens after a save.
func (d seat) grade() string {
	d.t.Helper()
	d.desk.Grade(d.t.Context(), func(event desk.Event) { d.Update(event) })
	return d.said()
}

func (d seat) key(k rune) string {
	d.Update(tea.KeyPressMsg{Code: k, Text: string(k)})
	d.printing = true
	d.letGo(time.Now().Add(time.Minute))
	return d.said()
}

// said returns what was said since the last time.
func (d seat) said() string {
	d.printing = false
	text := strings.Join(d.queue, "\n")
	d.queue = nil
	return strings.TrimSpace(text)
}

// send takes what Update hands to Bubble Tea at once, so the first chunk is not
// in the queue any more.
func (d seat) Update(msg tea.Msg) {
	d.printing = true
	d.model.Update(msg)
}

func TestThePassMovesNobody(t *testing.T) {
	d := newSeat(t)
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
	d := newSeat(t)
	d.grade()
	d.key('n')
	require.Equal(t, "beta", d.check.ID)
	require.Contains(t, d.live(), "alpha stays open")
	d.grade()
	require.NotContains(t, d.live(), "alpha stays open", "a word is gone with the next event")
}

func TestTheFurtherChecksAndTheNextStep(t *testing.T) {
	d := newSeat(t)
	d.grade()
	require.NotContains(t, d.live(), "f further")
	d.g.Set(grader.Pass, "alpha", "beta", "gamma")
	require.Contains(t, d.grade(), "Step 01 is done")
	require.Contains(t, d.live(), "f further")
	d.key('f')
	require.Equal(t, "delta", d.check.ID)
	require.NotContains(t, d.live(), "f further", "n goes along the further ones")
	d.key('p')
	require.Equal(t, "gamma", d.check.ID)

	d.key('n')
	require.Equal(t, "epsilon", d.check.ID)
	require.Equal(t, "02-second", d.report.Step.Name)
	// What the worker still says about the step before is too late.
	d.Update(desk.Graded{Report: grader.Report{Step: d.s.Steps[0]}})
	require.Equal(t, "02-second", d.report.Step.Name)
}

func TestWhatWasRememberedGivesWayToTheFirstRun(t *testing.T) {
	s, g := sessiontest.New(t)
	g.Set(grader.Pass, "alpha")
	_, err := s.Run(t.Context(), s.Steps[0], nil, nil)
	require.NoError(t, err)
	m := newModel(t.Context(), openDesk(t, s, nil), Page{}, Look{Width: 80})
	m.tell = func(any) {}
	d := seat{m, t, s, g}
	require.Equal(t, "beta", d.check.ID)

	g.Set(grader.Fail, "alpha") // broken since
	d.grade()
	require.Equal(t, "alpha", d.check.ID)
	g.Set(grader.Pass, "alpha")
	d.grade()
	require.Equal(t, "alpha", d.check.ID, "but no later run moves anybody")
}

func TestCompileErrorsAreShownAndForgotten(t *testing.T) {
	d := newSeat(t)
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
	d := newSeat(t)
	require.Contains(t, d.key('h'), "Hint 1 of 3")
	require.Contains(t, d.live(), "h hint")
	require.Contains(t, d.key('H'), "Hint 2 of 3", "with caps lock, too")
	d.g.Set(grader.Pass, "alpha")
	d.grade()
	require.Equal(t, "beta", d.check.ID)
	d.key('p')
	require.NotContains(t, d.live(), "h hint", "what passes needs none")
}

func TestTheLiveLinesKeepTheirHeight(t *testing.T) {
	for width, lines := range map[int]int{40: 3, 60: 2, 80: 2, 100: 1, 110: 1} {
		d := newSeat(t)
		d.Update(tea.WindowSizeMsg{Width: width, Height: 1000})
		holds := func() {
			t.Helper()
			require.Equal(t, 2+lines, strings.Count(d.live(), "\n")+1, d.live())
			for line := range strings.SplitSeq(d.live(), "\n") {
				require.LessOrEqual(t, ansi.StringWidth(line), width)
			}
		}
		holds()
		d.grade()
		for range 4 {
			d.key('h')
			holds()
		}
		d.key('n')
		holds() // with a word about the check that was left
		d.key('p')
		for _, id := range []string{"alpha", "beta", "gamma", "delta"} {
			d.g.Set(grader.Pass, id)
			d.grade()
			holds()
			if id == "gamma" {
				require.Contains(t, d.live(), "f further")
			}
		}
		d.g.Set(grader.NotJudged, "gamma")
		d.grade()
		holds()
	}
}

func TestNothingIsOfferedAtTheVeryEnd(t *testing.T) {
	d := newSeat(t)
	d.session.Steps = d.session.Steps[:1]
	d.grade()
	d.g.Set(grader.Pass, "alpha", "beta", "gamma")
	text := d.grade()
	require.Contains(t, text, "Step 01 is done: all 3 core checks pass.")
	require.NotContains(t, text, "finished")
	require.Contains(t, d.live(), "✓ passes, press f")
	require.NotContains(t, d.live(), "n next")
	d.key('n')
	require.Contains(t, d.live(), "f goes further")

	d.g.Set(grader.Pass, "delta")
	text = d.grade()
	require.Contains(t, text, "Step 01 is finished: all 4 checks pass.")
	require.Contains(t, text, "go run . run 01")
	require.Contains(t, text, "go run . break NAME")
	for _, key := range []string{"n next", "f further", "h hint"} {
		require.NotContains(t, d.live(), key)
	}
}

func TestTheKeysAreExplained(t *testing.T) {
	d := newSeat(t)
	text := d.key('?')
	for _, k := range keys {
		require.Contains(t, text, k.name+"  "+k.does)
	}
}

func TestWhatWasBrokenHidesNoVerdict(t *testing.T) {
	d := newSeat(t)
	d.g.Set(grader.Pass, "alpha")
	d.grade()
	require.Equal(t, "beta", d.check.ID)
	d.g.Set(grader.Fail, "alpha")
	text := d.grade()
	require.Contains(t, text, "1.1 alpha passed before, and does not any more.\n\n✗ alpha   Code should alpha.")
	require.Contains(t, text, "lesson 1.1\n\n✗ 1.2 beta   Beta things", "the check at hand")

	d.g.Set(grader.Pass, "alpha")
	d.grade()
	d.g.Set(grader.Fail, "alpha")
	d.g.Set(grader.Blocked, "beta")
	require.Contains(t, d.grade(), "⊘ 1.2 beta   fix alpha first")

	d.g.Set(grader.Pass, "alpha", "beta")
	d.grade()
	d.g.Set(grader.Fail, "alpha")
	require.Contains(t, d.grade(), "✓ 1.2 beta passes.")
}

func TestSilenceHasItsReason(t *testing.T) {
	d := newSeat(t)
	result := func(id string, o grader.Outcome) grader.Result {
		return grader.Result{Check: lesson.Check{Number: "1.3", ID: id}, Outcome: o}
	}
	d.report.Results = []grader.Result{result("providers-global", grader.Fail), result("plain-http-by-default", grader.Fail)}
	require.Equal(t, "No provider of your service has sent anything. Check 1.3 providers-global changes that.", d.silence())
	d.report.Results[0].Outcome = grader.Pass
	require.Contains(t, d.silence(), "plain-http-by-default")
	d.report.Results[1].Outcome = grader.Pass
	require.Equal(t, "No provider of your service has sent anything.", d.silence())
}

func TestQuit(t *testing.T) {
	for _, key := range []tea.KeyPressMsg{{Code: 'q', Text: "q"}, {Code: 'c', Mod: tea.ModCtrl}} {
		d := newSeat(t)
		require.True(t, d.press(key.String()))
	}
}

func TestProgressIsShown(t *testing.T) {
	d := newSeat(t)
	d.Update(desk.Started{Step: d.report.Step})
	require.Contains(t, d.live(), "compiling")
	d.Update(desk.Progress{Step: "01-first"})
	require.Contains(t, d.live(), "grading 1 of 4")
	d.Update(desk.Failed{Err: fmt.Errorf("no space left")})
	require.NotContains(t, d.live(), "grading")
	require.Contains(t, d.said(), "no space left")
}

func TestWhatIsSaidFitsTheWindowAndKeepsItsOrder(t *testing.T) {
	d := newSeat(t)
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

// What the collector refuses is told where the learner looks, once.
func TestRefusalsAreSaid(t *testing.T) {
	d := newSeat(t)
	d.grade()
	for range 3 {
		resp, err := http.Post("http://"+d.collector.HTTPAddr()+"/", "application/x-protobuf", nil)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		d.printing = true
		d.Update(received{})
	}
	text := strings.Join(strings.Fields(d.said()), " ")
	require.Equal(t, 1, strings.Count(text, "The collector has refused POST /:"))
	require.Contains(t, text, "only OTEL_EXPORTER_OTLP_ENDPOINT gets it appended")
}

package terminal

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/grader"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/session/sessiontest"
)

var testSpeaker = (&model{}).speaker()

// verdictAfter grades the first step and draws the verdict for somebody who is
// at the check with the id focus.
func verdictAfter(t *testing.T, s *session.Session, focus string, look Look) string {
	t.Helper()
	before := s.Last(s.Steps[0])
	r, err := s.Run(t.Context(), s.Steps[0], nil, nil)
	require.NoError(t, err)
	v := session.Judge(before, r, focus)
	return testSpeaker.verdict(s, v, v.Focus.Check, look)
}

func TestVerdict(t *testing.T) {
	s, g := sessiontest.New(t)
	look := Look{Width: 72}
	require.Equal(t, `── 01-first · 0 of 3 core · 1.20 s ─────────────────────────────────────

  › ✗ 1.1  alpha  Alpha things
    ✗ 1.2  beta   Beta things
    ✗ 1.3  gamma  Gamma things

✗ alpha   Code should alpha.

    want   alpha

    got    no alpha

    steps/01-first/first.go:3   ·   lesson 1.1`, verdictAfter(t, s, "alpha", look))

	g.Set(grader.Pass, "alpha", "delta")
	require.Equal(t, `── 01-first · 1 of 3 core, 1 of 1 further · 1.20 s ─────────────────────

  › ✓ 1.1  alpha  Alpha things
    ✗ 1.2  beta   Beta things
    ✗ 1.3  gamma  Gamma things

✓ 1.1 alpha passes.
  1.4 delta passes too.
  Press n for 1.2 Beta things.`, verdictAfter(t, s, "alpha", look))

	g.Set(grader.Pass, "beta", "gamma")
	g.Set(grader.Fail, "delta")
	text := verdictAfter(t, s, "gamma", look)
	require.Contains(t, text, "1.4 delta passed before, and does not any more.")
	require.Contains(t, text, "    further\n    ✗ 1.4  delta  Delta things")
	require.Contains(t, text, "Step 01 is done: all 3 core checks pass.")
	require.Contains(t, text, "step 02, The second. Press n for 2.1 Epsilon")
	require.Contains(t, text, "1 check more")
}

func TestAReasonStandsWhereverAStateIsListed(t *testing.T) {
	s, g := sessiontest.New(t)
	g.Set(grader.Blocked, "beta")
	g.Set(grader.NotJudged, "gamma")
	verdict := verdictAfter(t, s, "alpha", Look{Width: 72})
	list, err := List(s, Look{Width: 72})
	require.NoError(t, err)
	for _, text := range []string{verdict, list} {
		require.Contains(t, text, "⊘ 1.2  beta   fix alpha first\n")
		require.Contains(t, text, "? 1.3  gamma  port 4318: taken\n")
	}
}

// A check that is said to be fixed first is in the list, beyond the core or not.
func TestWhatBlocksIsListed(t *testing.T) {
	state := func(id string, further bool, blockedBy string) session.State {
		return session.State{Result: grader.Result{Check: lesson.Check{ID: id, Further: further}, Outcome: grader.Blocked, BlockedBy: blockedBy}}
	}
	list := rows([]session.State{state("core", false, "beyond"), state("beyond", true, ""), state("other", true, "beyond")}, "core", false, Look{Width: 72})
	require.Contains(t, list, "fix beyond first")
	require.Contains(t, list, "  ⊘      beyond")
	require.NotContains(t, list, "other")
}

func TestStepsThatCannotBeJudgedWholly(t *testing.T) {
	s, g := sessiontest.New(t)
	g.Set(grader.Pass, "alpha", "beta")
	g.Set(grader.NotJudged, "gamma")
	require.Contains(t, verdictAfter(t, s, "beta", Look{Width: 80}), "Step 01 is done: all that this machine can judge passes, 2 core checks.")
}

func TestTracesThatTookNoTimeAreLeftToTheDetails(t *testing.T) {
	spans := func(end int) string {
		return fmt.Sprintf(`{"resourceSpans":[{"scopeSpans":[{"spans":[
			{"traceId":"%032d","spanId":"%016d","name":"span %d","startTimeUnixNano":"1000000","endTimeUnixNano":"%d"}]}]}]}`, end, end, end, end)
	}
	instant := grader.Result{Traces: []byte(spans(1000000))}
	require.Empty(t, Evidence(instant, Look{Width: 80}))
	require.Contains(t, Details(instant, Look{Width: 80}), "span 1000000")
	require.Contains(t, Evidence(grader.Result{Traces: []byte(spans(3000000))}, Look{Width: 80}), "span 3000000")
}

func TestCardHasNoBackticks(t *testing.T) {
	d := newSeat(t)
	d.check.Rule = "Code should `alpha`."
	require.Contains(t, d.card(), "Code should alpha.")
}

func TestVerdictOnWhatDoesNotCompile(t *testing.T) {
	s, g := sessiontest.New(t)
	g.Build = "steps/01-first/first.go:3:1: syntax error"
	require.Equal(t, `── 01-first · 1.20 s ───────────────────────────────────────────────────

✎ steps/01-first does not compile

    steps/01-first/first.go:3:1: syntax error`, verdictAfter(t, s, "alpha", Look{Width: 72}))
}

func TestNoLineIsWiderThanTheWindow(t *testing.T) {
	for _, width := range []int{60, 80, 110} {
		s, g := sessiontest.New(t)
		look := Look{Width: width, Color: true}
		texts := []string{verdictAfter(t, s, "alpha", look), welcome(openDesk(t, s, nil), Page{URL: "http://127.0.0.1:8765"}, look)}
		g.Set(grader.Pass, "alpha", "beta", "gamma")
		texts = append(texts, verdictAfter(t, s, "alpha", look))
		list, err := List(s, look)
		require.NoError(t, err)
		texts = append(texts, list, Hint(s.Hint(s.Steps[0].Checks[0]), look), Lesson(s.Steps[0].Checks[0], look))
		for _, text := range texts {
			for line := range strings.SplitSeq(text, "\n") {
				require.LessOrEqual(t, ansi.StringWidth(line), width, line)
			}
			require.Equal(t, fit(text, width), text, "nothing has to be folded by force")
		}
	}
}

func TestWelcomeNamesFileAndTODO(t *testing.T) {
	s, _ := sessiontest.New(t)
	text := welcome(openDesk(t, s, nil), Page{URL: "http://127.0.0.1:8765"}, Look{Width: 100})
	require.Contains(t, text, "steps/01-first/first.go:3\n")
	require.Contains(t, text, "TODO(alpha): do alpha, and do it well.\n", "a comment of two lines, and no more than it")
	require.Contains(t, text, "collector listens on 127.0.0.1:")
	require.Contains(t, text, "http://127.0.0.1:8765")

	// Without a TODO there is still a folder to open.
	text = welcome(openDesk(t, s, &s.Steps[0].Checks[2]), Page{Why: "no port is free"}, Look{Width: 100})
	require.Contains(t, text, "open    steps/01-first\n")
	require.Contains(t, text, "No port is free.")
}

func TestHintText(t *testing.T) {
	s, _ := sessiontest.New(t)
	c := s.Steps[0].Checks[0]
	look := Look{Width: 80}
	require.Equal(t, "1.1 Alpha things  01/alpha\n\n  Hint 1 of 3\n\n  nudge alpha", Hint(s.Hint(c), look))
	require.Contains(t, Hint(s.Hint(c), look), "Hint 2 of 3")
	require.Contains(t, Hint(s.Hint(c), look), "That was the last hint.")
	spent := Hint(s.Hint(c), look)
	require.Contains(t, spent, "go run . diff 01")
	require.Contains(t, spent, "solutions/01-first")
}

func TestDiffStaysApplicableWithoutColor(t *testing.T) {
	diff := "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n"
	require.Equal(t, diff, Diff(diff, Look{}))
	require.Equal(t, diff, ansi.Strip(Diff(diff, Look{Color: true})))
}

// Lines that Bubble Tea counts wrongly would overwrite each other on the
// screen: none is wider than the window, and none has a tab in it.
func TestFit(t *testing.T) {
	for line := range strings.SplitSeq(fit("+\t\t\treturn errors.Join(a, b, c, d, e)\nshort", 24), "\n") {
		require.LessOrEqual(t, ansi.StringWidth(line), 24)
		require.NotContains(t, line, "\t")
	}
}

// Ten saves in a second cut nine runs short: that is one announcement and one
// verdict.
func TestPlainAnnouncesOnce(t *testing.T) {
	var b strings.Builder
	p := &plain{look: Look{Width: 80}, out: &b}
	for range 10 {
		p.take(desk.Started{Step: lesson.Step{Name: "01-minimal"}})
	}
	p.take(desk.Failed{Err: errors.New("no disk")})
	p.take(desk.Started{Step: lesson.Step{Name: "01-minimal"}})
	require.Equal(t, 2, strings.Count(b.String(), "Grading 01-minimal"))
	require.NoError(t, p.err)
}

func TestAnAnswerIsNotBrokenInAWord(t *testing.T) {
	const request, answer = "GET http://127.0.0.1:8080/orders/42", `answered 200 {"id":42,"status":"shipped","payment":"paid"}`
	require.Equal(t, request+"  "+answer, answered(request, answer, Look{Width: 100}))
	require.Equal(t, request+"\n  "+answer, answered(request, answer, Look{Width: 80}))
}

package owntests_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/trial"
)

// A span that is in another trace, hangs on another span, or is missing should
// make a test fail.
func TestCatchesLostParents(t *testing.T) { catches(t, "catches-lost-parents") }

// A failure that does not show, as status Error and as error.type, on the span
// of what has failed, should make a test fail.
func TestCatchesSilentFailures(t *testing.T) { catches(t, "catches-silent-failures") }

// A span that ends before its work is done, or never, should make a test fail.
func TestCatchesOpenSpans(t *testing.T) { catches(t, "catches-open-spans") }

// A payment call that carries no trace, has no span, or carries somebody's
// baggage should make a test fail.
func TestCatchesBrokenThread(t *testing.T) { catches(t, "catches-broken-thread") }

// A query that is not counted once and timed once, in seconds, whatever its
// end, should make a test fail.
func TestCatchesUncounted(t *testing.T) { catches(t, "catches-uncounted") }

// An answer that is told as a failure should make a test fail.
func TestCatchesFalseAlarms(t *testing.T) { catches(t, "catches-false-alarms") }

// A name or a series for each order, or for each error's text, should make a
// test fail.
func TestCatchesCardinality(t *testing.T) { catches(t, "catches-cardinality") }

// A connection that does not go back to the pool should make a test fail.
func TestCatchesLeaks(t *testing.T) { catches(t, "catches-leaks") }

// catches holds that for each mistake of a kind one of the tests fails.
func catches(t *testing.T, check string) {
	t.Helper()
	s, right := accepted(t)
	mistakes := trial.Mistakes(check)
	missed, ran := -1, []string(nil)
	var rows []string
	caught := 0
	for i, run := range s.among(mistakes) {
		row := fmt.Sprintf("✓ %-28s %s", mistakes[i].Name(), catchers(run))
		if run.Accepted() {
			row = "✗ " + mistakes[i].Name()
			if missed < 0 {
				missed, ran = i, ranOn(run)
			}
		} else {
			caught++
		}
		rows = append(rows, row)
	}
	if missed < 0 {
		return
	}
	m := mistakes[missed]
	what, changed := story(m)
	cause := fmt.Sprintf("%s got through, and %s: %s\n\n%s", m.Diff(), passed(right), what, indent(shorten(changed, 16, 150)))
	if seen := emitted(m); seen != "" {
		cause += "\n\nWhat can be seen of it, in the words of its own step:\n\n" + indent(shorten(strings.Split(seen, "\n"), 24, 150))
	}
	recorder.Fail(t, finding.Finding{
		Want:  fmt.Sprintf("for each of %d services with a mistake, a test that fails", len(mistakes)),
		Got:   fmt.Sprintf("caught %d of %d\n%s", caught, len(mistakes), strings.Join(rows, "\n")),
		Cause: cause,
		File:  fileFor(m),

		Caught: caught,
		Missed: s.show(finding.Missed{Diff: m.Diff(), Ran: ran}, m, trial.KindOf(check).Scenes),
	})
}

// show keeps what a mistake tells and what the solution tells, in the first scene
// in which that differs, and adds to the mistake what that is.
func (s trialled) show(missed finding.Missed, m trial.Subject, scenes []string) *finding.Missed {
	var told [2][]trial.Scene
	var busy sync.WaitGroup
	dir := s.t.TempDir()
	for i, subject := range []trial.Subject{m, trial.Solution} {
		busy.Go(func() { told[i], _ = s.Play(s.t.Context(), dir, subject, scenes...) }) // a picture is an extra
	}
	busy.Wait()
	wrong, right, ok := trial.Differ(told[0], told[1])
	if !ok {
		return &missed
	}
	recorder.KeepBoth(s.t, wrong.Traces, wrong.Metrics, right.Traces, right.Metrics)
	missed.Scene, missed.Tells, missed.Right = wrong.Name, wrong.Only(right), right.Only(wrong)
	return &missed
}

// ranOn names the tests that passed.
func ranOn(run trial.Run) (names []string) {
	for _, t := range run.Tests {
		if t.Ended == trial.Passed {
			names = append(names, t.Name)
		}
	}
	return names
}

// catchers names the tests that failed.
func catchers(run trial.Run) string {
	var names []string
	for _, t := range run.Complaints() {
		names = append(names, t.Name)
	}
	switch {
	case run.TimedOut:
		names = append(names, "(time is up)")
	case len(names) == 0:
		names = append(names, fmt.Sprintf("(exit status %d)", run.Exit))
	case len(names) > 2:
		names = append(names[:2], fmt.Sprintf("and %d more", len(names)-2))
	}
	return strings.Join(names, ", ")
}

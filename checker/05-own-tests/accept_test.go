package owntests_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/trial"
)

// The tests should pass on every service that does what the lessons ask for,
// and pass again when they are run twice.
func TestAcceptsRightAnswers(t *testing.T) {
	s, run := first(t)
	rights := trial.Right()
	if !run.Accepted() {
		refused(t, run, fmt.Sprintf("tests that pass on the solution, and on %d other right answers", len(rights)-1), "")
	}
	if s.takes > slowest {
		slow(t, run)
	}
	var again trial.Run
	var busy sync.WaitGroup
	busy.Go(func() { again = s.try("-test.count=2") })
	runs := s.all(rights)
	busy.Wait()
	if !again.Accepted() {
		refused(t, again, "tests that pass, and pass again in the same process (go test -count=2)",
			s.because("Once, they pass. Something is left over from the first time: spans, points, a provider that was shut down, or one\nthat is only registered once.", trial.Solution, "-test.count=2"))
	}
	var b strings.Builder
	wrong := -1
	n := 0
	for i, run := range runs {
		if run.TimedOut && wrong < 0 { // the machine may be busy
			runs[i] = s.on(rights[i])
			run = runs[i]
		}
		if run.Accepted() {
			n++
		} else if wrong < 0 {
			wrong = i
		}
	}
	if wrong < 0 {
		s.races()
		return
	}
	fmt.Fprintf(&b, "%d of %d are accepted", n, len(rights))
	what, changed := story(rights[wrong])
	cause := "Refused is " + rights[wrong].Diff() + ": " + what + "\n\n" + indent(shorten(changed, 16, 150)) +
		"\n\nIt is as right as the solution is: the lessons leave that to whoever writes the service. What it breaks asserts\nmore than matters."
	if chance := s.because("", rights[wrong]); chance != "" {
		cause = "It is " + rights[wrong].Diff() + " that was refused. " + chance
	}
	refused(t, runs[wrong], fmt.Sprintf("tests that pass on all of %d right answers", len(rights)), cause, b.String())
}

// slow fails because the tests take so long that they can't be tried on every
// service.
func slow(t *testing.T, run trial.Run) {
	t.Helper()
	recorder.Fail(t, finding.Finding{
		Want:  fmt.Sprintf("tests that take no longer than %.0f s", slowest.Seconds()),
		Got:   fmt.Sprintf("%s, after %.1f s, %.1f s of which they have worked", passed(run), run.Took.Seconds(), run.Worked.Seconds()),
		Cause: "They are to be tried on about seventy services, and there are people who will wait for them. Nothing in them has to\nbe waited for: lesson 5.12.",
	})
}

// refused fails because the tests did on something that is right.
func refused(t *testing.T, run trial.Run, want, cause string, before ...string) {
	t.Helper()
	got := append(before, became(run))
	f := finding.Finding{Want: want, Cause: cause}
	switch complaints := run.Complaints(); {
	case len(complaints) > 0:
		said := complaints[0].Output
		if complaints[0].Ended == trial.Unended && strings.TrimSpace(said) == "" {
			said = run.Rest
		}
		got = append(got, indent(clean(said)))
		file, line := firstPlace(said)
		f.File = file
		f.Line, _ = strconv.Atoi(line)
	case run.Exit != 0 && strings.TrimSpace(run.Rest) != "":
		got = append(got, indent(clean(run.Rest)))
	case run.Ran() == 0 && run.Exit == 0:
		f.Cause = "Nothing is tested as long as no test comes to its end."
	}
	f.Got = strings.Join(got, "\n")
	recorder.Fail(t, f)
}

// clean returns what a test has printed, as much of it as a reader can bear.
func clean(output string) string { return shorten(lines(output), 14, 100) }

// lines returns what a test has printed, without what testify says of places.
func lines(output string) (lines []string) {
	trace := false // testify's list of places
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, " \t\n")
		bare := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(bare, "Error Trace:"):
			trace = true
		case trace && strings.Contains(bare, ".go:") && !strings.Contains(bare, ": "):
		case bare == "" || strings.HasPrefix(bare, "Test:") || logged.MatchString(bare):
			trace = false
		default:
			trace = false
			lines = append(lines, strings.Join(strings.Fields(bare), " "))
		}
	}
	return lines
}

// logged is a line of the service's own log.
var logged = regexp.MustCompile(`^\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2} `)

// shorten joins lines, as many as fit, and takes the middle out of those that are
// longer than wide: what an assertion wants often stands behind a long value.
func shorten(lines []string, most, wide int) string {
	var b strings.Builder
	for i, line := range lines {
		if i == most {
			fmt.Fprintf(&b, "… (%d lines more)\n", len(lines)-most)
			break
		}
		if r := []rune(line); len(r) > wide {
			line = string(r[:wide/2-10]) + " … " + string(r[len(r)-wide/2:])
		}
		b.WriteString(strings.ReplaceAll(line, "\t", "    ") + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

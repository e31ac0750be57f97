// Package owntests_test checks steps/05-own-tests, in the order of its lesson:
// it runs the learner's tests on services that are right, and on services with a
// mistake. Which there are is in internal/trial.
package owntests_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/trial"
)

func TestMain(m *testing.M) { recorder.Main(m, nil) }

// open returns the learner's tests. The grader has built them; by hand, they are
// built now.
func open(t *testing.T) trial.Suite {
	t.Helper()
	file := os.Getenv(trial.Variable)
	if file == "" {
		cmd := exec.Command("go", "run", "./internal/tryout/build", t.TempDir())
		cmd.Dir = "../.."
		var said strings.Builder
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("build steps/05-own-tests: %v\n%s", err, said.String())
		}
		file = string(out)
	}
	suite, err := trial.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	return suite
}

// A trialled is a suite with what is known of it.
type trialled struct {
	t *testing.T
	trial.Suite
}

// try runs the tests on the solution.
func (s trialled) try(flags ...string) trial.Run {
	run, err := s.TryPatiently(s.t.Context(), trial.Solution, flags...)
	if err != nil && context.Cause(s.t.Context()) == nil {
		s.t.Error(err)
	}
	return run
}

// because returns the cause of a failure with these flags, if it comes again and
// again: what comes and goes has another.
func (s trialled) because(cause string, flags ...string) string {
	for range 5 {
		if s.try(flags...).Accepted() {
			return "It has failed, and passes another time: something in it is left to chance."
		}
	}
	return cause
}

// all runs the tests on each of the subjects, two at a time.
func (s trialled) all(subjects []trial.Subject) []trial.Run {
	s.t.Helper()
	runs := make([]trial.Run, len(subjects))
	room := make(chan struct{}, 2)
	var busy sync.WaitGroup
	for i, subject := range subjects {
		room <- struct{}{}
		busy.Go(func() {
			defer func() { <-room }()
			run, err := s.Try(s.t.Context(), subject)
			if err != nil && context.Cause(s.t.Context()) == nil {
				s.t.Error(err)
			}
			runs[i] = run
		})
	}
	busy.Wait()
	if s.t.Failed() {
		s.t.FailNow()
	}
	return runs
}

// accepted returns the tests, and what became of them on the solution. What else
// a check asks rests on their accepting that.
func accepted(t *testing.T) (trialled, trial.Run) {
	t.Helper()
	s := trialled{t, open(t)}
	run := s.try()
	if t.Failed() {
		t.FailNow()
	}
	if !run.Accepted() {
		recorder.Needs(t, "accepts-right-answers")
		recorder.Fail(t, finding.Finding{
			Want: "tests that pass on the solution",
			Got:  became(run),
		})
	}
	return s, run
}

// became says in a few lines how the tests ended.
func became(run trial.Run) string {
	var b strings.Builder
	complaints := run.Complaints()
	for _, t := range complaints {
		what := "fails"
		if t.Ended == trial.Unended {
			what = "does not come to its end"
		}
		fmt.Fprintf(&b, "%s %s\n", t.Name, what)
	}
	switch {
	case run.TimedOut:
		fmt.Fprintf(&b, "the tests are not done after %.0f s\n", run.Took.Seconds())
	case len(complaints) > 0:
	case len(run.Tests) == 0:
		fmt.Fprintf(&b, "no test runs, exit status %d\n", run.Exit)
	case run.Exit != 0:
		fmt.Fprintf(&b, "no test fails, and the exit status is %d\n", run.Exit)
	case run.Ran() == 0:
		b.WriteString("no test passes: " + skipped(run) + "\n")
	default:
		b.WriteString(passed(run) + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func skipped(run trial.Run) string {
	if n := len(run.Tests); n == 1 {
		return "the one there is skips"
	}
	return fmt.Sprintf("all %d skip", len(run.Tests))
}

func passed(run trial.Run) string {
	if n := run.Ran(); n == 1 {
		return "the one test passes"
	}
	return fmt.Sprintf("all %d tests pass", run.Ran())
}

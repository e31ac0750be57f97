package owntests_test

import (
	"fmt"
	"strconv"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/trial"
)

// Each test should pass by itself, and all of them in any order.
func TestTestsRunAlone(t *testing.T) {
	s, run := accepted(t)
	for _, test := range run.Tests {
		only := "-test.run=^" + test.Name + "$"
		alone := s.try(only)
		if !alone.Accepted() && test.Ended == trial.Passed {
			disordered(t, alone, "tests that pass each by itself: go test -run '^"+test.Name+"$'",
				s.because("With all the others it passes: it needs what one of them leaves behind.", only))
		}
	}
	for seed := 1; seed <= 5; seed++ {
		order := "-test.shuffle=" + strconv.Itoa(seed)
		shuffled := s.try(order)
		if !shuffled.Accepted() {
			disordered(t, shuffled, fmt.Sprintf("tests that pass in any order: go test -shuffle=%d", seed),
				s.because("In the order of the files they pass: one of them is disturbed by what another leaves behind.", order))
		}
	}
	wide := s.try("-test.parallel=8", "-test.cpu=4")
	if !wide.Accepted() {
		disordered(t, wide, "tests that pass side by side: go test -parallel=8 -cpu=4", "")
	}
}

func disordered(t *testing.T, run trial.Run, want, cause string) {
	t.Helper()
	f := finding.Finding{Want: want, Got: became(run), Cause: cause}
	if complaints := run.Complaints(); len(complaints) > 0 {
		f.Got += "\n" + indent(clean(complaints[0].Output))
		var line string
		f.File, line = firstPlace(complaints[0].Output)
		f.Line, _ = strconv.Atoi(line)
	}
	recorder.Fail(t, f)
}

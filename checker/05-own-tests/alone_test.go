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
	type way struct {
		want, cause string
		flags       []string
	}
	var ways []way
	for _, test := range run.Tests {
		if test.Ended == trial.Passed {
			ways = append(ways, way{"tests that pass each by itself: go test -run '^" + test.Name + "$'",
				"With all the others it passes: it needs what one of them leaves behind.", []string{"-test.run=^" + test.Name + "$"}})
		}
	}
	for seed := 1; seed <= 5; seed++ {
		ways = append(ways, way{fmt.Sprintf("tests that pass in any order: go test -shuffle=%d", seed),
			"In the order of the files they pass: one of them is disturbed by what another leaves behind.", []string{"-test.shuffle=" + strconv.Itoa(seed)}})
	}
	ways = append(ways, way{"tests that pass side by side: go test -parallel=8 -cpu=4", "", []string{"-test.parallel=8", "-test.cpu=4"}})
	for i, run := range s.several(len(ways), func(i int) trial.Run { return s.try(ways[i].flags...) }) {
		if w := ways[i]; !run.Accepted() {
			if w.cause != "" {
				w.cause = s.because(w.cause, trial.Solution, w.flags...)
			}
			disordered(t, run, w.want, w.cause)
		}
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

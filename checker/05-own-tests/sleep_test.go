package owntests_test

import (
	"strconv"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// No test should sleep in real time.
func TestNothingSleeps(t *testing.T) {
	s, _ := accepted(t)
	place, err := s.Sleeps(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if place == "" {
		return
	}
	file, line, _ := strings.Cut(place, ":")
	f := finding.Finding{
		Want:  "tests that wait for nothing but what they test",
		Got:   "time.Sleep, in real time, at " + place,
		Cause: "A sleep is too long on a fast machine, and too short on a busy one. In synctest.Test time costs nothing; and what\nhas ended when a call returns need not be waited for.",
		File:  file,
	}
	f.Line, _ = strconv.Atoi(line)
	recorder.Fail(t, f)
}

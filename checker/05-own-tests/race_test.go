package owntests_test

import (
	"regexp"
	"strconv"
	"strings"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// races fails when the race detector, if somebody has asked for it, finds
// something in the tests.
func (s trialled) races() {
	switch {
	case s.NoRace != "":
		s.t.Skip("no race detector: " + s.NoRace + " (without it, all right answers are accepted)")
	case s.Racing == "":
		return
	}
	run, err := s.TryRacing(s.t.Context(), "-test.count=2", "-test.cpu=4")
	if err != nil {
		s.t.Fatal(err)
	}
	if run.Accepted() {
		return
	}
	const want = "tests without a data race: go test -race"
	all := run.Rest
	for _, t := range run.Tests {
		all += t.Output
	}
	_, report, ok := strings.Cut(all, "WARNING: DATA RACE\n")
	if !ok {
		refused(s.t, run, want, "Without the race detector, they pass: something in it is left to chance, or takes too long.")
	}
	file, line := "", 0
	var lines []string
	for text := range strings.Lines(report) {
		text = strings.TrimSpace(text)
		if strings.HasPrefix(text, "====") {
			break
		}
		if where := inTests.FindStringSubmatch(text); where != nil {
			lines = append(lines, "  "+where[1]+":"+where[2])
			if file == "" {
				file = where[1]
				line, _ = strconv.Atoi(where[2])
			}
		} else if accesses.MatchString(text) {
			lines = append(lines, address.ReplaceAllString(text, ""))
		}
	}
	recorder.Fail(s.t, finding.Finding{
		Want:  want,
		Got:   shorten(lines, 14, 100),
		Cause: "Two goroutines use a variable at the same time, and one of them writes to it. Tests that run side by side share\nthose of their package; the payment API's handler runs beside the test that has started it.",
		File:  file, Line: line,
	})
}

var (
	// inTests is a line of a race's report that is in the learner's files.
	inTests = regexp.MustCompile(`/(steps/05-own-tests/[\w./-]+\.go):(\d+) `)
	// accesses is one that says who does what.
	accesses = regexp.MustCompile(`^(Previous )?(atomic )?([Rr]ead|[Ww]rite) at `)
	// address is where the memory is, which tells nobody anything.
	address = regexp.MustCompile(` at 0x[0-9a-f]+`)
)

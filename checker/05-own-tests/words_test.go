package owntests_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/trial"
)

// A test that fails should name what it is about: the span, the attribute or
// the instrument.
func TestSaysWhatIsWrong(t *testing.T) {
	s, _ := accepted(t)
	var mistakes []trial.Subject
	for _, kind := range trial.Kinds { // two of each kind: the others are caught by the same assertions
		mistakes = append(mistakes, kind.Mistakes[:2]...)
	}
	caught := 0
	for i, run := range s.all(mistakes) {
		m := mistakes[i]
		complaints := run.Complaints()
		if run.Accepted() || run.TimedOut || len(complaints) == 0 {
			continue // another check's business, or nobody's words
		}
		caught++
		if slices.ContainsFunc(complaints, func(t trial.Test) bool { return tells(t.Output) }) {
			continue
		}
		what, _ := story(m)
		said := complaints[0].Output
		file, line := firstPlace(said)
		f := finding.Finding{
			Want: "a message that names a span, an attribute, an instrument, or what else was looked at",
			Got:  complaints[0].Name + "\n" + indent(clean(said)),
			Cause: fmt.Sprintf("The test has caught %s. %s But its message does not say so: whoever\nreads it in half a year, without having changed anything there, has to begin with a debugger.",
				m.Name(), what),
			File: file,
		}
		_, _ = fmt.Sscan(line, &f.Line)
		recorder.Fail(t, f)
	}
	if caught == 0 {
		recorder.Needs(t, "catches-lost-parents")
		recorder.Fail(t, finding.Finding{Want: "tests that fail, and say why", Got: "none fails on any mistake"})
	}
}

// nouns are what a message can be about.
var nouns = regexp.MustCompile(`(?i)load order|get /orders|db\.query|order\.(id|status)|error\.type|traceparent|baggage|status|` +
	`\b(spans?|traces?|parents?|children|child|below|client|server|payments?|attributes?|series|points?|buckets?|bounds|counter|counts?|counted|` +
	`durations?|seconds|histogram|metrics?|connections?|pool|in use|goroutines?|leaks?|bod(y|ies)|errors? type|contexts?)\b`)

// tells reports whether a test's message has one of the nouns. The test's name and
// its place are none, and neither are testify's own words.
func tells(output string) bool {
	return slices.ContainsFunc(lines(output), func(line string) bool {
		return nouns.MatchString(strings.TrimPrefix(line, "Error:"))
	})
}

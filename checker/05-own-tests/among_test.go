package owntests_test

import (
	"math/rand/v2"
	"slices"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/trial"
)

// draws is how many right services are tried before all are said to be refused:
// honest tests that refuse one refuse few.
const draws = 6

// among runs the tests on services with a mistake, and somewhere among them on one
// that is right: tests that have learned when to fail, and not of what, fail
// there, too.
func (s trialled) among(mistakes []trial.Subject) []trial.Run {
	s.t.Helper()
	rights := trial.Right()[1:]
	rand.Shuffle(len(rights), func(i, j int) { rights[i], rights[j] = rights[j], rights[i] })
	at := rand.IntN(len(mistakes) + 1)
	runs := s.all(slices.Insert(slices.Clone(mistakes), at, rights[0]))
	right := runs[at]
	for _, another := range rights[1:draws] {
		if right.Accepted() {
			break
		}
		right = s.on(another)
	}
	if !right.Accepted() {
		recorder.Needs(s.t, "accepts-right-answers")
		recorder.Fail(s.t, finding.Finding{
			Want:  "tests that fail on a mistake, and on nothing else",
			Got:   "on each of several right services, tried in between:\n" + became(right),
			Cause: "Tried by itself, what is right may be accepted: whether these tests fail depends on when they run.",
		})
	}
	return slices.Delete(runs, at, at+1)
}

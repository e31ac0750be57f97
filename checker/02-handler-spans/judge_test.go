package handlerspans_test

import (
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// A verdict is that a rule is broken: how, and which other checks prove what
// the rule rests on.
type verdict struct {
	finding.Finding
	needs []string
}

// judge plays situations until the rule is broken, and fails with what it says
// then: nil is that all is well.
func judge(t *testing.T, list []situation, rule func(e *evidence) *verdict) {
	t.Helper()
	var broken *verdict
	play(t, list, func(e *evidence) bool {
		broken = rule(e)
		return broken == nil
	})
	broken.fail(t)
}

// fail ends the check, if there is something to say.
func (v *verdict) fail(t *testing.T) {
	t.Helper()
	if v == nil {
		return
	}
	recorder.Needs(t, v.needs...)
	recorder.Fail(t, v.Finding)
}

// because adds a cause.
func because(f finding.Finding, cause string, needs ...string) *verdict {
	f.Cause = cause
	return &verdict{f, needs}
}

// noLoad says that a request has left no span "load order" to look at.
func noLoad(f finding.Finding) *verdict {
	return because(f, "This request has left no span \"load order\".", "child-span")
}

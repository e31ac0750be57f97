package handlerspans_test

import (
	"slices"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A verdict is that a rule is broken: how, and which other checks prove what
// the rule rests on.
type verdict struct {
	finding.Finding
	needs []string
}

// judge plays situations until the rule is broken, and fails with what it says
// then: nil is that all is well. Where the learner's code panics without a
// reason there is nothing to be judged; what it answers is another check's
// business.
func judge(t *testing.T, list []situation, rule func(e *evidence) *verdict) {
	t.Helper()
	var broken *verdict
	play(t, list, func(e *evidence) bool {
		if e.panicked() {
			return true
		}
		if broken = rule(e); broken == nil {
			return true
		}
		// With a handler of ours in the place of the learner's: is it still broken?
		if broken.atPayments() && rule(e.withOurs()) == nil {
			p := e.requests[0].deciding
			broken.File, broken.Line = p.file, p.line
		}
		return false
	})
	broken.fail(t)
}

// atPayments reports whether a verdict points to what asks the payment API.
func (v *verdict) atPayments() bool {
	return slices.ContainsFunc([]any{handlerspans.NewPayments, (*handlerspans.Payments).State}, func(fn any) bool {
		at := recorder.At(fn, finding.Finding{})
		return v.File == at.File && v.Line == at.Line
	})
}

// panicked reports whether a request has ended in a panic that is not the
// store's.
func (e *evidence) panicked() bool {
	return slices.ContainsFunc(e.requests, func(r *request) bool { return r.panicked != nil && r.store.panics == nil })
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
	return &verdict{Finding: f, needs: needs}
}

// noLoad says that a request has left no span "load order" to look at.
func noLoad(f finding.Finding) *verdict {
	return because(f, "This request has left no span \"load order\".", "child-span")
}

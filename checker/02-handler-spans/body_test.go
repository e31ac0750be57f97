package handlerspans_test

import (
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// The span of the payment call should end, whatever the API answers.
func TestPaymentSpanEnds(t *testing.T) {
	const ends, early, open, none = "ends", "ends before the answer is there", "never ends", "there is none"
	var names []string
	rows := make(map[string]string) // by situation
	play(t, asking, func(e *evidence) bool {
		if !e.recorded() || e.panicked() {
			return true
		}
		name := e.situation.name
		if rows[name] == "" {
			names = append(names, name)
			rows[name] = ends
		}
		switch {
		case rows[name] != ends: // it has been said
		case slices.ContainsFunc(e.open, e.ofPayment):
			rows[name] = open
		case !slices.ContainsFunc(e.spans, func(s tracetest.SpanStub) bool { return s.SpanKind == trace.SpanKindClient && e.isCall(s) }):
			rows[name] = none
		case len(e.requests) == 1 && slices.ContainsFunc(e.asked, e.endsEarly):
			rows[name] = early
		}
		return true
	})
	seen := table{header: []string{"what happens", "the client's span"}}
	for _, name := range names {
		seen.add([]string{name, ends}, []string{name, rows[name]})
	}
	if !seen.broken() {
		return
	}
	v := &verdict{Finding: recorder.At((*handlerspans.Payments).State, finding.Finding{})}
	v.Want, v.Got = seen.texts()
	is := func(what string, of ...string) func(name string) bool {
		return func(name string) bool {
			return rows[name] == what && (of == nil || !slices.ContainsFunc(of, func(s string) bool { return strings.Contains(name, s) }))
		}
	}
	if slices.ContainsFunc(names, is(none)) {
		v.needs = []string{"payment-in-trace"}
	}
	if slices.ContainsFunc(names, is(early)) {
		v.needs = append(v.needs, "answers-kept") // a body that was closed unread
	}
	switch {
	case slices.ContainsFunc(names, is(early)) && !slices.ContainsFunc(names, is(open)):
		v.Cause = "The headers of an answer arrive first, its body later, and the span has ended in between: of a slow body, or\none that breaks off, it knows nothing. The call is over when the body is read, or closed."
	case !slices.ContainsFunc(names, is(open)):
	case !slices.ContainsFunc(names, is(open, "hangs up", "never answers", "leaves")):
		v.Cause = "Where there is no answer, Do returns an error, and the span is left open: defer span.End(), on the line\nbelow Start, ends it on every path."
	case !slices.ContainsFunc(names, is(open, "breaks off", "never ends its")):
		v.Cause = "The span of a call ends when the response's body is read to its end, or closed. Where the answer breaks\noff there is no end to be read; so close it, on every path."
	default:
		v.Cause = "The span of a call ends when the response's body is read to its end or closed, since until then the\nanswer is still arriving. A span that never ends is never exported, and the connection is never used again."
	}
	v.fail(t)
}

// endsEarly reports whether the span of a call ended before the answer was on
// its way, though whoever asked stayed.
func (e *evidence) endsEarly(a asked) bool {
	call := find(e.spans, a.told.SpanID())
	return e.situation.api.slow && call.SpanKind == trace.SpanKindClient && call.EndTime.Before(a.body)
}

package handlerspans_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// An order that does not exist should be answered with 404, and be no error in any span.
func TestNotFoundIsNoError(t *testing.T) {
	const clean, failed = "no error in any span", "an error in load order"
	rows := table{header: []string{"what happens", "answer", ""}}
	var broken *verdict
	var wrong []string // situations
	plain := 0         // the answer when the store fails
	inVain := false    // the payment of no order was asked for
	play(t, append(slices.Concat(unreadable[:1], unknown), alike), func(e *evidence) bool {
		r := e.requests[0]
		load, ok := e.load(r)
		f := e.at().at(finding.Finding{Want: "load order", Got: recorder.Tree(e.inside())})
		switch {
		case !ok && len(e.requests) > 1:
			return true // which of them it belongs to is not known
		case !ok:
			broken = noLoad(e.in(f))
			return false
		case e.situation.name == unreadable[0].name && load.Status.Code != codes.Error:
			f.Want, f.Got = "load order   status=Error", "load order   status="+load.Status.Code.String()
			broken = because(e.in(f), "No failure shows yet, so nothing can be told apart.", "errors-recorded")
			return false
		case e.situation.name == unreadable[0].name:
			plain = r.code
			return true
		case e.way.name != "" && wrong != nil, e.situation.name == alike.name && plain == http.StatusNotFound:
			return true // it has been said; or no failure is told from an order that is not there
		}
		marked, wanted := clean, clean
		if e.situation.name == alike.name {
			wanted = failed
		}
		server, _ := e.server(r)
		for _, span := range e.inside() {
			marks := errorMarks(span)
			switch {
			case marks == "" || marked != clean || len(e.requests) > 1 && span.SpanContext.TraceID() != server.SpanContext.TraceID():
			case wanted == failed && isLoad(span):
				marked = failed
			case wanted == clean:
				marked = span.Name + ": " + marks
			}
		}
		want, got := []string{e.scene(), fmt.Sprint(r.codes[0]), wanted}, []string{e.scene(), fmt.Sprint(r.code), marked}
		if call, ok := e.calledInVain(); ok && wanted == clean && marked == clean && len(e.requests) == 1 {
			marked, inVain = call.Name+": "+errorMarks(call), true
			got[2] = marked
			f = recorder.At(handlerspans.NewHandler, f)
		}
		rows.add(want, got)
		if !slices.Equal(want, got) {
			wrong = append(wrong, e.situation.name)
		}
		if broken == nil {
			broken = &verdict{Finding: f}
		}
		return true
	})
	if wrong == nil && !rows.broken() && (broken == nil || broken.needs == nil) {
		return
	}
	if broken.needs == nil {
		broken.Want, broken.Got = rows.texts()
		switch answer := rows.got[0][1]; {
		case inVain:
			broken.Cause = "The order does not exist, and its payment was asked for all the same: the API knows of none, and to whoever\nasks, its 404 is an error. Look whether the order is there before you ask what was paid for it."
		case slices.Contains(wrong, alike.name) && !slices.Contains(wrong, unknown[0].name):
			broken.Cause = "There is a failure whose text has the same words in it. What an error says is for people; which one it is,\nerrors.Is(err, ErrNotFound) tells."
		case !slices.Contains(wrong, unknown[0].name):
			broken.Cause = "An error that was wrapped on its way is another value: == does not find it, errors.Is(err, ErrNotFound) does."
		case answer != "404":
			broken.Cause = "Whoever asks for an order that does not exist should learn that: errors.Is(err, ErrNotFound) tells, as long as\nwhoever adds to the error wraps it, with %w."
		default:
			broken.Cause = "The database has answered: there is no such order. That is nobody's failure. Were it one, your error rate\nwould follow your customers' typing."
		}
	}
	broken.fail(t)
}

// calledInVain returns the span of a payment call that has failed, and that was
// not made side by side with the store's: one of the two could have waited for
// the other.
func (e *evidence) calledInVain() (call tracetest.SpanStub, ok bool) {
	for _, a := range e.asked {
		apart := func(r read) bool { return !a.from.Before(r.to) || !r.from.Before(a.to) }
		call = find(e.spans, a.told.SpanID())
		if slices.ContainsFunc(e.reads, func(r read) bool { return r.id == a.id && apart(r) }) && errorMarks(call) != "" {
			return call, true
		}
	}
	return tracetest.SpanStub{}, false
}

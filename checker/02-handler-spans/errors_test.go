package handlerspans_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A failure should show on the span of the work that failed: status Error, and an error.type.
func TestErrorsRecorded(t *testing.T) {
	s := newShop(t)
	s.orders.gone[42] = errGone
	s.get("42")
	load, ok := loadOrder(s.inside())
	f := s.loading.at(finding.Finding{
		Want: "load order   status=Error   error.type=(what kind of failure it is)",
		Got:  recorder.Table(failureRow(load)),
	})
	s.needsCover(t)
	if !ok {
		f.Got = recorder.Tree(s.inside())
		needsLoadOrder(t, f)
	}
	server, served := request(s.inside())
	kind, typed := recorder.Attr(load.Attributes, "error.type")
	switch {
	case load.Status.Code == codes.Ok:
		f.Cause = "Ok is final: once a span has it, no error can show any more. It says that somebody has looked and\nfound all well; a span that nobody has looked at stays Unset, which is how most of them should end."
	case load.Status.Code != codes.Error && hasException(load):
		f.Cause = "RecordError adds an event to the span, and leaves its status as it was: to whoever looks for\nfailed spans, this one is fine. SetStatus(codes.Error, …) says that the work has failed."
	case load.Status.Code != codes.Error && hasException(server):
		f.Got = recorder.Table(failureRow(load), failureRow(server))
		f.Cause = "The failure is told on the request's span. Mark the span in which it happened:\nthe request's own takes its status from the answer."
	case load.Status.Code != codes.Error:
		f.Cause = "The order could not be loaded, and its span looks like any other. (What is set on a span after its End\nis dropped; and a deferred call has the arguments of the moment at which it was deferred.)"
	case !typed || kind == "":
		f.Cause = "The span has failed, and nothing says how: without error.type, failures can't be told apart or counted."
	case strings.Contains(kind, errGone.Error()):
		f.Cause = "The error's whole text is in error.type. There should be few values, one for each kind of failure:\nsemconv.ErrorType takes the type of the error."
	case served && ofOtelhttp(server) && server.Status.Code != codes.Error:
		f = s.deciding.at(f)
		f.Want = recorder.Table([]string{"load order", "status=Error"}, []string{server.Name, "status=Error"})
		f.Got = recorder.Table([]string{"load order", "status=Error"}, []string{server.Name, "status=" + server.Status.Code.String()})
		f.Cause = "otelhttp marks the request's span when the answer is 500 or more, but that span had ended by then.\nWhoever starts a span ends it: leave the one that SpanFromContext returns alone."
	default:
		return
	}
	recorder.Fail(t, f)
}

// ofOtelhttp reports whether otelhttp has started a span, so that it would have
// marked it too.
func ofOtelhttp(s tracetest.SpanStub) bool {
	return strings.HasSuffix(s.InstrumentationScope.Name, "/otelhttp")
}

// failureRow says what a span tells of a failure.
func failureRow(s tracetest.SpanStub) []string {
	kind, ok := recorder.Attr(s.Attributes, "error.type")
	if ok {
		kind = "error.type=" + kind
	} else {
		kind = "no error.type"
	}
	row := []string{s.Name, "status=" + s.Status.Code.String(), kind}
	for _, e := range s.Events {
		row = append(row, "event "+e.Name)
	}
	return row
}

func hasException(s tracetest.SpanStub) bool {
	return slices.ContainsFunc(s.Events, func(e sdktrace.Event) bool { return e.Name == "exception" })
}

// An order that does not exist should be answered with 404, and be no error in any span.
func TestNotFoundIsNoError(t *testing.T) {
	s := newShop(t)
	s.orders.gone[1] = errGone
	s.orders.gone[998] = fmt.Errorf("read order 998: %w", handlerspans.ErrNotFound)
	s.get("1")
	gone, ok := loadOrder(s.inside())

	const clean = "no error in any span"
	var want, got [][]string
	for _, r := range []struct{ what, id string }{{"no such order", "999"}, {"the same, wrapped", "998"}} {
		before := len(s.inside())
		code := s.get(r.id)
		marked := clean
		for _, span := range s.inside()[before:] {
			if marks := errorMarks(span); marks != "" && marked == clean {
				marked = span.Name + ": " + marks
			}
		}
		want = append(want, []string{r.what, "404", clean})
		got = append(got, []string{r.what, fmt.Sprint(code), marked})
	}
	f := s.loading.at(finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	plain, wrapped := got[0], got[1]
	switch {
	case !ok:
		f.Got = recorder.Tree(s.inside())
		needsLoadOrder(t, f)
	case gone.Status.Code != codes.Error:
		recorder.Needs(t, "errors-recorded")
		f.Cause = "No failure shows yet, so nothing can be told apart."
	case f.Want == f.Got:
		return
	case plain[1] == "404" && wrapped[1] != "404" || plain[2] == clean && wrapped[2] != clean:
		f.Cause = "An error that was wrapped on its way is another value: == does not find it, errors.Is(err, ErrNotFound) does."
	case plain[1] != "404":
		f.Cause = "Whoever asks for an order that does not exist should learn that: errors.Is(err, ErrNotFound) tells."
	default:
		f.Cause = "The database has answered: there is no such order. That is nobody's failure. Were it one, your error rate\nwould follow your customers' typing."
	}
	recorder.Fail(t, f)
}

// errorMarks returns what makes a span look failed, or "".
func errorMarks(s tracetest.SpanStub) string {
	var marks []string
	if s.Status.Code == codes.Error {
		marks = append(marks, "status=Error")
	}
	if _, ok := recorder.Attr(s.Attributes, "error.type"); ok {
		marks = append(marks, "error.type")
	}
	if hasException(s) {
		marks = append(marks, "event exception")
	}
	return strings.Join(marks, ", ")
}

// The span load order should end even when the code below it panics.
func TestSpanEndsOnPanic(t *testing.T) {
	s := newShop(t)
	s.orders.gone[42] = errPanic
	s.get("7")
	if _, ok := loadOrder(s.inside()); !ok {
		recorder.Needs(t, "child-span") // it never ends
	}
	before := len(s.inside())
	s.get("42")
	spans := s.inside()[before:]
	if _, ok := loadOrder(spans); ok {
		return
	}
	f := s.loading.at(finding.Finding{
		Want: "GET /orders/{id} (server)\n└─ load order",
		Got:  recorder.Tree(spans),
	})
	if _, open := loadOrder(s.rec.Unended()); !open {
		needsLoadOrder(t, f)
	}
	f.Got += "\n\nload order   started, never ended"
	f.Cause = "The one request that you will want to look at is the one without a span: a panic skips every line\nbut the deferred ones. defer span.End(), on the line below Start."
	recorder.Fail(t, f)
}

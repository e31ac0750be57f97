package handlerspans_test

import (
	"fmt"
	"net/http"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/waterfall"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// A failure should show on the span of the work that failed: status Error, and an error.type.
func TestErrorsRecorded(t *testing.T) {
	s := newShop(t)
	s.orders.gone[42] = errGone
	s.get("42")
	load, ok := loadOrder(s.inside())
	f := recorder.At(handlerspans.NewHandler, finding.Finding{
		Want: "load order   status=Error   error.type=(what kind of failure it is)",
		Got:  recorder.Table(failureRow(load)),
	})
	if !ok {
		f.Got = recorder.Tree(s.inside())
		needsLoadOrder(t, f)
	}
	kind, typed := recorder.Attr(load.Attributes, "error.type")
	switch {
	case load.Status.Code == codes.Ok:
		f.Cause = "Ok is final: once a span has it, no error can show any more. It says that somebody has looked and\nfound all well; a span that nobody has looked at stays Unset, which is how most of them should end."
	case load.Status.Code != codes.Error && len(load.Events) > 0:
		f.Cause = "RecordError adds an event to the span, and leaves its status as it was: to whoever looks for\nfailed spans, this one is fine. SetStatus(codes.Error, …) says that the work has failed."
	case load.Status.Code != codes.Error:
		f.Cause = "The order could not be loaded, and its span looks like any other."
	case !typed || kind == "":
		f.Cause = "The span has failed, and nothing says how: without error.type, failures can't be told apart or counted."
	case kind == errGone.Error():
		f.Cause = "The error's whole text is in error.type. There should be few values, one for each kind of failure:\nsemconv.ErrorType takes the type of the error."
	default:
		return
	}
	recorder.Fail(t, f)
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
		row[2] += "   event " + e.Name
	}
	return row
}

// An order that does not exist should be answered with 404, and be no error in any span.
func TestNotFoundIsNoError(t *testing.T) {
	s := newShop(t)
	s.orders.gone[1] = errGone
	s.get("1")
	gone, ok := loadOrder(s.inside())
	before := len(s.inside())
	code, _ := s.get("999")
	missing := s.inside()[before:]
	marked := false
	for _, span := range missing {
		_, typed := recorder.Attr(span.Attributes, "error.type")
		marked = marked || typed || span.Status.Code == codes.Error
	}
	unknown, _ := loadOrder(missing)

	want := [][]string{{"database gone", "load order", "status=Error"}, {"no such order", "load order", "status=Unset", "404"}}
	got := [][]string{{"database gone", "load order", "status=" + gone.Status.Code.String()}, {"no such order", "load order", "status=" + unknown.Status.Code.String(), fmt.Sprint(code)}}
	f := recorder.At(handlerspans.NewHandler, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	switch {
	case !ok:
		f.Got = recorder.Tree(s.inside())
		needsLoadOrder(t, f)
	case gone.Status.Code != codes.Error:
		recorder.Needs(t, "errors-recorded")
		f.Cause = "No failure shows yet, so nothing can be told apart."
	case marked:
		f.Got = recorder.Tree(missing, waterfall.WithAttrs("error.type"), waterfall.WithStatus())
		f.Want = "GET /orders/{id} (server)\n└─ load order"
		f.Cause = "The database has answered: there is no such order. That is nobody's failure. Were it one, your error rate\nwould follow your customers' typing."
	case code != http.StatusNotFound:
		f.Cause = "Compare with errors.Is(err, ErrNotFound), also where the error is wrapped."
	default:
		return
	}
	recorder.Fail(t, f)
}

// The span load order should end even when the code below it panics.
func TestSpanEndsOnPanic(t *testing.T) {
	s := newShop(t)
	s.orders.gone[42] = errPanic
	s.get("42")
	if _, ok := loadOrder(s.inside()); ok {
		return
	}
	f := recorder.At(handlerspans.NewHandler, finding.Finding{
		Want: "GET /orders/{id} (server)\n└─ load order",
		Got:  recorder.Tree(s.inside()),
	})
	if _, open := loadOrder(s.rec.Unended()); !open {
		needsLoadOrder(t, f)
	}
	f.Got += "\n\nload order   started, never ended"
	f.Cause = "The one request that you will want to look at is the one without a span: a panic skips every line\nbut the deferred ones. defer span.End(), on the line below Start."
	recorder.Fail(t, f)
}

// A failure of the payment API should be answered with 502, one of our own with 500.
func TestPaymentFailureToldApart(t *testing.T) {
	want, got := [][]string{{"what fails", "answer"}}, [][]string{{"what fails", "answer"}}
	add := func(what string, wanted, code int) {
		want = append(want, []string{what, fmt.Sprint(wanted)})
		got = append(got, []string{what, fmt.Sprint(code)})
	}
	s := newShop(t)
	s.orders.gone[1] = errGone
	code, _ := s.get("1")
	add("the database", http.StatusInternalServerError, code)
	s.payments.answer(http.StatusInternalServerError, `{"error":"out of order"}`)
	code, _ = s.get("42")
	add("the payment API: it answers 500", http.StatusBadGateway, code)
	s.handler = handlerspans.NewHandler(s.orders, handlerspans.NewPayments("http://127.0.0.1:1"))
	code, _ = s.get("42")
	add("the payment API: nobody listens", http.StatusBadGateway, code)
	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}
	recorder.Fail(t, recorder.At(handlerspans.NewHandler, finding.Finding{
		Want:  recorder.Table(want...),
		Got:   recorder.Table(got...),
		Cause: "500 says that this service is broken. When it is fine, and somebody that it has to ask is not, the answer\nis 502: whoever is woken at night can tell from the status whom to call.",
	}))
}

package handlerspans_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// The call to the payment API should have a client span in the request's trace, and the API's own span below it.
func TestPaymentInTrace(t *testing.T) {
	s := newShop(t)
	s.get("42")
	f := recorder.At((*handlerspans.Payments).State, finding.Finding{
		Want: "GET /orders/{id} (server)\n└─ HTTP GET (client)\n   └─ GET /payments/{id} (server)",
		Got:  recorder.Tree(s.aroundPayment()),
	})
	server, served := request(s.rec.Spans())
	if !served {
		recorder.Needs(t, "child-span")
	}
	if len(s.payments.received()) == 0 {
		f.Cause = "The payment API was not asked."
		recorder.Fail(t, f)
	}
	if s.paymentInTrace() {
		return
	}

	clients := calls(s.rec.Spans())
	open := calls(s.rec.Unended())
	unmarked := slices.ContainsFunc(s.inside(), func(span tracetest.SpanStub) bool {
		return span.SpanKind == trace.SpanKindInternal && s.asksPayment(span)
	})
	told := s.payments.received()[0].trace()
	switch {
	case len(clients)+len(open) == 0 && !told.IsValid():
		f = recorder.At(handlerspans.NewPayments, f)
		f.Cause = "The request left without a header that names its trace, and nothing tells how long it took:\notelhttp.NewTransport, around the client's transport, sees to both."
	case len(clients)+len(open) == 0 && unmarked:
		f.Cause = "The call has a span, of kind internal: nobody can tell that it waits for somebody else.\ntrace.WithSpanKind(trace.SpanKindClient) says so."
	case len(clients)+len(open) == 0:
		f.Cause = "The API goes on with the trace, but the call itself has no span: how long this side waited,\nfor the connection and for the answer, stands nowhere."
	case len(clients) == 0:
		f.Got += "\n\n" + open[0].Name + " (client)   started, never ended"
		f.Cause = "Only spans that end are exported."
	case !recorder.Below(s.rec.Spans(), clients[0], server):
		f.Cause = "The client's span is a trace of its own: the request that was sent has no context, or not this one.\nhttp.NewRequestWithContext gives it one."
	case !told.IsValid():
		f = recorder.At(handlerspans.NewPayments, f)
		f.Cause = "There is a client span, but the header traceparent did not arrive: a propagator has to write it."
	default:
		f.Cause = "The header traceparent arrived, and names another span than that of the call: it has to be written\nfrom the context that Start has returned."
	}
	recorder.Fail(t, f)
}

// aroundPayment returns the request's span and those about the payment.
func (s *shop) aroundPayment() (spans tracetest.SpanStubs) {
	for _, span := range s.rec.Spans() {
		if span.SpanKind == trace.SpanKindServer || isCall(span) || s.asksPayment(span) {
			spans = append(spans, span)
		}
	}
	return spans
}

// asksPayment reports whether the payment API has continued this very span.
func (s *shop) asksPayment(span tracetest.SpanStub) bool {
	return slices.ContainsFunc(s.rec.Spans(), func(api tracetest.SpanStub) bool {
		return ofPaymentAPI(api) && api.Parent.SpanID() == span.SpanContext.SpanID()
	})
}

// paymentInTrace reports whether a span of the payment API hangs on a client
// span, and this one on the request.
func (s *shop) paymentInTrace() bool {
	all := s.rec.Spans()
	server, _ := request(all)
	for _, api := range all {
		for _, client := range calls(all) {
			if ofPaymentAPI(api) && api.Parent.SpanID() == client.SpanContext.SpanID() && recorder.Below(all, client, server) {
				return true
			}
		}
	}
	return false
}

// The span of the payment call should end, whatever the API answers.
func TestPaymentSpanEnds(t *testing.T) {
	header := []string{"the API answers", "the client's span"}
	want, got := [][]string{header}, [][]string{header}
	missing, hung := false, false
	padding := strings.Repeat(" ", 64<<10) // more than a decoder reads at once
	s := newShop(t)
	client := handlerspans.NewPayments(s.payments.url)
	for _, r := range []struct {
		says string
		code int
		body string
	}{
		{"200", http.StatusOK, paid + padding},
		{"200, not JSON", http.StatusOK, "<html>" + padding},
		{"404", http.StatusNotFound, `{"error":"no such payment"}` + padding},
		{"500", http.StatusInternalServerError, `{"error":"out of order"}` + padding},
		{"nothing, it hangs up", hangUp, ""},
	} {
		s.payments.answer(r.code, r.body)
		ended, open := s.clientSpans()
		_, _ = client.State(t.Context(), 42) // what it returns is another check's business
		nowEnded, nowOpen := s.clientSpans()
		end := "ends"
		switch {
		case nowOpen > open:
			end, hung = "never ends", true
		case nowEnded == ended:
			end, missing = "there is none", true
		}
		want = append(want, []string{r.says, "ends"})
		got = append(got, []string{r.says, end})
	}
	if !hung && !missing {
		return
	}
	f := recorder.At((*handlerspans.Payments).State, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	if missing {
		recorder.Needs(t, "payment-in-trace")
	}
	switch answered := slices.ContainsFunc(got[:len(got)-1], func(row []string) bool { return row[1] == "never ends" }); {
	case hung && !answered:
		f.Cause = "Where Do returns an error, the span is left open: defer span.End(), on the line below Start, ends it on\nevery path."
	case hung:
		f.Cause = "The span of a call ends when the response's body is read to its end or closed, since until then the\nanswer is still arriving. A span that never ends is never exported, and the connection is never used again."
	}
	recorder.Fail(t, f)
}

// clientSpans counts the client spans that have ended, and those that have not.
func (s *shop) clientSpans() (ended, open int) {
	return len(calls(s.rec.Spans())), len(calls(s.rec.Unended()))
}

// No baggage should leave for the payment API.
func TestBaggageStaysHome(t *testing.T) {
	s := newShop(t)
	req := httptest.NewRequest("GET", "/orders/42", nil)
	req.Header.Set("baggage", "customer.email=ada@example.com")
	s.send(req)

	inTrace := s.paymentInTrace()
	header := make(http.Header)
	for _, a := range s.payments.received() {
		header = a.header
	}
	if inTrace && header.Get("baggage") == "" {
		return
	}
	const headers = "GET /payments/42\n  traceparent: %s\n  baggage: %s"
	traceparent, baggage := "none", "none"
	if header.Get("traceparent") != "" {
		traceparent = "the request's trace"
	}
	if values := header.Values("baggage"); len(values) > 0 {
		baggage = strings.Join(values, ",")
	}
	f := recorder.At(handlerspans.NewPayments, finding.Finding{
		Want: fmt.Sprintf(headers, "the request's trace", "none"),
		Got:  fmt.Sprintf(headers, traceparent, baggage),
	})
	if !inTrace {
		recorder.Needs(t, "payment-in-trace")
		f.Cause = "The call is not in the request's trace yet, so nothing of the request can leak either."
	} else {
		f.Cause = "The propagator hands baggage on to whomever this service calls, no matter who has put it there, and the\npayment API is somebody else's. Give the transport a propagator of its own that knows the trace context alone."
	}
	recorder.Fail(t, f)
}

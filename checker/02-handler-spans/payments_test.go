package handlerspans_test

import (
	"fmt"
	"net/http"
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
	spans, called := s.aroundPayment()
	if !called {
		recorder.Fail(t, recorder.At((*handlerspans.Payments).State, finding.Finding{
			Want: "GET /payments/42   asked once", Got: "the payment API was not asked",
		}))
	}
	if s.paymentInTrace() {
		return
	}

	f := recorder.At(handlerspans.NewPayments, finding.Finding{
		Want: "GET /orders/{id} (server)\n└─ HTTP GET (client)\n   └─ GET /payments/{id} (server)",
		Got:  recorder.Tree(spans),
	})
	server, _ := request(spans)
	clients := recorder.OfKind(spans, trace.SpanKindClient)
	traceparent := s.payments.received()[0].Get("traceparent")
	switch {
	case len(clients) == 0 && traceparent == "":
		f.Cause = "The request left without a header that names its trace, and nothing tells how long it took:\notelhttp.NewTransport, around the client's transport, sees to both."
	case len(clients) == 0:
		f.Cause = "The API goes on with the trace, but the call itself has no span: what happened on the way,\nname look-up, connection, waiting, is in nobody's."
	case !recorder.Below(s.rec.Spans(), clients[0], server):
		f.Cause = "The client's span is a trace of its own: the request that was sent has no context, or not this one.\nhttp.NewRequestWithContext gives it one."
	case traceparent == "":
		f.Cause = "There is a client span, but the header traceparent did not arrive: a propagator has to write it."
	default:
		f.Cause = "The header traceparent arrived, and names another span than that of the call."
	}
	recorder.Fail(t, f)
}

// aroundPayment returns the request's span and those about the payment, and
// whether the payment API was called at all.
func (s *shop) aroundPayment() (spans tracetest.SpanStubs, called bool) {
	for _, span := range s.rec.Spans() {
		if span.SpanKind != trace.SpanKindInternal {
			spans = append(spans, span)
		}
	}
	return spans, len(s.payments.received()) > 0
}

// paymentInTrace reports whether a span of the payment API hangs on a client
// span, and this one on the request.
func (s *shop) paymentInTrace() bool {
	all := s.rec.Spans()
	server, _ := request(all)
	for _, api := range all {
		for _, client := range recorder.OfKind(all, trace.SpanKindClient) {
			if ofPaymentAPI(api) && api.Parent.SpanID() == client.SpanContext.SpanID() && recorder.Below(all, client, server) {
				return true
			}
		}
	}
	return false
}

// The span of the payment call should end, whatever the API answers.
func TestPaymentSpanEnds(t *testing.T) {
	header := []string{"the API answers", "client spans", "ended"}
	want, got := [][]string{header}, [][]string{header}
	missing := false
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
	} {
		s.payments.answer(r.code, r.body)
		started, ended := s.clientSpans()
		_, _ = client.State(t.Context(), 42) // what it returns is another check's business
		nowStarted, nowEnded := s.clientSpans()
		missing = missing || nowStarted == started
		want = append(want, []string{r.says, "1", "1"})
		got = append(got, []string{r.says, fmt.Sprint(nowStarted - started), fmt.Sprint(nowEnded - ended)})
	}
	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}
	f := recorder.At((*handlerspans.Payments).State, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	if missing {
		recorder.Needs(t, "payment-in-trace")
	} else {
		f.Cause = "The span of a call ends when the response's body is read to its end or closed, since until then the\nanswer is still arriving. A span that never ends is never exported, and the connection is never used again."
	}
	recorder.Fail(t, f)
}

// clientSpans counts the client spans that have started, and those that have ended.
func (s *shop) clientSpans() (started, ended int) {
	ended = len(recorder.OfKind(s.rec.Spans(), trace.SpanKindClient))
	return ended + len(recorder.OfKind(s.rec.Unended(), trace.SpanKindClient)), ended
}

// No baggage should leave for the payment API.
func TestBaggageStaysHome(t *testing.T) {
	s := newShop(t)
	s.get("42", "baggage", "customer.email=ada@example.com")
	if _, called := s.aroundPayment(); !called {
		recorder.Needs(t, "payment-in-trace")
		t.Fatal("the payment API was not asked")
	}
	header := s.payments.received()[0]
	inTrace := s.paymentInTrace()
	if inTrace && header.Get("baggage") == "" {
		return
	}
	got := [][]string{{"GET /payments/42"}}
	for _, name := range []string{"traceparent", "baggage"} {
		value := "none"
		if v := header.Get(name); v != "" {
			value = map[string]string{"traceparent": "the request's trace", "baggage": v}[name]
		}
		got = append(got, []string{"  " + name + ":", value})
	}
	f := recorder.At(handlerspans.NewPayments, finding.Finding{
		Want: recorder.Table([]string{"GET /payments/42"}, []string{"  traceparent:", "the request's trace"}, []string{"  baggage:", "none"}),
		Got:  recorder.Table(got...),
	})
	if !inTrace {
		recorder.Needs(t, "payment-in-trace")
		f.Cause = "Nothing is sent along yet, so nothing can leak either."
	} else {
		f.Cause = "Whoever called this service put an address into its baggage, and the propagator hands it on to whoever\nthis service calls. Give the transport a propagator of its own that knows the trace context alone."
	}
	recorder.Fail(t, f)
}

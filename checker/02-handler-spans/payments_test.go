package handlerspans_test

import (
	"fmt"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// asking are the situations in which the payment API is asked.
var asking = slices.Concat(healthy, []situation{slowly}, unpaid, left[1:])

// The call to the payment API should have a client span in the request's trace, and the API's own span below it.
func TestPaymentInTrace(t *testing.T) {
	judge(t, asking, func(e *evidence) *verdict {
		for _, r := range e.requests {
			if v := e.paymentInTrace(r); v != nil {
				return v
			}
		}
		return nil
	})
}

// paymentInTrace holds that each span of the payment API hangs on a client
// span, and this one on the request's.
func (e *evidence) paymentInTrace(r *request) *verdict {
	server, served := e.server(r)
	calls := askedFor(e.asked, r.id)
	f := func(fn any) finding.Finding {
		return e.in(recorder.At(fn, finding.Finding{
			Want: "GET /orders/{id} (server)\n└─ HTTP GET (client)\n   └─ GET /payments/{id} (server)",
			Got:  recorder.Tree(e.aroundPayment()),
		}))
	}
	if !served {
		if len(e.requests) > 1 {
			return nil // which of them is not known
		}
		if e.recorded() {
			return because(f(handlerspans.NewHandler), "The request itself has left no span.", "child-span")
		}
		return e.headerOnly(r, calls)
	}
	if len(e.asked) == 0 {
		return because(f((*handlerspans.Payments).State), "The payment API was not asked.")
	}
	for _, a := range calls {
		for _, other := range e.requests { // whose trace it is in is another check's business
			if s, ok := e.server(other); ok && s.SpanContext.TraceID() == a.told.TraceID() {
				server = s
			}
		}
		if v := e.callInTrace(f, server, a); v != nil {
			if load, ok := e.load(r); ok && load.SpanContext.TraceID() == a.told.TraceID() && a.told.TraceID() != server.SpanContext.TraceID() {
				v.needs = append(v.needs, "child-span") // both are in a trace that is not the request's
			}
			return v
		}
	}
	return nil
}

// callInTrace says what is wrong with the span of one call.
func (e *evidence) callInTrace(f func(fn any) finding.Finding, server tracetest.SpanStub, a asked) *verdict {
	all := e.all()
	client := find(all, a.told.SpanID())
	inTrace := recorder.Below(all, client, server)
	around := filter(all, func(s tracetest.SpanStub) bool {
		_, http := recorder.Attr(s.Attributes, "http.request.method")
		return s.SpanKind == trace.SpanKindClient && http && recorder.Below(all, client, s)
	})
	clients := filter(all, func(s tracetest.SpanStub) bool {
		return s.SpanKind == trace.SpanKindClient && ofOtelhttp(s) && !ofStore(s)
	})
	switch {
	case inTrace && client.SpanKind == trace.SpanKindClient && len(around) == 0:
		return nil
	case inTrace && client.SpanKind == trace.SpanKindClient:
		return because(f(handlerspans.NewPayments), fmt.Sprintf("One call, and %d client spans around each other: each tells of it, and each counts it. The transport has\notelhttp around it more than once; around the one that is at the bottom it belongs once, in NewPayments.", len(around)+1))
	case !a.told.IsValid() && len(clients) == 0:
		return because(f(handlerspans.NewPayments), "The request left without a header that names its trace, and nothing tells how long it took:\notelhttp.NewTransport, around the client's transport and without a filter, sees to both.")
	case !a.told.IsValid():
		return because(f(handlerspans.NewPayments), "There is a client span, but the header traceparent did not arrive: a propagator has to write it.")
	case inTrace && client.SpanKind != trace.SpanKindServer:
		return because(f((*handlerspans.Payments).State), "The call has a span, of kind "+client.SpanKind.String()+": nobody can tell that it waits for somebody else.\ntrace.WithSpanKind(trace.SpanKindClient) says so.")
	case len(clients) > 0 && !slices.ContainsFunc(clients, func(s tracetest.SpanStub) bool { return recorder.Below(all, s, server) }):
		return because(f((*handlerspans.Payments).State), "The client's span is a trace of its own: the request that was sent has no context, or not this one.\nhttp.NewRequestWithContext gives it one.")
	case len(clients) > 0:
		return because(f((*handlerspans.Payments).State), "The header traceparent arrived, and names another span than that of the call: it has to be written\nfrom the context that Start has returned.")
	case client.SpanContext.SpanID() == server.SpanContext.SpanID() || inTrace:
		return because(f((*handlerspans.Payments).State), "The API goes on with the trace, but the call itself has no span: how long this side waited,\nfor the connection and for the answer, stands nowhere.")
	}
	return because(f((*handlerspans.Payments).State), "The header traceparent arrived, and names no span of this request.")
}

// headerOnly holds that the API is told of the caller's trace when nobody keeps
// it, and that nobody does.
func (e *evidence) headerOnly(r *request, calls []asked) *verdict {
	for _, a := range calls {
		if a.told.TraceID() == r.trace && !a.told.IsSampled() {
			continue
		}
		const headers = "GET /payments/%d\n  traceparent: %s"
		f := e.in(recorder.At((*handlerspans.Payments).State, finding.Finding{
			Want: fmt.Sprintf(headers, r.id, "the caller's trace, not sampled"),
			Got:  fmt.Sprintf(headers, r.id, cmpTrace(a, r)),
		}))
		if !a.told.IsValid() {
			return because(f, "A trace that nobody keeps crosses the wire, too: the header tells the next one not to keep it either.")
		}
		return because(f, "Whoever begins a trace decides whether it is kept, and all others go by that. The header is not the\nplace to change it.")
	}
	return nil
}

// cmpTrace says which trace a header names.
func cmpTrace(a asked, r *request) string {
	switch {
	case !a.told.IsValid():
		return "none"
	case a.told.TraceID() != r.trace:
		return "another trace"
	}
	return "the caller's trace, sampled"
}

func askedFor(all []asked, id int64) (list []asked) {
	for _, a := range all {
		if a.id == id || a.id == 0 {
			list = append(list, a)
		}
	}
	return list
}

// aroundPayment returns the request's span and those about the payment.
func (e *evidence) aroundPayment() tracetest.SpanStubs {
	return filter(e.spans, func(s tracetest.SpanStub) bool {
		return s.SpanKind == trace.SpanKindServer || e.ofPayment(s)
	})
}

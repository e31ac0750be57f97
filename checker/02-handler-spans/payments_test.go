package handlerspans_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// paid are the situations in which the payment API is asked.
var asking = slices.Concat(healthy, unpaid, left[1:])

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
	f := e.in(recorder.At((*handlerspans.Payments).State, finding.Finding{
		Want: "GET /orders/{id} (server)\n└─ HTTP GET (client)\n   └─ GET /payments/{id} (server)",
		Got:  recorder.Tree(e.aroundPayment()),
	}))
	if !served {
		if len(e.requests) > 1 {
			return nil // which of them is not known
		}
		if e.recorded() {
			return because(f, "The request itself has left no span.", "child-span")
		}
		return e.headerOnly(r, calls)
	}
	if len(e.asked) == 0 {
		return because(f, "The payment API was not asked.")
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
func (e *evidence) callInTrace(f finding.Finding, server tracetest.SpanStub, a asked) *verdict {
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
		f = recorder.At(handlerspans.NewPayments, f)
		return because(f, fmt.Sprintf("One call, and %d client spans around each other: each tells of it, and each counts it. The transport has\notelhttp around it more than once; around the one that is at the bottom it belongs once, in NewPayments.", len(around)+1))
	case !a.told.IsValid() && len(clients) == 0:
		f = recorder.At(handlerspans.NewPayments, f)
		return because(f, "The request left without a header that names its trace, and nothing tells how long it took:\notelhttp.NewTransport, around the client's transport, sees to both.")
	case !a.told.IsValid():
		f = recorder.At(handlerspans.NewPayments, f)
		return because(f, "There is a client span, but the header traceparent did not arrive: a propagator has to write it.")
	case inTrace && client.SpanKind == trace.SpanKindInternal:
		return because(f, "The call has a span, of kind internal: nobody can tell that it waits for somebody else.\ntrace.WithSpanKind(trace.SpanKindClient) says so.")
	case len(clients) > 0 && !slices.ContainsFunc(clients, func(s tracetest.SpanStub) bool { return recorder.Below(all, s, server) }):
		return because(f, "The client's span is a trace of its own: the request that was sent has no context, or not this one.\nhttp.NewRequestWithContext gives it one.")
	case len(clients) > 0:
		return because(f, "The header traceparent arrived, and names another span than that of the call: it has to be written\nfrom the context that Start has returned.")
	case client.SpanContext.SpanID() == server.SpanContext.SpanID() || inTrace:
		return because(f, "The API goes on with the trace, but the call itself has no span: how long this side waited,\nfor the connection and for the answer, stands nowhere.")
	}
	return because(f, "The header traceparent arrived, and names no span of this request.")
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
		return s.SpanKind == trace.SpanKindServer || e.isCall(s) || s.SpanKind == trace.SpanKindClient && !isLoad(s) && !ofStore(s)
	})
}

// The span of the payment call should end, whatever the API answers.
func TestPaymentSpanEnds(t *testing.T) {
	const ends, open, none = "ends", "never ends", "there is none"
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
		isClient := func(s tracetest.SpanStub) bool { return s.SpanKind == trace.SpanKindClient }
		switch {
		case rows[name] != ends: // it has been said
		case slices.ContainsFunc(e.open, isClient):
			rows[name] = open
		case !slices.ContainsFunc(e.spans, func(s tracetest.SpanStub) bool { return isClient(s) && e.isCall(s) }):
			rows[name] = none
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
	switch {
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

// No baggage should leave for the payment API.
func TestBaggageStaysHome(t *testing.T) {
	judge(t, those(healthy, func(s situation) bool { return s.caller.baggage }), func(e *evidence) *verdict {
		r := e.requests[0]
		for _, a := range askedFor(e.asked, r.id) {
			if v := e.leaks(r, a); v != nil {
				return v
			}
		}
		return nil
	})
}

// leaks holds that a request to the payment API has the trace in its headers,
// and nothing of the caller's baggage.
func (e *evidence) leaks(r *request, a asked) *verdict {
	const headers = "GET /payments/%d\n  traceparent: %s\n  baggage: %s"
	traceparent, baggage, other := "none", "none", ""
	if a.told.IsValid() {
		traceparent = "another trace"
	}
	inTrace := slices.ContainsFunc(e.requests, func(r *request) bool { // in which of them is another check's business
		server, served := e.server(r)
		return a.told.TraceID() == r.trace || served && a.told.TraceID() == server.SpanContext.TraceID()
	}) && a.told.IsValid()
	if inTrace {
		traceparent = "the request's trace"
	}
	if values := a.header.Values("baggage"); len(values) > 0 {
		baggage = strings.Join(values, ",")
	}
	for _, member := range strings.Split(carried, ",") {
		_, value, _ := strings.Cut(member, "=")
		for name, values := range a.header {
			if text := strings.Join(values, ","); name != "Baggage" && strings.Contains(text, value) {
				other = "\n  " + strings.ToLower(name) + ": " + text
			}
		}
		if strings.Contains(a.url, value) {
			other = "\n  in the path: " + a.url
		}
	}
	f := e.in(recorder.At(handlerspans.NewPayments, finding.Finding{
		Want: fmt.Sprintf(headers, r.id, "the request's trace", "none"),
		Got:  fmt.Sprintf(headers, r.id, traceparent, baggage) + other,
	}))
	switch {
	case !inTrace:
		return because(f, "The call is not in the request's trace yet, so nothing of the request can leak either.", "payment-in-trace")
	case other != "":
		return because(recorder.At((*handlerspans.Payments).State, f), "A value of the caller's baggage leaves by another way. It is as readable there.")
	case baggage == "none":
		return nil
	case len(baggage) < len(carried):
		return because(f, "Some of it was taken out, and the rest has left. Nobody knows today what others will put into it tomorrow:\nhand none of it on.")
	}
	return because(f, "The propagator hands baggage on to whomever this service calls, no matter who has put it there, and the\npayment API is somebody else's. Give the transport a propagator of its own that knows the trace context alone.")
}

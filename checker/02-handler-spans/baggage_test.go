package handlerspans_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

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
		members := strings.Split(strings.Join(values, ","), ",")
		slices.Sort(members) // the order says nothing
		baggage = strings.Join(members, ",")
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

package minimal_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// A trace that a caller has begun should go on in this service.
func TestContextExtracted(t *testing.T) {
	w := newWorld(t)
	var overruled bool
	inBubble(t, func(ctx context.Context) {
		w.setUp(ctx)
		if !w.ready() {
			return
		}
		callFromTraces(minimal.NewHandler())
		overruled = overrulesCallers(ctx)
		time.Sleep(61 * time.Second)
		stop(ctx)
	})
	w.mustWork(t)

	// The learner's own handler tells, once it makes spans that arrive. Until
	// then one of ours does, with no more than the global propagator to read
	// the request with.
	seen := servers(w.spans.Spans())
	f := recorder.At(minimal.Setup, finding.Finding{})
	switch lost, ok := firstLost(seen); {
	case len(seen) == 0:
		ours := servers(oursCalled(t))
		if lost, ok = firstLost(ours); ok {
			return
		}
		f.Want, f.Got = lost.draw(ours)
		blameSetup(t, &f)
	case ok:
		return
	case lost.unsampled && overruled:
		f.Want, f.Got = lost.draw(seen)
		f = atCall(t, minimal.Setup, f, "WithSampler")
		f.Cause = "The tracer provider records what its caller has decided not to: the sampler that it was given does not ask. One that is\ntold of no sampler goes on as the caller began, and keeps what nobody else has begun."
	case !lost.unsampled && !slices.ContainsFunc(seen, nobodys):
		recorder.Needs(t, "requests-traced", "providers-global")
		f.Want, f.Got = lost.draw(seen)
	default:
		f.Want, f.Got = lost.draw(seen)
		// Is it the handler, or what was set up? A handler of ours stands on
		// the same setup.
		if _, ok := firstLost(servers(oursCalled(t))); ok {
			blameHandler(t, &f, seen)
		} else {
			blameSetup(t, &f)
		}
	}
	recorder.Fail(t, f)
}

// overrulesCallers reports whether the global provider samples what a caller
// has not.
func overrulesCallers(ctx context.Context) bool {
	_, span := otel.Tracer("checker").Start(trace.ContextWithRemoteSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{0xc4}, SpanID: trace.SpanID{0xc4}, Remote: true,
	})), "GET")
	defer span.End()
	return span.SpanContext().IsSampled()
}

// blameSetup explains that no handler could read the request.
func blameSetup(t *testing.T, f *finding.Finding) {
	switch fields := otel.GetTextMapPropagator().Fields(); {
	case len(fields) == 0:
		f.Cause = "The request carries the header traceparent, and nobody reads it:\nuntil otel.SetTextMapPropagator is called, the global propagator does nothing."
	case !slices.Contains(fields, "traceparent"):
		*f = atCall(t, minimal.Setup, *f, "SetTextMapPropagator")
		f.Cause = "A propagator is registered, but it does not read the header traceparent: propagation.TraceContext does."
	}
}

// blameHandler explains that this handler does not go on with a trace, where
// another one does.
func blameHandler(t *testing.T, f *finding.Finding, spans tracetest.SpanStubs) {
	linked := slices.ContainsFunc(spans, func(s tracetest.SpanStub) bool { return len(s.Links) > 0 })
	switch {
	case linked:
		*f = atCall(t, minimal.NewHandler, *f, "WithPublicEndpointFn", "WithPublicEndpoint", "WithNewRoot")
		f.Cause = "The handler has read the header, and has begun a trace of its own with a link to the caller's:\nthat is what WithPublicEndpointFn is for, where callers are strangers. This caller is none."
	default:
		*f = atCall(t, minimal.NewHandler, *f, "WithPropagators")
		f.Cause = "The setup is not what loses it: another otelhttp handler goes on with the caller's trace, under the same setup.\nSo it is in how NewHandler makes this one."
	}
}

// A caller is a span in another service that calls this one.
type caller struct {
	what        string
	trace, span string
	unsampled   bool              // whether it has decided against its trace
	headers     map[string]string // besides traceparent
	from        string            // its address; "" is the usual one
}

// callers call one after the other; the last two are in the handler together.
var callers = []caller{
	{what: "a caller", trace: "4bf92f3577b34da6a3ce929d0e0e4736", span: "00f067aa0ba902b7"},
	{what: "the next caller", trace: "8a3c60f7d188f8fa79d48a391a778fa6", span: "53995c3f42cd8ad8"},
	{what: "a caller at another address", trace: "5eed5eed5eed5eed5eed5eed5eed5eed", span: "1b2d3f4a5c6e7f80", from: "203.0.113.7:4711"},
	{what: "a caller behind a proxy", trace: "facade00facade00facade00facade00", span: "2c3e4f5a6b7d8e91",
		headers: map[string]string{"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7"}},
	{what: "a caller with more to say", trace: "0ddba11a0ddba11a0ddba11a0ddba11a", span: "3d4f5a6b7c8e9fa2",
		headers: map[string]string{"tracestate": "vendor=1", "baggage": "tier=gold"}},
	{what: "a caller that has not sampled", trace: "ba5eba11ba5eba11ba5eba11ba5eba11", span: "4e5f6a7b8c9dafb3", unsampled: true},
	{what: "a caller, beside another one", trace: "c0ffee51c0ffee51c0ffee51c0ffee51", span: "b7ad6b7169203331"},
	{what: "a caller, beside another one", trace: "deadbea7deadbea7deadbea7deadbea7", span: "7d5d8d1c6a5f4b21"},
}

// callFromTraces has all callers call h.
func callFromTraces(h http.Handler) {
	from := func(callers ...caller) {
		visit{path: "/", times: len(callers)}.pay(h, func(i int, r *http.Request) {
			c := callers[i]
			flags := "01"
			if c.unsampled {
				flags = "00"
			}
			r.Header.Set("traceparent", fmt.Sprintf("00-%s-%s-%s", c.trace, c.span, flags))
			for name, value := range c.headers {
				r.Header.Set(name, value)
			}
			if c.from != "" {
				r.RemoteAddr = c.from
			}
		})
	}
	together := len(callers) - 2
	for _, c := range callers[:together] {
		from(c)
	}
	from(callers[together:]...)
}

// firstLost returns the first caller whose trace does not go on in spans; ok is
// true when there is none.
func firstLost(spans tracetest.SpanStubs) (lost caller, ok bool) {
	for _, c := range callers {
		if !c.unsampled && !slices.ContainsFunc(spans, c.began) {
			return c, false
		}
	}
	// One that has not sampled has no span here. If there is a trace that no
	// caller has begun, it is this one's: the others have theirs.
	for _, c := range callers {
		if c.unsampled && slices.ContainsFunc(spans, func(s tracetest.SpanStub) bool { return c.began(s) || ownTrace(s) }) {
			return c, false
		}
	}
	return caller{}, true
}

// ownTrace reports whether a span is of a trace that no caller has begun.
func ownTrace(s tracetest.SpanStub) bool {
	id := s.SpanContext.TraceID().String()
	return !slices.ContainsFunc(callers, func(c caller) bool { return c.trace == id })
}

// began reports whether a span is a child of the caller's.
func (c caller) began(s tracetest.SpanStub) bool {
	return s.SpanContext.TraceID().String() == c.trace && s.Parent.SpanID().String() == c.span
}

// nobodys reports whether a span is no caller's child.
func nobodys(s tracetest.SpanStub) bool {
	return !slices.ContainsFunc(callers, func(c caller) bool { return c.began(s) })
}

// draw returns what was wanted for this caller, and what there is: a span that
// is no caller's child.
func (c caller) draw(spans tracetest.SpanStubs) (want, got string) {
	want = recorder.Table(
		[]string{c.what, "trace " + c.trace[:8]},
		[]string{"└─ GET (server)", "trace " + c.trace[:8]})
	if c.unsampled {
		want = recorder.Table(
			[]string{c.what, "trace " + c.trace[:8]},
			[]string{"no span of this request"})
	}
	row := []string{"no span of this request"}
	for _, s := range spans {
		if c.unsampled && c.began(s) {
			row = []string{"└─ GET (server)", "trace " + c.trace[:8], "← recorded, all the same"}
			break
		}
		if nobodys(s) && (!c.unsampled || ownTrace(s)) {
			id := s.SpanContext.TraceID().String()
			row = []string{"GET (server)", "trace " + id[:8], "← a trace of its own"}
			if slices.ContainsFunc(callers, func(c caller) bool { return c.trace == id }) {
				row[2] = "← not a child of its caller's span"
			}
			break
		}
	}
	return want, recorder.Table([]string{c.what, "trace " + c.trace[:8], ""}, row)
}

// oursCalled has all callers call a handler of our own, and returns its spans.
func oursCalled(t *testing.T) tracetest.SpanStubs {
	rec := recorder.New(t, "")
	callFromTraces(otelhttp.NewHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok") // a recorder takes everything
	}), "checker", otelhttp.WithTracerProvider(rec.TracerProvider)))
	return rec.Spans()
}

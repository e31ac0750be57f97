package handlerspans_test

import (
	"slices"
	"strings"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
)

// evidence is all that was seen of a situation.
type evidence struct {
	situation
	way
	requests []*request
	spans    tracetest.SpanStubs // that have ended
	open     tracetest.SpanStubs // that have not, and never will
	reads    []read              // of the store
	asked    []asked             // of the payment API

	rec      *recorder.Recorder
	withOurs func() *evidence // plays the same with a handler of ours, for a comparison
}

// scene says which situation it was, and in which way it was played; "" for the
// first one of all, which goes without saying.
func (e *evidence) scene() string {
	switch {
	case e.situation.name == healthy[0].name && e.way.name == "":
		return ""
	case e.way.name == "":
		return e.situation.name
	}
	return e.situation.name + ", " + e.way.name
}

// in puts the scene above want and got.
func (e *evidence) in(f finding.Finding) finding.Finding {
	if scene := e.scene(); scene != "" {
		f.Want, f.Got = scene+"\n\n"+f.Want, scene+"\n\n"+f.Got
	}
	return f
}

// recorded reports whether spans are recorded: whose caller does not keep the
// trace has none.
func (e *evidence) recorded() bool {
	return e.caller.trace != unsampled
}

// server returns the span of a request itself; of several within each other,
// the outermost.
func (e *evidence) server(r *request) (server tracetest.SpanStub, ok bool) {
	for _, span := range e.spans {
		if !isServer(span) || len(e.requests) > 1 && !ofCaller(span, r.trace) {
			continue
		}
		if !ok || recorder.Below(e.spans, server, span) {
			server, ok = span, true
		}
	}
	return server, ok
}

// isServer reports whether a span is of a request to the learner's service.
func isServer(s tracetest.SpanStub) bool {
	return s.SpanKind == trace.SpanKindServer && !ofAPI(s) && !isLoad(s)
}

// ofCaller reports whether a span goes on with the caller's trace, or says at
// least which one that was.
func ofCaller(s tracetest.SpanStub, id trace.TraceID) bool {
	return s.SpanContext.TraceID() == id || slices.ContainsFunc(s.Links, func(l sdktrace.Link) bool { return l.SpanContext.TraceID() == id })
}

// load returns the span "load order" of a request.
func (e *evidence) load(r *request) (tracetest.SpanStub, bool) {
	loads := filter(e.spans, isLoad)
	if len(e.requests) > 1 {
		server, _ := e.server(r)
		loads = filter(loads, func(s tracetest.SpanStub) bool {
			return s.SpanContext.TraceID() == server.SpanContext.TraceID()
		})
	}
	if len(loads) == 0 {
		return tracetest.SpanStub{}, false
	}
	return loads[0], true
}

// inside returns the spans of the learner's code without those about the
// payment.
func (e *evidence) inside() tracetest.SpanStubs {
	return filter(e.spans, func(s tracetest.SpanStub) bool { return !ofAPI(s) && !ofStore(s) && !e.isCall(s) })
}

// isCall reports whether a span is of a payment call: the API has continued it,
// or it is a client's, of otelhttp.
func (e *evidence) isCall(s tracetest.SpanStub) bool {
	return e.continued(s) || s.SpanKind == trace.SpanKindClient && ofOtelhttp(s)
}

// ofPayment reports whether a span is a client's, and not of the store: it is of
// a payment call, also when the API knows nothing of it.
func (e *evidence) ofPayment(s tracetest.SpanStub) bool {
	inLoad := func(load tracetest.SpanStub) bool { return isLoad(load) && recorder.Below(e.all(), s, load) }
	return e.isCall(s) || s.SpanKind == trace.SpanKindClient && !isLoad(s) && !ofStore(s) && !slices.ContainsFunc(e.all(), inLoad)
}

// continued reports whether the payment API has been told of this very span.
func (e *evidence) continued(s tracetest.SpanStub) bool {
	return slices.ContainsFunc(e.asked, func(a asked) bool { return a.told.SpanID() == s.SpanContext.SpanID() })
}

// all returns the spans that have ended, and those that have not.
func (e *evidence) all() tracetest.SpanStubs { return slices.Concat(e.spans, e.open) }

// at returns the line of the learner's code that asks the store.
func (e *evidence) at() place {
	if len(e.reads) == 0 {
		return place{}
	}
	return e.reads[0].at
}

// bare reports whether an order was read with no span "load order" open.
func (e *evidence) bare() bool {
	return slices.ContainsFunc(e.reads, func(r read) bool { return r.bare })
}

// isLoad reports whether a span is "load order", also one that has more in its
// name, which is another check's business.
func isLoad(s tracetest.SpanStub) bool { return strings.HasPrefix(s.Name, "load order") }

// ofOtelhttp reports whether otelhttp has started a span.
func ofOtelhttp(s tracetest.SpanStub) bool {
	return strings.HasSuffix(s.InstrumentationScope.Name, "/otelhttp")
}

func filter(spans tracetest.SpanStubs, keep func(s tracetest.SpanStub) bool) tracetest.SpanStubs {
	return slices.DeleteFunc(slices.Clone(spans), func(s tracetest.SpanStub) bool { return !keep(s) })
}

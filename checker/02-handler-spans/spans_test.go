package handlerspans_test

import (
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/nearest"
	"otel.workshop/internal/waterfall"
)

// Loading the order should be a span of its own, load order, below the request's.
func TestChildSpan(t *testing.T) {
	judge(t, append(those(situations, func(s situation) bool { return s.caller.trace != unsampled }), unlikely...), func(e *evidence) *verdict {
		if v := e.ended(); v != nil {
			return v
		}
		if len(e.reads) < len(e.requests) && slices.ContainsFunc(unlikely, func(s situation) bool { return s.name == e.situation.name }) {
			return nil // who knows that without asking need not ask
		}
		for _, r := range e.requests {
			if v := e.isChild(r); v != nil {
				return v
			}
		}
		return e.covers()
	})
}

// ended holds that each span that was started has ended. Those of the payment
// call are another check's business.
func (e *evidence) ended() *verdict {
	open := filter(e.open, func(s tracetest.SpanStub) bool { return !ofAPI(s) && !e.ofPayment(s) })
	if len(open) == 0 {
		return nil
	}
	f := e.at().at(finding.Finding{Want: "GET /orders/{id} (server)\n└─ load order", Got: recorder.Tree(e.inside())})
	for _, s := range open {
		f.Got += "\n\n" + s.Name + "   started, never ended"
	}
	return because(e.in(f), "Only spans that end are exported. defer span.End(), on the line below Start, ends it on every path.")
}

// isChild holds that a request has a span "load order" below its own.
func (e *evidence) isChild(r *request) *verdict {
	server, served := e.server(r)
	load, ok := e.load(r)
	kind := load.SpanKind
	f := func(p place, options ...waterfall.TreeOption) finding.Finding {
		return e.in(p.at(finding.Finding{
			Want: "GET /orders/{id} (server)\n└─ load order",
			Got:  recorder.Tree(e.inside(), options...),
		}))
	}
	switch {
	case !served && len(e.requests) > 1:
		return nil // which of the two is not known
	case !served:
		return because(f(place{}), "The request itself has left no server span. otelhttp starts one when it stands around the handler, as it did,\nand no filter leaves the request out.")
	case len(e.reads) == 0 && e.way.name == "":
		return because(f(place{}), "The store was not asked for the order.")
	case !ok:
		return because(f(e.at()), e.insteadOfLoad())
	case load.SpanContext.TraceID() != server.SpanContext.TraceID():
		note := waterfall.WithNotes(map[string]string{load.SpanContext.SpanID().String(): "a trace of its own"})
		query := find(e.spans, e.reads[0].span.SpanID())
		if e.reads[0].ours && recorder.Below(e.spans, query, load) {
			return because(f(e.at(), note), "It was started from the request's context, and begins a trace all the same: trace.WithNewRoot makes it, or\nthe request's span was taken out of the context before.")
		}
		return because(f(e.at(), note), "A span begins a new trace when the context that it is started from holds no span:\ncontext.Background() does not, the request's context does.")
	case !recorder.Below(e.spans, load, server):
		return because(f(e.at()), "The span is in the right trace, and hangs on something that is not the request's span.")
	case load.InstrumentationScope.Name != tracerName:
		f := e.in(e.at().at(finding.Finding{Want: "load order   by the tracer demo.handler", Got: "load order   by the tracer " + load.InstrumentationScope.Name}))
		return because(f, "A tracer's name says who is speaking. Whoever looks for all that this handler tells looks for demo.handler.")
	case kind != trace.SpanKindInternal && kind != trace.SpanKindClient:
		f := e.in(e.at().at(finding.Finding{Want: "load order   of kind internal", Got: "load order   of kind " + kind.String()}))
		return because(f, "The kind says how a span stands to other processes: a server's takes a request in, and this one does not.")
	}
	return nil
}

// tracerName is the name of the handler's tracer.
const tracerName = "demo.handler"

// insteadOfLoad says why there seems to be no span "load order".
func (e *evidence) insteadOfLoad() string {
	var names []string
	for _, s := range e.inside() {
		if s.SpanKind != trace.SpanKindServer {
			names = append(names, s.Name)
		}
	}
	near := slices.IndexFunc(names, func(name string) bool {
		return nearest.Name(strings.ToLower(name), []string{"load order"}) != "" || nearest.Name("load order", []string{strings.ToLower(name)}) != ""
	})
	switch {
	case len(names) == 0:
		return "The request is one span, and nothing tells what happened inside it:\na tracer starts another one, from the request's context."
	case near >= 0:
		return "There is a span \"" + names[near] + "\", which is nearly the name, and another one to whoever looks for it."
	}
	return "There is a span inside the request, and it is not called \"load order\"."
}

// covers holds that the spans "load order" are open while the order is read,
// and not for longer.
func (e *evidence) covers() *verdict {
	loads := filter(e.spans, isLoad)
	f := func(want string, spans tracetest.SpanStubs, line, wanted, came string) finding.Finding {
		f := e.at().at(finding.Finding{Want: want, Got: recorder.Tree(spans)})
		if line != "" {
			f.Want, f.Got = f.Want+"\n\n"+line+wanted, f.Got+"\n\n"+line+came
		}
		return e.in(f)
	}
	const (
		one  = "GET /orders/{id} (server)\n└─ load order"
		both = "GET /orders/{id} (server)\n├─ load order\n└─ HTTP GET (client)"
	)
	switch {
	case slices.ContainsFunc(loads, e.holdsPayment):
		return because(f(both, e.ofLearner(), "", "", ""), "The span goes on when the order is loaded, and the payment call is in it: a slow payment will look like\na slow database. Start it in the function that loads the order, so that it ends with that.")
	case len(loads) > len(e.reads) && len(e.reads) > 0:
		return because(f(one, e.inside(), "", "", ""), "The order was read once, and two spans tell of it: whoever counts them, or adds up how long they took,\ngets twice as much.")
	case e.bare() && e.caller.leaves == "":
		return because(f(one, e.inside(), "while the order is read   load order is ", "open", "not open"), "The span is there, and the work is not in it. It has to start before the order is read, and to end\nafterwards: span.End(), without defer, ends it where it stands.")
	case slices.ContainsFunc(loads, e.outlastsRead):
		return because(f(both, e.ofLearner(), "while the payment is asked   load order is ", "not open", "open"), "The order has been read, and its span goes on: a slow payment will look like a slow database.\nEnd it where the order is there, or start it in the function that loads the order, so that it ends with that.")
	}
	return nil
}

// holdsPayment reports whether the payment was asked for below a span.
func (e *evidence) holdsPayment(span tracetest.SpanStub) bool {
	return slices.ContainsFunc(e.all(), func(s tracetest.SpanStub) bool { return e.isCall(s) && recorder.Below(e.all(), s, span) })
}

// outlastsRead reports whether a span "load order" was still open when the
// payment API had done a payment that it was asked for after the order was
// there.
func (e *evidence) outlastsRead(load tracetest.SpanStub) bool {
	return slices.ContainsFunc(e.asked, func(a asked) bool {
		return a.told.TraceID() == load.SpanContext.TraceID() && !load.EndTime.Before(a.to) &&
			slices.ContainsFunc(e.reads, func(r read) bool { return r.id == a.id && r.to.Before(a.to) })
	})
}

// needsCover is the check that proves what can't be right unless the span "load
// order" is open while the order is read.
func (e *evidence) needsCover() []string {
	if e.bare() {
		return []string{"child-span"}
	}
	return nil
}

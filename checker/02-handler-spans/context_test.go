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

// Whoever is called should get the request's context, with the current span in it.
func TestContextPassed(t *testing.T) {
	judge(t, situations, func(e *evidence) *verdict {
		if len(e.requests) > 1 {
			if v := e.mixed(); v != nil {
				return v
			}
		}
		for _, r := range e.requests {
			for _, read := range e.reads {
				if read.id != r.id {
					continue
				}
				if v := e.queried(r, read); v != nil {
					return v
				}
			}
		}
		return e.abandoned()
	})
}

// queried holds that the store got the request's context, with the span "load
// order" in it.
func (e *evidence) queried(r *request, read read) *verdict {
	f := func() finding.Finding {
		return e.in(read.at.at(finding.Finding{
			Want: "GET /orders/{id} (server)\n└─ load order\n   └─ db.query",
			Got:  recorder.Tree(filter(e.spans, func(s tracetest.SpanStub) bool { return !ofAPI(s) && !e.isCall(s) })),
		}))
	}
	server, served := e.server(r)
	if !e.recorded() && !served {
		return e.unrecorded(r, read)
	}
	load, ok := e.load(r)
	query := find(e.spans, read.span.SpanID())
	switch {
	case !ok:
		return noLoad(f())
	case !recorder.Below(e.spans, load, server):
		return because(f(), "The span \"load order\" is not in the request's trace, so nothing below it can be.", "child-span")
	case !read.in.IsValid() && !read.ours:
		return because(f(), "The query was given a context without a span that is not the request's either, as context.Background() is:\nits span begins a trace of its own, and it does not end with the request.")
	case !read.in.IsValid():
		return because(f(), "The query was given a context from which the span has been taken out: its span begins a trace of its own.")
	case query.SpanContext.TraceID() != load.SpanContext.TraceID():
		return because(f(), "The query was given a context with a span in it that is not this request's.")
	case !recorder.Below(e.spans, query, load):
		return because(f(), "Start returns two things: a context that holds the new span, and the span. The query was given\nanother context, so its span is no child of \"load order\".", e.needsCover()...)
	}
	return nil
}

// unrecorded holds that the store got the caller's trace, too, when nobody
// keeps it.
func (e *evidence) unrecorded(r *request, read read) *verdict {
	if read.in.TraceID() == r.trace {
		return nil
	}
	const line = "the query's context   in "
	f := e.in(read.at.at(finding.Finding{Want: line + "the caller's trace", Got: line + "another trace"}))
	if !read.in.IsValid() {
		f.Got = line + "no trace"
	}
	return because(f, "No span is recorded of a trace that the caller does not keep. Its id is in the context all the same, and\nin none but the request's.")
}

func find(spans tracetest.SpanStubs, id trace.SpanID) tracetest.SpanStub {
	i := slices.IndexFunc(spans, func(s tracetest.SpanStub) bool { return s.SpanContext.SpanID() == id })
	if i < 0 {
		return tracetest.SpanStub{}
	}
	return spans[i]
}

// abandoned holds that the others stop working for a caller who has left.
func (e *evidence) abandoned() *verdict {
	server, served := e.server(e.requests[0])
	for _, r := range e.reads {
		if r.outlived {
			return because(r.at.at(finding.Finding{
				Want: e.situation.name + "   the query's context is done",
				Got:  e.situation.name + "   the query's context is not done",
			}), "A context carries more than the span: it also ends. When the caller hangs up,\nnobody waits for the query any more, and it has to learn of that.")
		}
	}
	for _, a := range e.asked {
		// What is not in the request's trace is another check's business.
		if a.outlived && served && a.told.TraceID() == server.SpanContext.TraceID() {
			return because(recorder.At((*handlerspans.Payments).State, finding.Finding{
				Want: e.situation.name + "   the payment call ends",
				Got:  e.situation.name + "   the payment call goes on",
			}), "The payment API is asked with a context that does not end with the request: it works on for somebody who\nhas left.")
		}
	}
	return nil
}

// mixed holds that of two requests at once none gets the other's context. (What
// is in neither's trace is another check's business.)
func (e *evidence) mixed() *verdict {
	owner := make(map[trace.TraceID]string)
	for _, r := range e.requests {
		if server, ok := e.server(r); ok {
			owner[server.SpanContext.TraceID()] = fmt.Sprint(r.id)
		} else if !e.recorded() {
			owner[r.trace] = fmt.Sprint(r.id)
		}
	}
	want, got := [][]string{{"two requests at once"}}, [][]string{{"two requests at once"}}
	at, wrong := place{}, false
	row := func(what string, id int64, in trace.TraceID) (ok bool) {
		order := fmt.Sprint(id)
		if owner[in] == "" || id == 0 {
			return true
		}
		want = append(want, []string{what + " of order " + order, "in the trace of order " + order})
		got = append(got, []string{what + " of order " + order, "in the trace of order " + owner[in]})
		wrong = wrong || owner[in] != order
		return owner[in] == order
	}
	for _, r := range e.reads {
		if !row("the query", r.id, r.in.TraceID()) {
			at = r.at
		}
	}
	for _, a := range e.asked {
		if !row("the payment", a.id, a.told.TraceID()) && at == (place{}) {
			at = e.requests[0].deciding
		}
	}
	if !wrong {
		return nil
	}
	f := at.at(finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	return because(f, "A handler serves many requests at once, and each has a context of its own. Kept in a field, it is that\nof whoever came last: hand it on as a parameter.")
}

package dbmetrics_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	dbmetrics "otel.workshop/steps/03-db-metrics"
)

// Each query should have a span of its own, db.query, of kind client: below the caller's, and as long as the query.
func TestQuerySpan(t *testing.T) {
	all := played(t)
	for e := range each(all) {
		for _, c := range e.calls {
			if c.tracing == unsampled {
				continue
			}
			want, got, cause := e.querySpan(c)
			if cause == "" {
				continue
			}
			if cause == endsAtOnce && slices.ContainsFunc(all, (*evidence).toldLate) {
				cause = "The span is told how its query has ended, so it was open until then; and its end has the time of its beginning. The\narguments of a deferred call are evaluated at once: End takes the time by itself."
			}
			e.fail(t, recorder.At((*dbmetrics.Store).Status, finding.Finding{Want: e.scene() + want, Got: e.scene() + got, Cause: cause}))
		}
	}
}

const endsAtOnce = "The span has ended before the query begins: span.End() ends it where it stands, defer span.End() when Status\nreturns. What is set on a span after its end is lost."

// toldLate reports whether a span that is as short as can be was told of a
// failure that the database has taken its time for.
func (e *evidence) toldLate() bool {
	return e.any(func(c *seen) bool {
		from, to := c.works()
		return to.After(from) && slices.ContainsFunc(c.queries(), func(s tracetest.SpanStub) bool {
			return s.StartTime.Equal(s.EndTime) && s.Status.Code == codes.Error
		})
	})
}

// querySpan holds a call's spans against the rule.
func (e *evidence) querySpan(c *seen) (want, got, cause string) {
	want = "load order\n└─ " + querySpan + " (client)"
	if c.tracing == traceless {
		want = querySpan + " (client)"
	}
	spans := append(slices.Clone(c.spans), e.lost...)
	got = recorder.Tree(spans)
	queries := c.queries()
	caller, _ := recorder.Named(c.spans, "load order")
	_, open := recorder.Named(c.open, querySpan)
	lost := named(e.lost, querySpan)
	switch {
	case open && c.ends() != found && c.ends() != none:
		cause = "The span of a query that fails is never ended: Status returns before it comes to End. Only a span that has\nended is exported. defer span.End(), right below Start, sees to every way out."
	case open:
		cause = "A span db.query was started and never ended: only a span that has ended is exported."
	case len(queries) == 0 && len(lost) > 0:
		cause = "The span begins a trace of its own: it was started from a context without a span."
	case len(queries) == 0 && recorder.NearSpan(querySpan, spans) != "":
		cause = recorder.Slip(recorder.NearSpan(querySpan, spans), querySpan)
	case len(queries) == 0 && len(c.spans) > 1:
		cause = "There is a span, and it has another name: here each query's is called db.query."
	case len(queries) == 0 && c.tracing == sampled && len(c.asked) > 0:
		cause = "The trace ends where the query begins: the time is spent in the database, and nothing says so."
	case len(queries) == 0 && len(c.asked) > 0:
		cause = "Nobody's trace is there to go on with; then the query's span begins one. A tracer of otel.Tracer makes it, whoever\ncalls; one that is asked of the caller's span makes nothing where there is none."
	case len(queries) == 0:
		cause = "The query never came to the database, and the trace does not say why it failed, nor that there was one: it\nbegins when a connection is asked for."
	case len(queries) > 1+c.more():
		cause = fmt.Sprintf("One query has %d spans called db.query: whoever counts them, or adds up how long they took, counts it as often.", len(queries))
	}
	if cause != "" {
		return want, got, cause
	}
	from, to := c.works()
	query := c.query()
	took := query.EndTime.Sub(query.StartTime)
	if c.tracing == sampled {
		want += "\n\ndb.query took   " + inWords(c.end.Sub(c.begin))
		got += "\n\ndb.query took   " + inWords(took)
	}
	switch {
	case c.tracing == sampled && !slices.ContainsFunc(queries, func(s tracetest.SpanStub) bool { return recorder.Below(c.spans, s, caller) }):
		cause = "The span is in the right trace, and does not hang on the caller's span."
	case query.SpanKind != trace.SpanKindClient && query.SpanKind != trace.SpanKindInternal:
		cause = "Its kind is " + query.SpanKind.String() + ". A call to another process is of kind client: it is how a backend knows that there is\nsomebody on the other side, and how a map of services gets its arrows."
	case query.SpanKind != trace.SpanKindClient:
		cause = "Start makes an internal span unless it is told another kind. A call to another process is of kind client:\nit is how a backend knows that there is somebody on the other side, and how a map of services gets its arrows."
	case len(c.asked) == 0 && c.end.Sub(query.EndTime) > 0 && took == 0 && c.end.Sub(c.begin) >= takes:
		cause = "The span does not last as long as the query waits for a connection."
	case len(c.asked) > 0 && !query.StartTime.Before(to) && to.After(from):
		cause = "The span starts when the query is over: a query runs in QueryRowContext, or in QueryContext; Scan only copies\nwhat came back."
	case len(c.asked) > 0 && query.StartTime.Equal(query.EndTime) && to.After(from):
		cause = endsAtOnce
	case len(c.asked) > 0 && (query.StartTime.After(from) || c.want != breaks && query.EndTime.Before(to) && c.want != late && c.want != left):
		cause = "The span is shorter than the query: it has to start before, and to end after it."
	case query.EndTime.After(c.end) || query.StartTime.Before(c.begin):
		cause = "The span is longer than the query: it has to end when the query has."
	case query.InstrumentationScope.Name != scope:
		want, got = "tracer   "+scope, "tracer   "+orNone(query.InstrumentationScope.Name)
		cause = "The tracer's name says which part of the code speaks: here it is " + scope + "."
	}
	return want, got, cause
}

// inWords returns a duration as the lesson writes it: 100 ms, 2 s.
func inWords(d time.Duration) string {
	if d >= time.Second {
		return fmt.Sprintf("%g s", d.Seconds())
	}
	return fmt.Sprintf("%g ms", float64(d)/float64(time.Millisecond))
}

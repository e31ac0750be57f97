package dbmetrics_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/database"
	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/solutions/02-handler-spans"
)

// evidence is all that was seen of one situation.
type evidence struct {
	situation
	round    string
	calls    []*seen
	before   recorder.Snapshot
	after    recorder.Snapshot
	pool     []int // idle and used, as the pool itself says, at the end
	inUse    int
	leaves   database.Left
	made     int                 // how many instruments there were before
	new      []string            // those that were made meanwhile
	observed bool                // whether an observable counter counts the queries
	lost     tracetest.SpanStubs // spans in a trace that is nobody's
}

// seen is what was seen of one call.
type seen struct {
	call
	trace      trace.TraceID
	leave      context.CancelFunc
	begin, end time.Time
	status     string
	err        error
	panicked   any
	asked      []database.Query    // what reached the database
	besides    []database.Query    // statements that are no query, such as SET
	mixedUp    bool                // whether it came with the context of another call
	spans      tracetest.SpanStubs // the caller's, and all below it
	open       tracetest.SpanStubs // of these, those that have not ended
}

// scene is the situation as the first line of a finding.
func (e *evidence) scene() string { return e.name + e.round + "\n\n" }

// sort gives each call what is its.
func (e *evidence) sort(ended, open tracetest.SpanStubs, asked []database.Query) {
	for _, c := range e.calls {
		theirs := func(s tracetest.SpanStub) bool {
			return c.trace.IsValid() && s.SpanContext.TraceID() == c.trace || c.tracing == traceless && !e.somebodys(s)
		}
		for _, s := range ended {
			if theirs(s) {
				c.spans = append(c.spans, s)
			}
		}
		for _, s := range open {
			if theirs(s) {
				c.open = append(c.open, s)
			}
		}
		for _, q := range asked {
			of, ok := q.Context.Value(asksKey{}).(*seen)
			switch {
			case q.Order == c.order: // no two calls of a situation ask for the same
				c.asked = append(c.asked, q)
				c.mixedUp = c.mixedUp || ok && of != c
			case q.Exec && of == c:
				c.besides = append(c.besides, q)
			}
		}
	}
	if !slices.ContainsFunc(e.calls, func(c *seen) bool { return c.tracing == traceless }) {
		e.lost = slices.DeleteFunc(slices.Clone(ended), e.somebodys)
	}
}

// somebodys reports whether a span is in the trace of one of the calls.
func (e *evidence) somebodys(s tracetest.SpanStub) bool {
	return slices.ContainsFunc(e.calls, func(c *seen) bool { return s.SpanContext.TraceID() == c.trace })
}

// queries returns the spans of the call's queries.
func (c *seen) queries() tracetest.SpanStubs { return named(c.spans, querySpan) }

func named(spans tracetest.SpanStubs, name string) tracetest.SpanStubs {
	return slices.DeleteFunc(slices.Clone(spans), func(s tracetest.SpanStub) bool { return s.Name != name })
}

// attr returns the value of an attribute of a query's span: the first one that
// has it.
func (c *seen) attr(key attribute.Key) (string, bool) {
	for _, s := range c.queries() {
		if value, ok := recorder.Attr(s.Attributes, key); ok {
			return value, true
		}
	}
	return "", false
}

// query returns the span of the call's query: if there are several, the longest
// of those that don't tell of another statement.
func (c *seen) query() tracetest.SpanStub {
	spans := slices.DeleteFunc(c.queries(), func(s tracetest.SpanStub) bool {
		text, _ := recorder.Attr(s.Attributes, "db.query.text")
		return slices.ContainsFunc(c.besides, func(q database.Query) bool { return text != "" && same(text, q.Text) })
	})
	if len(spans) == 0 {
		spans = c.queries()
	}
	return slices.MaxFunc(spans, func(a, b tracetest.SpanStub) int {
		return cmp.Compare(a.EndTime.Sub(a.StartTime), b.EndTime.Sub(b.StartTime))
	})
}

// more is how many statements the call has sent beyond one: each may be a
// query of its own, with a span and a count.
func (c *seen) more() int { return max(0, len(c.asked)+len(c.besides)-1) }

// works is when the database began to work for the call, and when it had done.
// The zero times say that it was never asked.
func (c *seen) works() (from, to time.Time) {
	for _, q := range c.asked {
		if from.IsZero() || q.Start.Before(from) {
			from = q.Start
		}
		if q.End.After(to) {
			to = q.End
		}
	}
	return from, to
}

// cut reports whether the database has stopped the call's query, which gives it
// a code.
func (c *seen) cut() bool {
	return slices.ContainsFunc(c.asked, func(q database.Query) bool { return q.Cut })
}

// stored is the status that the database has for the call's order.
func (c *seen) stored() string {
	if c.second {
		return elsewhere
	}
	return orders[c.order]
}

// ends returns how the call's query should have ended, as far as the rules go.
func (c *seen) ends() fate {
	switch c.want {
	case follows:
		if c.err != nil {
			return fails
		}
		return found
	case late, left:
		uncut := func(q database.Query) bool { return !q.Exec && !q.Cut }
		if c.err == nil && slices.ContainsFunc(c.asked, uncut) { // it has not obeyed its context
			return found
		}
	case breaks: // whose span has ended with the query can't know what became of its rows
		if c.passedOff() { // it was taken for none, and that is another rule's matter
			return none
		}
		_, to := c.works()
		if slices.ContainsFunc(c.queries(), func(s tracetest.SpanStub) bool { return !s.EndTime.Before(to) }) {
			return fails
		}
		return unclear
	}
	return c.want
}

// answered reports whether Status has returned what it should.
func (c *seen) answered() bool {
	switch c.want {
	case found:
		return c.panicked == nil && c.err == nil && c.status == c.stored()
	case none:
		return c.panicked == nil && c.err != nil
	case fails, breaks:
		return c.panicked == nil && c.err != nil && !errors.Is(c.err, handlerspans.ErrNotFound)
	case follows, late, left:
		return c.panicked == nil && !c.passedOff() && (c.err != nil || c.status == c.stored())
	}
	return c.panicked == nil
}

// fail ends the check with f. It is blocked by the checks that come first where
// the evidence rests on them.
func (e *evidence) fail(t *testing.T, f finding.Finding, needs ...string) {
	t.Helper()
	if slices.ContainsFunc(e.calls, func(c *seen) bool { return !c.answered() }) {
		needs = append([]string{"status-returned"}, needs...)
	}
	if e.any(func(c *seen) bool { return c.mixedUp }) {
		needs = append([]string{"query-obeys-context"}, needs...)
	}
	recorder.Needs(t, needs...)
	recorder.Fail(t, e.mixed(f))
}

// mixed gives a finding the cause that there is when a query goes well alone,
// as each has before it comes beside others.
func (e *evidence) mixed(f finding.Finding) finding.Finding {
	if len(e.calls) > 1 && e.name != three && e.name != twoStores.name {
		f.Cause = "Alone, and for the first time, this goes well; once more, beside other queries, it does not. What belongs to one query\nis a variable of its function, and no field of the store, where the next one finds it."
	}
	return f
}

package handlerspans_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// Whoever is called should get the request's context, with the current span in it.
func TestContextPassed(t *testing.T) {
	s := newShop(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	cancelled := false
	look := s.orders.look
	s.orders.look = func(ctx context.Context, id int64) {
		look(ctx, id)
		_, span := s.rec.TracerProvider.Tracer("demo.db").Start(ctx, "db.query")
		span.End()
		s.payments.slowFor(span.SpanContext().TraceID())
		leave()
		cancelled = ctx.Err() != nil
	}
	s.send(httptest.NewRequestWithContext(ctx, "GET", "/orders/42", nil))
	s.orders.look = look
	s.payments.slowFor(trace.TraceID{})

	const leaves = "the caller leaves   the query's context is "
	f := s.loading.at(finding.Finding{
		Want: "GET /orders/{id} (server)\n└─ load order\n   └─ db.query\n\n" + leaves + "done",
		Got:  recorder.Tree(s.inside()) + "\n\n" + leaves + map[bool]string{true: "done", false: "not done"}[cancelled],
	})
	s.needsCover(t)
	server, _ := request(s.inside())
	query, _ := recorder.Named(s.inside(), "db.query")
	switch load, ok := loadOrder(s.inside()); {
	case !ok:
		needsLoadOrder(t, f)
	case !recorder.Below(s.inside(), load, server):
		recorder.Needs(t, "child-span")
		f.Cause = "The span \"load order\" is not in the request's trace, so nothing below it can be."
	case query.SpanContext.TraceID() != load.SpanContext.TraceID():
		f.Cause = "The query was given a context without a span, context.Background() perhaps: its span begins a trace of\nits own, and it does not end with the request either."
	case !recorder.Below(s.inside(), query, load):
		f.Cause = "Start returns two things: a context that holds the new span, and the span. The query was given\nanother context, so its span is no child of \"load order\"."
	case !cancelled:
		f.Cause = "A context carries more than the span: it also ends. When the caller hangs up,\nnobody waits for the query any more, and it has to learn of that."
	case slices.ContainsFunc(s.payments.received(), func(a asked) bool { return a.outlived }):
		f = recorder.At((*handlerspans.Payments).State, finding.Finding{
			Want:  recorder.Table([]string{"the caller leaves", "the query", "ends"}, []string{"", "the payment call", "ends"}),
			Got:   recorder.Table([]string{"the caller leaves", "the query", "ends"}, []string{"", "the payment call", "goes on"}),
			Cause: "The payment API is asked with a context that holds the request's span, and does not end with the\nrequest: it works on for somebody who has left.",
		})
	default:
		s.passedApart(t)
		return
	}
	recorder.Fail(t, f)
}

// passedApart fails when two requests at once get each other's context. The
// payment tells: by then, both are there. (One that is in neither's trace is
// another check's business.)
func (s *shop) passedApart(t *testing.T) {
	var mu sync.Mutex
	owner := make(map[trace.TraceID]string) // the trace of each order's request
	look := s.orders.look
	s.orders.look = func(ctx context.Context, id int64) {
		look(ctx, id)
		mu.Lock()
		defer mu.Unlock()
		owner[trace.SpanContextFromContext(ctx).TraceID()] = strconv.FormatInt(id, 10)
	}
	before := len(s.payments.received())
	s.getAtOnce(7, 42)

	want, got := [][]string{{"two requests at once"}}, [][]string{{"two requests at once"}}
	mixed := false
	for _, id := range []string{"7", "42"} {
		for _, a := range s.payments.received()[before:] {
			if in := owner[a.trace()]; a.id == id && in != "" {
				want = append(want, []string{"the payment of order " + id, "in the trace of order " + id})
				got = append(got, []string{"the payment of order " + id, "in the trace of order " + in})
				mixed = mixed || in != id
			}
		}
	}
	if !mixed {
		return
	}
	recorder.Fail(t, s.deciding.at(finding.Finding{
		Want:  recorder.Table(want...),
		Got:   recorder.Table(got...),
		Cause: "A handler serves many requests at once, and each has a context of its own. Kept in a field, it is that\nof whoever came last: hand it on as a parameter.",
	}))
}

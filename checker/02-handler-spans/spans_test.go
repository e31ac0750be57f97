package handlerspans_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/waterfall"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// Loading the order should be a span of its own, load order, below the request's.
func TestChildSpan(t *testing.T) {
	s := newShop(t)
	s.get("42")

	f := recorder.At(handlerspans.NewHandler, finding.Finding{
		Want: "GET /orders/{id} (server)\n└─ load order",
		Got:  recorder.Tree(s.inside()),
	})
	server, served := request(s.inside())
	load, ok := loadOrder(s.inside())
	_, open := loadOrder(s.rec.Unended())
	switch {
	case !served:
		f.Cause = "The request itself has left no server span: otelhttp has to stand around the handler, as it did."
	case open:
		f.Cause = "A span \"load order\" was started and has not ended: only spans that end are exported.\ndefer span.End() ends it on every path."
	case !ok && len(s.inside()) > 1:
		f.Cause = "There is a span inside the request, and it is not called \"load order\"."
	case !ok:
		f.Cause = "The request is one span, and nothing tells what happened inside it:\na tracer starts another one, from the request's context."
	case load.SpanContext.TraceID() != server.SpanContext.TraceID():
		f.Got = recorder.Tree(s.inside(), waterfall.WithNotes(map[string]string{load.SpanContext.SpanID().String(): "a trace of its own"}))
		f.Cause = "A span begins a new trace when the context that it is started from holds no span:\ncontext.Background() does not, the request's context does."
	case !recorder.Below(s.inside(), load, server):
		f.Cause = "The span is in the right trace, and hangs on something that is not the request."
	default:
		return
	}
	recorder.Fail(t, f)
}

// needsLoadOrder ends a check that has nothing to look at yet.
func needsLoadOrder(t *testing.T, f finding.Finding) {
	t.Helper()
	recorder.Needs(t, "child-span")
	f.Cause = "There is no span \"load order\" yet."
	recorder.Fail(t, f)
}

// Whoever is called should get the request's context, with the current span in it.
func TestContextPassed(t *testing.T) {
	s := newShop(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	cancelled := false
	s.orders.look = func(ctx context.Context) {
		_, span := s.rec.TracerProvider.Tracer("demo.db").Start(ctx, "db.query")
		span.End()
		leave()
		cancelled = ctx.Err() != nil
	}
	s.getWith(ctx, "42")

	const leaves = "the caller leaves   the query's context is "
	f := recorder.At(handlerspans.NewHandler, finding.Finding{
		Want: "GET /orders/{id} (server)\n└─ load order\n   └─ db.query\n\n" + leaves + "done",
		Got:  recorder.Tree(s.inside()) + "\n\n" + leaves + map[bool]string{true: "done", false: "not done"}[cancelled],
	})
	server, _ := request(s.inside())
	query, _ := recorder.Named(s.inside(), "db.query")
	switch load, ok := loadOrder(s.inside()); {
	case !ok:
		needsLoadOrder(t, f)
	case !recorder.Below(s.inside(), load, server):
		recorder.Needs(t, "child-span")
		f.Cause = "The span \"load order\" is not in the request's trace, so nothing below it can be."
	case !recorder.Below(s.inside(), query, load):
		f.Cause = "Start returns two things: a context that holds the new span, and the span. The query was given\nanother context, so its span is no child of \"load order\"."
	case !cancelled:
		f.Cause = "A context carries more than the span: it also ends. When the caller hangs up,\nnobody waits for the query any more, and it has to learn of that."
	default:
		return
	}
	recorder.Fail(t, f)
}

// The span load order should say which order it was about, order.id, and where it is, order.status.
func TestSpanAttributes(t *testing.T) {
	s := newShop(t)
	s.get("42")
	s.get("7")

	f := recorder.At(handlerspans.NewHandler, finding.Finding{
		Want: recorder.Table([]string{"load order", "order.id=42", "order.status=shipped"}, []string{"load order", "order.id=7", "order.status=packed"}),
	})
	var rows [][]string
	late := false
	for _, span := range s.inside() {
		if span, ok := loadOrder(tracetest.SpanStubs{span}); ok {
			row := []string{"load order"}
			for _, key := range []string{"order.id", "order.status"} {
				text := "no " + key
				if value, ok := recorder.Attr(span.Attributes, attribute.Key(key)); ok {
					text = key + "=" + value
				}
				row = append(row, text)
			}
			late = late || strings.HasPrefix(row[1], "order.id") && strings.HasPrefix(row[2], "no ")
			rows = append(rows, row)
		}
	}
	if rows == nil {
		f.Got = recorder.Tree(s.inside())
		needsLoadOrder(t, f)
	}
	if f.Got = recorder.Table(rows...); f.Got == f.Want {
		return
	}
	server, _ := request(s.inside())
	switch _, elsewhere := recorder.Attr(server.Attributes, "order.id"); {
	case elsewhere:
		f.Cause = "order.id stands on the request's span. It belongs to the work that it describes, which is \"load order\":\nset it on the span that Start has returned."
	case late:
		f.Cause = "What is set on a span after its End is dropped, without a word.\nThe status is known only when the order is loaded: set it then, and before the span ends."
	}
	recorder.Fail(t, f)
}

// Span names should be the same for every order.
func TestStableSpanNames(t *testing.T) {
	s := newShop(t)
	seen := make(map[string]map[string]bool) // name → the orders for which there was such a span
	for _, id := range []string{"7", "42"} {
		before := len(s.rec.Spans())
		s.get(id)
		for _, span := range s.rec.Spans()[before:] {
			if seen[span.Name] == nil {
				seen[span.Name] = make(map[string]bool)
			}
			seen[span.Name][id] = true
		}
	}
	if _, ok := loadOrder(s.inside()); !ok {
		needsLoadOrder(t, finding.Finding{Want: "load order   for orders 7 and 42", Got: recorder.Tree(s.inside())})
	}

	want := [][]string{{"span name", "orders"}, {"GET /orders/{id}", "42, 7"}, {"load order", "42, 7"}}
	got := [][]string{{"span name", "orders"}}
	stable := true
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		got = append(got, []string{name, strings.Join(slices.Sorted(maps.Keys(seen[name])), ", ")})
		stable = stable && len(seen[name]) == 2
	}
	if stable {
		return
	}
	recorder.Fail(t, recorder.At(handlerspans.NewHandler, finding.Finding{
		Want:  recorder.Table(want...),
		Got:   recorder.Table(got...),
		Cause: "Backends group spans by their name. With the order's number in it there are as many names as orders,\nand nobody can ask how long \"load order\" takes. What differs belongs into an attribute.",
	}))
}

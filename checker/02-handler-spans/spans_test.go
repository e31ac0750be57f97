package handlerspans_test

import (
	"fmt"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	"otel.workshop/internal/waterfall"
	handlerspans "otel.workshop/steps/02-handler-spans"
)

// Loading the order should be a span of its own, load order, below the request's.
func TestChildSpan(t *testing.T) {
	s := newShop(t)
	s.get("42")

	f := s.loading.at(finding.Finding{
		Want: "GET /orders/{id} (server)\n└─ load order",
		Got:  recorder.Tree(s.inside()),
	})
	server, served := request(s.inside())
	load, ok := loadOrder(s.inside())
	_, open := loadOrder(s.rec.Unended())
	switch {
	case !served:
		f = recorder.At(handlerspans.NewHandler, f)
		f.Cause = "The request itself has left no server span: otelhttp has to stand around the handler, as it did."
	case open:
		f.Got += "\n\nload order   started, never ended"
		f.Cause = "Only spans that end are exported. defer span.End(), on the line below Start, ends it on every path."
	case !ok && len(s.inside()) > 1:
		f.Cause = "There is a span inside the request, and it is not called \"load order\"."
	case !ok:
		f.Cause = "The request is one span, and nothing tells what happened inside it:\na tracer starts another one, from the request's context."
	case load.SpanContext.TraceID() != server.SpanContext.TraceID():
		f.Got = recorder.Tree(s.inside(), waterfall.WithNotes(map[string]string{load.SpanContext.SpanID().String(): "a trace of its own"}))
		f.Cause = "A span begins a new trace when the context that it is started from holds no span:\ncontext.Background() does not, the request's context does."
	case !recorder.Below(s.inside(), load, server):
		f.Cause = "The span is in the right trace, and hangs on something that is not the request."
	case s.holdsPayment(load):
		f.Want = "GET /orders/{id} (server)\n├─ load order\n└─ HTTP GET (client)"
		f.Got = recorder.Tree(slices.DeleteFunc(s.rec.Spans(), ofPaymentAPI))
		f.Cause = "The span goes on when the order is loaded, and the payment call is in it: a slow payment will look like\na slow database. Start it in the function that loads the order, so that it ends with that."
	case s.bare:
		f.Want += "\n\nwhile the order is read   load order is open"
		f.Got += "\n\nwhile the order is read   load order is not open"
		f.Cause = "The span is there, and the work is not in it. It has to start before the order is read, and to end\nafterwards: span.End(), without defer, ends it where it stands."
	default:
		return
	}
	recorder.Fail(t, f)
}

// holdsPayment reports whether the payment was asked for below a span.
func (s *shop) holdsPayment(span tracetest.SpanStub) bool {
	all := s.rec.Spans()
	return slices.ContainsFunc(calls(all), func(client tracetest.SpanStub) bool {
		return recorder.Below(all, client, span)
	})
}

// needsLoadOrder ends a check that has no span "load order" to look at.
func needsLoadOrder(t *testing.T, f finding.Finding) {
	t.Helper()
	recorder.Needs(t, "child-span")
	f.Cause = "This request has left no span \"load order\"."
	recorder.Fail(t, f)
}

// needsCover says that what follows can't be right unless the span "load order"
// is open while the order is read.
func (s *shop) needsCover(t *testing.T) {
	if s.bare {
		recorder.Needs(t, "child-span")
	}
}

// The span load order should say which order it was about, order.id, and where it is, order.status.
func TestSpanAttributes(t *testing.T) {
	s := newShop(t)
	s.get("42")
	s.get("7")

	var rows [][]string
	var load tracetest.SpanStub
	for _, span := range s.inside() {
		if _, ok := loadOrder(tracetest.SpanStubs{span}); ok {
			load = span
			span.Name = "load order" // a number in it is another check's business
			rows = append(rows, attributesRow(span))
		}
	}
	f := s.loading.at(finding.Finding{
		Want: recorder.Table([]string{"load order", "order.id=42", "order.status=shipped"}, []string{"load order", "order.id=7", "order.status=packed"}),
		Got:  recorder.Table(rows...),
	})
	if f.Got == f.Want {
		return
	}
	s.needsCover(t)
	server, _ := request(s.inside())
	_, id := recorder.Attr(load.Attributes, "order.id")
	_, status := recorder.Attr(load.Attributes, "order.status")
	_, serverID := recorder.Attr(server.Attributes, "order.id")
	_, serverStatus := recorder.Attr(server.Attributes, "order.status")
	switch {
	case rows == nil:
		f.Got = recorder.Tree(s.inside())
		needsLoadOrder(t, f)
	case serverID && !id || serverStatus && !status:
		for _, server := range recorder.OfKind(s.inside(), trace.SpanKindServer) {
			rows = append(rows, attributesRow(server))
		}
		f.Got = recorder.Table(rows...)
		f.Cause = "The request's span has what belongs to the work that it describes, which is \"load order\":\nset it on the span that Start has returned."
	case id && !status:
		f.Cause = "The status is known only when the order is loaded. Set it then, and before the span ends: what is set\nafter End is dropped, without a word. (Deferred calls run from the last to the first.)"
	case len(load.Attributes) > 0 && !id:
		f.Cause = "Whoever looks for order.id finds nothing under another name, not even under one that differs by a letter."
	case len(load.Attributes) == 0:
		f.Cause = "The span says that an order was loaded, and not which one."
	}
	recorder.Fail(t, f)
}

// attributesRow shows what a span says of its order; where something is
// missing, what it says of it instead.
func attributesRow(span tracetest.SpanStub) []string {
	row := []string{span.Name, "no order.id", "no order.status"}
	var besides []string
	for _, kv := range span.Attributes {
		text := fmt.Sprintf("%s=%s", kv.Key, kv.Value.String())
		switch {
		case kv.Key == "order.id":
			row[1] = text
		case kv.Key == "order.status":
			row[2] = text
		case span.SpanKind == trace.SpanKindInternal:
			besides = append(besides, text)
		}
	}
	if row[1] == "no order.id" || row[2] == "no order.status" {
		row = append(row, besides...)
	}
	return row
}

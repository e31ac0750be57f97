package failuremodes_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// The span receipt.send should belong to the trace of its request, as a child or by a link.
func TestBackgroundJoinsTrace(t *testing.T) {
	d := newDesk(t, 5*time.Second)
	s := sendReceipts(t, d.rec, time.Hour, time.Second)
	f := recorder.At((*failuremodes.Receipts).Send, finding.Finding{
		Want: "GET /orders/{id}\n└─ receipt.send",
		Got:  recorder.Tree(s.spans),
	})
	receipt, ok := recorder.Named(s.spans, "receipt.send")
	if !ok {
		if _, open := recorder.Named(s.open, "receipt.send"); open {
			recorder.Needs(t, "span-ends-on-every-path", "background-outlives-request")
		}
		f.Cause = "What happens in the background takes time too, and can fail: it needs a span, \"receipt.send\"."
		recorder.Fail(t, f)
	}
	if !joined(s.spans, receipt, s.request) {
		f.Cause = "Nothing leads from the receipt to its request. A context that is made from context.Background() has forgotten the\ntrace; context.WithoutCancel(ctx) forgets the end of ctx alone. A trace of its own, trace.WithNewRoot, is as good if it has\na link, trace.LinkFromContext, from the request's ctx."
		recorder.Fail(t, f)
	}

	if in := s.within[0]; in != receipt.SpanContext.TraceID() && in != s.request.SpanContext.TraceID() {
		const then = "\n\nwhat deliver calls   "
		f.Want, f.Got = f.Want+then+"is in this trace", f.Got+then+"is in none"
		f.Cause = "The span is where it belongs, and the context that deliver gets has forgotten it: the call to the mail server will\nbe a trace of its own. Hand on the context that Start has returned, or one that is made from it."
		recorder.Fail(t, f)
	}

	mustKeepApart(t, d)

	// Send does as it should. Does its caller?
	l := d.leave(t)
	if l.code != http.StatusOK || l.request.Name == "" || joined(d.rec.Spans(), l.receipt, l.request) {
		return
	}
	inHandler := recorder.At(failuremodes.NewHandler, finding.Finding{})
	f.File, f.Line = inHandler.File, inHandler.Line
	if l.receipt.Name == "" {
		f.Got = recorder.Tree(tracetest.SpanStubs{l.request})
		if l.pending {
			recorder.Needs(t, "span-ends-on-every-path")
		}
		f.Cause = "An order that is found leaves a receipt to be sent."
	} else {
		f.Got = recorder.Tree(tracetest.SpanStubs{l.request, l.receipt})
		f.Cause = "Send takes the trace from the context that it is given, and the handler gives it one that has none. The request's\nis the one to give: its end does not concern Send."
	}
	recorder.Fail(t, f)
}

// mustKeepApart ends the check when two receipts that are on their way at once
// don't each belong to their own request.
func mustKeepApart(t *testing.T, d *desk) {
	t.Helper()
	orders := []int64{42, 43}
	requests := make([]trace.Span, len(orders))
	within := make([]trace.TraceID, len(orders))
	before := len(d.rec.Spans())
	recorder.Bubble(t, recorder.At((*failuremodes.Receipts).Send, finding.Finding{
		Want: "Send returns",
		Got:  "it waits for ever, for something that nobody will do",
	}), func(ctx context.Context) {
		r := failuremodes.NewReceipts((&logbook{}).logger(), receiptTimeout)
		for i, order := range orders {
			ctx, answered := context.WithCancel(ctx)
			defer answered()
			ctx, requests[i] = d.rec.TracerProvider.Tracer("checker").Start(ctx, fmt.Sprintf("GET /orders/%d", order))
			r.Send(ctx, order, func(ctx context.Context) error {
				within[i] = trace.SpanContextFromContext(ctx).TraceID()
				time.Sleep(time.Second)
				return nil
			})
		}
		for _, span := range requests {
			span.End()
		}
		time.Sleep(time.Hour)
	})
	spans := d.rec.Spans()[before:]
	header := []string{"two requests at once", "its receipt.send", "what deliver calls"}
	const in, out = "in its trace", "elsewhere"
	want, got := [][]string{header}, [][]string{header}
	for i, order := range orders {
		request, _ := recorder.Named(spans, fmt.Sprintf("GET /orders/%d", order))
		row := []string{request.Name, out, out}
		for _, s := range named(spans, "receipt.send") {
			if id, _ := recorder.Attr(s.Attributes, "order.id"); id != fmt.Sprint(order) || !joined(spans, s, request) {
				continue
			}
			if row[1] = in; within[i] == s.SpanContext.TraceID() || within[i] == request.SpanContext.TraceID() {
				row[2] = in
			}
		}
		want, got = append(want, []string{request.Name, in, in}), append(got, row)
	}
	f := recorder.At((*failuremodes.Receipts).Send, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	if f.Got == f.Want {
		return
	}
	if len(named(spans, "receipt.send")) < len(orders) {
		recorder.Needs(t, "span-ends-on-every-path")
	}
	f.Cause = "Each alone is where it belongs. What belongs to one of them, a context or a span, is in a place that the next one\nuses too: a field, or a variable outside of Send."
	recorder.Fail(t, f)
}

// joined reports whether receipt belongs to the trace of request.
func joined(spans tracetest.SpanStubs, receipt, request tracetest.SpanStub) bool {
	return recorder.Below(spans, receipt, request) || slices.ContainsFunc(receipt.Links, func(l sdktrace.Link) bool {
		return l.SpanContext.TraceID() == request.SpanContext.TraceID()
	})
}

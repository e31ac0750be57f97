package failuremodes_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// receiptTimeout is what the checks give a receipt.
const receiptTimeout = 10 * time.Second

// sent is what became of receipts that were sent from a request, in a bubble.
type sent struct {
	rec     *recorder.Recorder
	held    time.Duration // how long the first Send took
	fates   []string      // of each: how long it took, and how its context was then
	request tracetest.SpanStub
	open    tracetest.SpanStubs // spans that were open when the request had its answer
}

// sendReceipts sends a receipt for each of times, as long as its delivery
// takes, from a request that has its answer right afterwards.
func sendReceipts(t *testing.T, times ...time.Duration) *sent {
	t.Helper()
	s := &sent{rec: recorder.Global(t, "demo-service"), fates: make([]string, len(times))}
	recorder.Bubble(t, recorder.At((*failuremodes.Receipts).Send, finding.Finding{
		Want: "Send returns",
		Got:  "it waits for ever, for something that nobody will do",
	}), func(ctx context.Context) {
		r := failuremodes.NewReceipts((&logbook{}).logger(), receiptTimeout)
		ctx, answered := context.WithCancel(ctx)
		ctx, span := s.rec.TracerProvider.Tracer("checker").Start(ctx, "GET /orders/{id}")
		done := make(chan struct{})
		for i, takes := range times {
			start := time.Now()
			r.Send(ctx, 42, func(ctx context.Context) error {
				defer func() { done <- struct{}{} }()
				select {
				case <-time.After(takes):
					s.fates[i] = "delivered"
					return nil
				case <-ctx.Done():
					s.fates[i] = fmt.Sprintf("ended after %s", time.Since(start))
					return ctx.Err()
				}
			})
			s.held = max(s.held, time.Since(start))
		}
		span.End()
		answered() // net/http cancels a request's context when it has its answer
		s.open = s.rec.Unended()
		for range times {
			select {
			case <-done:
			case <-time.After(time.Hour):
			}
		}
		time.Sleep(time.Second)
	})
	s.request, _ = recorder.Named(s.rec.Spans(), "GET /orders/{id}")
	return s
}

// A receipt should be sent when its request has its answer, neither holding it up nor ending with it, within a time of its own.
func TestBackgroundOutlivesRequest(t *testing.T) {
	s := sendReceipts(t, 2*time.Second, 100*time.Hour)
	header := []string{"a receipt takes", "Send takes", "it is"}
	want := recorder.Table(header, []string{"2 s", "0 s", "delivered"}, []string{"100 h", "0 s", fmt.Sprintf("ended after %s", receiptTimeout)})
	fates := slices.Clone(s.fates)
	for i, fate := range fates {
		if fate == "" {
			fates[i] = "never delivered, nor ended"
		}
	}
	got := recorder.Table(header, []string{"2 s", s.held.String(), fates[0]}, []string{"100 h", s.held.String(), fates[1]})
	if s.held == 0 {
		got = recorder.Table(header, []string{"2 s", "0 s", fates[0]}, []string{"100 h", "0 s", fates[1]})
	}
	if got == want {
		return
	}
	f := recorder.At((*failuremodes.Receipts).Send, finding.Finding{Want: want, Got: got})
	switch {
	case s.held > 0:
		f.Cause = "The customer waits for a mail to somebody else. What nobody waits for belongs into a goroutine of its own."
	case fates[0] != "delivered":
		f.Cause = "The context of a request is canceled as soon as it has its answer, and the receipt's comes from it.\ncontext.WithoutCancel keeps its values, the trace among them, and leaves its end behind."
	default:
		f.Cause = "Nobody waits for a receipt, so nobody would notice that it takes for ever. It needs a deadline of its own, the\ntimeout of NewReceipts, in the context that deliver gets."
	}
	recorder.Fail(t, f)
}

// The span receipt.send should belong to the trace of its request, as a child or by a link.
func TestBackgroundJoinsTrace(t *testing.T) {
	s := sendReceipts(t, time.Second)
	spans := s.rec.Spans()
	f := recorder.At((*failuremodes.Receipts).Send, finding.Finding{
		Want: "GET /orders/{id}\n└─ receipt.send",
		Got:  recorder.Tree(spans),
	})
	receipt, ok := recorder.Named(spans, "receipt.send")
	if !ok {
		if _, open := recorder.Named(s.rec.Unended(), "receipt.send"); open {
			recorder.Needs(t, "span-ends-on-every-path", "background-outlives-request")
		}
		f.Cause = "What happens in the background takes time too, and can fail: it needs a span, \"receipt.send\"."
		recorder.Fail(t, f)
	}
	linked := slices.ContainsFunc(receipt.Links, func(l sdktrace.Link) bool {
		return l.SpanContext.TraceID() == s.request.SpanContext.TraceID()
	})
	if linked || recorder.Below(spans, receipt, s.request) {
		return
	}
	f.Cause = "A context that is made from context.Background() has forgotten the trace. context.WithoutCancel(ctx) forgets the\nend of ctx alone. (For work that runs much later, a span of its own trace with a link to the request's is as good.)"
	recorder.Fail(t, f)
}

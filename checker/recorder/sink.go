package recorder

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// A SpanSink is a span exporter that keeps what it is given. It stands on
// tracetest.InMemoryExporter, whose spans are gone after Shutdown: the sink
// saves them first. Safe for concurrent use; set the fields before.
type SpanSink struct {
	Delay   time.Duration // how long each export takes
	StopErr error         // what Shutdown returns

	mem     *tracetest.InMemoryExporter
	mu      sync.Mutex
	kept    tracetest.SpanStubs
	stopped bool
}

// NewSpanSink returns a sink whose spans become an artifact of the check t.
func NewSpanSink(t testing.TB) *SpanSink {
	s := &SpanSink{mem: tracetest.NewInMemoryExporter()}
	atEnd(t, func() { KeepSpans(t, s.Spans()) })
	return s
}

// ExportSpans implements sdktrace.SpanExporter.
func (s *SpanSink) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if s.Delay > 0 {
		time.Sleep(s.Delay)
	}
	return s.mem.ExportSpans(ctx, spans)
}

// Shutdown implements sdktrace.SpanExporter. A context that is already done
// makes it fail, as it does the OTLP exporters.
func (s *SpanSink) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept, s.stopped = append(s.kept, s.mem.GetSpans()...), true
	_ = s.mem.Shutdown(ctx) // never fails; it empties mem
	if s.StopErr != nil {
		return s.StopErr
	}
	return ctx.Err()
}

// Spans returns a copy of every span that was exported, in that order.
func (s *SpanSink) Spans() tracetest.SpanStubs {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append(slices.Clone(s.kept), s.mem.GetSpans()...)
}

// Stopped reports whether Shutdown was called.
func (s *SpanSink) Stopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}

// A MetricSink is a metric exporter that keeps what it is given, and when.
// Safe for concurrent use; set the fields before.
type MetricSink struct {
	StopErr error // what Shutdown returns

	mu      sync.Mutex
	kept    []metricdata.ResourceMetrics
	times   []time.Time
	stopped bool
}

// NewMetricSink returns a sink whose metrics become an artifact of the check t.
func NewMetricSink(t testing.TB) *MetricSink {
	s := &MetricSink{}
	atEnd(t, func() {
		if all := s.Metrics(); len(all) > 0 {
			KeepMetrics(t, all[len(all)-1]) // cumulative: the last one says it all
		}
	})
	return s
}

// Temporality implements sdkmetric.Exporter: cumulative, as OTLP's default.
func (s *MetricSink) Temporality(k sdkmetric.InstrumentKind) metricdata.Temporality {
	return sdkmetric.DefaultTemporalitySelector(k)
}

// Aggregation implements sdkmetric.Exporter.
func (s *MetricSink) Aggregation(k sdkmetric.InstrumentKind) sdkmetric.Aggregation {
	return sdkmetric.DefaultAggregationSelector(k)
}

// Export implements sdkmetric.Exporter. It may keep the slices that rm holds: a
// periodic reader collects into an empty rm each time, so they are not shared.
func (s *MetricSink) Export(_ context.Context, rm *metricdata.ResourceMetrics) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, *rm)
	s.times = append(s.times, time.Now())
	return nil
}

// ForceFlush implements sdkmetric.Exporter.
func (s *MetricSink) ForceFlush(context.Context) error { return nil }

// Shutdown implements sdkmetric.Exporter.
func (s *MetricSink) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	if s.StopErr != nil {
		return s.StopErr
	}
	return ctx.Err()
}

// Metrics returns what was exported, one entry an export.
func (s *MetricSink) Metrics() []metricdata.ResourceMetrics {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.kept)
}

// Times returns when each export came.
func (s *MetricSink) Times() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.times)
}

// Stopped reports whether Shutdown was called.
func (s *MetricSink) Stopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}

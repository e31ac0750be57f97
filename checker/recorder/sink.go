package recorder

import (
	"context"
	"errors"
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
	Delay     time.Duration // how long each export takes, unless its context ends before
	ExportErr error         // what an export returns; it keeps the spans all the same
	StopErr   error         // what Shutdown returns
	Hangs     bool          // whether Shutdown waits until its context is done

	mem     *tracetest.InMemoryExporter
	mu      sync.Mutex
	kept    tracetest.SpanStubs
	exports int
	stopped bool
	late    bool
}

// NewSpanSink returns a sink whose spans become an artifact of the check t.
func NewSpanSink(t testing.TB) *SpanSink {
	s := &SpanSink{mem: tracetest.NewInMemoryExporter()}
	AtEnd(t, func() { KeepSpans(t, s.Spans()) })
	return s
}

// ExportSpans implements sdktrace.SpanExporter.
func (s *SpanSink) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if s.Delay > 0 {
		select {
		case <-time.After(s.Delay):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.mu.Lock()
	s.exports++
	s.late = s.late || s.stopped
	s.mu.Unlock()
	return errors.Join(s.ExportErr, s.mem.ExportSpans(ctx, spans))
}

// Shutdown implements sdktrace.SpanExporter. A context that is already done
// makes it fail, as it does the OTLP exporters.
func (s *SpanSink) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.kept, s.stopped = append(s.kept, s.mem.GetSpans()...), true
	_ = s.mem.Shutdown(ctx) // never fails; it empties mem
	s.mu.Unlock()
	if s.Hangs {
		<-ctx.Done()
	}
	if s.StopErr != nil {
		return s.StopErr
	}
	return ctx.Err()
}

// Exports returns how many batches were exported.
func (s *SpanSink) Exports() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exports
}

// Late reports whether anything was exported after Shutdown.
func (s *SpanSink) Late() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.late
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
	late    bool
}

// flood is after how many exports a sink makes the reader wait, for as long as
// it is willing to: an interval of ten nanoseconds would fill the memory.
const flood = 1000

// NewMetricSink returns a sink whose metrics become an artifact of the check t.
func NewMetricSink(t testing.TB) *MetricSink {
	s := &MetricSink{}
	AtEnd(t, func() {
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
func (s *MetricSink) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	s.mu.Lock()
	s.kept = append(s.kept, *rm)
	s.times = append(s.times, time.Now())
	s.late = s.late || s.stopped
	wait := len(s.kept) > flood
	s.mu.Unlock()
	if wait {
		<-ctx.Done()
	}
	return nil
}

// Late reports whether anything was exported after Shutdown.
func (s *MetricSink) Late() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.late
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

// Package recorder is what the checks share: it records the telemetry of the
// learner's code in memory, keeps it as OTLP/JSON beside the verdict, and says
// in a finding what was wanted and what came.
package recorder

import (
	"context"
	"sync/atomic"
	"testing"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// A Recorder records spans when they start and end, and metrics when they are
// asked for.
type Recorder struct {
	TracerProvider trace.TracerProvider
	spans          *tracetest.SpanRecorder
	reader         *sdkmetric.ManualReader
	shown          tracetest.SpanStubs // see Show
	over           atomic.Int64        // so many of those that started first have ended
}

// New returns a recorder whose spans become an artifact of the check t. It
// samples everything and registers nothing. The spans are those of a service
// of that name; "" leaves it to the SDK, as a service does that has none.
func New(t testing.TB, service string) *Recorder {
	r := &Recorder{spans: tracetest.NewSpanRecorder()}
	r.TracerProvider = r.Service(service)
	AtEnd(t, func() {
		KeepSpans(t, r.kept())
		if r.reader != nil {
			KeepMetrics(t, r.Metrics())
		}
	})
	return r
}

// Global returns a recorder that is registered as this process's tracer and
// meter provider. It sets no propagator: that would complete the learner's.
func Global(t testing.TB, service string) *Recorder {
	r := New(t, service)
	r.reader = sdkmetric.NewManualReader()
	otel.SetTracerProvider(r.TracerProvider)
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(r.reader), sdkmetric.WithResource(named(service))))
	return r
}

// Service returns a tracer provider of another service, which this recorder
// records as well.
func (r *Recorder) Service(name string) trace.TracerProvider {
	return sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(r.spans), sdktrace.WithResource(named(name)))
}

func named(service string) *resource.Resource {
	if service == "" {
		return resource.Default()
	}
	return resource.NewSchemaless(semconv.ServiceName(service))
}

// Spans returns the spans that have ended, in that order.
func (r *Recorder) Spans() tracetest.SpanStubs {
	return tracetest.SpanStubsFromReadOnlySpans(r.spans.Ended())
}

// Unended returns the spans that have started and not ended, in that order.
func (r *Recorder) Unended() tracetest.SpanStubs {
	var open []sdktrace.ReadOnlySpan
	over := r.over.Load()
	for _, s := range r.spans.Started()[over:] {
		switch {
		case s.EndTime().IsZero():
			open = append(open, s)
		case open == nil:
			over++
		}
	}
	r.over.Store(over)
	return tracetest.SpanStubsFromReadOnlySpans(open)
}

// All returns the spans that have ended, in the order in which they did, and
// behind them those that have not. One that ends meanwhile is among the former.
func (r *Recorder) All() tracetest.SpanStubs {
	open, all := r.Unended(), r.Spans()
	ended := make(map[trace.SpanID]bool, len(all))
	for _, s := range all {
		ended[s.SpanContext.SpanID()] = true
	}
	for _, s := range open {
		if !ended[s.SpanContext.SpanID()] {
			all = append(all, s)
		}
	}
	return all
}

// Metrics collects what the instruments have measured so far. Only a global
// recorder has metrics.
func (r *Recorder) Metrics() metricdata.ResourceMetrics {
	var rm metricdata.ResourceMetrics
	if r.reader != nil {
		_ = r.reader.Collect(context.Background(), &rm) // a partial result is what a learner's broken callback leaves
	}
	return rm
}

package solutions_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	minimal "otel.workshop/solutions/01-minimal"
	failuremodes "otel.workshop/solutions/04-failure-modes"
)

// What a caller of ExportSpans pays while the exporter behind it takes a
// millisecond for each batch, as one does whose collector is far away.
func BenchmarkSlowCollector(b *testing.B) {
	batch := tracetest.SpanStubs{{Name: "a span"}}.Snapshots()
	for _, bench := range []struct {
		name string
		make func(sdktrace.SpanExporter) sdktrace.SpanExporter
	}{
		{"QueueExporter", func(next sdktrace.SpanExporter) sdktrace.SpanExporter {
			return failuremodes.NewQueueExporter(next, 2048, slog.New(slog.DiscardHandler))
		}},
		{"unbuffered", func(next sdktrace.SpanExporter) sdktrace.SpanExporter { return newUnbuffered(next) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			e := bench.make(slow{time.Millisecond})
			for b.Loop() {
				_ = e.ExportSpans(b.Context(), batch) // neither returns one
			}
			b.StopTimer()
			done, cancel := context.WithCancel(b.Context())
			cancel() // what is still in the queue is of no interest
			_ = e.Shutdown(done)
		})
	}
}

// What a request costs: without telemetry, with the API alone, and with the
// SDK of step 1 behind it, which exports in the background or at once.
func BenchmarkRequest(b *testing.B) {
	bare := http.NewServeMux()
	bare.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	serve := func(b *testing.B, h http.Handler) {
		req := httptest.NewRequest("GET", "/", nil)
		for b.Loop() {
			h.ServeHTTP(httptest.NewRecorder(), req)
		}
	}
	b.Run("bare", func(b *testing.B) { serve(b, bare) })
	b.Run("noop", func(b *testing.B) {
		otel.SetTracerProvider(tracenoop.NewTracerProvider())
		serve(b, minimal.NewHandler())
	})
	b.Run("batched", func(b *testing.B) {
		shutdown, err := minimal.Setup(b.Context(), minimal.Exporters{
			Traces:  func(context.Context) (sdktrace.SpanExporter, error) { return slow{time.Millisecond}, nil },
			Metrics: func(context.Context) (sdkmetric.Exporter, error) { return nowhere{}, nil },
		})
		if err != nil {
			b.Fatal(err)
		}
		serve(b, minimal.NewHandler())
		b.StopTimer()
		_ = shutdown(b.Context()) // nothing depends on it
	})
	b.Run("at-once", func(b *testing.B) {
		tp := sdktrace.NewTracerProvider(sdktrace.WithSyncer(slow{time.Millisecond}))
		otel.SetTracerProvider(tp)
		serve(b, minimal.NewHandler())
		b.StopTimer()
		_ = tp.Shutdown(b.Context()) // nothing depends on it
	})
}

// slow is an exporter that takes that long for each batch.
type slow struct{ takes time.Duration }

func (s slow) ExportSpans(ctx context.Context, _ []sdktrace.ReadOnlySpan) error {
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
	}
	return ctx.Err()
}

func (slow) Shutdown(context.Context) error { return nil }

// unbuffered is the exporter that step 4 begins with: a worker, and a channel
// without room.
type unbuffered struct{ queue chan []sdktrace.ReadOnlySpan }

func newUnbuffered(next sdktrace.SpanExporter) unbuffered {
	u := unbuffered{make(chan []sdktrace.ReadOnlySpan)}
	go func() {
		for spans := range u.queue {
			_ = next.ExportSpans(context.Background(), spans) // as step 4 begins
		}
	}()
	return u
}

func (u unbuffered) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	u.queue <- spans
	return nil
}

func (u unbuffered) Shutdown(context.Context) error {
	close(u.queue)
	return nil
}

// nowhere is a metric exporter that keeps nothing.
type nowhere struct{ sdkmetric.Exporter }

func (nowhere) Temporality(k sdkmetric.InstrumentKind) metricdata.Temporality {
	return sdkmetric.DefaultTemporalitySelector(k)
}
func (nowhere) Aggregation(k sdkmetric.InstrumentKind) sdkmetric.Aggregation {
	return sdkmetric.DefaultAggregationSelector(k)
}
func (nowhere) Export(context.Context, *metricdata.ResourceMetrics) error { return nil }
func (nowhere) ForceFlush(context.Context) error                          { return nil }
func (nowhere) Shutdown(context.Context) error                            { return nil }

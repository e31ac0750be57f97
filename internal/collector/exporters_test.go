package collector

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
)

var demo = resource.NewSchemaless(attribute.String("service.name", "demo-service"), attribute.Int("answer", 42))

// A collector should hold what OpenTelemetry's own exporters send, whichever
// way they send it.
func TestTracesOfRealExporters(t *testing.T) {
	exporters := map[string]func(*Collector) (sdktrace.SpanExporter, error){
		"http": func(c *Collector) (sdktrace.SpanExporter, error) {
			return otlptracehttp.New(t.Context(), otlptracehttp.WithEndpoint(c.HTTPAddr()), otlptracehttp.WithInsecure())
		},
		"http gzip": func(c *Collector) (sdktrace.SpanExporter, error) {
			return otlptracehttp.New(t.Context(), otlptracehttp.WithEndpoint(c.HTTPAddr()), otlptracehttp.WithInsecure(),
				otlptracehttp.WithCompression(otlptracehttp.GzipCompression))
		},
		"grpc": func(c *Collector) (sdktrace.SpanExporter, error) {
			return otlptracegrpc.New(t.Context(), otlptracegrpc.WithEndpoint(c.GRPCAddr()), otlptracegrpc.WithInsecure())
		},
		"grpc gzip": func(c *Collector) (sdktrace.SpanExporter, error) {
			return otlptracegrpc.New(t.Context(), otlptracegrpc.WithEndpoint(c.GRPCAddr()), otlptracegrpc.WithInsecure(),
				otlptracegrpc.WithCompressor(gzip.Name))
		},
	}
	for name, exporter := range exporters {
		t.Run(name, func(t *testing.T) {
			c := start(t, Limits{})
			changed, cancel := c.Store().Subscribe()
			defer cancel()
			exp, err := exporter(c)
			require.NoError(t, err)
			tp := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exp), sdktrace.WithResource(demo))
			ctx, parent := tp.Tracer("demo.handler").Start(t.Context(), "GET /orders/{id}", trace.WithSpanKind(trace.SpanKindServer))
			_, child := tp.Tracer("demo.db").Start(ctx, "db.query", trace.WithAttributes(
				attribute.String("db.system.name", "postgresql"), attribute.StringSlice("list", []string{"a", "b"})))
			child.RecordError(errors.New("no such table"))
			child.SetStatus(codes.Error, "query failed")
			child.End()
			parent.End()
			require.NoError(t, tp.Shutdown(context.WithoutCancel(ctx)))
			wait(t, changed)

			traces := c.Store().Traces()
			require.Len(t, traces, 1)
			sum := traces[0]
			require.Equal(t, parent.SpanContext().TraceID().String(), sum.ID)
			require.Equal(t, "GET /orders/{id}", sum.Root)
			require.Equal(t, []string{"demo-service"}, sum.Services)
			require.Equal(t, 2, sum.Spans)
			require.True(t, sum.Error)
			require.True(t, sum.Complete())
			require.Positive(t, sum.Duration)

			spans := c.Store().Trace(sum.ID)
			require.Len(t, spans, 2)
			got := spans[0] // the child ended first
			require.Equal(t, "db.query", got.Name)
			require.Equal(t, child.SpanContext().SpanID().String(), got.SpanID)
			require.Equal(t, parent.SpanContext().SpanID().String(), got.ParentID)
			require.Equal(t, "internal", got.Kind)
			require.Equal(t, "demo.db", got.Scope)
			require.Equal(t, "demo-service", got.Service)
			require.True(t, got.Error)
			require.Equal(t, "query failed", got.Status)
			require.Equal(t, "db.system.name=postgresql list=[\"a\",\"b\"]", line(got.Attrs))
			require.Contains(t, line(got.Resource), "answer=42")
			require.Len(t, got.Events, 1)
			require.Equal(t, "exception", got.Events[0].Name)
			require.WithinDuration(t, time.Now(), got.Start, time.Minute)
			require.Equal(t, "server", spans[1].Kind)
			require.Empty(t, spans[1].ParentID)

			stats := c.Store().Stats()
			require.Equal(t, 2, stats.Spans)
			require.Equal(t, 1, stats.Requests)
			require.Zero(t, stats.Refused)
		})
	}
}

// Of a metric the collector should hold every stream's latest point.
func TestMetricsOfRealExporter(t *testing.T) {
	c := start(t, Limits{})
	exp, err := otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpoint(c.HTTPAddr()), otlpmetrichttp.WithInsecure())
	require.NoError(t, err)
	mp := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(exp)), sdkmetric.WithResource(demo))
	meter := mp.Meter("demo.db")
	count, err := meter.Int64Counter("db.query.count", metric.WithUnit("{query}"), metric.WithDescription("Queries."))
	require.NoError(t, err)
	seconds, err := meter.Float64Histogram("db.query.duration", metric.WithUnit("s"), metric.WithExplicitBucketBoundaries(0.01, 0.1, 1))
	require.NoError(t, err)

	tp := sdktrace.NewTracerProvider()
	ctx, span := tp.Tracer("t").Start(t.Context(), "s")
	ok := metric.WithAttributes(attribute.String("status", "ok"))
	count.Add(ctx, 1, ok)
	require.NoError(t, mp.ForceFlush(ctx))
	count.Add(ctx, 2, ok)
	count.Add(ctx, 5, metric.WithAttributes(attribute.String("error.type", "timeout")))
	seconds.Record(ctx, 0.05, ok)
	seconds.Record(ctx, 2, ok)
	require.NoError(t, mp.Shutdown(ctx))

	ms := c.Store().Metrics()
	require.Len(t, ms, 2)
	require.Equal(t, "db.query.count", ms[0].Name)
	require.Equal(t, Counter, ms[0].Kind)
	require.Equal(t, "{query}", ms[0].Unit)
	require.Equal(t, "Queries.", ms[0].Description)
	require.Equal(t, "demo.db", ms[0].Scope)
	require.Equal(t, "demo-service", ms[0].Service)
	require.False(t, ms[0].Delta)
	require.Len(t, ms[0].Points, 2)
	require.Equal(t, "error.type=timeout", line(ms[0].Points[0].Attrs))
	require.Equal(t, 5.0, ms[0].Points[0].Value)
	require.Equal(t, 3.0, ms[0].Points[1].Value, "the latest point, not the sum of two")

	h := ms[1].Points[0]
	require.Equal(t, Histogram, ms[1].Kind)
	require.Equal(t, uint64(2), h.Count)
	require.Equal(t, 2.05, h.Sum)
	require.Equal(t, []float64{0.01, 0.1, 1}, h.Bounds)
	require.Equal(t, []uint64{0, 1, 0, 1}, h.Buckets)
	require.Equal(t, 0.05, *h.Min)
	require.Equal(t, 2.0, *h.Max)
	require.NotEmpty(t, h.Exemplars)
	require.Equal(t, span.SpanContext().TraceID().String(), h.Exemplars[0].TraceID)
	require.False(t, h.Start.IsZero())
	require.Equal(t, 3, c.Store().Stats().Streams)
	require.Equal(t, 4, c.Store().Stats().DataPoints)
}

// Metrics and logs should be taken over gRPC too; logs are counted only.
func TestGRPCMetricsAndLogs(t *testing.T) {
	c := start(t, Limits{})
	conn, err := grpc.NewClient(c.GRPCAddr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()

	m := pmetricotlp.NewExportRequest()
	require.NoError(t, m.UnmarshalJSON([]byte(gaugeJSON)))
	_, err = pmetricotlp.NewGRPCClient(conn).Export(t.Context(), m)
	require.NoError(t, err)
	require.Len(t, c.Store().Metrics(), 1)

	l := plogotlp.NewExportRequest()
	l.Logs().ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body().SetStr("hello")
	_, err = plogotlp.NewGRPCClient(conn).Export(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, 1, c.Store().Stats().LogRecords)
}

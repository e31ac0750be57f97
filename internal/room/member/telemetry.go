package member

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/exemplar"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/internal/room/wire"
)

// telemetry is OpenTelemetry as one member uses it, and nobody else: none of it
// is registered globally. Spans that end go into the backlog; what is sent when
// is up to the member.
type telemetry struct {
	tracer trace.Tracer
	meter  metric.Meter

	backlog *backlog
	reader  *sdkmetric.ManualReader
	line    *line
	traces  sdktrace.SpanExporter
	metrics sdkmetric.Exporter
	copies  copier

	shutdowns []func(context.Context) error
}

// newTelemetry makes what speaks for a card's owner. Nothing is sent yet.
func newTelemetry(c Card, l *line) (t *telemetry, err error) {
	undisturbed(func() { t, err = makeTelemetry(c, l) })
	return t, err
}

func makeTelemetry(c Card, l *line) (*telemetry, error) {
	ctx := context.Background()
	t := &telemetry{backlog: &backlog{}, reader: sdkmetric.NewManualReader(), line: l}
	url := c.Address.String()
	var err error
	// A room's answer decides what is sent again, and when: see report.
	if t.traces, err = otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(url+"/v1/traces"),
		otlptracehttp.WithHTTPClient(l.client()),
		otlptracehttp.WithCompression(otlptracehttp.GzipCompression),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}),
	); err != nil {
		return nil, fmt.Errorf("make the exporter of spans: %w", err)
	}
	if t.metrics, err = otlpmetrichttp.New(ctx,
		otlpmetrichttp.WithEndpointURL(url+"/v1/metrics"),
		otlpmetrichttp.WithHTTPClient(l.client()),
		otlpmetrichttp.WithCompression(otlpmetrichttp.GzipCompression),
		otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{Enabled: false}),
	); err != nil {
		return nil, fmt.Errorf("make the exporter of metrics: %w", err)
	}
	// All that there is to say of who sends: no host, no process, no version.
	res := resource.NewSchemaless(
		semconv.ServiceName(wire.ServiceName),
		semconv.ServiceInstanceID(rand.Text()),
		attribute.String(wire.Name, c.Name),
	)
	tracers := sdktrace.NewTracerProvider(
		sdktrace.WithResource(res),
		sdktrace.WithSampler(sdktrace.AlwaysSample()),
		sdktrace.WithSyncer(t.backlog), // which does not wait for anything
	)
	meters := sdkmetric.NewMeterProvider(
		sdkmetric.WithResource(res),
		sdkmetric.WithReader(t.reader),
		sdkmetric.WithExemplarFilter(exemplar.AlwaysOffFilter),
	)
	t.tracer, t.meter = tracers.Tracer(wire.Scope), meters.Meter(wire.Scope)
	t.shutdowns = []func(context.Context) error{tracers.Shutdown, meters.Shutdown, t.traces.Shutdown, t.metrics.Shutdown}
	return t, nil
}

// batch is how many spans go into a request: a quarter of a megabyte, as
// protobuf.
const batch = 500

// report sends what there is to send: the spans that wait, oldest first, and then
// all metrics. It ends with the first request that fails; what was in it is kept
// for the next report, unless it would be refused again.
func (t *telemetry) report(ctx context.Context) answer {
	for {
		spans := t.backlog.take(batch)
		if len(spans) == 0 {
			break
		}
		switch a := t.send(func() error { return t.traces.ExportSpans(ctx, spans) }); {
		case a.hopeless():
			t.backlog.giveUp(len(spans))
		case a.state() != Reporting:
			t.backlog.putBack(spans)
			return a
		default:
			t.copies.took(len(spans), t.line.body)
		}
	}
	var all metricdata.ResourceMetrics
	if err := t.reader.Collect(ctx, &all); err != nil {
		return answer{}
	}
	a := t.send(func() error { return t.metrics.Export(ctx, &all) })
	if a.state() == Reporting {
		t.copies.took(0, t.line.body)
	}
	return a
}

// send returns how a request ended. What an exporter says of it is less than
// that; see line. An answer that breaks off is none, unless its head says that
// what was sent has arrived.
func (t *telemetry) send(export func() error) answer {
	t.line.latest = answer{}
	_ = export()
	return t.line.latest
}

// close ends the providers, and sends nothing.
func (t *telemetry) close(ctx context.Context) error {
	var errs []error
	for _, shutdown := range t.shutdowns {
		errs = append(errs, shutdown(ctx))
	}
	t.line.close()
	return errors.Join(errs...)
}

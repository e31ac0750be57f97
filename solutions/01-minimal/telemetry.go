// Package minimal is the smallest complete OpenTelemetry setup for a Go
// service: traces and metrics, exported in the background, flushed at the end.
package minimal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// Exporters makes the exporters of both signals: OTLP for the real thing,
// anything else for tests and other backends.
type Exporters struct {
	Traces  func(context.Context) (sdktrace.SpanExporter, error)
	Metrics func(context.Context) (sdkmetric.Exporter, error)
}

// OTLP exports over HTTP to http://localhost:4318, unless the environment
// names another collector.
func OTLP() Exporters {
	return Exporters{
		Traces: func(ctx context.Context) (sdktrace.SpanExporter, error) {
			if endpointFromEnv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
				return otlptracehttp.New(ctx)
			}
			return otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL("http://localhost:4318/v1/traces"))
		},
		Metrics: func(ctx context.Context) (sdkmetric.Exporter, error) {
			if endpointFromEnv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") {
				return otlpmetrichttp.New(ctx)
			}
			return otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL("http://localhost:4318/v1/metrics"))
		},
	}
}

// endpointFromEnv reports whether the environment names a collector, for one
// signal or for all of them.
func endpointFromEnv(signal string) bool {
	return os.Getenv(signal) != "" || os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != ""
}

// NewResource describes this service. The environment comes last, so that a
// deployment can add to the description, or change it.
func NewResource(ctx context.Context) (*resource.Resource, error) {
	return resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(semconv.ServiceName("demo-service")),
		resource.WithFromEnv(),
	)
}

// Setup makes the providers of both signals and registers them, with the
// propagators, for the whole process. The shutdown that it returns flushes and
// stops both; call it once, before the process ends, with a context that is
// still alive. After an error nothing is left running.
func Setup(ctx context.Context, e Exporters) (shutdown func(context.Context) error, err error) {
	res, err := NewResource(ctx)
	if err != nil {
		return nil, fmt.Errorf("describe the service: %w", err)
	}
	spans, err := e.Traces(ctx)
	if err != nil {
		return nil, fmt.Errorf("make the span exporter: %w", err)
	}
	metrics, err := e.Metrics(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make the metric exporter: %w", err), spans.Shutdown(ctx))
	}

	tp := sdktrace.NewTracerProvider(
		sdktrace.WithResource(res),
		sdktrace.WithBatcher(spans),
	)
	mp := sdkmetric.NewMeterProvider(
		sdkmetric.WithResource(res),
		sdkmetric.WithReader(sdkmetric.NewPeriodicReader(metrics, sdkmetric.WithInterval(10*time.Second))),
	)

	otel.SetTracerProvider(tp)
	otel.SetMeterProvider(mp)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(
		propagation.TraceContext{},
		propagation.Baggage{},
	))

	return func(ctx context.Context) error {
		return errors.Join(tp.Shutdown(ctx), mp.Shutdown(ctx))
	}, nil
}

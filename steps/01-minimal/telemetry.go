// Package minimal is the smallest complete OpenTelemetry setup for a Go
// service: traces and metrics, exported in the background, flushed at the end.
package minimal

import (
	"context"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
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
	// TODO(plain-http-by-default): make an otlptracehttp and an otlpmetrichttp
	// exporter that send to http://localhost:4318.
	// TODO(endpoint-from-environment): let OTEL_EXPORTER_OTLP_ENDPOINT choose
	// another collector.
	// TODO(tls-from-environment): and leave an https:// endpoint encrypted.
	return Exporters{}
}

// NewResource describes this service.
func NewResource(ctx context.Context) (*resource.Resource, error) {
	// TODO(service-name): say that this is "demo-service".
	return resource.Empty(), nil
}

// Setup makes the providers of both signals and registers them, with the
// propagators, for the whole process. The shutdown that it returns flushes and
// stops both; call it before the process ends, with a context that is still
// alive. After an error nothing is left running. Each call of Setup makes
// providers of its own: a program needs one, tests make many.
func Setup(ctx context.Context, e Exporters) (shutdown func(context.Context) error, err error) {
	// TODO(providers-global): make a tracer provider and a meter provider for
	// this resource and these exporters, and register both with package otel.
	// TODO(spans-batched): hand spans over in batches, in the background.
	// TODO(metrics-every-10s): read the instruments every ten seconds.
	// TODO(context-extracted): let traces cross HTTP: register a propagator.
	// TODO(setup-fails-clean): return what fails, and leave nothing running.
	return func(ctx context.Context) error {
		// TODO(shutdown-flushes-both): stop both providers, whatever the first says.
		return nil
	}, nil
}

package failuremodes

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	minimal "otel.workshop/solutions/01-minimal"
)

// setUp makes and registers the providers. Metrics are those of step 1. Traces
// get a provider of their own: each span goes out at once, through our
// exporter.
func setUp(ctx context.Context, log *slog.Logger) (*sdktrace.TracerProvider, error) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {})) // it fills the log

	otlp := minimal.OTLP()
	if _, err := minimal.Setup(ctx, otlp); err != nil {
		return nil, err
	}
	res, err := minimal.NewResource(ctx)
	if err != nil {
		return nil, err
	}
	exporter, err := otlp.Traces(ctx)
	if err != nil {
		return nil, err
	}
	traces := sdktrace.NewTracerProvider(
		sdktrace.WithResource(res),
		sdktrace.WithSyncer(NewQueueExporter(exporter, 2048, log)),
	)
	otel.SetTracerProvider(traces)
	return traces, nil
}

package recorder

import (
	"testing"

	"go.opentelemetry.io/otel"
	api "go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/trace"
)

// GlobalThrough is Global with providers that stand in front of the recorder's:
// they see what is made, and may refuse it or take their time.
func GlobalThrough(t testing.TB, service string, meters func(api.MeterProvider) api.MeterProvider, tracers func(trace.TracerProvider) trace.TracerProvider) *Recorder {
	r := New(t, service)
	r.reader = sdkmetric.NewManualReader()
	otel.SetTracerProvider(tracers(r.TracerProvider))
	otel.SetMeterProvider(meters(sdkmetric.NewMeterProvider(sdkmetric.WithReader(r.reader), sdkmetric.WithResource(named(service)))))
	return r
}

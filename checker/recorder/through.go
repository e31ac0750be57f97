package recorder

import (
	"testing"

	"go.opentelemetry.io/otel"
	api "go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// GlobalThrough is Global with a meter provider that stands in front of the
// recorder's: it sees what instruments are made, and may refuse one.
func GlobalThrough(t testing.TB, service string, front func(api.MeterProvider) api.MeterProvider) *Recorder {
	r := New(t, service)
	r.reader = sdkmetric.NewManualReader()
	otel.SetTracerProvider(r.TracerProvider)
	otel.SetMeterProvider(front(sdkmetric.NewMeterProvider(sdkmetric.WithReader(r.reader), sdkmetric.WithResource(named(service)))))
	return r
}

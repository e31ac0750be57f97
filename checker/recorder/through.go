package recorder

import (
	"testing"

	"go.opentelemetry.io/otel"
	api "go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// GlobalThrough is Global with providers that stand in front of the recorder's:
// they see what is made, and may refuse it or take their time. Of very many
// spans, keep says which become an artifact of the check t.
func GlobalThrough(t testing.TB, service string, keep func() tracetest.SpanStubs,
	meters func(api.MeterProvider) api.MeterProvider, tracers func(trace.TracerProvider) trace.TracerProvider) *Recorder {
	r := &Recorder{spans: tracetest.NewSpanRecorder(), reader: sdkmetric.NewManualReader()}
	r.TracerProvider = r.Service(service)
	AtEnd(t, func() {
		KeepSpans(t, keep())
		KeepMetrics(t, r.Metrics())
	})
	otel.SetTracerProvider(tracers(r.TracerProvider))
	otel.SetMeterProvider(meters(sdkmetric.NewMeterProvider(sdkmetric.WithReader(r.reader), sdkmetric.WithResource(named(service)))))
	return r
}

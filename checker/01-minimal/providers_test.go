package minimal_test

import (
	"context"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// Whoever asks package otel for a tracer or a meter should get those of this setup.
func TestProvidersGlobal(t *testing.T) {
	w := newWorld(t)
	var span trace.Span
	inBubble(t, func(ctx context.Context) {
		if w.setUp(ctx); w.ready() {
			span = record(ctx)
			time.Sleep(61 * time.Second) // longer than any batch or interval takes by default
			stop(ctx)
		}
	})
	want := recorder.Table([]string{"otel.Tracer", "span checkout", "exported"}, []string{"otel.Meter", "counter checkouts", "exported"})
	if !w.ready() { // an exporter was left out, if not both
		w.mustUse(t, "Traces", want)
		w.mustUse(t, "Metrics", want)
	}

	spans, metrics := w.checkouts() > 0, w.hasMetric("checkouts")
	if spans && metrics {
		return
	}
	f := finding.Finding{
		Want: want,
		Got:  recorder.Table([]string{"otel.Tracer", "span checkout", arrived(spans)}, []string{"otel.Meter", "counter checkouts", arrived(metrics)}),
	}
	switch {
	case !spans && !registered(otel.GetTracerProvider()):
		f.Cause = "Libraries such as otelhttp ask otel.GetTracerProvider for their tracers:\na tracer provider that is not registered there never sees their spans."
	case !spans && !span.SpanContext().IsSampled():
		f.Cause = "A tracer provider is registered, and its sampler left this span out. This workshop keeps every trace."
	case !spans:
		f.Cause = "A tracer provider is registered, but it has nothing that would hand its spans to the exporter."
	case !registered(otel.GetMeterProvider()):
		f.Cause = "Libraries such as otelhttp ask otel.GetMeterProvider for their meters:\na meter provider that is not registered there never sees their measurements."
	default:
		f.Cause = "A meter provider is registered, but it has no reader that would hand its metrics to the exporter."
	}
	recorder.Fail(t, recorder.At(minimal.Setup, f))
}

func arrived(yes bool) string {
	if yes {
		return "exported"
	}
	return "nowhere, a minute later"
}

// hasMetric reports whether a metric of that name was exported.
func (w *world) hasMetric(name string) bool {
	for _, rm := range w.metrics.Metrics() {
		for _, sm := range rm.ScopeMetrics {
			for _, m := range sm.Metrics {
				if m.Name == name {
					return true
				}
			}
		}
	}
	return false
}

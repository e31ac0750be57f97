package minimal_test

import (
	"context"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// Whoever asks package otel for a tracer or a meter should get those of this setup.
func TestProvidersGlobal(t *testing.T) {
	w := newWorld(t)
	inBubble(t, func(ctx context.Context) {
		if w.setUp(ctx); w.err == nil {
			record(ctx)
			time.Sleep(61 * time.Second) // longer than any batch or interval takes by default
		}
	})
	w.mustWork(t)

	spans, metrics := len(w.spans.Spans()) > 0, w.hasMetric("checkouts")
	if spans && metrics {
		return
	}
	f := finding.Finding{
		Want: recorder.Table([]string{"otel.Tracer", "span checkout", "exported"}, []string{"otel.Meter", "counter checkouts", "exported"}),
		Got:  recorder.Table([]string{"otel.Tracer", "span checkout", arrived(spans)}, []string{"otel.Meter", "counter checkouts", arrived(metrics)}),
	}
	switch {
	case !w.madeTraces && !w.madeMetrics:
		f.Cause = "Setup did not call the functions in Exporters, so there is nothing to export with."
	case !spans && !metrics:
		f.Cause = "The exporters were made, but package otel still hands out tracers and meters that do nothing."
	case !spans:
		f.Cause = "Libraries such as otelhttp ask otel.GetTracerProvider for their tracers:\na tracer provider that is not registered there never sees their spans."
	case !metrics:
		f.Cause = "Libraries such as otelhttp ask otel.GetMeterProvider for their meters:\na meter provider that is not registered there never sees their measurements."
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

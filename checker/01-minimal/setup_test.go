package minimal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// A world is the learner's Setup with exporters that keep what they are given,
// and that can be in trouble.
type world struct {
	spans       *spanExporter
	metrics     *metricExporter
	tracesErr   error // what the constructors return
	metricsErr  error
	madeTraces  bool // whether Setup has called them
	madeMetrics bool
	shutdown    func(context.Context) error
	err         error // what Setup returned
}

func newWorld(t *testing.T) *world {
	return &world{
		spans:   &spanExporter{SpanSink: recorder.NewSpanSink(t)},
		metrics: &metricExporter{MetricSink: recorder.NewMetricSink(t)},
	}
}

// setUp calls Setup.
func (w *world) setUp(ctx context.Context) {
	w.shutdown, w.err = minimal.Setup(ctx, minimal.Exporters{
		Traces: func(context.Context) (sdktrace.SpanExporter, error) {
			if w.tracesErr != nil {
				return nil, w.tracesErr
			}
			w.madeTraces = true
			return w.spans, nil
		},
		Metrics: func(context.Context) (sdkmetric.Exporter, error) {
			if w.metricsErr != nil {
				return nil, w.metricsErr
			}
			w.madeMetrics = true
			return w.metrics, nil
		},
	})
}

// record ends one span and counts one event, both through the globals. It
// returns the span.
func record(ctx context.Context) trace.Span { return recordAs(ctx, "checkout") }

// recordAs does it under another name; the counter's is its plural.
func recordAs(ctx context.Context, name string) trace.Span {
	_, span := otel.Tracer("checker").Start(ctx, name)
	span.End()
	if counter, err := otel.Meter("checker").Int64Counter(name + "s"); err == nil {
		counter.Add(ctx, 1)
	}
	return span
}

// checkouts counts the spans that record has made and that were exported.
func (w *world) checkouts() int { return w.exported("checkout") }

// exported counts the exported spans of that name.
func (w *world) exported(name string) int {
	n := 0
	for _, s := range w.spans.Spans() {
		if s.Name == name {
			n++
		}
	}
	return n
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

// mustWork ends the check when Setup failed, although its exporters were made:
// nothing further can be said then.
func (w *world) mustWork(t *testing.T) {
	t.Helper()
	if w.err == nil {
		return
	}
	needsResource(t)
	recorder.Needs(t, "providers-global")
	if w.spans.trouble != (trouble{}) || w.metrics.trouble != (trouble{}) {
		recorder.Needs(t, "plain-http-by-default")
	}
	recorder.Fail(t, recorder.At(minimal.Setup, finding.Finding{
		Want: "Setup   no error",
		Got:  "Setup   " + w.err.Error(),
	}))
}

// needsResource declares the premise of a check for which Setup failed, when
// the resource is what it fails for.
func needsResource(t *testing.T) {
	if _, err := minimal.NewResource(t.Context()); err != nil {
		recorder.Needs(t, "service-name")
	}
}

// inBubble runs f in a bubble of fake time. f sets up a world; whether it wants
// to go on is its own question (see ready).
func inBubble(t *testing.T, f func(ctx context.Context)) {
	t.Helper()
	recorder.Bubble(t, recorder.At(minimal.Setup, finding.Finding{
		Want: "Setup and shutdown return",
		Got:  "one of them waits for ever, for something that nobody will do",
	}), f)
}

// ready reports whether there is something to see in a bubble.
func (w *world) ready() bool {
	return w.err == nil && (w.madeTraces || w.madeMetrics) && !w.foreign()
}

// foreign reports whether a registered provider stands on another exporter
// than the one that Setup was given. It may want a network, which a bubble
// does not have.
func (w *world) foreign() bool {
	return !w.madeTraces && registered(otel.GetTracerProvider()) ||
		!w.madeMetrics && registered(otel.GetMeterProvider())
}

// registered reports whether a global provider is anybody's, and not the
// stand-in that package otel begins with.
func registered(provider any) bool {
	return !strings.HasPrefix(fmt.Sprintf("%T", provider), "*global.")
}

// stop ends what the globals know of, so that a bubble can end.
func stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, provider := range []any{otel.GetTracerProvider(), otel.GetMeterProvider()} {
		if p, ok := provider.(interface{ Shutdown(context.Context) error }); ok {
			_ = p.Shutdown(ctx) // what it still has to say is of no interest
		}
	}
}

// mustUse ends the check when Setup left out an exporter that the check looks
// at: "Traces" or "Metrics".
func (w *world) mustUse(t *testing.T, which, want string) {
	t.Helper()
	w.mustWork(t)
	if made := map[string]bool{"Traces": w.madeTraces, "Metrics": w.madeMetrics}; made[which] {
		return
	}
	recorder.Fail(t, recorder.At(minimal.Setup, finding.Finding{
		Want:  want,
		Got:   "nothing: Setup did not call Exporters." + which,
		Cause: "Setup is handed two functions that make the exporters, so that tests can hand in others.\nIt has to call them, and to give each result to the provider of that signal.",
	}))
}

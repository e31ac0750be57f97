package minimal_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// A world is the learner's Setup with exporters that keep what they are given.
type world struct {
	spans       *recorder.SpanSink
	metrics     *recorder.MetricSink
	tracesErr   error // what the constructors return
	metricsErr  error
	madeTraces  bool // whether Setup has called them
	madeMetrics bool
	shutdown    func(context.Context) error
	err         error // what Setup returned
}

func newWorld(t *testing.T) *world {
	return &world{spans: recorder.NewSpanSink(t), metrics: recorder.NewMetricSink(t)}
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

// record ends one span and counts one event, both through the globals.
func record(ctx context.Context) {
	_, span := otel.Tracer("checker").Start(ctx, "checkout")
	span.End()
	if counter, err := otel.Meter("checker").Int64Counter("checkouts"); err == nil {
		counter.Add(ctx, 1)
	}
}

// mustWork ends the check when Setup failed, although its exporters are fine:
// nothing further can be said then.
func (w *world) mustWork(t *testing.T) {
	t.Helper()
	if w.err == nil {
		return
	}
	needsResource(t)
	recorder.Needs(t, "providers-global")
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

// inBubble runs f in a bubble of fake time, in which a minute passes at once.
// What f leaves running is stopped as far as the globals reach; if something
// runs on all the same, it is none of the calling check's business.
func inBubble(t *testing.T, f func(ctx context.Context)) {
	t.Helper()
	finished := false
	defer func() {
		p := recover()
		if _, deadlock := p.(interface{ Error() string }); p == nil || finished && deadlock {
			return
		} else if deadlock {
			recorder.Fail(t, recorder.At(minimal.Setup, finding.Finding{
				Want: "Setup and shutdown return",
				Got:  "one of them waits for ever, for something that nobody will do",
			}))
		}
		panic(p)
	}()
	synctest.Test(t, func(*testing.T) {
		ctx := context.Background()
		f(ctx)
		finished = true
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		for _, provider := range []any{otel.GetTracerProvider(), otel.GetMeterProvider()} {
			if p, ok := provider.(interface{ Shutdown(context.Context) error }); ok {
				_ = p.Shutdown(ctx) // to end the bubble; what it flushes is of no interest
			}
		}
	})
}

// exporterNotMade is the finding of a check that looks at what an exporter
// gets, when Setup has not even asked for one.
func exporterNotMade(want, which string) finding.Finding {
	return recorder.At(minimal.Setup, finding.Finding{
		Want:  want,
		Got:   "nothing: Setup did not call Exporters." + which,
		Cause: "Setup is handed two functions that make the exporters, so that tests can hand in others.\nIt has to call them, and to give each result to the provider of that signal.",
	})
}

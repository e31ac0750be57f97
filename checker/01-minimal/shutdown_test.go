package minimal_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

var (
	errTraceExporter  = errors.New("traces: broken")
	errMetricExporter = errors.New("metrics: broken")
)

// The shutdown should flush and stop both providers, and report every error, whatever the other provider says.
func TestShutdownFlushesBoth(t *testing.T) {
	endings := []struct {
		when            string
		traces, metrics error // what stopping each exporter returns
	}{
		{"all goes well", nil, nil},
		{"traces fail", errTraceExporter, nil},
		{"metrics fail", nil, errMetricExporter},
		{"both fail", errTraceExporter, errMetricExporter},
	}
	header := []string{"when", "span", "metric", "exporters stopped", "shutdown returns"}
	want, got := [][]string{header}, [][]string{header}
	for _, e := range endings {
		w := newWorld(t)
		w.spans.StopErr, w.metrics.StopErr = e.traces, e.metrics
		want = append(want, []string{e.when, "flushed", "flushed", "both", returned(errors.Join(e.traces, e.metrics))})
		got = append(got, append([]string{e.when}, w.end(t)...))
	}
	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}

	if w := newWorld(t); w.arrivesInTime(t) {
		f := recorder.At(minimal.Setup, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
		if row := got[1]; row[1] == "lost" || row[2] == "lost" {
			f.Cause = "What has not been exported when the process ends is gone: a batch waits up to five seconds,\na reader up to ten. Shutdown is what sends the rest."
		} else {
			f.Cause = "An error from one provider is no reason to skip the other, nor to forget its error:\ncall both, then errors.Join what they return."
		}
		recorder.Fail(t, f)
	}
	recorder.Needs(t, "providers-global")
	recorder.Fail(t, recorder.At(minimal.Setup, finding.Finding{
		Want:  recorder.Table(want...),
		Got:   recorder.Table(got...),
		Cause: "Nothing arrives even when there is time: there is nothing yet to flush.",
	}))
}

// end sets up, records, and shuts down; it returns a row of what came of it.
func (w *world) end(t *testing.T) []string {
	t.Helper()
	var row []string
	inBubble(t, func(ctx context.Context) {
		if w.setUp(ctx); w.err != nil || w.shutdown == nil {
			return
		}
		record(ctx)
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		err := w.shutdown(ctx)
		row = []string{flushed(len(w.spans.Spans()) > 0), flushed(w.hasMetric("checkouts")), w.stopped(), returned(err)}
	})
	w.mustWork(t)
	if w.shutdown == nil {
		recorder.Fail(t, recorder.At(minimal.Setup, finding.Finding{
			Want: "Setup   a function that shuts down, and no error",
			Got:  "Setup   nil, and no error",
		}))
	}
	return row
}

// arrivesInTime reports whether a span and a metric reach the exporters when
// nobody shuts anything down.
func (w *world) arrivesInTime(t *testing.T) bool {
	inBubble(t, func(ctx context.Context) {
		w.setUp(ctx)
		record(ctx)
		time.Sleep(61 * time.Second)
	})
	return !w.madeTraces && !w.madeMetrics || len(w.spans.Spans()) > 0 && w.hasMetric("checkouts")
}

func flushed(yes bool) string {
	if yes {
		return "flushed"
	}
	return "lost"
}

func (w *world) stopped() string {
	switch traces, metrics := w.spans.Stopped(), w.metrics.Stopped(); {
	case traces && metrics:
		return "both"
	case traces:
		return "only traces"
	case metrics:
		return "only metrics"
	}
	return "none"
}

// returned names the errors that are in err.
func returned(err error) string {
	if err == nil {
		return "no error"
	}
	var names []string
	for _, known := range []error{errTraceExporter, errMetricExporter} {
		if errors.Is(err, known) {
			names = append(names, known.Error())
		}
	}
	if names == nil {
		return err.Error()
	}
	return strings.Join(names, " + ")
}

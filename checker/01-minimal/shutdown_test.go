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
	errTraces  = errors.New("traces: broken")
	errMetrics = errors.New("metrics: broken")
)

// either stands where an ending allows more than one answer.
const either = "…"

// The shutdown should flush and stop both providers, and report every error, whatever the other provider says.
func TestShutdownFlushesBoth(t *testing.T) {
	rows := []struct {
		when  string
		spoil func(w *world)
		want  []string // span, metric, exporters stopped, shutdown returns
	}{
		{"all goes well", func(*world) {},
			[]string{"flushed", "flushed", "both", "no error"}},
		{"traces can't stop", func(w *world) { w.spans.StopErr = errTraces },
			[]string{"flushed", "flushed", "both", "traces: broken"}},
		{"metrics can't stop", func(w *world) { w.metrics.StopErr = errMetrics },
			[]string{"flushed", "flushed", "both", "metrics: broken"}},
		{"neither can stop", func(w *world) { w.spans.StopErr, w.metrics.StopErr = errTraces, errMetrics },
			[]string{"flushed", "flushed", "both", "traces: broken + metrics: broken"}},
		{"traces can't be sent", func(w *world) { w.spans.ExportErr = errTraces },
			[]string{either, "flushed", "both", either}},
		{"traces hang", func(w *world) { w.spans.Hangs = true },
			[]string{either, either, "both", "in time"}},
	}
	header := []string{"when", "span", "metric", "stopped", "shutdown returns"}
	want, got := [][]string{header}, [][]string{header}
	for _, r := range rows {
		w := newWorld(t)
		r.spoil(w)
		row := w.end(t)
		for i, cell := range r.want {
			if cell == either || cell == "in time" && row[i] != deaf {
				row[i] = cell
			}
		}
		want = append(want, append([]string{r.when}, r.want...))
		got = append(got, append([]string{r.when}, row...))
	}
	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}

	f := recorder.At(minimal.Setup, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	switch row := got[1]; {
	case !newWorld(t).arrivesInTime(t):
		recorder.Needs(t, "providers-global")
		f.Cause = "Nothing arrives even when there is time: there is nothing yet to flush."
	case strings.Contains(row[4], context.Canceled.Error()):
		f.Cause = "The shutdown uses a context that is done by then: Setup's own, whose end is why the service stops.\nIt has to use the one that it is given."
	case row[1] == "lost" || row[2] == "lost":
		f.Cause = "What has not been exported when the process ends is gone: a batch waits up to five seconds,\na reader up to ten. Shutdown is what sends the rest."
	case strings.Contains(f.Got, deaf):
		f.Cause = "The shutdown does not use the context that it is given: a collector that hangs would keep the process from ending."
	case got[1][3] == "none":
		f.Cause = "All was flushed, and nothing was stopped: ForceFlush leaves everything running."
	case strings.Contains(f.Got, runsOn):
		f.Cause = "Something was exported after the shutdown: an exporter was stopped, and the provider before it was not."
	default:
		f.Cause = "An error from one provider is no reason to skip the other, nor to forget its error:\ncall both, then errors.Join what they return."
	}
	recorder.Fail(t, f)
}

// end sets up, records, and shuts down as a service does: Setup's context is
// done by then, and the shutdown gets five seconds. It returns what came of
// the span, the metric, the exporters, and the shutdown.
func (w *world) end(t *testing.T) []string {
	t.Helper()
	row := []string{"lost", "lost", "none", "no error"}
	inBubble(t, func(ctx context.Context) {
		setupCtx, done := context.WithCancel(ctx)
		w.setUp(setupCtx)
		if w.shutdown == nil || w.foreign() {
			done()
			return
		}
		record(ctx)
		done()
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		ended := make(chan error, 1)
		go func() { ended <- w.shutdown(limited) }()
		select {
		case err := <-ended:
			row = []string{flushed(w.checkouts() > 0), flushed(w.hasMetric("checkouts")), w.stopped(), returned(err)}
		case <-time.After(time.Minute):
			row[3] = deaf
			return
		}
		record(ctx)
		time.Sleep(61 * time.Second)
		if w.spans.Late() || w.metrics.Late() {
			row[2] += runsOn
		}
		stop(ctx)
	})
	w.mustWork(t)
	if w.foreign() {
		w.mustUse(t, "Traces", "what the shutdown has flushed")
		w.mustUse(t, "Metrics", "what the shutdown has flushed")
	}
	if w.shutdown == nil {
		recorder.Fail(t, recorder.At(minimal.Setup, finding.Finding{
			Want: "Setup   a function that shuts down, and no error",
			Got:  "Setup   nil, and no error",
		}))
	}
	return row
}

const deaf = "not, a minute after its deadline"

const runsOn = ", but a provider runs on"

// arrivesInTime reports whether a span and a metric reach the exporters when
// nobody shuts anything down, or whether there is no exporter yet to reach.
func (w *world) arrivesInTime(t *testing.T) bool {
	inBubble(t, func(ctx context.Context) {
		if w.setUp(ctx); w.ready() {
			record(ctx)
			time.Sleep(61 * time.Second)
			stop(ctx)
		}
	})
	return !w.madeTraces && !w.madeMetrics || w.checkouts() > 0 && w.hasMetric("checkouts")
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

// returned names the errors that are in err, wrapped or quoted.
func returned(err error) string {
	if err == nil {
		return "no error"
	}
	var names []string
	for _, known := range []error{errTraces, errMetrics} {
		if tells(err, known) {
			names = append(names, known.Error())
		}
	}
	if names == nil {
		return strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return strings.Join(names, " + ")
}

// tells reports whether err is or quotes another error.
func tells(err, other error) bool {
	return err != nil && (errors.Is(err, other) || strings.Contains(err.Error(), other.Error()))
}

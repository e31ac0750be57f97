package minimal_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// The shutdown should flush and stop both providers, and report every error, whatever the other provider says.
func TestShutdownFlushesBoth(t *testing.T) {
	header := []string{"when", "span", "metric", "stopped", "shutdown returns"}
	want, got := [][]string{header}, [][]string{header}
	ends := make(map[string]end)
	more := 0 // rows that are wrong and not shown
	for i, e := range endings {
		if e.real && e.want.returns == inTime && len(got) > 2 {
			continue // it is wrong already, and might wait long
		}
		end := e.play(t)
		ends[e.when] = end
		have, wanted := end.came.cells(), e.want.cells()
		for i := range have {
			if wanted[i] == either && !strings.Contains(have[i], "the second time") {
				have[i] = either
			}
		}
		switch wrong := !slices.Equal(have, wanted); {
		case wrong && len(got) > mostRows:
			more++
		case wrong || i == 0:
			want = append(want, append([]string{e.when}, wanted...))
			got = append(got, append([]string{e.when}, have...))
		}
		if i == 0 && !slices.Equal(have, wanted) && (end.leftOut || !newWorld(t).works(t)) {
			break
		}
	}
	f := recorder.At(minimal.Setup, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	if f.Want == f.Got {
		return
	}
	if more > 0 {
		f.Got += fmt.Sprintf("\n… and %d more", more)
	}
	f.Cause = whyNot(t, ends)
	recorder.Fail(t, f)
}

// mostRows is how many endings are shown: the first one, and the simplest that
// go wrong.
const mostRows = 4

func (c came) cells() []string { return []string{c.span, c.metric, c.stopped, c.returns} }

// whyNot says what the ends show together, or "" when they only show what was
// seen.
func whyNot(t *testing.T, ends map[string]end) string {
	well, slow := ends["all goes well"], ends["each export takes a moment"]
	told := func(when string, err error) bool { return strings.Contains(ends[when].returns, err.Error()) }
	switch {
	case anyLeftOut(ends) || !newWorld(t).works(t):
		recorder.Needs(t, "providers-global")
		return "Nothing arrives even when there is time: there is nothing yet to flush."
	case strings.Contains(well.returns, context.Canceled.Error()):
		return "The shutdown uses a context that is done by then: Setup's own, whose end is why the service stops.\nIt has to use the one that it is given."
	case well.tooLate && well.span == "flushed" && well.metric == "flushed":
		recorder.Needs(t, "spans-batched", "metrics-every-10s")
		return "All was flushed, and then something more came to an exporter that had been shut down: it hangs on two readers,\nor on two processors."
	case well.tooLate:
		return "What was flushed came to an exporter that had been shut down already: a provider flushes first and then stops its\nexporter, so it is the provider that has to be shut down, before its exporter or instead of it."
	case (slow.span == "lost" || slow.metric == "lost") && slow.took < moment && !strings.HasPrefix(well.stopped, "none"):
		return "The shutdown returns at once, when nothing has been sent yet: nobody waits for what it has started,\nand the process ends with that."
	case well.metric == "lost" && well.stopped == "only traces":
		return "Nobody has stopped the meter provider: what its reader has not exported when the process ends is gone,\nup to ten seconds of metrics."
	case well.span == "lost" && well.stopped == "only metrics":
		return "Nobody has stopped the tracer provider: what is in its queue when the process ends is gone,\nup to five seconds of spans."
	case well.span == "lost" || well.metric == "lost":
		return "What has not been exported when the process ends is gone: a batch waits up to five seconds,\na reader up to ten. Shutdown is what sends the rest."
	case well.stopped == "both" && ends["a second Setup came before"].stopped != "both":
		return "After a second Setup, the shutdown of the first one no longer stops what the first one has made.\nEach call has to keep its own providers."
	case well.stopped == "only traces":
		return "All was flushed, and the meter provider was not stopped: it runs on."
	case well.stopped == "only metrics":
		return "All was flushed, and the tracer provider was not stopped: it runs on."
	case well.stopped == "none":
		return "All was flushed, and nothing was stopped: ForceFlush leaves everything running."
	case strings.Contains(well.stopped, runsOn):
		return "What is recorded after the shutdown still goes to an exporter: a provider was not stopped."
	case deafTo(ends):
		return "The shutdown does not keep to the context that it is given: a collector that hangs would keep the process\nfrom ending."
	case well.came == came{"flushed", "flushed", "both", "no error"} && (ends["traces can't stop"].stopped != "both" || ends["metrics can't stop"].stopped != "both"):
		return "When one provider can't be stopped, the other one is not asked any more. Call both, in any case,\nthen errors.Join what they return."
	case !told("traces can't stop", errTraces) || !told("metrics can't stop", errMetrics):
		return "An error that a provider returns does not reach the caller of the shutdown: errors.Join keeps them all."
	case !told("neither can stop", errTraces) || !told("neither can stop", errMetrics):
		return "Of two errors, only one reaches the caller of the shutdown: errors.Join keeps both."
	case strings.Contains(ends["it is called twice"].returns, "panics"):
		return "A service may well shut down twice, by a defer and on its way out. The second time has nothing to do, and no harm."
	}
	return ""
}

// anyLeftOut reports whether a sampler has left out what an ending should flush.
func anyLeftOut(ends map[string]end) bool {
	for _, e := range ends {
		if e.leftOut {
			return true
		}
	}
	return false
}

// deafTo reports whether a shutdown has taken longer than it was given.
func deafTo(ends map[string]end) bool {
	for _, e := range endings {
		if got, played := ends[e.when]; played && e.want.returns == inTime && got.returns != inTime {
			return true
		}
	}
	return false
}

// works reports whether telemetry arrives when nothing ends, or whether there
// is no exporter yet to arrive at.
func (w *world) works(t *testing.T) bool {
	told := w.tell(t, "otel.Tracer", 1, record)
	return !w.madeTraces && !w.madeMetrics || told.spans > 0 && told.metric && !told.unsampled
}

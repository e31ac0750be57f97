package minimal_test

import (
	"cmp"
	"errors"
	"strings"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// When an exporter can't be made, Setup should return that error and leave nothing running.
func TestSetupFailsClean(t *testing.T) {
	errTraces, errMetrics := errors.New("no span exporter today"), errors.New("no metric exporter today")
	header := []string{"can't be made", "Setup returns", "left running"}
	want := [][]string{header, {"span exporter", errTraces.Error(), "nothing"}, {"metric exporter", errMetrics.Error(), "nothing"}}
	got := [][]string{header}
	for _, failing := range []struct {
		which           string
		traces, metrics error
	}{
		{"span exporter", errTraces, nil},
		{"metric exporter", nil, errMetrics},
	} {
		w := newWorld(t)
		w.tracesErr, w.metricsErr = failing.traces, failing.metrics
		before := recorder.Goroutines(sdk)
		w.setUp(t.Context())
		says := "no error"
		switch wanted := cmp.Or(failing.traces, failing.metrics); {
		case tells(w.err, wanted):
			says = wanted.Error()
		case w.err != nil:
			says = w.err.Error()
			needsResource(t)
		}
		got = append(got, []string{failing.which, says, w.running(before)})
	}
	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}
	f := finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)}
	if got[1][1] == "no error" || got[2][1] == "no error" {
		f.Cause = "An error that Setup keeps to itself makes a service that runs blind: nobody learns that it has no telemetry."
	} else if got[1][2] != "nothing" || got[2][2] != "nothing" {
		f.Cause = "What was made before the failure is never used and never stopped.\nMake all that can fail first, or stop what there is before returning the error."
	}
	recorder.Fail(t, recorder.At(minimal.Setup, f))
}

// sdk is where the SDK's packages are.
const sdk = "go.opentelemetry.io/otel/sdk/"

// running names what a failed Setup has left behind; before is what of the SDK
// ran already.
func (w *world) running(before map[string]int) string {
	var left []string
	if w.madeTraces && !w.spans.Stopped() {
		left = append(left, "the span exporter")
	}
	if w.madeMetrics && !w.metrics.Stopped() {
		left = append(left, "the metric exporter")
	}
	if recorder.Left(before, sdk) != nil {
		left = append(left, "goroutines of the SDK")
	}
	if left == nil {
		return "nothing"
	}
	return strings.Join(left, ", ")
}

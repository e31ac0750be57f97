package failuremodes_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// When Run has returned, nothing that it has started should still run.
func TestNothingLeaks(t *testing.T) {
	packages := []string{recorder.PackageOf(failuremodes.Run), "otel.workshop/solutions/", "go.opentelemetry.io/"}
	before := recorder.Goroutines(packages...)
	s := newService(t)
	s.start(t)
	for range 3 {
		s.mustAnswer(t)
		s.get(known)
	}
	end := s.end(8 * time.Second)
	want := recorder.Table([]string{"Run", "returns"}, []string{"still running", "nothing"})
	if strings.HasPrefix(end, "still") {
		recorder.Needs(t, "exporter-never-blocks", "exporter-drains")
		recorder.Fail(t, recorder.At(failuremodes.Run, finding.Finding{Want: want, Got: recorder.Table([]string{"Run", end})}))
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections() // they are kept for whoever asks next, and close by themselves
	left := recorder.Left(before, packages...)
	if left == nil {
		mustGiveUp(t)
		return
	}
	if len(s.collector.Spans()) == 0 {
		recorder.Needs(t, "flush-survives-signal") // a provider that is shut down with a context that is done runs on
	}
	if !slices.ContainsFunc(left, func(name string) bool { return !strings.Contains(name, "metric") }) {
		recorder.Needs(t, "both-providers-flush")
	}
	recorder.Fail(t, recorder.At(failuremodes.Run, finding.Finding{
		Want:  want,
		Got:   recorder.Table([]string{"Run", "returns"}, []string{"still running", strings.Join(left, "\n\t")}),
		Cause: "Each provider that is made has goroutines, and so has each QueueExporter: they run until they are shut down. In a\nservice that is set up again at each reload, or in each test, they add up.",
	}))
}

// mustGiveUp ends the check when a QueueExporter whose Shutdown has given up
// still waits for the exporter behind it a day later.
func mustGiveUp(t *testing.T) {
	t.Helper()
	q, waits, left := playStuck(t)
	if waits || !q.stops[0].returned || !left {
		return // or another check speaks of it
	}
	const scene = "the collector hangs, and Shutdown gives up\na day later   "
	recorder.Fail(t, recorder.At((*failuremodes.QueueExporter).Shutdown, finding.Finding{
		Want:  scene + "nobody waits for it",
		Got:   scene + "the worker waits for it",
		Cause: "The worker's export has a context that never ends. One that Shutdown cancels when it gives up ends the worker, too.",
	}))
}

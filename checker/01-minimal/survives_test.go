package minimal_test

import (
	"runtime"
	"sync"
	"testing"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// Every request that the service has answered should have its span, also the last one before SIGTERM.
func TestLastRequestSurvives(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM to send")
	}
	// Two programs, at the same time: Run, with requests that take a moment, and
	// the learner's own program, as it is.
	var run, own lastHour
	var both sync.WaitGroup
	both.Go(func() { own = endShop(t) })
	run = endRun(t)
	both.Wait()

	if !run.well() {
		f := recorder.At(minimal.Run, finding.Finding{Want: wantedEnd(""), Got: run.draw("")})
		run.explain(t, &f)
		needEverything(t)
		recorder.Fail(t, f)
	}
	if !own.well() {
		const title = "steps/01-minimal/shop, on $ADDR\n"
		f := finding.Finding{Want: wantedEnd(title), Got: own.draw(title), File: "steps/01-minimal/shop/main.go", Line: mainLine(t)}
		own.explainShop(&f)
		needEverything(t)
		recorder.Fail(t, f)
	}
}

// needEverything declares what has to work before the end of a real program
// can be blamed: that it can be set up, and that spans reach the collector.
func needEverything(t *testing.T) {
	recorder.Needs(t, "requests-traced", "service-name", "providers-global", "context-extracted",
		"plain-http-by-default", "shutdown-flushes-both", "endpoint-from-environment")
}

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
	// Four programs, at the same time: Run, with requests that take a moment; the
	// learner's own program, as it is; and Run again, with a request that takes
	// too long, and with a listener that breaks.
	var run, whole lastHour
	var slow, broken fakeEnd
	var others sync.WaitGroup
	others.Go(func() { whole = endShop(t) })
	others.Go(func() { slow = longDrain.play(t) })
	others.Go(func() { broken = brokenListener.play(t) })
	run = endRun(t)
	others.Wait()

	if !run.well() {
		f := recorder.At(minimal.Run, finding.Finding{Want: wantedEnd(""), Got: run.draw("")})
		run.explain(t, &f)
		needEverything(t)
		recorder.Fail(t, f)
	}
	if !whole.well() {
		const title = "steps/01-minimal/shop, on $ADDR\n"
		f := finding.Finding{Want: wantedEnd(title), Got: whole.draw(title), File: "steps/01-minimal/shop/main.go", Line: mainLine(t)}
		whole.explainShop(&f)
		needEverything(t)
		recorder.Fail(t, f)
	}
	slow.must(t)
	broken.must(t)
}

// needEverything declares what has to work before the end of a real program
// can be blamed: that it can be set up, and that spans reach the collector.
func needEverything(t *testing.T) {
	recorder.Needs(t, "requests-traced", "service-name", "providers-global", "context-extracted",
		"plain-http-by-default", "shutdown-flushes-both", "endpoint-from-environment")
}

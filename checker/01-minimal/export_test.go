package minimal_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// Ending a span should cost next to nothing: a batch in the background carries it to the exporter.
func TestSpansBatched(t *testing.T) {
	const want = "5 spans, exporter takes 1 s   ended after 0 s   5 exported within a minute"
	w := newWorld(t)
	w.spans.Delay = time.Second
	var took time.Duration
	exported := 0
	inBubble(t, func(ctx context.Context) {
		if w.setUp(ctx); w.err != nil {
			return
		}
		tracer := otel.Tracer("checker")
		start := time.Now()
		for range 5 {
			_, span := tracer.Start(ctx, "checkout")
			span.End()
		}
		took = time.Since(start)
		time.Sleep(time.Minute)
		exported = len(w.spans.Spans())
	})
	w.mustWork(t)

	if !w.madeTraces {
		recorder.Fail(t, exporterNotMade(want, "Traces"))
	}
	f := finding.Finding{
		Want: want,
		Got:  fmt.Sprintf("5 spans, exporter takes 1 s   ended after %d s   %d exported within a minute", int(took.Seconds()), exported),
	}
	switch {
	case exported == 0:
		recorder.Needs(t, "providers-global")
		f.Cause = "No span reached the exporter at all."
		recorder.Fail(t, recorder.At(minimal.Setup, f))
	case took > 0:
		f.Cause = "Each End waits until its span is exported, so each request waits for the collector.\nThat is what WithSyncer does: it is meant for tests."
		recorder.Fail(t, recorder.At(minimal.Setup, f))
	case exported < 5:
		f.Cause = "Some spans are still waiting after a minute."
		recorder.Fail(t, recorder.At(minimal.Setup, f))
	}
}

// Metrics should leave the process every ten seconds.
func TestMetricsEvery10s(t *testing.T) {
	const want = "exports after   10 s  20 s  30 s  40 s  50 s  60 s"
	w := newWorld(t)
	var start time.Time
	inBubble(t, func(ctx context.Context) {
		start = time.Now()
		if w.setUp(ctx); w.err == nil {
			time.Sleep(65 * time.Second)
		}
	})
	w.mustWork(t)

	if !w.madeMetrics {
		recorder.Fail(t, exporterNotMade(want, "Metrics"))
	}
	var after []string
	for _, at := range w.metrics.Times() {
		if d := at.Sub(start); d < 65*time.Second { // later ones are the flush at the end
			after = append(after, fmt.Sprintf("%g s", d.Seconds()))
		}
	}
	if slices.Equal(after, []string{"10 s", "20 s", "30 s", "40 s", "50 s", "60 s"}) {
		return
	}
	f := finding.Finding{Want: want, Got: "exports after   " + strings.Join(after, "  ")}
	switch {
	case len(after) == 0:
		f.Got = "no export in 65 s"
		f.Cause = "An exporter only sends what it is given: a periodic reader, registered with the meter provider,\nis what reads the instruments."
	case after[0] == "60 s":
		f.Cause = "Sixty seconds is the periodic reader's default: it was never told another interval."
	}
	recorder.Fail(t, recorder.At(minimal.Setup, f))
}

package minimal_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// Ending a span should cost next to nothing: a batch in the background carries it to the exporter.
func TestSpansBatched(t *testing.T) {
	const scene = "five spans end, while an export takes 1 s\n"
	want := scene + recorder.Table([]string{"the request waits", "0 s"}, []string{"exported", "5 spans, several at once"})
	w := newWorld(t)
	w.spans.Delay = time.Second
	var took time.Duration
	exported, exports := 0, 0
	sampled := true
	inBubble(t, func(ctx context.Context) {
		if w.setUp(ctx); !w.ready() || !w.madeTraces {
			return
		}
		start := time.Now()
		for range 5 {
			sampled = record(ctx).SpanContext().IsSampled() && sampled
		}
		took = time.Since(start)
		time.Sleep(time.Minute)
		exported, exports = w.checkouts(), w.spans.Exports()
		stop(ctx)
	})
	w.mustUse(t, "Traces", want)

	f := recorder.At(minimal.Setup, finding.Finding{
		Want: want,
		Got: scene + recorder.Table(
			[]string{"the request waits", fmt.Sprintf("%g s", took.Seconds())},
			[]string{"exported", fmt.Sprintf("%d spans in %d exports", exported, exports)}),
	})
	switch {
	case exported == 0 || !sampled:
		recorder.Needs(t, "providers-global")
		f.Cause = "Not every span reached the exporter."
	case took > 0:
		f.Cause = "Each End waits until its span is exported, so each request waits for the collector.\nThat is what WithSyncer does: it is meant for tests."
	case exported < 5:
		f.Cause = "Some spans are still waiting after a minute, or were dropped."
	case exported > 5:
		f.Cause = "Spans are exported more than once: the exporter hangs on two processors."
	case exports >= 5:
		f.Cause = "Every span travels alone: a batch of one is none."
	default:
		return
	}
	recorder.Fail(t, f)
}

// Metrics should leave the process every ten seconds.
func TestMetricsEvery10s(t *testing.T) {
	const want = "exports after   10 s  20 s  30 s  40 s  50 s  60 s"
	w := newWorld(t)
	var after []string
	inBubble(t, func(ctx context.Context) {
		start := time.Now()
		if w.setUp(ctx); !w.ready() || !w.madeMetrics {
			return
		}
		record(ctx) // some readers and exporters have nothing to send before
		time.Sleep(65 * time.Second)
		for _, at := range w.metrics.Times() {
			if at.After(start) { // a first one, at once, is nobody's loss
				after = append(after, fmt.Sprintf("%g s", at.Sub(start).Seconds()))
			}
		}
		stop(ctx)
	})
	w.mustUse(t, "Metrics", want)

	if slices.Equal(after, []string{"10 s", "20 s", "30 s", "40 s", "50 s", "60 s"}) {
		return
	}
	f := finding.Finding{Want: want, Got: "exports after   " + strings.Join(after[:min(len(after), 8)], "  ")}
	switch {
	case len(after) == 0:
		f.Got = "no export in 65 s"
		f.Cause = "An exporter only sends what it is given: a periodic reader, registered with the meter provider,\nis what reads the instruments."
	case after[0] == "60 s":
		f.Cause = "Sixty seconds is the periodic reader's default: it was never told another interval."
	case len(after) > 100:
		f.Got += "  …"
		f.Cause = "A number without a unit is a number of nanoseconds: write 10*time.Second."
	}
	recorder.Fail(t, recorder.At(minimal.Setup, f))
}

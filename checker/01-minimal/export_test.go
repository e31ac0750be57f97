package minimal_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

// A burst is spans that end one after another, without a pause, at a collector
// in whatever state.
type burst struct {
	what   string
	ends   int
	traces trouble
	end    func(context.Context) trace.Span // starts and ends one; nil is record

	took       time.Duration // until the last one has ended
	unsampled  bool          // whether one was not sampled
	exported   int           // a minute later
	exportings int
	atLast     int // exported once the provider was shut down
}

// play sets up a world, has the spans end, and waits for a minute.
func (b *burst) play(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.spans.trouble = b.traces
	inBubble(t, func(ctx context.Context) {
		if w.setUp(ctx); !w.ready() || !w.madeTraces {
			return
		}
		end := b.end
		if end == nil {
			end = record
		}
		start := time.Now()
		for range b.ends {
			if span := end(ctx); !span.SpanContext().IsSampled() {
				b.unsampled = true
			}
		}
		b.took = time.Since(start)
		time.Sleep(time.Minute)
		b.exported, b.exportings = w.checkouts(), w.spans.Exports()
		stop(ctx)
		b.atLast = w.checkouts()
	})
	return w
}

// Ending a span should cost next to nothing: a batch in the background carries it to the exporter.
func TestSpansBatched(t *testing.T) {
	slow := &burst{what: "forty spans end, while an export takes 1 s\n", ends: 40, traces: trouble{takes: time.Second}}
	want := slow.what + recorder.Table([]string{"the requests wait", "0 s"}, []string{"exported", "40 spans, many at once"})
	slow.play(t).mustUse(t, "Traces", want)
	f := finding.Finding{
		Want: want,
		Got: slow.what + recorder.Table(
			[]string{"the requests wait", fmt.Sprintf("%g s", slow.took.Seconds())},
			[]string{"exported", fmt.Sprintf("%d spans in %d exports", slow.exported, slow.exportings)}),
	}
	f = recorder.At(minimal.Setup, f)
	switch {
	case slow.atLast == 0 || slow.unsampled:
		recorder.Needs(t, "providers-global")
		f.Cause = "Not every span reached the exporter."
	case slow.took > 0:
		f = atCall(t, minimal.Setup, f, "WithSyncer", "NewSimpleSpanProcessor")
		f.Cause = "An End waits until its span is exported, so each request waits for the collector."
		if callOf(t, "WithSyncer").line > 0 {
			f.Cause = "Each End waits until its span is exported, so each request waits for the collector.\nThat is what WithSyncer does: it is meant for tests."
		}
	case slow.exported < slow.ends && slow.atLast == slow.ends:
		f = atCall(t, minimal.Setup, f, "WithBatchTimeout", "WithBatcher")
		f.Cause = "Spans are still waiting, a minute later: they left when the provider was shut down, and not before."
	case slow.exported < slow.ends:
		f = atCall(t, minimal.Setup, f, "WithMaxQueueSize", "WithBatcher")
		f.Cause = "Spans were dropped: what finds no room in a queue is lost."
	case slow.exported > slow.ends:
		f.Cause = "Spans are exported more than once."
		if slow.exported == 2*slow.ends {
			f.Cause = "Every span is exported twice: the exporter hangs on two processors."
		}
	case slow.exportings >= slow.ends:
		f.Cause = "Every span travels alone: a batch of one is none."
	default:
		neverWaits(t)
		noneWaits(t)
		return
	}
	recorder.Fail(t, f)
}

// neverWaits ends the check when an End waits for a collector that does not
// answer: the queue may overflow, the request may not wait.
func neverWaits(t *testing.T) {
	t.Helper()
	hung := &burst{what: "10,000 spans end, while the collector does not answer\n", ends: 10_000, traces: trouble{takes: forEver}}
	hung.play(t)
	if hung.took == 0 {
		return
	}
	f := atCall(t, minimal.Setup, finding.Finding{
		Want:  hung.what + "the requests wait   0 s",
		Got:   hung.what + "the requests wait   " + waited(hung.took),
		Cause: "When the queue is full, an End waits until there is room, so the requests wait for the collector after all.",
	}, "WithBlocking")
	if callOf(t, "WithBlocking").line > 0 {
		f.Cause = "When the queue is full, WithBlocking has each End wait until there is room, so the requests wait for the collector\nafter all. Without it, what finds no room is dropped: telemetry is lost, and no request."
	}
	recorder.Fail(t, f)
}

// noneWaits ends the check when spans of one kind are not handed over like
// others: an End that waits, or that sends on its own.
func noneWaits(t *testing.T) {
	t.Helper()
	for _, kind := range kinds {
		b := &burst{what: "forty spans end, " + kind.what + ", while an export takes 1 s\n", ends: 40, traces: trouble{takes: time.Second}, end: kind.end}
		b.play(t)
		if b.took == 0 && b.exported == b.ends && b.exportings < b.ends || b.unsampled {
			continue
		}
		f := finding.Finding{
			Want: b.what + recorder.Table([]string{"the requests wait", "0 s"}, []string{"exported", "40 spans, many at once"}),
			Got: b.what + recorder.Table(
				[]string{"the requests wait", fmt.Sprintf("%g s", b.took.Seconds())},
				[]string{"exported", fmt.Sprintf("%d spans in %d exports", b.exported, b.exportings)}),
		}
		f = recorder.At(minimal.Setup, f)
		switch {
		case b.atLast == 0: // each burst stands on a Setup of its own
			recorder.Needs(t, "providers-global")
		case b.took > 0:
			f.Cause = "Other spans are handed over in the background. These are not: an End waits for an export, and the request with it."
			f = atCall(t, minimal.Setup, f, "ForceFlush")
		}
		recorder.Fail(t, f)
	}
}

// waited says for how long; of a long time the minutes say nothing.
func waited(d time.Duration) string {
	if d > time.Minute {
		return "for minutes"
	}
	return fmt.Sprintf("%g s", d.Seconds())
}

// Metrics should leave the process every ten seconds.
func TestMetricsEvery10s(t *testing.T) {
	const want = "exports after   10 s  20 s  30 s  40 s  50 s  60 s"
	w := newWorld(t)
	var after []string
	var pause time.Duration // between the first two
	stopped := false
	inBubble(t, func(ctx context.Context) {
		start := time.Now()
		if w.setUp(ctx); !w.ready() || !w.madeMetrics {
			return
		}
		stopped = w.metrics.Stopped()
		record(ctx) // some readers and exporters have nothing to send before
		time.Sleep(65 * time.Second)
		times := w.metrics.Times()
		for _, at := range times {
			if at.After(start) { // a first one, at once, is nobody's loss
				after = append(after, fmt.Sprintf("%g s", at.Sub(start).Seconds()))
			}
		}
		if len(times) > 1 {
			pause = times[1].Sub(times[0])
		}
		stop(ctx)
	})
	w.mustUse(t, "Metrics", want)

	if slices.Equal(after, []string{"10 s", "20 s", "30 s", "40 s", "50 s", "60 s"}) {
		return
	}
	f := finding.Finding{Want: want, Got: "exports after   " + strings.Join(after[:min(len(after), 8)], "  ")}
	if len(after) > 8 {
		f.Got += "  …"
	}
	f = atCall(t, minimal.Setup, f, "WithInterval", "NewPeriodicReader")
	switch {
	case stopped:
		recorder.Needs(t, "providers-global")
		f.Got = "no export in 65 s: the exporter was shut down when Setup returned"
	case len(after) == 0:
		recorder.Needs(t, "providers-global")
		f.Got = "no export in 65 s"
		if callOf(t, "WithReader").line == 0 {
			f = recorder.At(minimal.Setup, f)
			f.Cause = "An exporter only sends what it is given: a periodic reader, registered with the meter provider,\nis what reads the instruments."
		}
	case after[0] == "60 s" && callOf(t, "WithInterval").line == 0:
		f.Cause = "Sixty seconds is the periodic reader's default: it was never told another interval."
	case pause == 10*time.Nanosecond:
		f.Cause = "A number without a unit is a number of nanoseconds: write 10*time.Second."
	}
	recorder.Fail(t, f)
}

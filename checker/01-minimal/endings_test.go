package minimal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	minimal "otel.workshop/steps/01-minimal"
)

var (
	errTraces  = errors.New("traces: broken")
	errMetrics = errors.New("metrics: broken")
)

// An ending is how a service ends: what is in trouble by then, and how long
// the shutdown may take.
type ending struct {
	when            string
	traces, metrics trouble
	give            time.Duration // 0: five seconds
	cancel          bool          // the context has no deadline, and is cancelled instead
	twice           bool          // the shutdown is called a second time
	real            bool          // in real time

	want came
}

// What came of an ending; or what may come of it, where either stands for more
// than one answer.
type came struct{ span, metric, stopped, returns string }

// either stands where an ending allows more than one answer.
const either = "…"

// endings are what can happen when a service ends. Whoever asks one provider
// after the other may have no time left for the second one, so what is lost
// when one of them hangs is not asked; and a tracer provider that has no time
// left does not even stop.
//
// An export that takes its time is played in real time: the batch processor
// holds a lock meanwhile, and nothing passes in a bubble while somebody waits
// for a lock.
var endings = []ending{
	{when: "all goes well",
		want: came{"flushed", "flushed", "both", "no error"}},
	{when: "no deadline is given", cancel: true,
		want: came{"flushed", "flushed", "both", "no error"}},
	{when: "each export takes a moment", real: true, traces: trouble{takes: moment}, metrics: trouble{takes: moment},
		want: came{"flushed", "flushed", either, "no error"}},
	{when: "traces can't stop", traces: trouble{cantStop: errTraces},
		want: came{"flushed", "flushed", "both", "traces: broken"}},
	{when: "metrics can't stop", metrics: trouble{cantStop: errMetrics},
		want: came{"flushed", "flushed", "both", "metrics: broken"}},
	{when: "neither can stop", traces: trouble{cantStop: errTraces}, metrics: trouble{cantStop: errMetrics},
		want: came{"flushed", "flushed", "both", "traces: broken + metrics: broken"}},
	{when: "traces can't be sent", traces: trouble{refuses: errTraces},
		want: came{either, "flushed", "both", either}},
	{when: "metrics can't be sent", metrics: trouble{refuses: errMetrics},
		want: came{"flushed", either, "both", either}},
	{when: "traces hang, 0.1 s is given", traces: trouble{hangs: true}, give: time.Second / 10,
		want: came{either, either, "both", inTime}},
	{when: "traces hang, 7 s are given", traces: trouble{hangs: true}, give: 7 * time.Second,
		want: came{either, either, "both", inTime}},
	{when: "metrics hang, 0.1 s is given", metrics: trouble{hangs: true}, give: time.Second / 10,
		want: came{either, either, either, inTime}},
	{when: "metrics hang, 7 s are given", metrics: trouble{hangs: true}, give: 7 * time.Second,
		want: came{either, either, either, inTime}},
	{when: "both hang, cancelled after 3 s", traces: trouble{hangs: true}, metrics: trouble{hangs: true}, give: 3 * time.Second, cancel: true,
		want: came{either, either, either, inTime}},
	{when: "sending traces hangs", real: true, traces: trouble{takes: forEver}, give: time.Second / 10,
		want: came{either, either, either, inTime}},
	{when: "sending metrics hangs", real: true, metrics: trouble{takes: forEver}, give: time.Second / 10,
		want: came{either, either, either, inTime}},
	{when: "it is called twice", twice: true,
		want: came{"flushed", "flushed", "both", either}},
}

// moment is longer than it takes to start a goroutine, and short for whoever
// waits for it.
const moment = 20 * time.Millisecond

const (
	inTime = "in time"
	runsOn = ", but a provider runs on"
)

// An end is an ending that has been played.
type end struct {
	came
	leftOut bool // whether a sampler has left out what was recorded
	tooLate bool // whether that came to an exporter that was stopped already
	took    time.Duration
}

// play sets up, records, and shuts down as a service does: Setup's context is
// done by then.
func (e ending) play(t *testing.T) (got end) {
	t.Helper()
	w := newWorld(t)
	w.spans.trouble, w.metrics.trouble = e.traces, e.metrics
	got.came = came{"lost", "lost", "none", "no error"}
	if e.real {
		e.playIn(t.Context(), w, &got)
	} else {
		inBubble(t, func(ctx context.Context) {
			if e.playIn(ctx, w, &got) {
				e.lookBack(ctx, w, &got)
			}
		})
	}
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
	got.tooLate = w.spans.late.has("checkout") || w.metrics.late.has("checkouts")
	return got
}

// playIn plays the ending until the shutdown has returned, if it ever does.
func (e ending) playIn(ctx context.Context, w *world, got *end) (returns bool) {
	setupCtx, done := context.WithCancel(ctx)
	defer done()
	w.setUp(setupCtx)
	if w.shutdown == nil || w.foreign() {
		return false
	}
	recorded := make(chan bool, 1)
	go func() { recorded <- leftOut(record(ctx)) }()
	select {
	case got.leftOut = <-recorded:
	case <-time.After(2 * time.Second): // whoever exports at once waits for that, which is not of the end
		got.returns = e.want.returns
		return false
	}
	done()
	limited, cancel := e.limit(ctx)
	defer cancel()
	start := time.Now()
	ended := make(chan error, 1)
	go func() { ended <- w.shutdown(limited) }()
	tooLong := limit(e) + time.Minute
	if e.real {
		tooLong = 2 * time.Second
	}
	select {
	case err := <-ended:
		got.took = time.Since(start)
		got.span, got.metric, got.returns = flushed(w.checkouts() > 0), flushed(w.hasMetric("checkouts")), returned(err)
	case <-time.After(tooLong):
		got.returns = "after more than " + tooLong.String()
		return false
	}
	if e.want.returns == inTime {
		got.returns = inTime
		if !e.real && got.took > limit(e) {
			got.returns = fmt.Sprintf("after %v", got.took)
		}
	}
	if e.twice {
		got.returns += again(ctx, w.shutdown)
	}
	return true
}

// lookBack says what has been stopped.
func (e ending) lookBack(ctx context.Context, w *world, got *end) {
	if e.want.returns == inTime {
		time.Sleep(time.Minute) // what hangs is given up in the background
	}
	synctest.Wait()
	got.stopped = w.stopped()
	recordAs(ctx, "afterthought")
	time.Sleep(61 * time.Second)
	arrived := w.exported("afterthought") > 0 || w.hasMetric("afterthoughts") ||
		w.spans.late.has("afterthought") || w.metrics.late.has("afterthoughts")
	if got.stopped == "both" && arrived {
		got.stopped += runsOn
	}
	stop(ctx)
}

// limit is how long the shutdown may take.
func limit(e ending) time.Duration {
	if e.give == 0 {
		return 5 * time.Second
	}
	return e.give
}

// limit returns the context that the shutdown is given.
func (e ending) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if !e.cancel {
		return context.WithTimeout(ctx, limit(e))
	}
	ctx, cancel := context.WithCancel(ctx)
	time.AfterFunc(limit(e), cancel)
	return ctx, cancel
}

// again calls a shutdown for the second time, and says what is wrong with that:
// "" is nothing.
func again(ctx context.Context, shutdown func(context.Context) error) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	second := make(chan string, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				second <- fmt.Sprintf("; the second time it panics: %v", p)
			}
		}()
		_ = shutdown(ctx) // there is nothing left to tell, or it may say so
		second <- ""
	}()
	select {
	case s := <-second:
		return s
	case <-time.After(time.Minute):
		return "; the second time it does not return"
	}
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
		lines := strings.Split(err.Error(), "\n")
		return strings.Join(slices.Compact(lines), "; ")
	}
	return strings.Join(names, " + ")
}

// tells reports whether err is or quotes another error.
func tells(err, other error) bool {
	return err != nil && (errors.Is(err, other) || strings.Contains(err.Error(), other.Error()))
}

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
		e.playIn(t.Context(), t, w, &got)
	} else {
		inBubble(t, func(ctx context.Context) {
			if e.playIn(ctx, t, w, &got) {
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
func (e ending) playIn(ctx context.Context, t *testing.T, w *world, got *end) (returns bool) {
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
	if e.second {
		newWorld(t).setUp(ctx)
	}
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

package failuremodes_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// mustTakeCallsAtTheEnd ends the check when a call that comes with the end of
// a QueueExporter, or after it, panics or does not return. The time is real:
// whoever waits for a lock keeps the time of a bubble from passing.
func mustTakeCallsAtTheEnd(t *testing.T) {
	t.Helper()
	const fine, aSecond = "returns", time.Second
	rows := [][]string{
		{"ExportSpans, while Shutdown waits", fine},
		{"ExportSpans, after Shutdown", fine},
		{"Shutdown, a second time", fine},
		{"ExportSpans, as Shutdown is called", fine},
	}
	want := recorder.Table(rows...)
	q := newQueue(t, 100)
	open := make(chan struct{})
	q.next.set(func(b *behind) { b.hangs = open })
	q.send(context.Background(), 1)
	select {
	case <-q.next.reached:
	case <-time.After(200 * time.Millisecond): // it sends what it has when it likes
	}
	first := q.stopping(context.Background())
	time.Sleep(20 * time.Millisecond) // by then it waits, or soon: either is right
	rows[0][1] = fate(aSecond, func() any { return q.send(context.Background(), 1).panicked })
	close(open)
	select {
	case <-first:
		rows[1][1] = fate(aSecond, func() any { return q.send(context.Background(), 1).panicked })
		rows[2][1] = fate(aSecond, func() any {
			ctx, cancel := context.WithTimeout(context.Background(), aSecond/2)
			defer cancel()
			return (<-q.stopping(ctx)).panicked
		})
	case <-time.After(aSecond):
	}
	rows[3][1] = race()
	got := recorder.Table(rows...)
	if got == want {
		return
	}
	f := recorder.At((*failuremodes.QueueExporter).Shutdown, finding.Finding{Want: want, Got: got})
	f.Cause = "Spans end when they like, and Shutdown may be called twice. A send on a closed channel panics, and so does\nclosing one twice: a mutex and a flag, looked at by whoever sends and set by whoever closes, rule both out. The mutex\nis not held while anybody waits."
	recorder.Fail(t, f)
}

// fate calls f, which returns what it panicked with.
func fate(limit time.Duration, f func() any) string {
	panicked := make(chan any, 1)
	go func() { panicked <- f() }()
	select {
	case p := <-panicked:
		if p != nil {
			return fmt.Sprintf("panics: %v", p)
		}
		return "returns"
	case <-time.After(limit):
		return "waits"
	}
}

// race has Shutdown called while ExportSpans is busy with very many spans.
func race() string {
	const rounds, callers, many = 5, 2, 300_000
	var (
		mu    sync.Mutex
		worst any
	)
	note := func() {
		if p := recover(); p != nil {
			mu.Lock()
			defer mu.Unlock()
			worst = p
		}
	}
	happened := fate(3*time.Second, func() any {
		batch := slices.Repeat(spans("a span"), many)
		for range rounds {
			next := nowhere{make(chan struct{}, 1)}
			q := failuremodes.NewQueueExporter(next, 100, (&logbook{}).logger())
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					defer note()
					_ = q.ExportSpans(ctx, batch) // what it can't take is lost
				})
			}
			select {
			case <-next.reached: // the first spans are through, the others are not
			case <-time.After(5 * time.Millisecond):
			}
			func() {
				defer note()
				_ = q.Shutdown(ctx) // another row's business
			}()
			all.Wait()
			cancel()
		}
		return nil
	})
	mu.Lock()
	defer mu.Unlock()
	if worst != nil {
		return fmt.Sprintf("panics: %v", worst)
	}
	return happened
}

// nowhere is an exporter that keeps nothing.
type nowhere struct {
	reached chan struct{} // by an export
}

func (n nowhere) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error {
	select {
	case n.reached <- struct{}{}:
	default:
	}
	return nil
}

func (nowhere) Shutdown(context.Context) error { return nil }

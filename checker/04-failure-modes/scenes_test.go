package failuremodes_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// What can happen to a QueueExporter: each scene is played with one of the
// learner's, and the checks look at what came of it. Time is that of a bubble.

// many is more spans than anybody sends at once.
const many = 6000

// playQuick has nothing go wrong: twenty spans, one a second, and the end.
func playQuick(t *testing.T) *queue {
	return inBubble(t, 100, func(ctx context.Context, q *queue) {
		for range 20 {
			q.send(ctx, 1)
			time.Sleep(time.Second)
		}
		time.Sleep(time.Hour) // it sends what it has when it likes
		q.shutDown(ctx, time.Minute)
	})
}

// playHangs has the exporter behind the queue hang for an hour, while twenty
// spans come for a queue of five; when it is well again, another one comes.
func playHangs(t *testing.T) *queue {
	return inBubble(t, 5, func(ctx context.Context, q *queue) {
		open := make(chan struct{})
		q.next.set(func(b *behind) { b.hangs = open })
		time.AfterFunc(time.Hour, func() { close(open) })
		for range 20 {
			q.send(ctx, 1)
		}
		time.Sleep(2 * time.Hour)
		q.send(ctx, 1)
		time.Sleep(time.Hour)
		q.next.set(func(b *behind) { b.hangs = nil })
		q.shutDown(ctx, time.Minute)
	})
}

// playFails has the exporter behind the queue fail for an hour, while a span
// comes each minute; when it is well again, another one comes, and then it fails
// once more in each of the other ways.
func playFails(t *testing.T, with error, others ...error) *queue {
	return inBubble(t, 100, func(ctx context.Context, q *queue) {
		q.next.set(func(b *behind) { b.fails = with })
		for range 60 {
			q.send(ctx, 1)
			time.Sleep(time.Minute)
		}
		time.Sleep(24 * time.Hour) // whoever tries again may wait a while before
		q.next.set(func(b *behind) { b.fails = nil })
		q.send(ctx, 1)
		time.Sleep(24 * time.Hour)
		for _, other := range others {
			q.next.set(func(b *behind) { b.fails = other })
			q.send(ctx, 1)
			time.Sleep(24 * time.Hour)
		}
		q.next.set(func(b *behind) { b.fails = nil })
		q.shutDown(ctx, time.Minute)
	})
}

// playSlow has the end come while the queue is full of spans, and the exporter
// behind it takes a second for each export. early says whether the first span
// had arrived before the others came.
func playSlow(t *testing.T) (q *queue, early bool) {
	q = inBubble(t, many, func(ctx context.Context, q *queue) {
		q.next.set(func(b *behind) { b.takes = time.Second })
		q.sendAndLeave(ctx)
		time.Sleep(time.Minute)
		early = len(q.next.names()) > 0
		for range many - 1 {
			q.sendAndLeave(ctx)
		}
		q.shutDown(ctx, 2*time.Hour) // one by one they take 6,000 seconds
		time.Sleep(2 * time.Hour)    // whatever comes late
	})
	return q, early
}

// losesAnyway reports whether spans are lost, too, when the end comes long after
// the last of them was sent.
func losesAnyway(t *testing.T) bool {
	q := inBubble(t, many, func(ctx context.Context, q *queue) {
		q.next.set(func(b *behind) { b.takes = time.Second })
		for range many {
			q.sendAndLeave(ctx)
		}
		time.Sleep(2 * time.Hour)
		q.shutDown(ctx, 2*time.Hour)
	})
	return q.next.spansOffered() < many
}

// playLast has the end come while the last span is on its way: the queue is
// empty, and the exporter behind it takes a second for what it has.
func playLast(t *testing.T) *queue {
	return inBubble(t, 100, func(ctx context.Context, q *queue) {
		q.next.set(func(b *behind) { b.takes = time.Second })
		q.send(ctx, 1)
		for range 1000 { // whoever waits for more to come sends in the end
			if time.Sleep(100 * time.Millisecond); q.next.exporting() {
				break
			}
		}
		q.shutDown(ctx, time.Minute)
		time.Sleep(time.Hour) // whatever comes late
	})
}

// playStuck has the end come while the exporter behind the queue hangs for
// good. waits says that ExportSpans did not return, so that nothing can be said
// of the end; left, that the export was still going on a day after it.
func playStuck(t *testing.T) (q *queue, waits, left bool) {
	q = inBubble(t, 100, func(ctx context.Context, q *queue) {
		q.next.set(func(b *behind) { b.takes = 10_000 * time.Hour })
		exported := make(chan struct{})
		go func() {
			defer close(exported)
			for range 10 {
				q.sendAndLeave(ctx)
			}
		}()
		select {
		case <-exported:
		case <-time.After(time.Second):
			waits = true // and may hold a lock that Shutdown needs: a bubble's time stands still then
			return
		}
		time.Sleep(time.Minute) // by then somebody talks to the exporter
		q.shutDown(ctx, 5*time.Second)
		time.Sleep(24 * time.Hour)
		left = q.next.exporting()
	})
	return q, waits, left
}

// playStopHangs has the exporter behind the queue hang in its own Shutdown.
func playStopHangs(t *testing.T) *queue {
	return inBubble(t, 100, func(ctx context.Context, q *queue) {
		q.next.set(func(b *behind) { b.stuck = true })
		q.send(ctx, 1)
		time.Sleep(time.Minute)
		q.shutDown(ctx, 5*time.Second)
	})
}

// playFull has ten thousand spans come for a queue of that size, in calls of
// eight, with a pause after the first and one after each, while the exporter
// behind it hangs for an hour. early are the lines in the log before the end.
func playFull(t *testing.T, size int, first, pause time.Duration) (q *queue, early int) {
	q = inBubble(t, size, func(ctx context.Context, q *queue) {
		open := make(chan struct{})
		q.next.set(func(b *behind) { b.hangs = open })
		time.AfterFunc(time.Hour, func() { close(open) })
		q.send(ctx, fullBatch) // their number is not that of the calls
		time.Sleep(first)
		for range fullSent/fullBatch - 1 {
			time.Sleep(pause)
			q.send(ctx, fullBatch)
		}
		time.Sleep(2 * time.Hour) // it may be told a little later
		early = len(q.log.all())
		q.shutDown(ctx, time.Minute)
	})
	return q, early
}

const (
	fullSize  = 10
	fullSent  = 10_000
	fullBatch = 8
)

// playLent hands over three times the same slice, as the batch processor does:
// it fills it anew for each batch. What is in it afterwards is called ofNextBatch.
func playLent(t *testing.T) *queue {
	return inBubble(t, 100, func(ctx context.Context, q *queue) {
		q.next.set(func(b *behind) { b.takes = time.Second })
		lent := make([]sdktrace.ReadOnlySpan, 2)
		for i := range 3 {
			copy(lent, spans(fmt.Sprintf("span %d", 2*i+1), fmt.Sprintf("span %d", 2*i+2)))
			q.export(ctx, lent)
		}
		copy(lent, spans(ofNextBatch, ofNextBatch))
		time.Sleep(time.Hour)
		q.shutDown(ctx, time.Minute)
	})
}

const ofNextBatch = "of the next batch"

var errNobody = errors.New("nobody is there")

package failuremodes_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// mustNotLock ends the check when ExportSpans waits for a lock that is held
// while the next exporter hangs. It has to be known before a bubble begins:
// whoever waits for a lock keeps the time of a bubble from passing, and whether
// somebody does is then a matter of who comes first.
func mustNotLock(t *testing.T) {
	t.Helper()
	if looked {
		return
	}
	looked = true
	q := newQueue(t, 5)
	open := make(chan struct{})
	q.next.set(func(b *behind) { b.hangs = open })
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		q.send(context.Background(), 1)
		select {
		case <-q.next.reached:
		case <-time.After(200 * time.Millisecond): // it sends what it has when it likes
		}
		for range 20 {
			q.send(context.Background(), 1)
		}
	}()
	locked := false
	select {
	case <-returned:
	case <-time.After(time.Second):
		locked = exportWaitsForLock()
	}
	close(open)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		<-returned
		_ = q.Shutdown(ctx) // another check's business
	}()
	if !locked {
		return // one that waits for something else is found by who measures
	}
	recorder.Needs(t, "exporter-never-blocks")
	rows := func(fate string) string {
		return recorder.Table([]string{"the next exporter hangs for an hour", ""}, []string{"20 calls of ExportSpans", fate})
	}
	recorder.Fail(t, recorder.At((*failuremodes.QueueExporter).ExportSpans, finding.Finding{
		Want:  rows("each returns at once"),
		Got:   rows("one waits for a lock"),
		Cause: "The worker holds the lock while it talks to the next exporter, and ExportSpans needs it. A lock is held to take\nspans out of the queue, and given back before they are sent.",
	}))
}

// exportWaitsForLock reports whether a call of the learner's ExportSpans does.
func exportWaitsForLock() bool {
	buf := make([]byte, 1<<20)
	for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		state, _, _ := strings.Cut(stack, "\n")
		if strings.Contains(state, "Mutex") && strings.Contains(stack, "(*QueueExporter).ExportSpans") {
			return true
		}
	}
	return false
}

// looked says that mustNotLock has been called: a process has one check.
var looked bool

package failuremodes_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// ExportSpans of the QueueExporter should return at once, also when the exporter behind it hangs.
func TestExporterNeverBlocks(t *testing.T) {
	var longest time.Duration
	which := 0
	next := newGate(t)
	inBubble(t, next, 5, func(ctx context.Context, q *queue) {
		next.open = make(chan struct{})
		time.AfterFunc(time.Hour, func() { close(next.open) })
		for range 20 {
			if took := q.send(ctx); took > longest {
				longest, which = took, q.sent
			}
		}
		time.Sleep(2 * time.Hour)
		q.send(ctx)
		time.Sleep(time.Hour)
		_, _ = q.shutDown(ctx, time.Minute) // another check's business
	})
	header := []string{"the next exporter hangs for an hour", ""}
	want := recorder.Table(header, []string{"20 calls of ExportSpans", "each returns at once"}, []string{"and when it is well again", "spans arrive"})
	fate := "each returns at once"
	if longest > 0 {
		fate = fmt.Sprintf("call %d takes %s", which, hours(longest))
	}
	arrive := "spans arrive"
	if len(next.Spans()) == 0 {
		arrive = "none has arrived"
	}
	got := recorder.Table(header, []string{"20 calls of ExportSpans", fate}, []string{"and when it is well again", arrive})
	if got == want {
		return
	}
	f := recorder.At((*failuremodes.QueueExporter).ExportSpans, finding.Finding{Want: want, Got: got})
	if longest > 0 {
		f.Cause = "A send on a channel waits until there is room, and on one without a buffer until somebody receives. Behind\nWithSyncer the caller is a request that ends its span: all of them wait. A select with a default does not."
	} else {
		f.Cause = "Nobody sends on what is in the queue: its worker has to be started, and to call the next exporter."
	}
	recorder.Fail(t, f)
}

func hours(d time.Duration) string {
	if d%time.Hour == 0 {
		return strings.TrimSuffix(d.String(), "0m0s")
	}
	return d.String()
}

// Shutdown of the QueueExporter should send what is in the queue, stop the exporter behind it, and give up when its context is done.
func TestExporterDrains(t *testing.T) {
	const many = 6000 // more than anybody sends at once
	header := []string{"the next exporter", "spans arrive", "it is stopped", "Shutdown returns"}
	want := [][]string{header,
		{"takes a second", "all 6000", "after the last", "in time"},
		{"hangs", "…", "yes", "with its context"},
	}
	got := [][]string{header}

	returned := "not, an hour later"
	slow := slowSink(t, time.Second)
	var early bool // something has arrived before the end
	before := inBubble(t, slow, many, func(ctx context.Context, q *queue) {
		// The batch processor cancels the context of an export when it has
		// returned.
		send := func() {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			q.send(ctx)
		}
		send()
		time.Sleep(time.Minute)
		early = len(slow.Spans()) > 0
		for range many - 1 {
			send()
		}
		const limit = 2 * time.Hour // one by one they take 6,000 seconds
		if took, ok := q.shutDown(ctx, limit); ok && took <= limit {
			returned = "in time"
		}
		time.Sleep(2 * time.Hour) // whatever comes late
	})
	stopped := "no"
	switch {
	case slow.Late():
		stopped = "before the last"
	case slow.Stopped():
		stopped = "after the last"
	}
	arrived, stoppedLast := len(slow.Spans()), stopped == "after the last"
	share := "some" // how many is a matter of chance
	switch arrived {
	case 0:
		share = "none"
	case many:
		share = "all 6000"
	}
	got = append(got, []string{"takes a second", share, stopped, returned})

	returned = "not, an hour later"
	waits := false // whether ExportSpans does, which another check is about
	hanging := slowSink(t, 1000*time.Hour)
	inBubble(t, hanging, 100, func(ctx context.Context, q *queue) {
		exported := make(chan struct{})
		go func() {
			defer close(exported)
			for range 10 {
				q.send(ctx)
			}
		}()
		select {
		case <-exported:
		case <-time.After(time.Second):
			waits = true // and may hold a lock that Shutdown needs: a bubble's time stands still then
			return
		}
		switch took, ok := q.shutDown(ctx, 5*time.Second); {
		case ok && took <= 5*time.Second+time.Millisecond:
			returned = "with its context"
		case ok:
			returned = took.String() + " later"
		}
	})
	stopped = "no"
	if hanging.Stopped() {
		stopped = "yes"
	}
	if waits {
		stopped, returned = "…", "… ExportSpans has not returned"
	}
	got = append(got, []string{"hangs", "…", stopped, returned})

	if recorder.Table(want...) == recorder.Table(got...) {
		return
	}
	f := recorder.At((*failuremodes.QueueExporter).Shutdown, finding.Finding{Want: recorder.Table(want...), Got: recorder.Table(got...)})
	if arrived == many && stoppedLast && waits {
		recorder.Needs(t, "exporter-never-blocks")
	}
	switch {
	case !early && before.log.tells(context.Canceled.Error()):
		f.Cause = "The context that ExportSpans is given is its caller's, and the batch processor cancels it when ExportSpans has\nreturned. The worker sends later: it needs a context of its own."
	case arrived < many:
		f.Cause = "What is still in the queue when the exporter behind it is stopped is lost. Close the queue, wait until the worker\nhas sent the rest, and stop the next exporter then."
	case got[1][2] == "before the last":
		f.Cause = "The exporter behind the queue was stopped while the worker still had spans for it. Wait for the worker first."
	case got[1][2] == "no" || got[2][2] == "no" && got[2][3] == want[2][3]:
		f.Cause = "The exporter behind the queue is stopped by whoever stands before it: pass Shutdown on, also when time is up."
	default:
		f.Cause = "The worker may never come to an end. A select waits for it, or for ctx.Done(), whichever is first."
	}
	recorder.Fail(t, f)
}

// The QueueExporter should not use the slice that it was given after ExportSpans has returned.
func TestExporterKeepsNoSlice(t *testing.T) {
	next := slowSink(t, time.Second)
	inBubble(t, next, 100, func(ctx context.Context, q *queue) {
		lent := make([]sdktrace.ReadOnlySpan, 2)
		for i := range 3 { // as the batch processor does, which fills the same slice again
			copy(lent, spans(fmt.Sprintf("span %d", 2*i+1), fmt.Sprintf("span %d", 2*i+2)))
			q.export(ctx, lent)
		}
		copy(lent, spans("of the next batch", "of the next batch"))
		time.Sleep(time.Minute)
		_, _ = q.shutDown(ctx, time.Minute) // another check's business
	})
	var want, got []string
	for i := range 6 {
		want = append(want, fmt.Sprint("span ", i+1))
	}
	strange := false
	for _, span := range next.Spans() {
		got = append(got, span.Name)
		strange = strange || span.Name == "of the next batch"
	}
	wanted, arrived := strings.Join(want, ", "), strings.Join(got, ", ")
	if wanted == arrived {
		return
	}
	if arrived == "" {
		arrived = "nothing"
	}
	f := recorder.At((*failuremodes.QueueExporter).ExportSpans, finding.Finding{Want: wanted, Got: arrived})
	if len(got) == 6 {
		f.Cause = "The slice belongs to the caller, who fills it again when ExportSpans has returned: the batch processor does. What\nis to stay has to be copied, or taken out one by one; the spans themselves don't change any more."
	} else {
		recorder.Needs(t, "exporter-never-blocks", "exporter-drains")
		f.Cause = "There is room for all of them in a queue of 100."
	}
	recorder.Fail(t, f)
}

package failuremodes_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/checker/recorder"
	"otel.workshop/internal/finding"
	failuremodes "otel.workshop/steps/04-failure-modes"
)

// A queue is the learner's QueueExporter before an exporter of ours, and what
// came of calling it.
type queue struct {
	*failuremodes.QueueExporter
	next *behind
	log  *logbook

	sent  int        // spans so far
	most  int        // exports that ran at once before Shutdown was called
	calls []exported // of ExportSpans
	stops []stopped  // calls of Shutdown
}

// exported is what came of a call of ExportSpans.
type exported struct {
	took     time.Duration
	panicked any
}

// stopped is what came of a call of Shutdown.
type stopped struct {
	took     time.Duration
	returned bool // an hour after its context was done at the latest
	err      error
	panicked any
}

func newQueue(t *testing.T, size int) *queue {
	q := &queue{next: newBehind(t), log: &logbook{}}
	q.QueueExporter = failuremodes.NewQueueExporter(q.next, size, q.log.logger())
	return q
}

// inBubble runs f with a queue, in a bubble of fake time.
func inBubble(t *testing.T, size int, f func(ctx context.Context, q *queue)) (q *queue) {
	t.Helper()
	mustNotLock(t)
	recorder.Bubble(t, recorder.At(failuremodes.NewQueueExporter, finding.Finding{
		Want: "ExportSpans and Shutdown return",
		Got:  "one of them waits for ever, for something that nobody will do",
	}), func(ctx context.Context) {
		q = newQueue(t, size)
		f(ctx, q)
	})
	return q
}

// send exports n spans in one call, named after their numbers.
func (q *queue) send(ctx context.Context, n int) exported {
	names := make([]string, n)
	for i := range names {
		q.sent++
		names[i] = "span " + strconv.Itoa(q.sent)
	}
	return q.export(ctx, spans(names...))
}

// sendAndLeave exports a span and cancels the export's context when the call
// has returned, as the batch processor does.
func (q *queue) sendAndLeave(ctx context.Context) exported {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return q.send(ctx, 1)
}

// export calls ExportSpans as a span processor does, which hands an error to
// the service's error handler, and that one to its log.
func (q *queue) export(ctx context.Context, spans []sdktrace.ReadOnlySpan) (e exported) {
	start := time.Now()
	defer func() {
		e.took, e.panicked = time.Since(start), recover()
		q.calls = append(q.calls, e)
	}()
	if err := q.ExportSpans(ctx, spans); err != nil {
		q.log.logger().Error(err.Error())
	}
	return e
}

// shutDown calls Shutdown with that much time, in a bubble.
func (q *queue) shutDown(ctx context.Context, limit time.Duration) stopped {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ended := q.stopping(ctx)
	var s stopped
	select {
	case s = <-ended:
	case <-time.After(limit + time.Hour):
	}
	q.stops = append(q.stops, s)
	return s
}

// stopping calls Shutdown in the background.
func (q *queue) stopping(ctx context.Context) <-chan stopped {
	q.next.set(func(b *behind) { q.most = b.most })
	start, ended := time.Now(), make(chan stopped, 1)
	go func() {
		s := stopped{returned: true}
		defer func() {
			s.took, s.panicked = time.Since(start), recover()
			ended <- s
		}()
		s.err = q.Shutdown(ctx)
	}()
	return ended
}

// spans makes finished spans of those names.
func spans(names ...string) []sdktrace.ReadOnlySpan {
	all := make([]sdktrace.ReadOnlySpan, len(names))
	for i, name := range names {
		all[i] = &plain{nothing, name, byte(i + 1), time.Now()}
	}
	return all
}

// A plain span has a name, an id and a time, and nothing else. Scenes have them
// by the ten thousand, and a snapshot of the SDK's is ten times as large.
type plain struct {
	sdktrace.ReadOnlySpan
	name string
	id   byte
	at   time.Time
}

var nothing = tracetest.SpanStub{}.Snapshot()

func (p *plain) Name() string         { return p.name }
func (p *plain) StartTime() time.Time { return p.at }
func (p *plain) EndTime() time.Time   { return p.at }

func (p *plain) SpanContext() trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{p.id}})
}

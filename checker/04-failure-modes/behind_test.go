package failuremodes_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"otel.workshop/checker/recorder"
)

// A behind is the exporter behind a QueueExporter: as quick, as slow and as
// broken as a scene wants it, and it remembers all that it was asked. Safe for
// concurrent use.
type behind struct {
	mu      sync.Mutex
	takes   time.Duration // each export, unless its context ends before
	hangs   chan struct{} // exports wait until it is closed, or their context ends; nil: none does
	fails   error         // what an export returns
	stuck   bool          // Shutdown waits until its context is done
	reached chan struct{} // by the first export

	offered map[string]bool     // names of the spans that it was given, taken or not
	arrived []string            // names of those of exports that did not fail, in that order
	kept    tracetest.SpanStubs // the first of them, whole
	exports int                 // so far
	running int                 // exports, now
	most    int                 // exports that ran at once
	stopped bool
	late    bool // an export has ended after Shutdown
}

func newBehind(t *testing.T) *behind {
	b := &behind{offered: make(map[string]bool), reached: make(chan struct{}, 1)}
	recorder.AtEnd(t, func() { recorder.KeepSpans(t, b.first()) })
	return b
}

// set changes what it does.
func (b *behind) set(change func(b *behind)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

// ExportSpans implements sdktrace.SpanExporter.
func (b *behind) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	b.mu.Lock()
	for _, span := range spans {
		if span != nil { // the batch processor clears a slice that it has lent
			b.offered[span.Name()] = true
		}
	}
	b.exports++
	b.running++
	b.most = max(b.most, b.running)
	takes, hangs := b.takes, b.hangs
	b.mu.Unlock()
	select {
	case b.reached <- struct{}{}:
	default:
	}

	var err error
	if takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if hangs != nil && err == nil {
		select {
		case <-hangs:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}

	b.mu.Lock()
	defer b.mu.Unlock()
	b.running--
	b.late = b.late || b.stopped
	switch {
	case err != nil:
	case b.fails != nil:
		err = b.fails
	case ctx.Err() != nil: // as the OTLP exporters do
		err = ctx.Err()
	default:
		for _, span := range spans {
			if span == nil {
				continue
			}
			if b.arrived = append(b.arrived, span.Name()); len(b.kept) < recorder.MostKept {
				b.kept = append(b.kept, tracetest.SpanStubFromReadOnlySpan(span))
			}
		}
	}
	return err
}

// Shutdown implements sdktrace.SpanExporter. A context that is already done
// makes it fail, as it does the OTLP exporters.
func (b *behind) Shutdown(ctx context.Context) error {
	b.mu.Lock()
	b.stopped = true
	stuck := b.stuck
	b.mu.Unlock()
	if stuck {
		<-ctx.Done()
	}
	return ctx.Err()
}

// first returns the spans that have arrived first, as many as anybody keeps.
func (b *behind) first() tracetest.SpanStubs {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.kept)
}

// names returns the names of the spans that have arrived, in that order.
func (b *behind) names() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.arrived)
}

// spansOffered counts the spans that have come as far as to it.
func (b *behind) spansOffered() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.offered)
}

// exporting reports whether an export is going on.
func (b *behind) exporting() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.running > 0
}

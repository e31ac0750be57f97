package member

import (
	"context"
	"sync"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// backlogSize is how many spans wait at most: a hundred gradings. They take
// about a megabyte.
const backlogSize = 2000

// A backlog keeps spans until they are sent. It is an exporter that never waits
// and never fails; of what is too much, the oldest goes, and is counted.
type backlog struct {
	mu      sync.Mutex
	spans   []sdktrace.ReadOnlySpan
	dropped int
}

// ExportSpans is how a span that has ended gets here.
func (b *backlog) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spans = append(b.spans, spans...)
	b.trim()
	return nil
}

// Shutdown does nothing: what waits may still be taken.
func (b *backlog) Shutdown(context.Context) error { return nil }

func (b *backlog) trim() {
	if over := len(b.spans) - backlogSize; over > 0 {
		b.spans = append([]sdktrace.ReadOnlySpan(nil), b.spans[over:]...)
		b.dropped += over
	}
}

// take takes the oldest spans out, at most so many.
func (b *backlog) take(most int) []sdktrace.ReadOnlySpan {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(most, len(b.spans))
	taken := b.spans[:n:n]
	b.spans = b.spans[n:]
	return taken
}

// putBack puts what was taken in front again.
func (b *backlog) putBack(spans []sdktrace.ReadOnlySpan) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spans = append(spans[:len(spans):len(spans)], b.spans...)
	b.trim()
}

// giveUp counts spans as dropped that were taken.
func (b *backlog) giveUp(spans int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dropped += spans
}

// waiting returns how many gradings wait, and how many spans were given up.
func (b *backlog) waiting() (gradings, dropped int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.spans {
		if !s.Parent().SpanID().IsValid() {
			gradings++
		}
	}
	return gradings, b.dropped
}

package canned

import (
	"fmt"
	"time"

	"otel.workshop/internal/waterfall"
)

// One is a trace of a single span: the workshop's first.
func One() []waterfall.Span {
	b := builder{trace: storyTrace}
	s := b.add("", "GET /", 0, 84*time.Microsecond)
	s.Kind, s.Scope = "server", otelhttp
	return b.spans
}

// Deep is n spans, each inside the one before.
func Deep(n int) []waterfall.Span {
	b := builder{trace: storyTrace}
	parent := ""
	for i := range n {
		inset := time.Duration(i) * time.Millisecond
		parent = b.add(parent, fmt.Sprintf("call %d", i), inset, time.Duration(2*n)*time.Millisecond-2*inset).SpanID
	}
	return b.spans
}

// Wide is a root with n children, one after the other: the query in a loop.
func Wide(n int) []waterfall.Span {
	b := builder{trace: storyTrace}
	root := b.add("", "GET /orders", 0, time.Duration(n)*12*time.Millisecond).SpanID
	for i := range n {
		q := b.add(root, "db.query", time.Duration(i)*12*time.Millisecond, time.Duration(5+i%7)*time.Millisecond)
		q.Kind = "client"
		q.Attrs = []waterfall.Attr{{Key: "db.system.name", Value: "postgresql"}}
	}
	return b.spans
}

// Many is n spans in a tree that grows at random, the same at every call.
func Many(n int) []waterfall.Span {
	b := builder{trace: storyTrace}
	b.add("", "span 0", 0, 3*time.Second)
	seed := uint64(42)
	random := func(below int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed>>33) % below
	}
	for i := 1; i < n; i++ {
		parent := b.spans[random(i)]
		room := int(parent.Duration()/10) + 10
		b.add(parent.SpanID, fmt.Sprintf("span %d", i),
			parent.Start.Sub(Epoch)+time.Duration(random(room)), time.Duration(1+random(9*room)))
	}
	return b.spans
}

// Extremes is a span of twenty minutes beside spans of twenty microseconds, at
// both its ends and in its midst.
func Extremes() []waterfall.Span {
	b := builder{trace: storyTrace}
	const long = 20*time.Minute + 3*time.Second
	const short = 20 * time.Microsecond
	root := b.add("", "nightly import", 0, long).SpanID
	b.add(root, "open", 0, short)
	b.add(root, "checkpoint", long/2, short)
	b.add(root, "close", long-short, short)
	b.add(root, "nothing", long/3, 0)
	return b.spans
}

// Cycle has two spans that are each other's parent, a child of one of these,
// and a span that is its own parent: no program should, but one can.
func Cycle() []waterfall.Span {
	b := builder{trace: storyTrace}
	b.add("", "GET /orders/{id}", 0, 9*time.Millisecond)
	b.add("00000000000000a2", "chicken", 1*time.Millisecond, 3*time.Millisecond)
	b.add("00000000000000a1", "egg", 2*time.Millisecond, 3*time.Millisecond)
	b.add("00000000000000a2", "omelette", 3*time.Millisecond, 1*time.Millisecond)
	b.add("00000000000000a4", "self-made", 5*time.Millisecond, 2*time.Millisecond)
	return b.spans
}

// Duplicates has a span that was delivered twice, and another one with the id
// of a third.
func Duplicates() []waterfall.Span {
	b := builder{trace: storyTrace}
	root := b.add("", "GET /orders/{id}", 0, 9*time.Millisecond).SpanID
	load := *b.add(root, "load order", 1*time.Millisecond, 3*time.Millisecond)
	b.add(load.SpanID, "db.query", 2*time.Millisecond, 1*time.Millisecond)
	other := b.add(root, "another", 5*time.Millisecond, 3*time.Millisecond)
	other.SpanID = load.SpanID
	b.spans = append(b.spans, load)
	return b.spans
}

// Timeless has spans that never ended, that ended before they started, and
// that have no time at all.
func Timeless() []waterfall.Span {
	b := builder{trace: storyTrace}
	root := b.add("", "GET /orders/{id}", 0, 9*time.Millisecond).SpanID
	b.add(root, "never ended", 2*time.Millisecond, 0).End = time.Time{}
	b.add(root, "ended before", 6*time.Millisecond, -3*time.Millisecond)
	s := b.add(root, "no time", 0, 0)
	s.Start, s.End = time.Time{}, time.Time{}
	return b.spans
}

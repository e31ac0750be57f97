package collector

import (
	"container/list"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// traceTable holds the newest traces within limits.
type traceTable struct {
	limits Limits

	mu      sync.Mutex
	byID    map[pcommon.TraceID]*heldTrace
	recent  *list.List // of *heldTrace, the least recently updated first
	arrived uint64     // traces so far: numbers them
	bytes   int
	evicted int
	dropped int // spans beyond a trace's limits
}

// A heldTrace collects spans. spans is only ever appended to, so that a reader may
// keep what it has seen of it.
type heldTrace struct {
	id      pcommon.TraceID
	number  uint64 // by the arrival of the first span
	spans   []heldSpan
	bytes   int // with its origins, which other traces may share
	dropped int
	place   *list.Element
	summary *TraceSummary // of the first summary.Spans spans; nil before it is asked for
}

func newTraceTable(l Limits) *traceTable {
	return &traceTable{limits: l, byID: make(map[pcommon.TraceID]*heldTrace), recent: list.New()}
}

// add stores spans. The trace that was updated longest ago makes room first.
func (t *traceTable) add(spans []heldSpan) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range spans {
		t.addOne(s)
	}
}

func (t *traceTable) addOne(s heldSpan) {
	tr := t.byID[s.TraceID()]
	if tr == nil {
		t.arrived++
		tr = &heldTrace{id: s.TraceID(), number: t.arrived}
	}
	cost := s.bytes
	if n := len(tr.spans); n == 0 || tr.spans[n-1].from != s.from {
		cost += s.from.bytes // the spans of one origin arrive one after the other
	}
	if len(tr.spans) >= t.limits.SpansPerTrace || tr.bytes+cost > t.limits.TraceBytes/4 {
		t.dropped++
		tr.dropped++
		return
	}
	if tr.place == nil {
		tr.place = t.recent.PushBack(tr)
		t.byID[tr.id] = tr
	} else {
		t.recent.MoveToBack(tr.place)
	}
	tr.spans = append(tr.spans, s)
	tr.bytes += cost
	t.bytes += s.bytes
	if s.from.refs++; s.from.refs == 1 {
		t.bytes += s.from.bytes
	}
	// tr itself is the last in line, and fits.
	for len(t.byID) > t.limits.Traces || t.bytes > t.limits.TraceBytes {
		t.evict(t.recent.Front().Value.(*heldTrace))
	}
}

func (t *traceTable) evict(tr *heldTrace) {
	t.recent.Remove(tr.place)
	delete(t.byID, tr.id)
	t.evicted++
	for _, s := range tr.spans {
		t.bytes -= s.bytes
		if s.from.refs--; s.from.refs == 0 {
			t.bytes -= s.from.bytes
		}
	}
}

// spansOf returns what has arrived of a trace.
func (t *traceTable) spansOf(id pcommon.TraceID) []heldSpan {
	t.mu.Lock()
	defer t.mu.Unlock()
	if tr := t.byID[id]; tr != nil {
		return tr.spans
	}
	return nil
}

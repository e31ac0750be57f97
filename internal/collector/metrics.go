package collector

import (
	"container/list"
	"slices"
	"sync"
)

// A stream is the latest sample of one.
type stream struct {
	sample
	place *list.Element
}

// metricTable holds the latest point of the most recently updated streams,
// within limits.
type metricTable struct {
	limits Limits

	mu      sync.Mutex
	streams map[streamKey]*stream
	recent  *list.List // of *stream, the least recently updated first
	bytes   int
	evicted int
	dropped int // points too large to keep
}

func newMetricTable(l Limits) *metricTable {
	return &metricTable{limits: l, streams: make(map[streamKey]*stream), recent: list.New()}
}

// add stores samples in the order in which they came. A point that says that
// its stream has ended removes the stream.
func (t *metricTable) add(samples []sample) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range samples {
		st := t.streams[s.key]
		if st != nil {
			t.remove(st)
		}
		if s.point.Flags().NoRecordedValue() {
			continue
		}
		if s.bytes > t.limits.MetricBytes/4 {
			t.dropped++
			continue
		}
		st = &stream{sample: s}
		st.place = t.recent.PushBack(st)
		t.streams[s.key] = st
		t.bytes += s.bytes
		for len(t.streams) > t.limits.Streams || t.bytes > t.limits.MetricBytes {
			t.remove(t.recent.Front().Value.(*stream))
			t.evicted++
		}
	}
}

func (t *metricTable) remove(st *stream) {
	t.recent.Remove(st.place)
	delete(t.streams, st.key)
	t.bytes -= st.bytes
}

// metrics converts what is held: sorted by service, name and the rest of what
// tells metrics apart, and the points of each by their attributes.
func (t *metricTable) metrics() []Metric {
	t.mu.Lock()
	held := make([]sample, 0, t.recent.Len())
	for e := t.recent.Front(); e != nil; e = e.Next() {
		held = append(held, e.Value.(*stream).sample)
	}
	t.mu.Unlock()

	// A key begins with the metric's id, so that sorting by it groups.
	descriptions := make(map[metricID]string) // the latest one counts
	for _, s := range held {
		descriptions[s.id] = s.description
	}
	slices.SortFunc(held, func(a, b sample) int { return a.key.compare(b.key) })
	var all []Metric
	for i, s := range held {
		if i == 0 || s.id != held[i-1].id {
			all = append(all, Metric{
				Service: s.id.service, Instance: s.id.instance, Scope: s.id.scope,
				Name: s.id.name, Unit: s.id.unit, Description: descriptions[s.id],
				Kind: s.id.kind, Delta: s.id.delta,
			})
		}
		m := &all[len(all)-1]
		m.Points = append(m.Points, s.point.point())
	}
	return all
}

package metrics

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"otel.workshop/internal/collector"
)

// What a History keeps at most.
const (
	mostTracks    = 64
	mostSamples   = 180 // half an hour, of exports every ten seconds
	mostSeries    = 6   // of one gauge
	mostExemplars = 40
	mostBuckets   = 256
)

// A History keeps the way that metrics have come, which a store does not: it
// has the latest points alone. Its methods may be called concurrently.
type History struct {
	mu     sync.Mutex
	tracks map[key]*Track
}

type key struct {
	service, scope, name, unit string
	kind                       collector.Kind
}

// A Track is the way of one metric of one service, over all instances of the
// service and, but for gauges, over all attributes.
type Track struct {
	Service, Scope, Name, Unit, Description string
	Kind                                    collector.Kind

	Samples   []Sample             // the oldest first
	Latest    collector.Point      // of a histogram: all that was measured so far
	Exemplars []collector.Exemplar // the oldest first; each leads to a trace
	Streams   int                  // sets of attributes, now
}

// A Sample is what an export has brought.
type Sample struct {
	Time time.Time
	Span time.Duration // what it covers, for rates; 0 when that is not known

	// Of a histogram or a counter: what has been added since the sample
	// before. Of a histogram, Point has the buckets.
	Added float64
	Point collector.Point

	Values []Reading // of a gauge or an updowncounter
}

// A Reading is that of one series at one moment.
type Reading struct {
	Series string
	Value  float64
}

// Rate returns what was added in a second, false where that is not known.
func (s Sample) Rate() (float64, bool) {
	if s.Span <= 0 {
		return 0, false
	}
	return s.Added / s.Span.Seconds(), true
}

// NewHistory makes an empty history.
func NewHistory() *History { return &History{tracks: make(map[key]*Track)} }

// Tracks returns all that is known, sorted by service and name.
func (h *History) Tracks() []Track {
	h.mu.Lock()
	defer h.mu.Unlock()
	tracks := make([]Track, 0, len(h.tracks))
	for _, t := range h.tracks {
		copied := *t
		copied.Samples, copied.Exemplars = slices.Clone(t.Samples), slices.Clone(t.Exemplars)
		tracks = append(tracks, copied)
	}
	slices.SortFunc(tracks, func(a, b Track) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Unit, b.Unit))
	})
	return tracks
}

// Take takes what a store has now. Metrics without a new point add no sample.
func (h *History) Take(list []collector.Metric) {
	groups := make(map[key][]collector.Metric)
	for _, m := range list {
		k := key{m.Service, m.Scope, m.Name, m.Unit, m.Kind}
		groups[k] = append(groups[k], m)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for k, group := range groups {
		t := h.tracks[k]
		if t == nil {
			if len(h.tracks) == mostTracks {
				continue
			}
			t = &Track{Service: k.service, Scope: k.scope, Name: k.name, Unit: k.unit, Kind: k.kind}
			h.tracks[k] = t
		}
		t.take(group)
	}
}

// take adds a sample, when there is a new point among those of a metric's
// instances.
func (t *Track) take(group []collector.Metric) {
	var newest, begin time.Time
	streams := 0
	for _, m := range group {
		t.Description = m.Description
		streams += len(m.Points)
		for _, p := range m.Points {
			if p.Time.After(newest) {
				newest, begin = p.Time, p.Start
			}
			t.keepExemplars(p)
		}
	}
	t.Streams = streams
	var last time.Time
	if n := len(t.Samples); n > 0 {
		last = t.Samples[n-1].Time
	}
	if newest.IsZero() || !newest.After(last) {
		return
	}
	if !last.IsZero() && !begin.After(last) {
		begin = last
	}
	s := Sample{Time: newest}
	if !begin.IsZero() && newest.After(begin) {
		s.Span = newest.Sub(begin)
	}
	switch t.Kind {
	case collector.Gauge, collector.UpDownCounter:
		s.Values = values(group, newest)
	default:
		all := sum(group, newest)
		if group[0].Delta {
			s.Point, t.Latest = all, add(t.Latest, all)
		} else {
			s.Point, t.Latest = since(t.Latest, all), all
		}
		s.Added = cmp.Or(float64(s.Point.Count), s.Point.Value)
	}
	if len(t.Samples) == mostSamples {
		t.Samples = slices.Delete(t.Samples, 0, 1)
	}
	t.Samples = append(t.Samples, s)
}

// keepExemplars keeps the measurements that lead to a trace.
func (t *Track) keepExemplars(p collector.Point) {
	for _, e := range p.Exemplars {
		known := slices.ContainsFunc(t.Exemplars, func(old collector.Exemplar) bool {
			return old.TraceID == e.TraceID && old.SpanID == e.SpanID && old.Time.Equal(e.Time)
		})
		if e.TraceID == "" || known {
			continue
		}
		if len(t.Exemplars) == mostExemplars {
			t.Exemplars = slices.Delete(t.Exemplars, 0, 1)
		}
		t.Exemplars = append(t.Exemplars, e)
	}
}

// stillThere is how old a gauge may be beside the newest one: an instance that
// has ended leaves its last values behind.
const stillThere = 15 * time.Second

// values returns a gauge's series of those instances that still send.
func values(group []collector.Metric, newest time.Time) []Reading {
	var list []Reading
	for _, m := range group {
		for _, p := range m.Points {
			if p.Time.Before(newest.Add(-stillThere)) {
				continue
			}
			name := Series(p)
			if i := slices.IndexFunc(list, func(r Reading) bool { return r.Series == name }); i >= 0 {
				list[i].Value += p.Value
			} else if len(list) < mostSeries {
				list = append(list, Reading{name, p.Value})
			}
		}
	}
	return list
}

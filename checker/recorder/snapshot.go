package recorder

import (
	"maps"
	"slices"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// A Snapshot is what all instruments have measured so far, by name. What
// several meters say under one name is put together.
type Snapshot map[string]Metric

// Snapshot collects once.
func (r *Recorder) Snapshot() Snapshot {
	all := make(Snapshot)
	for _, sm := range r.Metrics().ScopeMetrics {
		for _, data := range sm.Metrics {
			m := metric(data)
			m.Scope = sm.Scope.Name
			if old, ok := all[m.Name]; ok {
				m.Points = append(old.Points, m.Points...)
			}
			all[m.Name] = m
		}
	}
	return all
}

// Taken returns how many measurements the histograms of that name have so far.
func (r *Recorder) Taken(name string) (n int) {
	for _, sm := range r.Metrics().ScopeMetrics {
		for _, data := range sm.Metrics {
			if data.Name != name {
				continue
			}
			switch h := data.Data.(type) {
			case metricdata.Histogram[int64]:
				n += taken(h)
			case metricdata.Histogram[float64]:
				n += taken(h)
			}
		}
	}
	return n
}

func taken[N int64 | float64](h metricdata.Histogram[N]) (n int) {
	for _, p := range h.DataPoints {
		n += int(p.Count)
	}
	return n
}

// Names returns the names of the instruments, sorted.
func (s Snapshot) Names() []string { return slices.Sorted(maps.Keys(s)) }

// Since returns what was added to an instrument after the snapshot before: of a
// counter and a histogram the differences, without what has not changed.
func (s Snapshot) Since(before Snapshot, name string) Metric {
	m, old := s[name], make(map[string]Point)
	for _, p := range before[name].Points {
		old[p.String()] = p
	}
	var added []Point
	for _, p := range m.Points {
		o := old[p.String()]
		counts := slices.Clone(p.Counts)
		for i := range min(len(counts), len(o.Counts)) {
			counts[i] -= o.Counts[i]
		}
		d := Point{Attrs: p.Attrs, Value: p.Value - o.Value, Count: p.Count - o.Count, Bounds: p.Bounds, Counts: counts, Exemplars: p.Exemplars, Traces: p.Traces}
		if d.Value != 0 || d.Count != 0 {
			added = append(added, d)
		}
	}
	m.Name, m.Points = name, added
	return m
}

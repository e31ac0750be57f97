package metrics

import (
	"slices"
	"time"

	"otel.workshop/internal/collector"
)

// sum adds up the points of a metric: all of those that count from their start,
// of those that count from the export before only the newest.
func sum(group []collector.Metric, newest time.Time) collector.Point {
	var all collector.Point
	for _, m := range group {
		for _, p := range m.Points {
			if m.Delta && !p.Time.Equal(newest) {
				continue
			}
			all = add(all, p)
		}
	}
	return all
}

// add returns two points as one. Buckets are kept where both have the same
// bounds.
func add(a, b collector.Point) collector.Point {
	if a.Count == 0 && a.Value == 0 && a.Time.IsZero() {
		b.Bounds, b.Buckets = bounded(b)
		b.Attrs, b.Exemplars, b.Quantiles = nil, nil, nil
		return b
	}
	out := a
	out.Count, out.Sum, out.Value = a.Count+b.Count, a.Sum+b.Sum, a.Value+b.Value
	if b.Time.After(a.Time) {
		out.Time = b.Time
	}
	out.Min, out.Max = pick(a.Min, b.Min, func(x, y float64) bool { return x < y }), pick(a.Max, b.Max, func(x, y float64) bool { return x > y })
	if !slices.Equal(a.Bounds, b.Bounds) || len(a.Buckets) != len(b.Buckets) {
		out.Bounds, out.Buckets = nil, nil
		return out
	}
	out.Buckets = slices.Clone(a.Buckets)
	for i, n := range b.Buckets {
		out.Buckets[i] += n
	}
	return out
}

// bounded returns a point's buckets, unless there are too many of them to keep.
func bounded(p collector.Point) ([]float64, []uint64) {
	if len(p.Buckets) > mostBuckets || len(p.Buckets) != len(p.Bounds)+1 {
		return nil, nil
	}
	return p.Bounds, p.Buckets
}

// pick returns the better of two numbers, nil when either is not known.
func pick(a, b *float64, better func(x, y float64) bool) *float64 {
	switch {
	case a == nil || b == nil:
		return nil
	case better(*a, *b):
		return a
	}
	return b
}

// since returns what has been added to a point. Where it counts less than
// before, the service has started anew, and all of it has been added.
func since(before, now collector.Point) collector.Point {
	if now.Count < before.Count || now.Value < before.Value {
		return now
	}
	out := now
	out.Count, out.Sum, out.Value = now.Count-before.Count, now.Sum-before.Sum, now.Value-before.Value
	if !slices.Equal(before.Bounds, now.Bounds) || len(before.Buckets) != len(now.Buckets) {
		if before.Count > 0 {
			out.Bounds, out.Buckets = nil, nil
		}
		return out
	}
	out.Buckets = slices.Clone(now.Buckets)
	for i, n := range before.Buckets {
		if n > out.Buckets[i] {
			return now
		}
		out.Buckets[i] -= n
	}
	return out
}

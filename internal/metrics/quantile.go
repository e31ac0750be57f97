// Package metrics makes sense of data points: percentiles out of buckets,
// numbers in their unit, the way that a metric has come. It returns values; the
// terminal and the page draw them.
package metrics

import (
	"math"

	"otel.workshop/internal/collector"
)

// Quantile estimates one from a histogram's buckets: as if the measurements in
// a bucket were spread evenly between its bounds, or between Min and Max where
// those are narrower. It is false when nothing can be said, as of bounds that are
// infinite, not in order, or no numbers.
func Quantile(p collector.Point, q float64) (float64, bool) {
	if p.Count == 0 || len(p.Buckets) != len(p.Bounds)+1 || len(p.Bounds) == 0 || !collector.Growing(p.Bounds) {
		return 0, false
	}
	rank, seen := q*float64(p.Count), 0.0
	for i, n := range p.Buckets {
		if seen+float64(n) < rank || n == 0 {
			seen += float64(n)
			continue
		}
		low, high := edges(p, i)
		v := low + (high-low)*(rank-seen)/float64(n)
		return v, finite(v)
	}
	return 0, false
}

// edges returns the bounds of a bucket, as narrow as they are known to be.
func edges(p collector.Point, i int) (low, high float64) {
	if i > 0 {
		low = p.Bounds[i-1]
	} else {
		low = min(0, p.Bounds[0])
	}
	if i < len(p.Bounds) {
		high = p.Bounds[i]
	} else {
		high = low // nobody knows, unless there is a Max
		if p.Max != nil && finite(*p.Max) {
			high = *p.Max
		}
	}
	if p.Min != nil && finite(*p.Min) {
		low = max(low, *p.Min)
	}
	if p.Max != nil && finite(*p.Max) {
		high = min(high, *p.Max)
	}
	return low, max(low, high)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// OneBucket reports whether all that a histogram has measured fell between two
// bounds, so that no percentile can be told: low is 0 where nothing bounds the
// bucket from below, and open says that nothing does from above. One
// measurement, or a histogram that measures nothing, says nothing about its
// bounds.
func OneBucket(p collector.Point) (low, high float64, open, ok bool) {
	if p.Count < 2 || len(p.Bounds) == 0 || len(p.Buckets) != len(p.Bounds)+1 || !collector.Growing(p.Bounds) {
		return 0, 0, false, false
	}
	for i, n := range p.Buckets {
		switch {
		case n == 0:
			continue
		case n < p.Count:
			return 0, 0, false, false
		}
		if i > 0 {
			low = p.Bounds[i-1]
		}
		if open = i == len(p.Bounds); !open {
			high = p.Bounds[i]
		}
		return low, high, open, true
	}
	return 0, 0, false, false
}

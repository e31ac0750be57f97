package demo

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/waterfall"
)

// A Histogram is one instrument's measurements, of all its series together.
type Histogram struct {
	Unit    string // as it was sent
	Count   uint64
	Bounds  []float64
	Buckets []uint64 // one more than Bounds: see [collector.Point]
}

// Histogram merges the series of the histograms of that name. Series with
// other boundaries than the first are left out. It is false when there is
// none, or none out of whose boundaries a percentile can be told.
func (t Telemetry) Histogram(name string) (h Histogram, ok bool) {
	for _, m := range t.Metrics {
		if m.Name != name || m.Kind != collector.Histogram {
			continue
		}
		for _, p := range m.Points {
			if !ok {
				h = Histogram{Unit: m.Unit, Bounds: p.Bounds, Buckets: make([]uint64, len(p.Buckets))}
				ok = len(p.Buckets) == len(p.Bounds)+1 && collector.Growing(p.Bounds)
			}
			if !ok || !slices.Equal(h.Bounds, p.Bounds) || len(h.Buckets) != len(p.Buckets) {
				continue
			}
			h.Count += p.Count
			for i, n := range p.Buckets {
				h.Buckets[i] += n
			}
		}
	}
	return h, ok && h.Count > 0
}

// An Estimate is a percentile as a backend can know it: somewhere in a bucket.
type Estimate struct {
	Value     float64 // as if the measurements were spread evenly over the bucket
	Low, High float64 // the bucket; High is +Inf for the last one
}

// Quantile estimates one as Prometheus' histogram_quantile does, from the
// buckets alone: of an open last bucket it says the lower bound. The
// histogram must have measurements.
func (h Histogram) Quantile(q float64) Estimate {
	rank, below := q*float64(h.Count), 0.0
	last := 0
	for i, n := range h.Buckets {
		if n == 0 {
			continue
		}
		last = i
		if below+float64(n) >= rank {
			break
		}
		below += float64(n)
	}
	e := Estimate{High: math.Inf(1)}
	if last > 0 {
		e.Low = h.Bounds[last-1]
	}
	if last == len(h.Bounds) {
		e.Value = e.Low
		return e
	}
	e.High = h.Bounds[last]
	e.Value = e.Low + (e.High-e.Low)*(rank-below)/float64(h.Buckets[last])
	return e
}

// OneBucket reports whether all measurements are in the same bucket, so that
// no percentile differs from another.
func (h Histogram) OneBucket() bool { return slices.Contains(h.Buckets, h.Count) }

// text says an estimate, and what it is worth.
func (h Histogram) text(e Estimate) string {
	in := fmt.Sprintf("bucket %s to %s", bare(e.Low, h.Unit), amount(e.High, h.Unit))
	if math.IsInf(e.High, 1) {
		in = "bucket above " + amount(e.Low, h.Unit)
	}
	if h.OneBucket() {
		in = "all in " + in
	}
	return amount(e.Value, h.Unit) + " (" + in + ")"
}

// amount prints a value in its unit, durations as such.
func amount(v float64, unit string) string {
	switch {
	case unit == "s" && math.Abs(v) < 1e9:
		return waterfall.FormatDuration(time.Duration(v * float64(time.Second)))
	case unit == "" || unit == "1" || unit[0] == '{':
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64) + " " + unit
}

// bare prints the lower bound of a bucket: zero needs no unit.
func bare(v float64, unit string) string {
	if v == 0 {
		return "0"
	}
	return amount(v, unit)
}

package collector

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// A heldPoint is a data point of some kind as it was received; point converts
// it. pdata's point is never written to once it is here.
type heldPoint interface {
	Attributes() pcommon.Map
	Flags() pmetric.DataPointFlags
	bytes() int
	point() Point
}

type (
	numberPointData      struct{ pmetric.NumberDataPoint }
	histogramPointData   struct{ pmetric.HistogramDataPoint }
	exponentialPointData struct {
		pmetric.ExponentialHistogramDataPoint
	}
	summaryPointData struct{ pmetric.SummaryDataPoint }
)

// pointBytes is what a stream takes beside its attributes: pdata's point, the
// stream, its key and its share of the metric.
const pointBytes = 640

func (p numberPointData) bytes() int {
	return pointBytes + exemplarsBytes(p.Exemplars())
}

func (p numberPointData) point() Point {
	out := pointOf(p.Attributes(), p.StartTimestamp(), p.Timestamp())
	if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
		out.Value = float64(p.IntValue())
	} else {
		out.Value = p.DoubleValue()
	}
	out.Exemplars = exemplarsOf(p.Exemplars())
	return out
}

func (p histogramPointData) bytes() int {
	return pointBytes + 8*(p.BucketCounts().Len()+p.ExplicitBounds().Len()) + exemplarsBytes(p.Exemplars())
}

func (p histogramPointData) point() Point {
	out := pointOf(p.Attributes(), p.StartTimestamp(), p.Timestamp())
	out.Count, out.Sum = p.Count(), p.Sum()
	out.Min, out.Max = optional(p.HasMin(), p.Min()), optional(p.HasMax(), p.Max())
	out.Bounds, out.Buckets = p.ExplicitBounds().AsRaw(), p.BucketCounts().AsRaw()
	out.Exemplars = exemplarsOf(p.Exemplars())
	return out
}

func (p exponentialPointData) bytes() int {
	return pointBytes + 8*(p.Positive().BucketCounts().Len()+p.Negative().BucketCounts().Len()) + exemplarsBytes(p.Exemplars())
}

func (p exponentialPointData) point() Point {
	out := pointOf(p.Attributes(), p.StartTimestamp(), p.Timestamp())
	out.Count, out.Sum = p.Count(), p.Sum()
	out.Min, out.Max = optional(p.HasMin(), p.Min()), optional(p.HasMax(), p.Max())
	out.Bounds, out.Buckets = explicitBuckets(p.ExponentialHistogramDataPoint)
	out.Exemplars = exemplarsOf(p.Exemplars())
	return out
}

func (p summaryPointData) bytes() int {
	return pointBytes + 32*p.QuantileValues().Len()
}

func (p summaryPointData) point() Point {
	out := pointOf(p.Attributes(), p.StartTimestamp(), p.Timestamp())
	out.Count, out.Sum = p.Count(), p.Sum()
	for _, q := range p.QuantileValues().All() {
		out.Quantiles = append(out.Quantiles, Quantile{q.Quantile(), q.Value()})
	}
	return out
}

func pointOf(attrs pcommon.Map, start, at pcommon.Timestamp) Point {
	return Point{Attrs: attrsOf(attrs), Start: timeOf(start), Time: timeOf(at)}
}

func optional(has bool, v float64) *float64 {
	if !has {
		return nil
	}
	return &v
}

func exemplarsOf(es pmetric.ExemplarSlice) []Exemplar {
	var out []Exemplar
	for _, e := range es.All() {
		v := e.DoubleValue()
		if e.ValueType() == pmetric.ExemplarValueTypeInt {
			v = float64(e.IntValue())
		}
		out = append(out, Exemplar{
			Value:   v,
			Time:    timeOf(e.Timestamp()),
			TraceID: e.TraceID().String(),
			SpanID:  e.SpanID().String(),
			Attrs:   attrsOf(e.FilteredAttributes()),
		})
	}
	return out
}

func exemplarsBytes(es pmetric.ExemplarSlice) int {
	n := 0
	for _, e := range es.All() {
		n += exemplarBytes + mapBytes(e.FilteredAttributes())
	}
	return n
}

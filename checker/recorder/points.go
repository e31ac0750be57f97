package recorder

import (
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace"
)

// A Metric is one instrument's data, without the type of its numbers.
type Metric struct {
	Name   string
	Unit   string
	Kind   string // "counter", "up-down counter", "gauge", "histogram", or "other"
	Scope  string // the name of its meter
	Points []Point
}

// A Point is one series of a metric.
type Point struct {
	Attrs  []attribute.KeyValue // sorted by key
	Value  float64              // the sum, also of a histogram; a gauge's last value
	Count  uint64               // of a histogram
	Bounds []float64            // of a histogram
	Counts []uint64             // of a histogram: one more than Bounds
	Traces []trace.TraceID      // those of the exemplars

	Exemplars []Exemplar

	text string // what String returns, where it is known
}

// An Exemplar is one measurement with the trace in which it was taken.
type Exemplar struct {
	Value float64
	Trace trace.TraceID // zero where there was none
}

// Metric returns the data of an instrument of that name, and whether it has
// measured anything.
func (r *Recorder) Metric(name string) (m Metric, ok bool) {
	for _, sm := range r.Metrics().ScopeMetrics {
		for _, data := range sm.Metrics {
			if data.Name == name {
				m = metric(data)
				return m, len(m.Points) > 0
			}
		}
	}
	return Metric{Name: name}, false
}

func metric(data metricdata.Metrics) Metric {
	m := Metric{Name: data.Name, Unit: data.Unit, Kind: "other"}
	switch a := data.Data.(type) {
	case metricdata.Sum[int64]:
		m.Kind, m.Points = sumKind(a.IsMonotonic), points(a.DataPoints)
	case metricdata.Sum[float64]:
		m.Kind, m.Points = sumKind(a.IsMonotonic), points(a.DataPoints)
	case metricdata.Gauge[int64]:
		m.Kind, m.Points = "gauge", points(a.DataPoints)
	case metricdata.Gauge[float64]:
		m.Kind, m.Points = "gauge", points(a.DataPoints)
	case metricdata.Histogram[int64]:
		m.Kind, m.Points = "histogram", histogram(a.DataPoints)
	case metricdata.Histogram[float64]:
		m.Kind, m.Points = "histogram", histogram(a.DataPoints)
	}
	for i := range m.Points {
		m.Points[i].text = m.Points[i].String()
	}
	slices.SortFunc(m.Points, func(a, b Point) int { return strings.Compare(a.String(), b.String()) })
	return m
}

func sumKind(monotonic bool) string {
	if monotonic {
		return "counter"
	}
	return "up-down counter"
}

func points[N int64 | float64](data []metricdata.DataPoint[N]) []Point {
	var list []Point
	for _, d := range data {
		list = append(list, Point{Attrs: d.Attributes.ToSlice(), Value: float64(d.Value), Traces: traces(d.Exemplars), Exemplars: exemplars(d.Exemplars)})
	}
	return list
}

func histogram[N int64 | float64](data []metricdata.HistogramDataPoint[N]) []Point {
	var list []Point
	for _, d := range data {
		list = append(list, Point{
			Attrs: d.Attributes.ToSlice(), Value: float64(d.Sum), Traces: traces(d.Exemplars),
			Count: d.Count, Bounds: d.Bounds, Counts: d.BucketCounts, Exemplars: exemplars(d.Exemplars),
		})
	}
	return list
}

func traces[N int64 | float64](exemplars []metricdata.Exemplar[N]) []trace.TraceID {
	var ids []trace.TraceID
	for _, e := range exemplars {
		if len(e.TraceID) == len(trace.TraceID{}) {
			ids = append(ids, trace.TraceID(e.TraceID))
		}
	}
	return ids
}

func exemplars[N int64 | float64](data []metricdata.Exemplar[N]) (list []Exemplar) {
	for _, e := range data {
		x := Exemplar{Value: float64(e.Value)}
		if len(e.TraceID) == len(x.Trace) {
			x.Trace = trace.TraceID(e.TraceID)
		}
		list = append(list, x)
	}
	return list
}

// String returns the series' attributes as they are read: key=value.
func (p Point) String() string {
	if p.text != "" {
		return p.text
	}
	var texts []string
	for _, kv := range p.Attrs {
		texts = append(texts, string(kv.Key)+"="+kv.Value.String())
	}
	if texts == nil {
		return "(no attributes)"
	}
	return strings.Join(texts, "  ")
}

// Attr returns the value of an attribute of the series, and whether it has it.
func (p Point) Attr(key attribute.Key) (string, bool) { return Attr(p.Attrs, key) }

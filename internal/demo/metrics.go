package demo

import (
	"fmt"
	"slices"
	"strings"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/waterfall"
)

// The instruments that the steps make, as far as a figure is about one.
const (
	queryCount    = "db.query.count"
	queryDuration = "db.query.duration"
	httpDuration  = "http.server.request.duration"
	connections   = "db.client.connection.count"
)

// Series is how many metric series arrived.
func (t Telemetry) Series() int {
	n := 0
	for _, m := range t.Metrics {
		n += len(m.Points)
	}
	return n
}

// Biggest returns the metric with the most series; false when there is none.
func (t Telemetry) Biggest() (collector.Metric, bool) {
	if len(t.Metrics) == 0 {
		return collector.Metric{}, false
	}
	return slices.MaxFunc(t.Metrics, func(a, b collector.Metric) int { return len(a.Points) - len(b.Points) }), true
}

func (t Telemetry) biggest() int {
	m, _ := t.Biggest()
	return len(m.Points)
}

// Overflow is how many measurements the SDK has folded into the one series
// that is left for whatever comes after the 2,000th, of the metric that has
// most of them.
func (t Telemetry) Overflow() int {
	most := 0
	for _, m := range t.Metrics {
		for _, p := range m.Points {
			if slices.Contains(p.Attrs, waterfall.Attr{Key: "otel.metric.overflow", Value: "true"}) {
				most = max(most, int(p.Count), int(p.Value))
			}
		}
	}
	return most
}

// Exemplars counts the measurements that arrived with the trace in which they
// were taken.
func (t Telemetry) Exemplars() int {
	n := 0
	for _, m := range t.Metrics {
		for _, p := range m.Points {
			for _, e := range p.Exemplars {
				if e.TraceID != "" {
					n++
				}
			}
		}
	}
	return n
}

// Total adds up the points of a sum; false when no metric of that name
// arrived.
func (t Telemetry) Total(name string) (total int, ok bool) {
	for _, m := range t.Metrics {
		if m.Name != name || m.Kind != collector.Counter && m.Kind != collector.UpDownCounter && m.Kind != collector.Gauge {
			continue
		}
		ok = true
		for _, p := range m.Points {
			total += int(p.Value)
		}
	}
	return total, ok
}

// by says the points of a sum, or how many measurements a histogram has, by the
// value of an attribute of theirs, the first that has one of these names:
// "ok 10, 08006 30". It is "" when there are too many to say.
func (t Telemetry) by(name string, keys ...string) string {
	const most = 4
	sums := map[string]float64{}
	for _, m := range t.Metrics {
		if m.Name != name {
			continue
		}
		for _, p := range m.Points {
			sums[valueOf(p.Attrs, keys)] += p.Value + float64(p.Count)
		}
	}
	if len(sums) == 0 || len(sums) > most {
		return ""
	}
	var values []string
	for v := range sums {
		values = append(values, v)
	}
	slices.Sort(values)
	for i, v := range values {
		values[i] = fmt.Sprintf("%s %g", v, sums[v])
	}
	return strings.Join(values, ", ")
}

func valueOf(attrs []waterfall.Attr, keys []string) string {
	for _, key := range keys {
		for _, a := range attrs {
			if a.Key == key {
				return a.Value
			}
		}
	}
	return "other"
}

// instruments says what each metric is: name, kind and unit, the names of
// its points' attributes, and whether they know their traces. Sorted.
func (t Telemetry) instruments() []string {
	all := set{}
	for _, m := range t.Metrics {
		unit := m.Unit
		if unit == "" {
			unit = "no unit"
		}
		all[fmt.Sprintf("%s (%s, %s)", m.Name, m.Kind, unit)] = true
		for _, p := range m.Points {
			for _, a := range p.Attrs {
				all[m.Name+" "+a.Key] = true
			}
			if slices.ContainsFunc(p.Exemplars, func(e collector.Exemplar) bool { return e.TraceID != "" }) {
				all["exemplars of "+m.Name] = true
			}
		}
	}
	return all.sorted()
}

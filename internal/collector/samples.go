package collector

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// metricID tells metrics apart.
type metricID struct {
	service, instance, scope, name, unit string
	kind                                 Kind
	delta                                bool
}

// A sample is a data point with the stream that it belongs to.
type sample struct {
	id          metricID
	description string
	key         streamKey
	point       heldPoint
	bytes       int
}

// A streamKey tells streams apart. The points of a metric share the first part:
// a name of a megabyte must not be copied for each of a hundred thousand.
type streamKey struct{ metric, attrs string }

// compare sorts by metric, then by attributes.
func (k streamKey) compare(other streamKey) int {
	return cmp.Or(strings.Compare(k.metric, other.metric), strings.Compare(k.attrs, other.attrs))
}

// What is longer than this cannot be kept, in bytes: what tells metrics apart,
// and a point with its attributes, before they are printed to tell streams apart.
const (
	maxMetricKey = 4 << 10
	maxPoint     = 4 << 20
)

// eachSample calls f for every data point of md, in order. Resources that skip
// reports true for are left out.
func eachSample(md pmetric.Metrics, skip func(pcommon.Resource) bool, f func(sample)) {
	for _, rm := range md.ResourceMetrics().All() {
		if skip(rm.Resource()) {
			continue
		}
		service := valueOf(rm.Resource().Attributes(), "service.name")
		instance := valueOf(rm.Resource().Attributes(), "service.instance.id")
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				id := metricID{service: service, instance: instance, scope: sm.Scope().Name(), name: m.Name(), unit: m.Unit()}
				points := pointsOf(m, &id)
				metric := string(id.appendKey(nil))
				for _, p := range points {
					bytes := p.bytes() + 2*len(metric) + len(m.Description()) + mapBytes(p.Attributes())
					if len(metric) > maxMetricKey || bytes > maxPoint {
						f(sample{point: p, bytes: math.MaxInt})
						continue
					}
					key := streamKey{metric, string(appendAttrs(nil, p.Attributes()))}
					bytes += 2 * len(key.attrs)
					f(sample{id: id, description: m.Description(), key: key, point: p, bytes: bytes})
				}
			}
		}
	}
}

// pointsOf returns the data points of m, whatever their kind, and completes id.
func pointsOf(m pmetric.Metric, id *metricID) []heldPoint {
	var points []heldPoint
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		id.kind = Gauge
		for _, p := range m.Gauge().DataPoints().All() {
			points = append(points, numberPointData{p})
		}
	case pmetric.MetricTypeSum:
		id.kind, id.delta = UpDownCounter, isDelta(m.Sum().AggregationTemporality())
		if m.Sum().IsMonotonic() {
			id.kind = Counter
		}
		for _, p := range m.Sum().DataPoints().All() {
			points = append(points, numberPointData{p})
		}
	case pmetric.MetricTypeHistogram:
		id.kind, id.delta = Histogram, isDelta(m.Histogram().AggregationTemporality())
		for _, p := range m.Histogram().DataPoints().All() {
			points = append(points, histogramPointData{p})
		}
	case pmetric.MetricTypeExponentialHistogram:
		id.kind, id.delta = ExponentialHistogram, isDelta(m.ExponentialHistogram().AggregationTemporality())
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			points = append(points, exponentialPointData{p})
		}
	case pmetric.MetricTypeSummary:
		id.kind = Summary
		for _, p := range m.Summary().DataPoints().All() {
			points = append(points, summaryPointData{p})
		}
	}
	return points
}

func isDelta(t pmetric.AggregationTemporality) bool {
	return t == pmetric.AggregationTemporalityDelta
}

// appendKey writes the id so that keys sort by its parts, the service first, and
// no two ids can be taken for one another.
func (id metricID) appendKey(key []byte) []byte {
	kind := string(id.kind)
	if id.delta {
		kind += " delta"
	}
	for _, part := range []string{id.service, id.name, id.instance, id.scope, id.unit, kind} {
		key = appendPart(key, part)
	}
	return key
}

// appendAttrs writes attributes sorted by key: the order in which they are sent
// does not make another stream.
func appendAttrs(key []byte, m pcommon.Map) []byte {
	type attr struct {
		name  string
		value pcommon.Value
	}
	attrs := make([]attr, 0, m.Len())
	for k, v := range m.All() {
		attrs = append(attrs, attr{k, v})
	}
	slices.SortStableFunc(attrs, func(a, b attr) int { return strings.Compare(a.name, b.name) })
	for _, a := range attrs {
		key = appendPart(key, a.name)
		key = append(key, byte(a.value.Type()))
		key = appendPart(key, printValue(a.value))
	}
	return key
}

// appendPart ends a part with two zero bytes, and escapes those within it.
func appendPart(key []byte, part string) []byte {
	key = append(key, strings.ReplaceAll(part, "\x00", "\x00\x01")...)
	return append(key, 0, 0)
}

package otlpjson

import (
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// Metrics returns the element of resourceMetrics with what was collected once;
// nil when that is nothing.
func Metrics(rm metricdata.ResourceMetrics) Object {
	var scopes []Object
	for _, sm := range rm.ScopeMetrics {
		metrics := []Object{}
		for _, m := range sm.Metrics {
			metrics = append(metrics, encodeMetric(m))
		}
		scopes = append(scopes, Object{"scope": encodeScope(sm.Scope), "metrics": metrics})
	}
	if scopes == nil {
		return nil
	}
	return Object{"resource": encodeResource(rm.Resource), "scopeMetrics": scopes}
}

// AllMetrics returns the document with these elements.
func AllMetrics(resourceMetrics []Object) Object { return Object{"resourceMetrics": resourceMetrics} }

func encodeMetric(m metricdata.Metrics) Object {
	o := Object{"name": m.Name, "description": m.Description, "unit": m.Unit}
	switch a := m.Data.(type) {
	case metricdata.Sum[int64]:
		o["sum"] = encodeSum(a)
	case metricdata.Sum[float64]:
		o["sum"] = encodeSum(a)
	case metricdata.Gauge[int64]:
		o["gauge"] = Object{"dataPoints": encodePoints(a.DataPoints)}
	case metricdata.Gauge[float64]:
		o["gauge"] = Object{"dataPoints": encodePoints(a.DataPoints)}
	case metricdata.Histogram[int64]:
		o["histogram"] = encodeHistogram(a)
	case metricdata.Histogram[float64]:
		o["histogram"] = encodeHistogram(a)
	}
	return o // other aggregations stand by name alone: no step makes one
}

func encodeSum[N int64 | float64](a metricdata.Sum[N]) Object {
	return Object{
		"dataPoints":             encodePoints(a.DataPoints),
		"isMonotonic":            a.IsMonotonic,
		"aggregationTemporality": encodeTemporality(a.Temporality),
	}
}

func encodePoints[N int64 | float64](ps []metricdata.DataPoint[N]) []Object {
	list := []Object{}
	for _, p := range ps {
		o := point(p.Attributes, p.StartTime, p.Time)
		setNumber(o, p.Value)
		setExemplars(o, p.Exemplars)
		list = append(list, o)
	}
	return list
}

func encodeHistogram[N int64 | float64](a metricdata.Histogram[N]) Object {
	list := []Object{}
	for _, p := range a.DataPoints {
		o := point(p.Attributes, p.StartTime, p.Time)
		o["count"] = strconv.FormatUint(p.Count, 10)
		o["sum"] = float64(p.Sum)
		o["explicitBounds"] = p.Bounds
		counts := []string{}
		for _, c := range p.BucketCounts {
			counts = append(counts, strconv.FormatUint(c, 10))
		}
		o["bucketCounts"] = counts
		if v, ok := p.Min.Value(); ok {
			o["min"] = float64(v)
		}
		if v, ok := p.Max.Value(); ok {
			o["max"] = float64(v)
		}
		setExemplars(o, p.Exemplars)
		list = append(list, o)
	}
	return Object{"dataPoints": list, "aggregationTemporality": encodeTemporality(a.Temporality)}
}

func point(set attribute.Set, start, at time.Time) Object {
	return Object{
		"attributes":        encodeAttributes(set.ToSlice()),
		"startTimeUnixNano": encodeTime(start),
		"timeUnixNano":      encodeTime(at),
	}
}

func setNumber[N int64 | float64](o Object, v N) {
	switch v := any(v).(type) {
	case int64:
		o["asInt"] = strconv.FormatInt(v, 10)
	case float64:
		o["asDouble"] = v
	}
}

func setExemplars[N int64 | float64](o Object, exemplars []metricdata.Exemplar[N]) {
	var list []Object
	for _, e := range exemplars {
		x := Object{"timeUnixNano": encodeTime(e.Time), "filteredAttributes": encodeAttributes(e.FilteredAttributes)}
		if len(e.TraceID) > 0 {
			x["traceId"], x["spanId"] = encodeID(e.TraceID), encodeID(e.SpanID)
		}
		setNumber(x, e.Value)
		list = append(list, x)
	}
	if list != nil {
		o["exemplars"] = list
	}
}

func encodeTemporality(t metricdata.Temporality) int {
	if t == metricdata.DeltaTemporality {
		return 1
	}
	return 2
}

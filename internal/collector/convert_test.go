package collector

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"otel.workshop/internal/waterfall"
)

// line writes attributes on one line.
func line(attrs []waterfall.Attr) string {
	var parts []string
	for _, a := range attrs {
		parts = append(parts, a.Key+"="+a.Value)
	}
	return strings.Join(parts, " ")
}

const traceJSON = `{"resourceSpans":[{
  "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
  "scopeSpans":[{"scope":{"name":"by.hand"},"spans":[
    {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","parentSpanId":"eee19b7ec3c1b173",
     "name":"child","kind":3,"startTimeUnixNano":"1544712660500000000","endTimeUnixNano":"1544712661000000000",
     "attributes":[{"key":"n","value":{"intValue":"7"}},{"key":"b","value":{"boolValue":true}},{"key":"f","value":{"doubleValue":0.5}},
       {"key":"l","value":{"arrayValue":{"values":[{"doubleValue":"NaN"},{"stringValue":"<x>"}]}}},
       {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"v"}}]}}},
       {"key":"raw","value":{"bytesValue":"aGk="}},{"key":"none"}],
     "status":{"code":2,"message":"no"}},
    {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b173","name":"root","kind":2,
     "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712662000000000",
     "events":[{"name":"hit","timeUnixNano":"1544712660000000001","attributes":[{"key":"e","value":{"intValue":1}}]}]}
  ]}]}]}`

const gaugeJSON = `{"resourceMetrics":[{
  "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},{"key":"service.instance.id","value":{"stringValue":"i1"}}]},
  "scopeMetrics":[{"scope":{"name":"by.hand"},"metrics":[{"name":"depth","unit":"{item}","gauge":{"dataPoints":[
    {"attributes":[{"key":"a","value":{"stringValue":"x"}},{"key":"b","value":{"stringValue":"y"}}],"timeUnixNano":"1544712660000000000","asInt":"3"},
    {"attributes":[{"key":"b","value":{"stringValue":"y"}},{"key":"a","value":{"stringValue":"x"}}],"timeUnixNano":"1544712661000000000","asDouble":4.5}
  ]}}]}]}]}`

// A check's artifact should read as received telemetry does.
func TestSpansFromJSON(t *testing.T) {
	spans, err := SpansFromJSON([]byte(traceJSON))
	require.NoError(t, err)
	require.Len(t, spans, 2)
	child, root := spans[0], spans[1]
	require.Equal(t, "n=7 b=true f=0.5 l=[NaN <x>] m={\"k\":\"v\"} raw=aGk= none=", line(child.Attrs))
	require.Equal(t, "client", child.Kind)
	require.Equal(t, "eee19b7ec3c1b173", child.ParentID)
	require.Equal(t, 500*time.Millisecond, child.End.Sub(child.Start))
	require.Equal(t, waterfall.Span{
		TraceID: "5b8efff798038103d269b633813fc60c", SpanID: "eee19b7ec3c1b173",
		Name: "root", Kind: "server", Service: "shop", Scope: "by.hand",
		Start: time.Unix(1544712660, 0).UTC(), End: time.Unix(1544712662, 0).UTC(),
		Resource: []waterfall.Attr{{Key: "service.name", Value: "shop"}},
		Events:   []waterfall.Event{{Name: "hit", Time: time.Unix(1544712660, 1).UTC(), Attrs: []waterfall.Attr{{Key: "e", Value: "1"}}}},
	}, root)

	c := start(t, Limits{})
	status, _, _ := post(t, c, "/v1/traces", js, []byte(traceJSON))
	require.Equal(t, 200, status)
	require.Equal(t, spans, c.Store().Trace(root.TraceID))
	// Each reader has its own copy.
	c.Store().Trace(root.TraceID)[0].Resource[0].Value = "changed"
	require.Equal(t, spans, c.Store().Trace(root.TraceID))
}

func TestMetricsFromJSON(t *testing.T) {
	ms, err := MetricsFromJSON([]byte(gaugeJSON))
	require.NoError(t, err)
	require.Equal(t, []Metric{{
		Service: "shop", Instance: "i1", Scope: "by.hand", Name: "depth", Unit: "{item}", Kind: Gauge,
		Points: []Point{{
			Attrs: []waterfall.Attr{{Key: "b", Value: "y"}, {Key: "a", Value: "x"}},
			Time:  time.Unix(1544712661, 0).UTC(), Value: 4.5,
		}},
	}}, ms, "the order of attributes makes no stream")
}

func TestArtifactsThatAreNone(t *testing.T) {
	for _, text := range []string{"", "x", "[]", `"a"`, traceJSON + "x", `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz"}]}]}]}`} {
		_, err := SpansFromJSON([]byte(text))
		require.ErrorContains(t, err, "read spans from OTLP/JSON", text)
	}
	_, err := MetricsFromJSON([]byte(`{"resourceMetrics":7}`))
	require.ErrorContains(t, err, "read metrics from OTLP/JSON")
	spans, err := SpansFromJSON([]byte(`{}`))
	require.NoError(t, err)
	require.Empty(t, spans)
}

// Every kind of metric should be told apart, also where only its flags differ.
func TestKinds(t *testing.T) {
	md := pmetric.NewMetrics()
	ms := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
	add := func(f func(pmetric.Metric)) { m := ms.AppendEmpty(); m.SetName("m"); f(m) }
	add(func(m pmetric.Metric) { m.SetEmptyGauge().DataPoints().AppendEmpty().SetDoubleValue(1) })
	add(func(m pmetric.Metric) { m.SetEmptySum().DataPoints().AppendEmpty().SetIntValue(2) })
	add(func(m pmetric.Metric) {
		s := m.SetEmptySum()
		s.SetIsMonotonic(true)
		s.DataPoints().AppendEmpty().SetIntValue(3)
	})
	add(func(m pmetric.Metric) {
		s := m.SetEmptySum()
		s.SetIsMonotonic(true)
		s.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		s.DataPoints().AppendEmpty().SetIntValue(4)
	})
	add(func(m pmetric.Metric) { m.SetEmptyHistogram().DataPoints().AppendEmpty().SetCount(5) })
	add(func(m pmetric.Metric) { m.SetEmptyExponentialHistogram().DataPoints().AppendEmpty().SetCount(6) })
	add(func(m pmetric.Metric) {
		p := m.SetEmptySummary().DataPoints().AppendEmpty()
		p.SetCount(7)
		q := p.QuantileValues().AppendEmpty()
		q.SetQuantile(0.5)
		q.SetValue(8)
	})
	ms.AppendEmpty().SetName("without data")

	s := NewStore(Limits{})
	s.addMetrics(md)
	got := map[Kind]Metric{}
	deltas := 0
	for _, m := range s.Metrics() {
		require.Len(t, m.Points, 1)
		if m.Delta {
			require.Equal(t, Counter, m.Kind)
			require.Equal(t, 4.0, m.Points[0].Value)
			deltas++
			continue
		}
		got[m.Kind] = m
	}
	require.Equal(t, 1, deltas)
	require.Len(t, got, 6)
	require.Equal(t, 1.0, got[Gauge].Points[0].Value)
	require.Equal(t, 2.0, got[UpDownCounter].Points[0].Value)
	require.Equal(t, 3.0, got[Counter].Points[0].Value)
	require.Equal(t, uint64(5), got[Histogram].Points[0].Count)
	require.Nil(t, got[Histogram].Points[0].Min)
	require.Equal(t, uint64(6), got[ExponentialHistogram].Points[0].Count)
	require.Equal(t, []Quantile{{0.5, 8}}, got[Summary].Points[0].Quantiles)

	// A point without a recorded value ends its stream.
	ms.At(0).Gauge().DataPoints().At(0).SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
	s.addMetrics(md)
	for _, m := range s.Metrics() {
		require.NotEqual(t, Gauge, m.Kind)
	}
}

func TestExponentialBuckets(t *testing.T) {
	point := func(scale, negAt int32, neg []uint64, zero uint64, posAt int32, pos []uint64) pmetric.ExponentialHistogramDataPoint {
		p := pmetric.NewExponentialHistogramDataPoint()
		p.SetScale(scale)
		p.SetZeroCount(zero)
		p.Negative().SetOffset(negAt)
		p.Negative().BucketCounts().FromRaw(neg)
		p.Positive().SetOffset(posAt)
		p.Positive().BucketCounts().FromRaw(pos)
		return p
	}
	tests := []struct {
		name   string
		p      pmetric.ExponentialHistogramDataPoint
		bounds []float64
		counts []uint64
	}{
		{"empty", point(0, 0, nil, 3, 0, nil), nil, []uint64{3}},
		{"positive", point(0, 0, nil, 1, 1, []uint64{5, 6}), []float64{2, 4, 8}, []uint64{1, 5, 6, 0}},
		{"finer", point(1, 0, nil, 0, 0, []uint64{1, 2}), []float64{1, math.Sqrt2, 2}, []uint64{0, 1, 2, 0}},
		{"coarser", point(-1, 0, nil, 0, 0, []uint64{9}), []float64{1, 4}, []uint64{0, 9, 0}},
		{"negative", point(0, 0, []uint64{1, 2}, 4, 0, nil), []float64{-4, -2, -1}, []uint64{0, 2, 1, 4}},
		{"both", point(0, 0, []uint64{1}, 2, 0, []uint64{3}), []float64{-2, -1, 1, 2}, []uint64{0, 1, 2, 3, 0}},
		{"absurdly fine", point(2000, 0, nil, 0, 0, []uint64{1}), nil, nil},
		{"absurdly coarse", point(-2000, 0, nil, 0, 0, []uint64{1}), nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bounds, counts := explicitBuckets(tt.p)
			require.Len(t, bounds, len(tt.bounds))
			if len(bounds) > 0 {
				require.InDeltaSlice(t, tt.bounds, bounds, 1e-12)
			}
			require.Equal(t, tt.counts, counts)
		})
	}
}

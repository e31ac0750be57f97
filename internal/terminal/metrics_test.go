package terminal

import (
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/waterfall"
)

func ptr(v float64) *float64 { return &v }

func TestQuantile(t *testing.T) {
	bounds := []float64{0.1, 0.5, 1}
	for _, tc := range []struct {
		name  string
		point collector.Point
		q     float64
		want  float64
		none  bool
	}{
		{name: "the middle of a bucket", point: collector.Point{Count: 10, Bounds: bounds, Buckets: []uint64{0, 10, 0, 0}}, q: 0.5, want: 0.3},
		{name: "the first bucket starts at zero", point: collector.Point{Count: 4, Bounds: bounds, Buckets: []uint64{4, 0, 0, 0}}, q: 0.5, want: 0.05},
		{name: "two buckets", point: collector.Point{Count: 10, Bounds: bounds, Buckets: []uint64{5, 0, 5, 0}}, q: 0.9, want: 0.9},
		{name: "min and max narrow it", point: collector.Point{Count: 2, Bounds: bounds, Buckets: []uint64{2, 0, 0, 0}, Min: ptr(0.02), Max: ptr(0.04)}, q: 0.5, want: 0.03},
		{name: "the last bucket ends at max", point: collector.Point{Count: 2, Bounds: bounds, Buckets: []uint64{0, 0, 0, 2}, Max: ptr(3)}, q: 0.5, want: 2},
		{name: "the last bucket without max", point: collector.Point{Count: 2, Bounds: bounds, Buckets: []uint64{0, 0, 0, 2}}, q: 0.5, want: 1},
		{name: "nothing was measured", point: collector.Point{Bounds: bounds, Buckets: []uint64{0, 0, 0, 0}}, q: 0.5, none: true},
		{name: "no buckets", point: collector.Point{Count: 3}, q: 0.5, none: true},
		{name: "buckets that don't add up", point: collector.Point{Count: 9, Bounds: bounds, Buckets: []uint64{1, 1, 1, 1}}, q: 0.9, none: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := quantile(tc.point, tc.q)
			require.Equal(t, !tc.none, ok)
			require.InDelta(t, tc.want, got, 1e-9)
		})
	}
}

func TestMetrics(t *testing.T) {
	route := func(code string) []waterfall.Attr {
		return []waterfall.Attr{{Key: "url.scheme", Value: "http"}, {Key: "http.response.status_code", Value: code}}
	}
	got := Metrics([]collector.Metric{
		{Name: "db.client.connection.count", Unit: "{connection}", Kind: collector.UpDownCounter, Points: []collector.Point{{Value: 3}}},
		{Name: "http.server.request.duration", Unit: "s", Kind: collector.Histogram, Points: []collector.Point{
			{Attrs: route("200"), Count: 10, Bounds: []float64{0.1}, Buckets: []uint64{10, 0}},
			{Attrs: route("500"), Count: 1, Sum: 0.002, Bounds: []float64{0.1}, Buckets: []uint64{1, 0}},
		}},
		{Name: "evil\x1b[2J", Unit: "By", Kind: collector.Counter, Points: []collector.Point{{Value: 12}}},
	}, Look{Width: 100})
	require.Equal(t, ``+
		"db.client.connection.count    3\n"+
		"http.server.request.duration  count 10  p50 50 ms  p99 99 ms  status_code=200\n"+
		"                              count 1  2 ms                   status_code=500\n"+
		"evil                          12 By", got)
}

func TestTheSlowestMeasurementLeadsToItsTrace(t *testing.T) {
	got := Metrics([]collector.Metric{{Name: "db.query.duration", Unit: "s", Kind: collector.Histogram, Points: []collector.Point{{
		Attrs: []waterfall.Attr{{Key: "status", Value: "ok"}}, Count: 1, Sum: 2,
		Exemplars: []collector.Exemplar{
			{Value: 0.1, TraceID: "9c1e07aa52cd4f6f8d0b1c2a3e4f5061"},
			{Value: 2, TraceID: "4bf92f3577b34da6a3ce929d0e0e4736"},
			{Value: 3}, // taken outside of any span
		},
	}}}}, Look{Width: 80})
	require.Equal(t, "db.query.duration  count 1  2.00 s  status=ok  slowest: trace 4bf92f35", got)
}

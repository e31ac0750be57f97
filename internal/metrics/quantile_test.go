package metrics

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
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
		{name: "an infinite bound", point: collector.Point{Count: 3, Bounds: []float64{1, math.Inf(1)}, Buckets: []uint64{0, 3, 0}}, q: 0.5, none: true},
		{name: "no number for a bound", point: collector.Point{Count: 3, Bounds: []float64{math.NaN()}, Buckets: []uint64{3, 0}}, q: 0.5, none: true},
		{name: "bounds out of order", point: collector.Point{Count: 4, Bounds: []float64{5, 1}, Buckets: []uint64{2, 2, 0}}, q: 0.5, none: true},
		{name: "an infinite max", point: collector.Point{Count: 2, Bounds: bounds, Buckets: []uint64{0, 0, 0, 2}, Max: ptr(math.Inf(1))}, q: 0.5, want: 1},
		{name: "buckets that don't add up", point: collector.Point{Count: 9, Bounds: bounds, Buckets: []uint64{1, 1, 1, 1}}, q: 0.9, none: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := Quantile(tc.point, tc.q)
			require.Equal(t, !tc.none, ok)
			if !tc.none {
				require.InDelta(t, tc.want, got, 1e-9)
			}
		})
	}
}

func TestOneBucket(t *testing.T) {
	bounds := []float64{0, 5, 10}
	for _, tc := range []struct {
		name      string
		point     collector.Point
		low, high float64
		open, ok  bool
	}{
		{name: "all below five", point: collector.Point{Count: 9, Bounds: bounds, Buckets: []uint64{0, 9, 0, 0}}, high: 5, ok: true},
		{name: "all beyond the last", point: collector.Point{Count: 9, Bounds: bounds, Buckets: []uint64{0, 0, 0, 9}}, low: 10, open: true, ok: true},
		{name: "spread", point: collector.Point{Count: 9, Bounds: bounds, Buckets: []uint64{0, 4, 5, 0}}},
		{name: "one measurement is no pattern", point: collector.Point{Count: 1, Bounds: bounds, Buckets: []uint64{0, 1, 0, 0}}},
		{name: "no buckets", point: collector.Point{Count: 4}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			low, high, open, ok := OneBucket(tc.point)
			require.Equal(t, []any{tc.low, tc.high, tc.open, tc.ok}, []any{low, high, open, ok})
		})
	}
}

func TestBoundsThatTellNothing(t *testing.T) {
	m := collector.Metric{Unit: "s", Kind: collector.Histogram}
	for _, bounds := range [][]float64{{1, math.Inf(1)}, {math.NaN(), 1}, {2, 1}, {1, 1}} {
		p := collector.Point{Count: 4, Bounds: bounds, Buckets: []uint64{1, 2, 1}}
		require.Equal(t, "count 4  no percentile can be told", Value(m, p))
	}
}

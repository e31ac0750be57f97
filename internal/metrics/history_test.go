package metrics

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/waterfall"
)

var start = time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)

func at(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }

// latency is a histogram as it stands so many seconds after the start.
func latency(s int, buckets ...uint64) collector.Metric {
	var count uint64
	for _, n := range buckets {
		count += n
	}
	return collector.Metric{Service: "demo-service", Name: "db.query.duration", Unit: "s", Kind: collector.Histogram, Points: []collector.Point{{
		Start: start, Time: at(s), Count: count, Bounds: []float64{0.1, 1}, Buckets: buckets,
	}}}
}

func track(t *testing.T, h *History) Track {
	t.Helper()
	require.Len(t, h.Tracks(), 1)
	return h.Tracks()[0]
}

func TestAHistoryKeepsWhatEachExportHasAdded(t *testing.T) {
	h := NewHistory()
	h.Take([]collector.Metric{latency(10, 4, 1, 0)})
	h.Take([]collector.Metric{latency(10, 4, 1, 0)}) // nothing new
	h.Take([]collector.Metric{latency(20, 4, 21, 0)})
	got := track(t, h)
	require.Len(t, got.Samples, 2)
	rate, ok := got.Samples[0].Rate()
	require.True(t, ok)
	require.InDelta(t, 0.5, rate, 1e-9, "from the start on")
	rate, _ = got.Samples[1].Rate()
	require.InDelta(t, 2, rate, 1e-9)
	require.Equal(t, []uint64{0, 20, 0}, got.Samples[1].Point.Buckets)
	require.Equal(t, []uint64{4, 21, 0}, got.Latest.Buckets)
}

func TestARestartAddsAllThatItBrings(t *testing.T) {
	h := NewHistory()
	h.Take([]collector.Metric{latency(10, 9, 0, 0)})
	h.Take([]collector.Metric{latency(20, 2, 0, 0)})
	require.Equal(t, 2.0, track(t, h).Samples[1].Added)
}

func TestInstancesAreOneMetric(t *testing.T) {
	h := NewHistory()
	one, other := latency(10, 1, 0, 0), latency(10, 0, 2, 0)
	one.Instance, other.Instance = "a", "b"
	h.Take([]collector.Metric{one, other})
	require.Equal(t, []uint64{1, 2, 0}, track(t, h).Latest.Buckets)

	other.Points[0].Bounds, other.Points[0].Time = []float64{0.2, 1}, at(20)
	h.Take([]collector.Metric{one, other})
	got := track(t, h).Latest
	require.Equal(t, uint64(3), got.Count)
	require.Empty(t, got.Buckets, "bounds that differ can't be added up")
}

func TestDeltasAreAddedUp(t *testing.T) {
	h := NewHistory()
	for i := range 3 {
		m := latency(10*(i+1), 2, 0, 0)
		m.Delta, m.Points[0].Start = true, at(10*i)
		h.Take([]collector.Metric{m})
	}
	got := track(t, h)
	require.Equal(t, uint64(6), got.Latest.Count)
	require.Equal(t, 2.0, got.Samples[2].Added)
}

func TestGaugesKeepTheirSeries(t *testing.T) {
	h := NewHistory()
	state := func(name string, v float64, s int) collector.Point {
		return collector.Point{Attrs: []waterfall.Attr{{Key: "db.client.connection.state", Value: name}}, Time: at(s), Value: v}
	}
	m := collector.Metric{Name: "db.client.connection.count", Kind: collector.UpDownCounter, Points: []collector.Point{state("idle", 2, 40), state("used", 1, 40), state("gone", 9, 10)}}
	h.Take([]collector.Metric{m})
	require.Equal(t, []Reading{{"state=idle", 2}, {"state=used", 1}}, track(t, h).Samples[0].Values)
}

func TestExemplarsAreKeptOnce(t *testing.T) {
	h := NewHistory()
	m := latency(10, 1, 0, 0)
	m.Points[0].Exemplars = []collector.Exemplar{{Value: 2, Time: at(5), TraceID: "4b"}, {Value: 1, Time: at(5)}}
	h.Take([]collector.Metric{m})
	m.Points[0].Time = at(20)
	h.Take([]collector.Metric{m})
	require.Len(t, track(t, h).Exemplars, 1)
}

func TestAHistoryIsBounded(t *testing.T) {
	h := NewHistory()
	for i := range 1000 {
		m := latency(i+1, uint64(i), 0, 0)
		m.Points[0].Exemplars = []collector.Exemplar{{TraceID: "4b", Time: at(i)}}
		other := latency(i+1, 1, 0, 0)
		other.Name = time.Duration(i).String()
		h.Take([]collector.Metric{m, other})
	}
	require.Len(t, h.Tracks(), mostTracks)
	for _, got := range h.Tracks() {
		require.LessOrEqual(t, len(got.Samples), mostSamples)
		require.LessOrEqual(t, len(got.Exemplars), mostExemplars)
	}
}

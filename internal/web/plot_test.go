package web

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/waterfall/canned"
)

func TestScales(t *testing.T) {
	s := newScale(canned.Epoch, canned.Epoch.Add(10*time.Second))
	require.Equal(t, time.Minute, s.to.Sub(s.from), "at least a minute")
	require.InDelta(t, 0.5, s.x(s.from.Add(30*time.Second)), 1e-9)
	require.Zero(t, s.x(s.from.Add(-time.Hour)))

	for v, want := range map[float64]float64{0: 1, 0.7: 1, 3: 5, 5: 5, 6: 10, 120: 200, math.Inf(1): 1, math.NaN(): 1} {
		require.Equal(t, want, nice(v), v)
	}
	linear := s.linear(3)
	require.InDelta(t, plotBottom, linear.y(0), 1e-9)
	require.InDelta(t, plotTop, linear.y(5), 1e-9)
	require.InDelta(t, plotTop, linear.y(500), 1e-9, "nothing leaves the area")

	decades := s.decades(0.002, 1.4)
	require.InDelta(t, 0.001, decades.low, 1e-12)
	require.InDelta(t, 10, decades.high, 1e-9)
	require.Len(t, decades.grid(func(float64) string { return "x" }), 5)
	require.False(t, math.IsNaN(s.decades(0, 0).y(0)))
	require.False(t, math.IsNaN(s.decades(math.Inf(1), 1).y(2)))
}

func TestAGapBreaksTheLine(t *testing.T) {
	s := newScale(canned.Epoch, canned.Epoch.Add(100*time.Second)).linear(1)
	at := func(sec int, v float64) sampled {
		return sampled{canned.Epoch.Add(time.Duration(sec) * time.Second), v}
	}
	l := s.line("line-0", []sampled{at(0, 1), at(50, 1), at(60, math.NaN()), at(100, 0)})
	require.Equal(t, "M0.0 12.0L500.0 12.0M1000.0 124.0", l.Points)
	require.Equal(t, "100.000%", l.LastX)
	require.Empty(t, s.line("line-0", []sampled{at(0, math.NaN())}).LastX)
}

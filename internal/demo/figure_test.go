package demo

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/waterfall"
)

func TestQuantile(t *testing.T) {
	h := Histogram{Unit: "s", Count: 40, Bounds: []float64{0.001, 0.005, 1, 5}, Buckets: []uint64{20, 16, 0, 4, 0}}
	require.Equal(t, Estimate{Value: 0.001, Low: 0, High: 0.001}, h.Quantile(0.5))
	require.InDelta(t, 4.6, h.Quantile(0.99).Value, 1e-9)
	require.False(t, h.OneBucket())
	require.Equal(t, "4.60 s (bucket 1.00 s to 5.00 s)", h.text(h.Quantile(0.99)))

	coarse := Histogram{Unit: "s", Count: 40, Bounds: []float64{0, 5}, Buckets: []uint64{0, 40, 0}}
	require.Equal(t, "2.50 s (all in bucket 0 to 5.00 s)", coarse.text(coarse.Quantile(0.5)))

	open := Histogram{Unit: "ms", Count: 1, Bounds: []float64{5}, Buckets: []uint64{0, 1}}
	require.Equal(t, Estimate{Value: 5, Low: 5, High: math.Inf(1)}, open.Quantile(0.5))
	require.Equal(t, "5 ms (all in bucket above 5 ms)", open.text(open.Quantile(0.5)))
}

func TestHistogramMergesSeries(t *testing.T) {
	bounds := []float64{1}
	h, ok := Telemetry{Metrics: []collector.Metric{{Name: "d", Kind: collector.Histogram, Unit: "s", Points: []collector.Point{
		{Count: 3, Bounds: bounds, Buckets: []uint64{1, 2}},
		{Count: 4, Bounds: bounds, Buckets: []uint64{4, 0}},
		{Count: 9, Bounds: []float64{7}, Buckets: []uint64{9, 0}},
	}}}}.Histogram("d")
	require.True(t, ok)
	require.Equal(t, Histogram{Unit: "s", Count: 7, Bounds: bounds, Buckets: []uint64{5, 2}}, h)

	_, ok = Telemetry{}.Histogram("d")
	require.False(t, ok)
}

// Equal sides differ in nothing, and nothing is told that the scenario is not
// about.
func TestEqualSides(t *testing.T) {
	var s Side
	figures := compare(s, s, Scenario{Always: []ID{Answered}})
	require.Equal(t, []Figure{{ID: Answered, Label: "requests answered", Broken: "0 of 0", Right: "0 of 0"}}, figures)
	_, ok := Result{Figures: figures}.Point()
	require.False(t, ok)
}

// Times differ by chance, on a busy machine by much.
func TestTimesHaveToDifferByMuch(t *testing.T) {
	side := func(took time.Duration) Side {
		return Side{
			Callers: Callers{Requests: []Request{{Status: 200, Took: took}}},
			Ended:   shop.Ended{State: "exit status 0", Took: took},
		}
	}
	require.Empty(t, compare(side(2*time.Millisecond), side(90*time.Millisecond), Scenario{}))
	require.Empty(t, compare(side(2*time.Second), side(2500*time.Millisecond), Scenario{}))
	require.NotEmpty(t, compare(side(2*time.Second), side(20*time.Millisecond), Scenario{}))
}

func TestTally(t *testing.T) {
	lost := func(n string, differs bool) Result {
		return Result{Figures: []Figure{{ID: Lost, Broken: n, Right: "0", Differs: differs}}}
	}
	require.Equal(t, []Count{{ID: Lost, Label: "answered requests without a server span", Differed: 2, Broken: []string{"9", "0"}, Right: []string{"0"}}},
		Tally([]Result{lost("9", true), lost("9", true), lost("0", false)}))
}

func TestAlone(t *testing.T) {
	broken := Side{Ended: shop.Ended{Last: []string{"12:00:01 listening on 127.0.0.1:4711", "12:00:02 lost 4 spans", "12:00:03 lost 5 spans"}}}
	right := Side{Ended: shop.Ended{Last: []string{"12:00:02 listening on 127.0.0.1:4712"}}}
	require.Equal(t, []string{"12:00:03 lost 5 spans"}, broken.Alone(right))
	require.Empty(t, right.Alone(broken))
}

func TestServerSpansOfRequestsThatNobodyWaitedFor(t *testing.T) {
	for _, test := range []struct {
		spans int
		says  string
	}{{1, "1 of 2"}, {2, "2 of 2"}, {3, "3"}} {
		side := Side{Telemetry: Telemetry{ServerSpans: test.spans}}
		side.Callers.Requests = []Request{{Status: 200}, {Status: 200}, {HungUp: true}}
		require.Equal(t, test.says, serverSpans(side))
	}
}

func TestLostItsPort(t *testing.T) {
	line := []string{"listening soon", "2026/11/27 15:59:02 listen tcp 127.0.0.1:36663: bind: address already in use"}
	require.True(t, Side{Ended: shop.Ended{Last: line}}.lostItsPort())
	require.True(t, Side{StartErr: &shop.StartError{Ended: shop.Ended{Last: line}}}.lostItsPort())
	require.False(t, Side{Ended: shop.Ended{Last: line[:1]}}.lostItsPort())
}

// Nobody draws a side of which nothing arrived: its caller, who may have waited
// for long, makes no sliver of the other one.
func TestWindow(t *testing.T) {
	drawn := func(took time.Duration, received int) Side {
		r := Request{TraceID: "1", SpanID: "1", Start: time.Unix(0, 0), Took: took}
		return Side{Drawn: Drawn{Request: r, Received: received, Traces: waterfall.Layout([]waterfall.Span{r.span()})}}
	}
	require.Equal(t, time.Second, Result{Broken: drawn(time.Second, 3), Right: drawn(time.Millisecond, 3)}.Window())
	require.Equal(t, time.Millisecond, Result{Broken: drawn(time.Second, 0), Right: drawn(time.Millisecond, 3)}.Window())
}

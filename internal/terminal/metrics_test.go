package terminal

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/waterfall"
)

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

// A metric with long values leaves another's series on one line each.
func TestEachMetricHasItsOwnColumn(t *testing.T) {
	series := func(status string) collector.Point {
		return collector.Point{Attrs: []waterfall.Attr{{Key: "error.type", Value: status}}, Value: 8}
	}
	require.Equal(t, ``+
		"db.query.count     8  error.type=timeout\n"+
		"                   8  error.type=connection\n"+
		"db.query.duration  count 10  p50 50 ms  p99 99 ms", Metrics([]collector.Metric{
		{Name: "db.query.count", Kind: collector.Counter, Points: []collector.Point{series("timeout"), series("connection")}},
		{Name: "db.query.duration", Unit: "s", Kind: collector.Histogram, Points: []collector.Point{{Count: 10, Bounds: []float64{0.1}, Buckets: []uint64{10, 0}}}},
	}, Look{Width: 50}))
}

// What a lesson names is never cut: the status, the route, the trace.
func TestNothingIsCut(t *testing.T) {
	list := []collector.Metric{{Name: "http.server.request.duration", Unit: "s", Kind: collector.Histogram}}
	for _, code := range []string{"200", "404"} {
		list[0].Points = append(list[0].Points, collector.Point{
			Attrs: []waterfall.Attr{{Key: "http.request.method", Value: "GET"}, {Key: "http.response.status_code", Value: code}, {Key: "http.route", Value: "/orders/{id}"}},
			Count: 10, Bounds: []float64{0.1}, Buckets: []uint64{10, 0}, Exemplars: []collector.Exemplar{{Value: 2, TraceID: "4bf92f3577b34da6a3ce929d0e0e4736"}},
		})
	}
	require.Equal(t, ``+
		"http.server.request.duration  count 10  p50 50 ms  p99 99 ms\n"+
		"                              method=GET status_code=200 route=/orders/{id}\n"+
		"                              slowest: trace 4bf92f35\n"+
		"                              count 10  p50 50 ms  p99 99 ms\n"+
		"                              method=GET status_code=404 route=/orders/{id}\n"+
		"                              slowest: trace 4bf92f35", Metrics(list, Look{Width: 76}))
	for _, width := range []int{40, 60, 80, 94, 100, 110} {
		text := Metrics(list, Look{Width: width})
		for _, named := range []string{"status_code=404", "route=/orders/{id}", "slowest: trace 4bf92f35"} {
			require.Contains(t, text, named, "%d columns", width)
		}
		for line := range strings.Lines(text) {
			require.LessOrEqual(t, ansi.StringWidth(strings.TrimRight(line, "\n")), width, "the terminal would break it")
		}
	}
}

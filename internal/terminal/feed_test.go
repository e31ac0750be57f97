package terminal

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/session"
	"otel.workshop/internal/waterfall"
)

func startCollector(t *testing.T) *collector.Collector {
	t.Helper()
	c, err := collector.Start(collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close(context.Background())) })
	return c
}

// openDesk opens one on free ports, and closes it when the test ends.
func openDesk(t *testing.T, s *session.Session, at *lesson.Check) *desk.Desk {
	t.Helper()
	d, err := desk.Open(s, at, collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// send posts OTLP/JSON.
func send(t *testing.T, c *collector.Collector, path, body string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Post("http://"+c.HTTPAddr()+path, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
}

func sendSpan(t *testing.T, c *collector.Collector, trace, id, parent, name string) {
	t.Helper()
	send(t, c, "/v1/traces", fmt.Sprintf(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%032s","spanId":"%016s","parentSpanId":"%s","name":%q,"startTimeUnixNano":"1000000","endTimeUnixNano":"2000000"}]}]}]}`,
		trace, id, parent, name))
}

func sendSum(t *testing.T, c *collector.Collector, value int) {
	t.Helper()
	send(t, c, "/v1/metrics", fmt.Sprintf(`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"orders","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{"asInt":"%d","timeUnixNano":"1"}]}}]}]}]}`, value))
}

func TestFeedShowsATraceOnceItSeemsComplete(t *testing.T) {
	c := startCollector(t)
	look := Look{Width: 80}
	sendSpan(t, c, "1", "1", "", "from before")
	f := NewFeed(c.Store())
	now := time.Now()
	require.Empty(t, f.News(now, true, look))

	sendSpan(t, c, "2", "2", "", "GET /orders")
	require.Empty(t, f.News(now, false, look), "more may come")
	now = now.Add(settled)
	news := f.News(now, false, look)
	require.Len(t, news, 1)
	require.Contains(t, news[0], "GET /orders")
	require.Empty(t, f.News(now.Add(time.Hour), false, look), "once")

	// A trace without its root may still get it.
	sendSpan(t, c, "3", "3", "00000000000000ff", "orphan")
	require.Empty(t, f.News(now, false, look))
	require.Empty(t, f.News(now.Add(settled), false, look))
	require.Len(t, f.News(now.Add(patience), false, look), 1)

	// What comes later is drawn again, with the rest.
	sendSpan(t, c, "3", "ff", "", "the root")
	require.Empty(t, f.News(now.Add(patience), false, look))
	news = f.News(now.Add(patience), true, look)
	require.Len(t, news, 1, "at the end nothing is waited for")
	require.Contains(t, news[0], "the root")
	require.Contains(t, news[0], "└─ orphan")
}

func TestFeedCountsABurst(t *testing.T) {
	c := startCollector(t)
	f := NewFeed(c.Store())
	for i := range maxNews + 3 {
		sendSpan(t, c, fmt.Sprint(i+1), "1", "", "GET")
	}
	news := f.News(time.Now(), true, Look{Width: 80})
	require.Len(t, news, maxNews+1)
	require.Contains(t, news[maxNews], "3 traces more")
}

func TestFeedShowsMetricsWhenTheirNumbersChange(t *testing.T) {
	c := startCollector(t)
	f := NewFeed(c.Store())
	look := Look{Width: 80}
	sendSum(t, c, 7)
	require.Equal(t, []string{"  metrics\n    orders  7"}, f.News(time.Now(), false, look))
	sendSum(t, c, 7)
	require.Empty(t, f.News(time.Now(), false, look))
	sendSum(t, c, 8)
	require.Len(t, f.News(time.Now(), false, look), 1)
}

func TestFeedDrawsTheCaller(t *testing.T) {
	c := startCollector(t)
	f := NewFeed(c.Store())
	trace := fmt.Sprintf("%032d", 5)
	f.Caller(trace, waterfall.Span{TraceID: trace, SpanID: "00000000000000aa", Name: "your request", Start: time.Unix(0, 0), End: time.Unix(0, 3e6)})
	sendSpan(t, c, "5", "1", "00000000000000aa", "GET /")
	news := f.News(time.Now(), true, Look{Width: 80})
	require.Len(t, news, 1)
	require.Contains(t, news[0], "your request")
	require.Contains(t, news[0], "└─ GET /")
	require.NotContains(t, news[0], "not received")
}

// Two series that look alike on the screen are two all the same: what one of
// them says is no news about the other.
func TestFeedTellsSeriesApart(t *testing.T) {
	c := startCollector(t)
	f := NewFeed(c.Store())
	send(t, c, "/v1/metrics", `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"connections","sum":{"aggregationTemporality":2,"dataPoints":[
		{"asInt":"1","timeUnixNano":"1","attributes":[{"key":"state","value":{"stringValue":"idle"}}]},
		{"asInt":"2","timeUnixNano":"1","attributes":[{"key":"db.client.connection.state","value":{"stringValue":"idle"}}]}]}}]}]}]}`)
	require.Len(t, f.News(time.Now(), false, Look{Width: 80}), 1)
	require.Empty(t, f.News(time.Now(), false, Look{Width: 80}))
}

// A lesson sends people from a number to the trace behind it: it stands above,
// unless it does not come.
func TestATraceStandsAboveTheMetricsThatNameIt(t *testing.T) {
	c := startCollector(t)
	f := NewFeed(c.Store())
	now := time.Now()
	measure := func(trace string) {
		send(t, c, "/v1/metrics", fmt.Sprintf(`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"took","unit":"s","histogram":{"aggregationTemporality":2,"dataPoints":[{"count":"1","sum":%s,"timeUnixNano":"1","exemplars":[{"asDouble":1,"traceId":"%032s","spanId":"0000000000000001"}]}]}}]}]}]}`, trace, trace))
	}
	measure("7")
	require.Empty(t, f.News(now, false, Look{Width: 80}), "trace 7 may still come")
	sendSpan(t, c, "7", "1", "", "GET")
	require.Empty(t, f.News(now, false, Look{Width: 80}))
	news := strings.Join(f.News(now.Add(settled), false, Look{Width: 80}), "\n")
	require.Contains(t, news, "slowest: trace 00000000")
	require.Less(t, strings.Index(news, "GET"), strings.Index(news, "took"))

	measure("8")
	require.Empty(t, f.News(now.Add(settled), false, Look{Width: 80}))
	require.Len(t, f.News(now.Add(settled+patience), false, Look{Width: 80}), 1, "it does not come")
}

// A percentile is a guess, which is said where one is seen first, and once.
func TestFeedSaysWhatAPercentileIs(t *testing.T) {
	c := startCollector(t)
	f := NewFeed(c.Store())
	look := Look{Width: 80}
	measure := func(n int) {
		send(t, c, "/v1/metrics", fmt.Sprintf(`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"took","unit":"s","histogram":{"aggregationTemporality":2,"dataPoints":[{"count":"%d","sum":1,"timeUnixNano":"1","explicitBounds":[1],"bucketCounts":["%d","0"]}]}}]}]}]}`, n, n))
	}
	measure(1)
	require.NotContains(t, strings.Join(f.News(time.Now(), false, look), "\n"), "p50", "of one measurement there is no percentile")
	measure(10)
	news := strings.Join(f.News(time.Now(), false, look), "\n")
	require.Contains(t, news, "count 10  p50")
	require.Contains(t, news, "p50: half of the measurements took no longer")
	measure(20)
	require.NotContains(t, strings.Join(f.News(time.Now(), false, look), "\n"), "half of the measurements")
}

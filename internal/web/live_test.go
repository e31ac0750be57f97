package web

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"otel.workshop/internal/waterfall"
	"otel.workshop/internal/waterfall/canned"
)

// export sends spans to a server's collector, as an SDK does.
func export(t testing.TB, s *Server, spans ...waterfall.Span) {
	t.Helper()
	td := ptrace.NewTraces()
	for _, sp := range spans {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", sp.Service)
		out := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		out.SetTraceID(traceID(sp.TraceID))
		out.SetSpanID(spanID(sp.SpanID))
		if sp.ParentID != "" {
			out.SetParentSpanID(spanID(sp.ParentID))
		}
		out.SetName(sp.Name)
		out.SetStartTimestamp(pcommon.NewTimestampFromTime(sp.Start))
		out.SetEndTimestamp(pcommon.NewTimestampFromTime(sp.End))
		if sp.Error {
			out.Status().SetCode(ptrace.StatusCodeError)
			out.Status().SetMessage(sp.Status)
		}
		for _, a := range sp.Attrs {
			out.Attributes().PutStr(a.Key, a.Value)
		}
	}
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(t, err)
	post(t, s, "/v1/traces", body)
}

func exportMetrics(t testing.TB, s *Server, fill func(pmetric.MetricSlice)) {
	t.Helper()
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "demo-service")
	fill(rm.ScopeMetrics().AppendEmpty().Metrics())
	body, err := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
	require.NoError(t, err)
	post(t, s, "/v1/metrics", body)
}

func post(t testing.TB, s *Server, path string, body []byte) {
	t.Helper()
	resp, err := http.Post("http://"+s.desk.Collector().HTTPAddr()+path, "application/x-protobuf", bytes.NewReader(body))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 200, resp.StatusCode)
}

// traceID and spanID read hex; of what is none, the last bytes.
func traceID(digits string) (out pcommon.TraceID) {
	copy(out[:], raw(digits, len(out)))
	return out
}

func spanID(digits string) (out pcommon.SpanID) {
	copy(out[:], raw(digits, len(out)))
	return out
}

func raw(digits string, n int) []byte {
	if b, err := hex.DecodeString(digits); err == nil && len(b) == n {
		return b
	}
	padded := strings.Repeat("0", n) + digits
	return []byte(padded[len(padded)-n:])
}

func TestTelemetryIsText(t *testing.T) {
	s, _ := fake(t)
	spans := canned.One()
	spans[0].Name = `<script>alert(1)</script>`
	spans[0].Service = `"><img src=x onerror=alert(2)>`
	spans[0].Error, spans[0].Status = true, `</dd><b>`
	spans[0].Attrs = []waterfall.Attr{{Key: "a' onclick='x", Value: "<svg/onload=alert(3)>\u202e"}}
	export(t, s, spans...)
	exportMetrics(t, s, func(ms pmetric.MetricSlice) {
		m := ms.AppendEmpty()
		m.SetName("<script>m</script>")
		m.SetUnit("<u>")
		p := m.SetEmptyGauge().DataPoints().AppendEmpty()
		p.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
		p.SetDoubleValue(1)
		p.Attributes().PutStr("k", "<i>")
	})
	require.Eventually(t, func() bool { return len(s.history.Tracks()) > 0 }, 5*time.Second, 10*time.Millisecond)
	id := s.desk.Collector().Store().Traces()[0].ID
	for _, path := range []string{"/live", "/live/traces", "/live/metrics", "/span?of=live&trace=" + id + "&span=" + s.desk.Collector().Store().Trace(id)[0].SpanID} {
		status, body, _ := get(t, s, path)
		require.Equal(t, 200, status)
		for _, bad := range []string{"<script>alert", "<script>m", "<img", "<svg/onload", "<b>", "<i>", "\u202e", "onclick='x"} {
			require.NotContains(t, body, bad, path)
		}
	}
	_, body, _ := get(t, s, "/live")
	require.Contains(t, body, "&lt;script&gt;alert(1)&lt;/script&gt;")
}

func TestAChosenTraceStays(t *testing.T) {
	s, _ := fake(t)
	export(t, s, canned.TwoSeconds()...)
	other := canned.Torn()[2:]
	export(t, s, other...)
	first := canned.TwoSeconds()[0].TraceID
	_, body, _ := get(t, s, "/live?trace="+first)
	require.Contains(t, body, "HTTP GET")
	require.Contains(t, body, "follow the latest")
	_, body, _ = get(t, s, "/live/traces")
	require.NotContains(t, body, "HTTP GET", "the newest one")
	_, body, _ = get(t, s, "/live?trace=00000000000000000000000000000001")
	require.Contains(t, body, "newer ones have taken its place")
	_, body, _ = get(t, s, "/live?trace=%3Cscript%3E")
	require.NotContains(t, body, "<script>&")
}

func TestAHistogramWithOneBucketSaysSo(t *testing.T) {
	s, _ := fake(t)
	histogram := func(seconds int, count uint64, bounds []float64, buckets []uint64) {
		exportMetrics(t, s, func(ms pmetric.MetricSlice) {
			m := ms.AppendEmpty()
			m.SetName("db.query.duration")
			m.SetUnit("s")
			h := m.SetEmptyHistogram()
			h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
			p := h.DataPoints().AppendEmpty()
			p.SetStartTimestamp(pcommon.NewTimestampFromTime(canned.Epoch))
			p.SetTimestamp(pcommon.NewTimestampFromTime(canned.Epoch.Add(time.Duration(seconds) * time.Second)))
			p.SetCount(count)
			p.ExplicitBounds().FromRaw(bounds)
			p.BucketCounts().FromRaw(buckets)
			e := p.Exemplars().AppendEmpty()
			e.SetDoubleValue(0.5)
			e.SetTimestamp(p.Timestamp())
			e.SetTraceID(traceID(canned.TwoSeconds()[0].TraceID))
		})
		require.Eventually(t, func() bool {
			tracks := s.history.Tracks()
			return len(tracks) == 1 && tracks[0].Latest.Count == count
		}, 5*time.Second, 10*time.Millisecond)
	}
	defaults := make([]uint64, len(defaultBounds)+1)
	defaults[1] = 40
	histogram(10, 40, defaultBounds, defaults)
	_, body, _ := get(t, s, "/live/metrics")
	require.Contains(t, body, "All in one bucket: all 40 measurements lie between 0 ns and 5.00 s")
	require.Contains(t, body, "default boundaries")
	require.NotContains(t, body, "p99")
	require.Contains(t, body, "/live?trace="+canned.TwoSeconds()[0].TraceID)

	histogram(20, 100, []float64{0.01, 0.1, 1}, []uint64{50, 45, 5, 0})
	_, body, _ = get(t, s, "/live/metrics")
	require.NotContains(t, body, "All in one bucket")
	require.Contains(t, body, "p50 <strong>10 ms</strong>")
	require.Contains(t, body, "p90 <strong>90 ms</strong>")
	require.Contains(t, body, "p99 <strong>820 ms</strong>")
	require.Contains(t, body, "a guess between two of its boundaries")
}

// The list of a thousand traces should be there in 50 ms, a trace of 500 spans
// in 100 ms, and memory stay under what the store may take.
func TestManyTraces(t *testing.T) {
	s, _ := fake(t)
	for i := range 1000 {
		spans := canned.Many(50)
		for j := range spans {
			spans[j].TraceID = fmt.Sprintf("%032x", i+1)
		}
		export(t, s, spans...)
	}
	export(t, s, canned.Many(500)...)
	stats := s.desk.Collector().Store().Stats()
	require.Equal(t, 1001, stats.Traces)
	require.Less(t, stats.TraceBytes, 64<<20)
	big := canned.Many(500)[0].TraceID

	// Whoever else uses the machine makes the most of them slower.
	quickest := func(path string) time.Duration {
		best := time.Hour
		for range 25 {
			start := time.Now()
			status, body, _ := get(t, s, path)
			best = min(best, time.Since(start))
			require.Equal(t, 200, status)
			require.NotEmpty(t, body)
		}
		return best
	}
	list, trace := quickest("/live/traces?trace="+fmt.Sprintf("%032x", 7)), quickest("/live/traces?trace="+big)
	t.Logf("the list of 1,001 traces with one of 50 spans: %s; with one of 500 spans: %s", list, trace)
	require.Less(t, list, limit(50*time.Millisecond))
	require.Less(t, trace, limit(100*time.Millisecond))

	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("heap: %d MiB", m.HeapAlloc>>20)
	require.Less(t, m.HeapAlloc, uint64(64+16+64)<<20, "the store's caps, and what all else takes")
}

// limit is a time limit, longer where the race detector slows everything.
func limit(d time.Duration) time.Duration {
	if raceEnabled {
		return 10 * d
	}
	return d
}

func TestTheCollectorCanBeTakenAway(t *testing.T) {
	s, _ := fake(t)
	status, _, _ := do(t, s, "POST", "/live/fault?name=collector-down&on=true", "HX-Request", "true")
	require.Equal(t, 204, status)
	require.True(t, s.desk.Collector().Down())
	_, body, _ := get(t, s, "/live/service")
	require.Contains(t, body, `aria-pressed="true"`)
	_, _, _ = do(t, s, "POST", "/live/fault?name=collector-down&on=false", "HX-Request", "true")
	require.False(t, s.desk.Collector().Down())

	status, body, _ = do(t, s, "POST", "/live/fault?name=slow-database&on=true", "HX-Request", "true")
	require.Equal(t, 409, status)
	require.Contains(t, body, "start that of step 02 or later")
	status, _, _ = do(t, s, "POST", "/live/fault?name=nonsense&on=true")
	require.Equal(t, 409, status)
}

func TestServicesKeepTheirColours(t *testing.T) {
	var p palette
	require.Equal(t, "svc-0", p.class("demo-service"))
	first := p.class("mine")
	p.class("yours")
	require.Equal(t, first, p.class("mine"))
	require.Equal(t, "svc-7", p.class("workshop"))
	for i := range 5000 {
		require.True(t, strings.HasPrefix(p.class(fmt.Sprint(i)), "svc-"))
	}
	require.LessOrEqual(t, len(p.given), 1000)
}

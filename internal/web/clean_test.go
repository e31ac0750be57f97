package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"otel.workshop/internal/waterfall"
	"otel.workshop/internal/waterfall/canned"
)

// Whatever telemetry and addresses hold, the page should hold no character that
// a screen reader or a copied line could take for something else.
func TestNoControlCharacters(t *testing.T) {
	const dirty = "a\x1b]0;b\x07c\x00d\u202ee\u0085f\x7fg"
	s, _ := fake(t)
	spans := canned.One()
	spans[0].Name, spans[0].Service, spans[0].Scope = dirty, dirty, dirty
	spans[0].Error, spans[0].Status = true, dirty
	spans[0].Attrs = []waterfall.Attr{{Key: dirty, Value: dirty}}
	export(t, s, spans...)
	exportMetrics(t, s, func(ms pmetric.MetricSlice) {
		now := pcommon.NewTimestampFromTime(time.Now())
		number := func(p pmetric.NumberDataPoint) {
			p.SetTimestamp(now)
			p.SetDoubleValue(1)
			p.Attributes().PutStr(dirty, dirty)
		}
		for _, unit := range []string{"s", dirty} {
			for range 2 {
				m := ms.AppendEmpty()
				m.SetName("gauge " + dirty)
				m.SetUnit(unit)
				m.SetDescription(dirty)
				number(m.SetEmptyGauge().DataPoints().AppendEmpty())
			}
			m := ms.AppendEmpty()
			m.SetName("sum " + dirty)
			m.SetUnit(unit)
			m.SetEmptySum().SetIsMonotonic(true)
			number(m.Sum().DataPoints().AppendEmpty())
			m = ms.AppendEmpty()
			m.SetName("histogram " + dirty)
			m.SetUnit(unit)
			h := m.SetEmptyHistogram().DataPoints().AppendEmpty()
			h.SetTimestamp(now)
			h.SetCount(3)
			h.SetSum(1)
			h.ExplicitBounds().FromRaw([]float64{0.1, 1})
			h.BucketCounts().FromRaw([]uint64{1, 1, 1})
			h.Attributes().PutStr(dirty, dirty)
		}
	})
	require.Eventually(t, func() bool { return len(s.history.Tracks()) > 0 }, 5*time.Second, 10*time.Millisecond)
	_, _, _ = do(t, s, "POST", "/live/start") // there is no such step: it says so
	collector := s.desk.Collector()
	resp, err := http.Get("http://" + collector.HTTPAddr() + "/" + url.PathEscape(dirty))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())

	tr := collector.Store().Trace(collector.Store().Traces()[0].ID)[0]
	bad := "?trace=" + url.QueryEscape(dirty)
	for _, path := range []string{"/", "/live", "/live/traces", "/live/metrics", "/live/service", "/live" + bad, "/live/traces" + bad,
		"/span?of=live&trace=" + tr.TraceID + "&span=" + tr.SpanID, "/span?of=" + url.QueryEscape(dirty), "/workshop/check" + bad} {
		_, body, _ := get(t, s, path)
		for _, r := range body {
			require.True(t, r == '\n' || r == '\t' || !unicode.IsControl(r) && !unicode.Is(unicode.Bidi_Control, r), "%s holds %q", path, r)
		}
		require.NotContains(t, body, "\ufffd", path)
	}
}

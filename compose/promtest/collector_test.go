package promtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// A collector keeps what a service exports.
type collector struct {
	url string

	mu      sync.Mutex
	metrics []pmetric.Metrics
	traces  map[string]bool // by id, in hexadecimal
}

func newCollector(t *testing.T) *collector {
	c := &collector{traces: map[string]bool{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil && r.URL.Path == "/v1/metrics" {
		err = c.keepMetrics(body)
	} else if err == nil {
		err = c.keepTraces(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func (c *collector) keepMetrics(body []byte) error {
	req := pmetricotlp.NewExportRequest()
	err := req.UnmarshalProto(body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.metrics = append(c.metrics, req.Metrics())
	return err
}

func (c *collector) keepTraces(body []byte) error {
	req := ptraceotlp.NewExportRequest()
	err := req.UnmarshalProto(body)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rs := range req.Traces().ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				c.traces[span.TraceID().String()] = true
			}
		}
	}
	return err
}

// has reports whether a span of a trace has come.
func (c *collector) has(trace string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.traces[trace]
}

// take returns the only metrics that came since the last time, as if they had
// been measured at a time.
func (c *collector) take(t *testing.T, at time.Time) pmetric.Metrics {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	require.Len(t, c.metrics, 1)
	md := c.metrics[0]
	c.metrics = nil
	stamp := pcommon.NewTimestampFromTime(at)
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				measuredAt(m, stamp)
			}
		}
	}
	return md
}

func measuredAt(m pmetric.Metric, stamp pcommon.Timestamp) {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		numbersAt(m.Gauge().DataPoints(), stamp)
	case pmetric.MetricTypeSum:
		numbersAt(m.Sum().DataPoints(), stamp)
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			p.SetTimestamp(stamp)
			exemplarsAt(p.Exemplars(), stamp)
		}
	}
}

func numbersAt(points pmetric.NumberDataPointSlice, stamp pcommon.Timestamp) {
	for _, p := range points.All() {
		p.SetTimestamp(stamp)
		exemplarsAt(p.Exemplars(), stamp)
	}
}

func exemplarsAt(exemplars pmetric.ExemplarSlice, stamp pcommon.Timestamp) {
	for _, e := range exemplars.All() {
		e.SetTimestamp(stamp)
	}
}

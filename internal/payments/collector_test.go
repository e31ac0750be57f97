package payments_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// A collector keeps what an exporter sends to it.
type collector struct {
	*httptest.Server
	mu       sync.Mutex
	received []*tracepb.ResourceSpans
}

func newCollector(t *testing.T) *collector {
	c := new(collector)
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var req collectorpb.ExportTraceServiceRequest
		if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &req) != nil {
			t.Errorf("not a request of OTLP: %s %s, %v", r.Method, r.URL, err)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.received = append(c.received, req.ResourceSpans...)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(c.Server.Close)
	return c
}

// A span is one, with its attributes in a form that tests can read.
type span struct {
	*tracepb.Span
	service string
	attrs   map[string]any
}

func (c *collector) spans() []span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []span
	for _, rs := range c.received {
		service, _ := attributes(rs.Resource.Attributes)["service.name"].(string)
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				all = append(all, span{s, service, attributes(s.Attributes)})
			}
		}
	}
	return all
}

// one waits for the one span that there should be.
func (c *collector) one(t *testing.T) span {
	t.Helper()
	require.Eventually(t, func() bool { return len(c.spans()) > 0 }, 5*time.Second, time.Millisecond)
	require.Len(t, c.spans(), 1)
	return c.spans()[0]
}

func attributes(kvs []*commonpb.KeyValue) map[string]any {
	attrs := map[string]any{}
	for _, kv := range kvs {
		switch v := kv.Value.Value.(type) {
		case *commonpb.AnyValue_StringValue:
			attrs[kv.Key] = v.StringValue
		case *commonpb.AnyValue_IntValue:
			attrs[kv.Key] = v.IntValue
		}
	}
	return attrs
}

package collector

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

const batch = 512 // spans in a request: the SDK's own default

// batchProto is a request as a service sends it: spans of eight attributes, four
// in a trace.
func batchProto(tb testing.TB) []byte {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	for k, v := range map[string]string{"service.name": "demo-service", "telemetry.sdk.language": "go", "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.version": "1.47.0"} {
		rs.Resource().Attributes().PutStr(k, v)
	}
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("demo.handler")
	for i := range batch {
		s := ss.Spans().AppendEmpty()
		s.SetTraceID(traceID(i/4 + 1))
		s.SetSpanID(spanID(i + 1))
		if i%4 > 0 {
			s.SetParentSpanID(spanID(i))
		}
		s.SetName("GET /orders/{id}")
		s.SetKind(ptrace.SpanKindServer)
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(time.Now()))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(time.Now()))
		a := s.Attributes()
		a.PutStr("http.request.method", "GET")
		a.PutStr("url.path", "/orders/42")
		a.PutStr("url.scheme", "http")
		a.PutStr("server.address", "127.0.0.1")
		a.PutInt("server.port", 8080)
		a.PutInt("http.response.status_code", 200)
		a.PutStr("http.route", "/orders/{id}")
		a.PutStr("user_agent.original", "Go-http-client/1.1")
	}
	body, err := ptraceotlp.NewExportRequestFromTraces(td).MarshalProto()
	require.NoError(tb, err)
	return body
}

// BenchmarkHTTPTraces measures how many spans a second come in over real HTTP
// on loopback; the senders share the processors. "forwarded" is what is stored
// and sent on to a backend that never answers. "decoded only" is the least that
// any receiver on pdata does: it answers and forgets.
func BenchmarkHTTPTraces(b *testing.B) {
	body := batchProto(b)
	b.Run("stored", func(b *testing.B) {
		c := start(b, Limits{})
		send(b, "http://"+c.HTTPAddr()+"/v1/traces", body)
		require.Equal(b, b.N*batch, c.Store().Stats().Spans)
	})
	b.Run("forwarded", func(b *testing.B) {
		c := startForwarding(b, to(b, strings.TrimPrefix(hungBackend(b), "http://")))
		send(b, "http://"+c.HTTPAddr()+"/v1/traces", body)
		require.Equal(b, b.N*batch, c.Store().Stats().Spans)
	})
	b.Run("decoded only", func(b *testing.B) {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got, err := io.ReadAll(r.Body)
			if err == nil {
				err = ptraceotlp.NewExportRequest().UnmarshalProto(got)
			}
			if err != nil {
				w.WriteHeader(http.StatusBadRequest)
			}
		}))
		defer s.Close()
		send(b, s.URL, body)
	})
}

func send(b *testing.B, url string, body []byte) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	b.ReportAllocs()
	b.SetParallelism(4)
	b.ResetTimer()
	var requests atomic.Uint64
	ids := traceIDs(body)
	require.Len(b, ids, batch)
	b.RunParallel(func(p *testing.PB) {
		body := bytes.Clone(body)
		for p.Next() {
			n := requests.Add(1) // new traces in every request
			for _, at := range ids {
				binary.BigEndian.PutUint64(body[at:], n)
			}
			resp, err := client.Post(url, pb, bytes.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				b.Error(resp.Status)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "spans/s")
}

// traceIDs finds the trace ids of a batch: field 1, 16 bytes, half of them zero.
func traceIDs(body []byte) (at []int) {
	head := append([]byte{0x0a, 16}, make([]byte, 8)...)
	for from := 0; ; {
		next := bytes.Index(body[from:], head)
		if next < 0 {
			return at
		}
		from += next + 2
		at = append(at, from)
	}
}

// BenchmarkCost measures what looking at a body adds to decoding it.
func BenchmarkCost(b *testing.B) {
	body := batchProto(b)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := wireCost(body, tracesMessage()); err != nil {
			b.Fatal(err)
		}
	}
}

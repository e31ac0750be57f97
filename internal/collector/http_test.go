package collector

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
)

// traceProto is traceJSON as protobuf.
func traceProto(t testing.TB) []byte {
	t.Helper()
	req := ptraceotlp.NewExportRequest()
	require.NoError(t, req.UnmarshalJSON([]byte(traceJSON)))
	b, err := req.MarshalProto()
	require.NoError(t, err)
	return b
}

func zip(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	_, err := zw.Write(b)
	require.NoError(t, err)
	require.NoError(t, zw.Close())
	return out.Bytes()
}

func TestHTTPAccepts(t *testing.T) {
	body := traceProto(t)
	tests := []struct {
		name, path, contentType string
		body                    []byte
		headers                 []string
		answer                  string
	}{
		{"protobuf", "/v1/traces", pb, body, nil, ""},
		{"JSON", "/v1/traces", js, []byte(traceJSON), nil, "{}"},
		{"JSON with a charset", "/v1/traces", "application/json; charset=utf-8", []byte(traceJSON), nil, "{}"},
		{"protobuf, gzip", "/v1/traces", pb, zip(t, body), []string{"Content-Encoding", "gzip"}, ""},
		{"JSON, gzip", "/v1/traces", js, zip(t, []byte(traceJSON)), []string{"Content-Encoding", "GZIP"}, "{}"},
		{"nothing", "/v1/traces", pb, nil, nil, ""},
		{"metrics", "/v1/metrics", js, []byte(gaugeJSON), nil, "{}"},
		{"logs", "/v1/logs", js, []byte(`{"resourceLogs":[]}`), nil, "{}"},
		{"unknown fields", "/v1/traces", js, []byte(`{"newer":{"than":["we"]}}`), nil, "{}"},
		{"host localhost", "/v1/traces", pb, body, []string{"Host", "localhost:4318"}, ""},
		{"host ::1", "/v1/traces", pb, body, []string{"Host", "[::1]:4318"}, ""},
		{"host without port", "/v1/traces", pb, body, []string{"Host", "127.0.0.1"}, ""},
		{"origin of this machine", "/v1/traces", pb, body, []string{"Origin", "http://localhost:3000"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := start(t, Limits{})
			status, answer, h := post(t, c, tt.path, tt.contentType, tt.body, tt.headers...)
			require.Equal(t, 200, status, answer)
			require.Equal(t, tt.answer, answer)
			want, _, _ := strings.Cut(tt.contentType, ";")
			require.Equal(t, want, h.Get("Content-Type"))
			require.Equal(t, 1, c.Store().Stats().Requests)
			if len(tt.body) > 0 && tt.path == "/v1/traces" && tt.name != "unknown fields" {
				require.Len(t, c.Store().Traces(), 1)
			}
		})
	}
}

func TestHTTPRefuses(t *testing.T) {
	body := traceProto(t)
	large := make([]byte, maxBody+1)
	tests := []struct {
		name, method, path string
		body               []byte
		headers            []string
		status             int
		says               string
	}{
		{"malformed protobuf", "POST", "/v1/traces", []byte("hello"), []string{"Content-Type", pb}, 400, "no OTLP request for traces"},
		{"a part of protobuf", "POST", "/v1/traces", body[:len(body)-3], []string{"Content-Type", pb}, 400, "no OTLP request"},
		{"malformed JSON", "POST", "/v1/metrics", []byte(`{"a":`), []string{"Content-Type", js}, 400, "not valid JSON"},
		{"JSON of another shape", "POST", "/v1/metrics", []byte(`{"resourceMetrics":"x"}`), []string{"Content-Type", js}, 400, "no OTLP request"},
		{"no JSON at all", "POST", "/v1/logs", nil, []string{"Content-Type", js}, 400, "not valid JSON"},
		{"no gzip", "POST", "/v1/traces", body, []string{"Content-Type", pb, "Content-Encoding", "gzip"}, 400, "no gzip"},
		{"half a gzip", "POST", "/v1/traces", zip(t, body)[:40], []string{"Content-Type", pb, "Content-Encoding", "gzip"}, 400, "no gzip"},
		{"no content type", "POST", "/v1/traces", body, nil, 415, `content type "" is not understood`},
		{"foreign content type", "POST", "/v1/traces", body, []string{"Content-Type", "text/plain"}, 415, `"text/plain" is not understood`},
		{"gRPC on this port", "POST", "/v1/traces", body, []string{"Content-Type", "application/grpc"}, 415, "OTLP over HTTP is"},
		{"foreign encoding", "POST", "/v1/traces", body, []string{"Content-Type", pb, "Content-Encoding", "zstd"}, 415, `"zstd" is not understood: use gzip`},
		{"GET", "GET", "/v1/traces", nil, nil, 405, "sent with POST, not GET"},
		{"the endpoint without a path", "POST", "/", body, []string{"Content-Type", pb}, 404, "OTEL_EXPORTER_OTLP_ENDPOINT gets it appended"},
		{"a browser at the root", "GET", "/", nil, nil, 404, "this is the workshop's OTLP receiver"},
		{"doubled path", "POST", "/v1/traces/v1/traces", body, []string{"Content-Type", pb}, 404, "is doubled"},
		{"trailing slash", "POST", "/v1/metrics/", body, []string{"Content-Type", pb}, 404, "leave out the slash"},
		{"unknown path", "POST", "/api/v2/spans", body, []string{"Content-Type", pb}, 404, "traces go to /v1/traces"},
		{"too large", "POST", "/v1/traces", large, []string{"Content-Type", pb}, 413, "larger than 16 MiB"},
		{"too large, unannounced", "POST", "/v1/traces", large, []string{"Content-Type", pb}, 413, "larger than 16 MiB"},
		{"too large when opened", "POST", "/v1/traces", zip(t, large), []string{"Content-Type", pb, "Content-Encoding", "gzip"}, 413, "larger than 16 MiB"},
		{"foreign host", "POST", "/v1/traces", body, []string{"Content-Type", pb, "Host", "evil.example:4318"}, 403, "only programs and pages of this machine"},
		{"host that begins well", "POST", "/v1/traces", body, []string{"Content-Type", pb, "Host", "localhost.evil.example"}, 403, "only programs"},
		{"foreign origin", "POST", "/v1/traces", body, []string{"Content-Type", pb, "Origin", "https://evil.example"}, 403, "only programs"},
		{"opaque origin", "POST", "/v1/traces", body, []string{"Content-Type", pb, "Origin", "null"}, 403, "only programs"},
		{"origin with a user", "POST", "/v1/traces", body, []string{"Content-Type", pb, "Origin", "http://localhost@evil.example"}, 403, "only programs"},
		{"foreign origin of a probe", "GET", "/workshop/", nil, []string{"Origin", "https://evil.example"}, 403, "only programs"},
	}
	c := start(t, Limits{})
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := c.Store().Stats()
			var reader io.Reader = bytes.NewReader(tt.body)
			if strings.HasSuffix(tt.name, "unannounced") {
				reader = io.MultiReader(reader) // hides the length
			}
			status, answer, h := do(t, c, tt.method, tt.path, reader, tt.headers...)
			require.Equal(t, tt.status, status, answer)
			require.Contains(t, answer, tt.says)
			after := c.Store().Stats()
			if status == http.StatusForbidden {
				require.Equal(t, before.NotLocal+1, after.NotLocal)
			} else {
				require.Equal(t, before.Refused+1, after.Refused)
				require.Contains(t, after.LastRefusal, tt.says)
			}
			if status == http.StatusBadRequest && len(tt.headers) > 1 && tt.headers[1] == pb {
				require.Equal(t, pb, h.Get("Content-Type"))
				var s spb.Status
				require.NoError(t, proto.Unmarshal([]byte(answer), &s))
				require.Contains(t, s.Message, tt.says)
			}
			if status == http.StatusBadRequest && tt.headers[1] == js {
				require.Equal(t, js, h.Get("Content-Type"))
				require.Contains(t, answer, `"message":`)
			}
			require.Empty(t, c.Store().Traces())

			// It goes on.
			status, _, _ = post(t, c, "/v1/metrics", js, []byte(gaugeJSON))
			require.Equal(t, 200, status)
			require.Equal(t, i+1, c.Store().Stats().Requests)
		})
	}
}

// A span that no trace can hold should be told to its sender, and the others
// kept.
func TestRejectedSpans(t *testing.T) {
	const body = `{"resourceSpans":[{"scopeSpans":[{"spans":[
		{"name":"lost"},
		{"name":"no span id","traceId":"5b8efff798038103d269b633813fc60c"},
		{"name":"kept","traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}]}]}]}`
	c := start(t, Limits{})
	status, answer, _ := post(t, c, "/v1/traces", js, []byte(body))
	require.Equal(t, 200, status)
	require.JSONEq(t, `{"partialSuccess":{"rejectedSpans":"2","errorMessage":"2 spans rejected: span \"lost\" has no trace id"}}`, answer)
	require.Equal(t, 2, c.Store().Stats().RejectedSpans)
	require.Equal(t, 1, c.Store().Stats().Spans)
	require.Equal(t, "kept", c.Store().Traces()[0].Root)
}

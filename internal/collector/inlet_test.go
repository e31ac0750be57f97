package collector

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// An inlet takes what a collector takes, up to its own size, and whoever is behind
// it has the last word.
func TestInlet(t *testing.T) {
	var spans int
	var why []string
	var last error
	in := NewInlet(InletOptions{MaxBody: 1 << 20, Refused: func(_ int, text string) { why = append(why, text) }})
	defer in.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("/t", func(w http.ResponseWriter, req *http.Request) {
		in.Traces(w, req, func(td ptrace.Traces) error { spans += td.SpanCount(); return last })
	})
	mux.HandleFunc("/m", func(w http.ResponseWriter, req *http.Request) {
		in.Metrics(w, req, func(pmetric.Metrics) error { return last })
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	host := Serve(ln, 10, mux)
	defer host.Close(context.Background())
	post := func(path, contentType string, body []byte) (int, string, http.Header) {
		resp, err := http.Post("http://"+ln.Addr().String()+path, contentType, bytes.NewReader(body))
		require.NoError(t, err)
		defer resp.Body.Close()
		says, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(says), resp.Header
	}
	status, says, head := post("/t", pb, traceProto(t))
	require.Equal(t, http.StatusOK, status, says)
	require.Equal(t, pb, head.Get("Content-Type"))
	require.Positive(t, spans)
	status, says, _ = post("/m", "application/json", []byte(`{"resourceMetrics":[]}`))
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "{}", says)
	require.Empty(t, why)

	for _, size := range []int{600 << 10, 1 << 20} { // not decoded among the small ones alone
		status, says, _ = post("/t", pb, within(make([]byte, size-20), 1000))
		require.Equal(t, http.StatusOK, status, says)
	}
	status, says, _ = post("/t", pb, make([]byte, 1<<20+1))
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	require.Contains(t, says, "larger than is taken here")
	status, _, _ = post("/t", pb, within(bytes.Repeat([]byte{0x12, 0}, 400_000), 2, 1))
	require.Equal(t, http.StatusRequestEntityTooLarge, status, "it would take much memory")

	last = Refusal(http.StatusTooManyRequests, "later", 1500*time.Millisecond)
	status, says, head = post("/m", "application/json", []byte(`{}`))
	require.Equal(t, http.StatusTooManyRequests, status)
	require.Contains(t, says, "later")
	require.Equal(t, "2", head.Get("Retry-After"))
	last = errors.New("whatever")
	status, _, _ = post("/m", "application/json", []byte(`{}`))
	require.Equal(t, http.StatusBadRequest, status)
	require.Len(t, why, 4)
	http.DefaultClient.CloseIdleConnections()
}

package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/forward"
	"otel.workshop/internal/session/sessiontest"
	"otel.workshop/internal/waterfall/canned"
)

// The page should say to whom is forwarded, how much went there, and what did
// not, in whatever words the backend chooses.
func TestForwardingOnThePage(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/metrics" {
			http.Error(w, "no <script> \x1b[31mhere", http.StatusBadRequest)
		}
	}))
	defer backend.Close()
	f, err := forward.Start(forward.Options{Endpoint: backend.URL, Headers: map[string]string{"api-key": "secret"}})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		f.Close(ctx)
	})
	s, _ := sessiontest.New(t)
	server := serveWith(t, s, nil, collector.Options{Forward: f})
	_, body, _ := get(t, server, "/status")
	require.Contains(t, body, "· forwards</span>")

	export(t, server, canned.TwoSeconds()...)
	require.Eventually(t, func() bool { return f.Stats().Sent == 1 }, 10*time.Second, time.Millisecond)
	post(t, server, "/v1/metrics", []byte{0x0a, 0})
	require.Eventually(t, func() bool { return f.Stats().Dropped == 1 }, 10*time.Second, time.Millisecond)
	_, body, _ = get(t, server, "/live")
	require.Contains(t, body, "Forwarded to "+backend.URL+": 1 request sent, 1 dropped")
	require.Contains(t, body, "1 request of metrics dropped: it answered 400 Bad Request: no &lt;script&gt; [31mhere")
	require.Contains(t, body, "· forwards, some dropped</span>")
	require.NotContains(t, body, "secret")

	plain := serve(t, s, nil)
	_, body, _ = get(t, plain, "/live")
	require.NotContains(t, body, "· forwards")
	require.NotContains(t, body, "orwarded to")
}

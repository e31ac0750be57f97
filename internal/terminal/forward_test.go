package terminal

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/desk"
	"otel.workshop/internal/forward"
	"otel.workshop/internal/session/sessiontest"
	"otel.workshop/internal/shop"
)

// forwardTo starts a forwarder to a backend that answers with a status, which
// may change.
func forwardTo(t *testing.T, status *atomic.Int32) *forward.Forwarder {
	t.Helper()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(status.Load()))
	}))
	t.Cleanup(backend.Close)
	f, err := forward.Start(forward.Options{Endpoint: backend.URL})
	require.NoError(t, err)
	t.Cleanup(func() { closeSoon(f) })
	return f
}

func closeSoon(f *forward.Forwarder) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	f.Close(ctx)
}

// The screen should say how forwarding goes: the numbers in its rule, each change
// once among what is said.
func TestForwardingOnTheScreen(t *testing.T) {
	var status atomic.Int32
	status.Store(http.StatusServiceUnavailable)
	f := forwardTo(t, &status)
	s, _ := sessiontest.New(t)
	d, err := desk.Open(s, nil, collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0", Forward: f})
	require.NoError(t, err)
	require.Same(t, f, d.Forwarder())
	require.Contains(t, oneLine(welcome(d, Page{}, Look{Width: 80})), "All telemetry that arrives is also sent on, to "+f.Endpoint()+".")
	m := seat{newModel(t.Context(), d, Page{}, Look{Width: 120}), t, s, nil}
	m.tell = func(any) {}
	m.height, m.sized = 1000, true
	require.Contains(t, m.live(), "forwards to "+strings.TrimPrefix(f.Endpoint(), "http://")+": 0 requests sent ─")

	var said strings.Builder
	look := func(until func(forward.Stats) bool) {
		t.Helper()
		require.Eventually(t, func() bool { return until(f.Stats()) }, 20*time.Second, time.Millisecond)
		for range 3 {
			m.Update(forwarded{})
			said.WriteString(m.said() + "\n")
		}
	}
	sendSpan(t, d.Collector(), "1", "1", "", "a")
	look(func(s forward.Stats) bool { return s.Trouble != "" })
	require.Contains(t, m.live(), "0 requests sent, 1 waiting; it answered 503 Service Unavailable ─")
	status.Store(http.StatusOK)
	look(func(s forward.Stats) bool { return s.Sent == 1 })
	require.Contains(t, m.live(), ": 1 request sent ─")
	status.Store(http.StatusNotFound)
	for range 3 {
		sendSum(t, d.Collector(), 1)
	}
	look(func(s forward.Stats) bool { return s.Dropped == 3 })
	for _, line := range strings.Split(m.live(), "\n") {
		require.LessOrEqual(t, ansi.StringWidth(line), 120)
	}
	for _, want := range []string{
		"it answered 503 Service Unavailable. What comes is kept, as far as there is room, and tried again.",
		"it answers again. 1 request sent.",
		"3 requests of metrics dropped: it answered 404 Not Found, so it takes no metrics there.",
	} {
		require.Equal(t, 1, strings.Count(oneLine(said.String()), want), "%s in\n%s", want, &said)
	}
	m.look.Width = 30
	require.LessOrEqual(t, ansi.StringWidth(m.rule()), 30)
	require.NoError(t, d.Close())
}

func oneLine(text string) string { return strings.Join(strings.Fields(ansi.Strip(text)), " ") }

func TestForwardingInPlainMode(t *testing.T) {
	var status atomic.Int32
	status.Store(http.StatusOK)
	f := forwardTo(t, &status)
	s, _ := sessiontest.New(t)
	d, err := desk.Open(s, nil, collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0", Forward: f})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var out sink
	ended := make(chan error)
	go func() { ended <- Plain(ctx, d, Page{}, Look{Width: 200}, &out) }()
	for i := range 5 {
		sendSpan(t, d.Collector(), fmt.Sprint(i+1), "1", "", "a")
	}
	text := "Forwarding to " + f.Endpoint() + ": it takes what it gets."
	require.Eventually(t, func() bool { return strings.Contains(out.String(), text) }, 10*time.Second, time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	require.NoError(t, d.Close())
	require.Equal(t, 1, strings.Count(out.String(), "Forwarding to"))
	require.Eventually(t, func() bool { return f.Stats().Sent == 5 }, 10*time.Second, time.Millisecond)
}

// What a service sends should reach the backend, up to its last flush, and the
// end should say how much that was.
func TestRunForwards(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked[r.URL.Path]++
	}))
	defer backend.Close()
	f, err := forward.Start(forward.Options{Endpoint: backend.URL})
	require.NoError(t, err)
	defer closeSoon(f)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var out page
	ended := make(chan error)
	go func() {
		ended <- Run(ctx, "../..", RunOptions{Source: shop.Source{Step: "03-db-metrics", Solution: true}, Forward: f}, Look{Width: 100}, &out)
	}()
	url := strings.TrimPrefix(out.waitFor(t, `curl http://\S+/orders/42`), "curl ")
	require.Contains(t, out.String(), "All telemetry that arrives is also sent on, to "+backend.URL)
	require.Equal(t, http.StatusOK, get(t, url))
	interrupt()
	require.NoError(t, <-ended)
	require.Regexp(t, `Forwarded to `+backend.URL+`: \d+ requests sent\.`, out.String())
	mu.Lock()
	defer mu.Unlock()
	require.NotZero(t, asked["/v1/traces"])
	require.NotZero(t, asked["/v1/metrics"])
	require.Equal(t, f.Stats().Sent, asked["/v1/traces"]+asked["/v1/metrics"]+asked["/v1/logs"])
}

// Forwarding to the collector itself should be refused, and leave nothing
// running.
func TestRunForwardsNotToItself(t *testing.T) {
	c := startCollector(t) // its port is taken, so this is one that is not ours
	f, err := forward.Start(forward.Options{Endpoint: "http://" + c.HTTPAddr()})
	require.NoError(t, err)
	defer closeSoon(f)
	require.NoError(t, f.CheckLoop(t.Context(), "127.0.0.1:1"))

	own, err := forward.Start(forward.Options{Endpoint: "http://localhost:4318"})
	require.NoError(t, err)
	defer closeSoon(own)
	o, err := openCollector(t.Context(), RunOptions{Forward: own})
	if err == nil { // another program has the port: ours is elsewhere
		require.NotContains(t, o.HTTPAddr(), ":4318")
		require.NoError(t, closeCollector(o))
		return
	}
	require.ErrorContains(t, err, "forward to http://localhost:4318: that is this workshop's own receiver, at 127.0.0.1:4318")
}

package shop

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/waterfall"
)

// finished is the workshop's last service, to be started many times.
type finished struct {
	options Options
	store   *collector.Store
}

func newFinished(t *testing.T) finished {
	t.Helper()
	c, err := collector.Start(collector.Options{HTTPAddr: "127.0.0.1:0", GRPCAddr: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close(context.Background())) })
	w, err := OpenWorld(t.Context(), WorldOptions{Root: "../..", Collector: "http://" + c.HTTPAddr()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close(context.Background())) })
	source := Source{Step: "04-failure-modes", Solution: true}
	built, err := Build(t.Context(), "../..", source)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, built.Remove()) })
	return finished{store: c.Store(), options: Options{
		Root: "../..", Source: source, Built: built, Addr: "127.0.0.1:0",
		CollectorEndpoint: "http://" + c.HTTPAddr(), World: w,
	}}
}

// start runs the service once more.
func (f finished) start(t *testing.T, o Options) *Shop {
	t.Helper()
	s := New(o)
	t.Cleanup(func() { s.Stop(context.Background()) })
	require.NoError(t, s.Start(t.Context()))
	return s
}

// A hundred times, the service is under load when SIGTERM comes, at some
// moment: every request that it has answered has its span.
func TestNothingLost(t *testing.T) {
	t.Parallel()
	f := newFinished(t)
	const rounds, atOnce = 100, 4
	var all sync.WaitGroup
	var mu sync.Mutex
	answered, next := 0, 0
	for range atOnce {
		all.Go(func() {
			for {
				mu.Lock()
				round := next
				next++
				mu.Unlock()
				if round >= rounds || t.Failed() {
					return
				}
				n := f.round(t)
				mu.Lock()
				answered += n
				mu.Unlock()
			}
		})
	}
	all.Wait()
	require.Greater(t, answered, 10*rounds)
	t.Logf("%d rounds, %d requests answered, none without its span", rounds, answered)
}

// round returns how many requests were answered.
func (f finished) round(t *testing.T) int {
	s := f.start(t, f.options)
	ids, ended := loadUntil(s, time.Duration(20+rand.IntN(150))*time.Millisecond)
	if strings.Contains(strings.Join(ended.Last, " "), "address already in use") {
		return f.round(t) // somebody else had come between, and has answered
	}
	if ended.State != "exit status 0" {
		t.Errorf("%s: %q", ended.State, ended.Last)
	}
	for _, id := range ids {
		server := func(s waterfall.Span) bool { return s.Kind == "server" && s.Service == "demo-service" }
		if !slices.ContainsFunc(f.store.Trace(id), server) {
			t.Errorf("the request of trace %s was answered, and has no span", id)
		}
	}
	return len(ids)
}

// loadUntil asks s for orders, from several sides, and ends it after a while.
// It returns the traces of the requests that were answered.
func loadUntil(s *Shop, while time.Duration) (ids []string, ended Ended) {
	var callers sync.WaitGroup
	var mu sync.Mutex
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	for caller := range 4 {
		callers.Go(func() {
			for n := 1; ; n++ {
				id, err := call(client, s.URL()+"/orders/"+strconv.Itoa(1+(caller+n)%40))
				if err != nil {
					return // the service takes no more
				}
				mu.Lock()
				ids = append(ids, id)
				mu.Unlock()
			}
		})
	}
	time.Sleep(while)
	ended = s.Stop(context.Background())
	callers.Wait()
	return ids, ended
}

// call sends a request with a trace of its own, whose id it returns when there
// is an answer.
func call(client *http.Client, url string) (traceID string, err error) {
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return "", err
	}
	var config trace.SpanContextConfig
	for i := range config.TraceID {
		config.TraceID[i] = byte(1 + rand.IntN(255))
	}
	copy(config.SpanID[:], config.TraceID[8:])
	config.TraceFlags = trace.FlagsSampled
	ctx := trace.ContextWithSpanContext(req.Context(), trace.NewSpanContext(config))
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(req.Header))
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return config.TraceID.String(), errors.Join(err, resp.Body.Close())
}

// With a collector that takes connections and says nothing, the service
// answers as before, and ends when its flush has had its five seconds.
func TestEndsThoughTheCollectorHangs(t *testing.T) {
	t.Parallel()
	f := newFinished(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, ln.Close()) })
	o := f.options
	o.CollectorEndpoint = "http://" + ln.Addr().String()
	s := f.start(t, o)
	ids, ended := loadUntil(s, 100*time.Millisecond)
	require.Greater(t, len(ids), 10)
	require.False(t, ended.Killed)
	require.Less(t, ended.Took, 7*time.Second)
	require.Contains(t, ended.Last[len(ended.Last)-1], "deadline exceeded")
}

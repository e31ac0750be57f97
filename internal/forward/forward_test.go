package forward

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// An actor is a backend that a test plays: it answers as the handler says, and keeps
// what it has taken.
type actor struct {
	*httptest.Server
	mu      sync.Mutex
	asked   int // also what was not taken
	bodies  map[string][]string
	headers http.Header // of the last request
}

// serve starts a backend. answer may be nil: then it takes everything.
func serve(t *testing.T, answer http.HandlerFunc) *actor {
	t.Helper()
	b := &actor{bodies: make(map[string][]string)}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := plain(t, r)
		b.mu.Lock()
		b.asked++
		b.headers = r.Header.Clone()
		b.mu.Unlock()
		rec := &status{ResponseWriter: w, code: http.StatusOK}
		if answer != nil {
			answer(rec, r)
		}
		if rec.code == http.StatusOK {
			b.mu.Lock()
			b.bodies[r.URL.Path] = append(b.bodies[r.URL.Path], body)
			b.mu.Unlock()
		}
	}))
	t.Cleanup(b.Close)
	return b
}

type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

func plain(t *testing.T, r *http.Request) string {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "" // the test has ended, or cuts it off
	}
	if r.Header.Get("Content-Encoding") == "gzip" {
		zr, err := gzip.NewReader(bytes.NewReader(body))
		if err == nil {
			body, err = io.ReadAll(zr)
		}
		if err != nil {
			t.Errorf("what came is no gzip: %v", err)
		}
	}
	return string(body)
}

func (b *actor) got(path string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.bodies[path]...)
}

func (b *actor) timesAsked() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked
}

// forwardTo starts a forwarder that is quick to try again, and closes it when
// the test ends.
func forwardTo(t *testing.T, url string, with func(*Options)) *Forwarder {
	t.Helper()
	o := Options{Endpoint: url, backoff: backoff{time.Millisecond, 20 * time.Millisecond}}
	if with != nil {
		with(&o)
	}
	f, err := Start(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		f.Close(ctx)
	})
	return f
}

// until waits for a state of a forwarder.
func until(t *testing.T, f *Forwarder, is func(Stats) bool) Stats {
	t.Helper()
	changed, cancel := f.Subscribe()
	defer cancel()
	late := time.After(20 * time.Second)
	for {
		s := f.Stats()
		if is(s) {
			return s
		}
		select {
		case <-changed:
		case <-time.After(50 * time.Millisecond): // what comes in rings no bell
		case <-late:
			t.Fatalf("it never came to this: %+v", s)
		}
	}
}

func sent(n int) func(Stats) bool { return func(s Stats) bool { return s.Sent == n } }

// What is offered should arrive as it was, each signal at its path and in its
// order, below a path that the backend has.
func TestForwards(t *testing.T) {
	b := serve(t, nil)
	f := forwardTo(t, b.URL+"/team/7/", func(o *Options) { o.Headers = map[string]string{"authorization": "Bearer secret"} })
	long := string(bytes.Repeat([]byte("a long body "), 1000))
	f.Offer("traces", []byte("first"))
	f.Offer("traces", []byte(long))
	f.Offer("metrics", []byte("points"))
	f.Offer("logs", []byte("records"))
	s := until(t, f, sent(4))
	require.Equal(t, []string{"first", long}, b.got("/team/7/v1/traces"))
	require.Equal(t, []string{"points"}, b.got("/team/7/v1/metrics"))
	require.Equal(t, []string{"records"}, b.got("/team/7/v1/logs"))
	require.Equal(t, "Bearer secret", b.headers.Get("Authorization"))
	require.Equal(t, protobufType, b.headers.Get("Content-Type"))
	require.Equal(t, Stats{Endpoint: b.URL + "/team/7", Sent: 4, Answers: true}, s)
	require.Equal(t, "4 requests sent", s.String())
}

package probe

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func addr(s *httptest.Server) string { return strings.TrimPrefix(s.URL, "http://") }

func TestBookOverHTTP(t *testing.T) {
	var b Book
	mux := http.NewServeMux()
	mux.Handle(Path, &b)
	s := httptest.NewServer(mux)
	defer s.Close()

	require.True(t, IsWorkshop(t.Context(), addr(s)))
	require.Equal(t, Who(t.Context(), addr(s)), Who(t.Context(), addr(s)))
	require.NotEqual(t, b.identity(), new(Book).identity())
	b.Note("n1", Traces)
	b.Note("n2", Metrics)
	b.Note("n2", Traces)
	for nonce, want := range map[string]Signals{"n1": {Traces: true}, "n2": {true, true}, "other": {}} {
		got, err := Seen(t.Context(), addr(s), nonce)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	// The texts are a contract between processes of different versions.
	for path, want := range map[string]string{
		"/workshop/":         `{"workshop":"otel.workshop","book":"` + b.identity() + `"}`,
		"/workshop/probe/n1": `{"traces":true,"metrics":false}`,
	} {
		w := httptest.NewRecorder()
		b.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		require.Equal(t, want, strings.TrimSpace(w.Body.String()))
		require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	}
	for path, method := range map[string]string{"/workshop/x": "GET", "/workshop/probe/": "GET", "/workshop/": "POST"} {
		w := httptest.NewRecorder()
		b.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		require.GreaterOrEqual(t, w.Code, 400, path)
	}
}

func TestBookIsBounded(t *testing.T) {
	var b Book
	for i := range 2*maxNonces + 7 {
		b.Note(fmt.Sprint(i), Traces)
		b.Note("", Traces)
		b.Note(strings.Repeat("x", maxNonce+1), Traces)
	}
	require.Len(t, b.seen, maxNonces)
	require.Len(t, b.order, maxNonces)
	require.Zero(t, b.Seen(fmt.Sprint(maxNonces+6)))
	require.True(t, b.Seen(fmt.Sprint(maxNonces+7)).Traces)
	require.True(t, b.Seen(fmt.Sprint(2*maxNonces+6)).Traces)
}

func TestBookIsConcurrent(t *testing.T) {
	var b Book
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 500 {
				b.Note(fmt.Sprint(j), []Signal{Traces, Metrics}[i%2])
				b.Seen(fmt.Sprint(j))
			}
		})
	}
	all.Wait()
	require.Equal(t, Signals{true, true}, b.Seen("499"))
}

// What is no workshop should be told from one, and soon.
func TestForeignServers(t *testing.T) {
	answers := func(status int, body string) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(s.Close)
		return s
	}
	for _, s := range []*httptest.Server{
		answers(404, "not found"), answers(200, "hello"), answers(200, `{"workshop":"other"}`), answers(500, `{"workshop":"otel.workshop"}`),
	} {
		require.False(t, IsWorkshop(t.Context(), addr(s)))
	}
	_, err := Seen(t.Context(), addr(answers(200, "hello")), "n")
	require.ErrorContains(t, err, "ask the collector at 127.0.0.1")

	real := answers(200, `{"workshop":"otel.workshop"}`)
	elsewhere := httptest.NewServer(http.RedirectHandler(real.URL+Path, http.StatusFound))
	defer elsewhere.Close()
	require.False(t, IsWorkshop(t.Context(), addr(elsewhere)), "no redirect is followed")

	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = silent.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.False(t, IsWorkshop(ctx, silent.Addr().String()))
	require.NoError(t, silent.Close())
	require.False(t, IsWorkshop(t.Context(), silent.Addr().String()))
}

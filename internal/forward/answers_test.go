package forward

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
)

// A backend's answers should mean what OTLP says: which are tried again, which
// are for good, and what is told of them.
func TestAnswers(t *testing.T) {
	message, err := proto.Marshal(&spb.Status{Code: 3, Message: "span 7 has\nno name"})
	require.NoError(t, err)
	// partial_success: 5 rejected, "too old"
	partial := []byte{0x0a, 11, 0x08, 5, 0x12, 7, 't', 'o', 'o', ' ', 'o', 'l', 'd'}
	warning := partial[:0:0]
	warning = append(warning, 0x0a, 6, 0x12, 4, 's', 'l', 'o', 'w')

	for name, tc := range map[string]struct {
		code   int
		header string // of the answer, KEY: VALUE
		body   []byte
		once   bool // only the first answer is this one: the next is 200

		sent, dropped int
		told          []string // of Stats.Losses
		asked         int
	}{
		"200":             {code: 200, sent: 1, asked: 1},
		"202":             {code: 202, sent: 1, asked: 1},
		"429, then well":  {code: 429, once: true, sent: 1, asked: 2},
		"502, then well":  {code: 502, once: true, sent: 1, asked: 2},
		"503, then well":  {code: 503, once: true, sent: 1, asked: 2},
		"504, then well":  {code: 504, once: true, sent: 1, asked: 2},
		"400":             {code: 400, dropped: 1, asked: 1, told: []string{"1 request of traces dropped: it answered 400 Bad Request"}},
		"400 with reason": {code: 400, header: "Content-Type: application/x-protobuf", body: message, dropped: 1, asked: 1, told: []string{"1 request of traces dropped: it answered 400 Bad Request: span 7 has no name"}},
		"400 in text":     {code: 400, header: "Content-Type: text/plain; charset=utf-8", body: []byte("no\x1b[31m such\n"), dropped: 1, asked: 1, told: []string{"1 request of traces dropped: it answered 400 Bad Request: no [31m such"}},
		"401":             {code: 401, dropped: 1, asked: 1, told: []string{"1 request of traces dropped: it answered 401 Unauthorized, so it wants another header than it was sent"}},
		"404, a page":     {code: 404, header: "Content-Type: text/html", body: []byte("<h1>lost"), dropped: 1, asked: 1, told: []string{"1 request of traces dropped: it answered 404 Not Found, so it takes no traces there"}},
		"404 of Go's":     {code: 404, header: "Content-Type: text/plain", body: []byte("404 page not found\n"), dropped: 1, asked: 1, told: []string{"1 request of traces dropped: it answered 404 Not Found, so it takes no traces there"}},
		"413":             {code: 413, dropped: 1, asked: 1, told: []string{"1 request of traces dropped: it answered 413 Request Entity Too Large"}},
		"500":             {code: 500, dropped: 1, asked: 1, told: []string{"1 request of traces dropped: it answered 500 Internal Server Error"}},
		"599, endless":    {code: 599, header: "Content-Type: text/plain", body: []byte(strings.Repeat("long ", 50_000)), dropped: 1, asked: 1, told: []string{"1 request of traces dropped: it answered 599: " + strings.Repeat("long ", 44) + "lon…"}},
		"partial":         {code: 200, header: "Content-Type: application/x-protobuf", body: partial, sent: 1, asked: 1, told: []string{"5 spans rejected: it says: too old"}},
		"warning":         {code: 200, header: "Content-Type: application/x-protobuf", body: warning, sent: 1, asked: 1, told: []string{"traces taken, and it says: slow"}},
		"no protobuf":     {code: 200, header: "Content-Type: application/x-protobuf", body: []byte{0x0a, 200, 1}, sent: 1, asked: 1},
		"a page":          {code: 200, header: "Content-Type: text/html", body: partial, sent: 1, asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			var first atomic.Bool
			b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if tc.once && !first.CompareAndSwap(false, true) {
					return
				}
				if key, value, ok := strings.Cut(tc.header, ": "); ok {
					w.Header().Set(key, value)
				}
				w.WriteHeader(tc.code)
				_, _ = w.Write(tc.body)
			})
			f := forwardTo(t, b.URL, nil)
			f.Offer("traces", []byte("spans"))
			s := until(t, f, func(s Stats) bool { return s.Queued == 0 })
			require.Equal(t, tc.sent, s.Sent)
			require.Equal(t, tc.dropped, s.Dropped)
			require.Equal(t, tc.asked, b.timesAsked())
			require.True(t, s.Answers)
			require.Empty(t, s.Trouble)
			require.Zero(t, s.Bytes)
			var told []string
			for _, l := range s.Losses {
				told = append(told, l.String())
			}
			require.Equal(t, tc.told, told)
		})
	}
}

// A redirect should be told and not followed: the headers are for the backend
// that was named.
func TestRedirect(t *testing.T) {
	other := serve(t, nil)
	for _, code := range []int{301, 302, 307, 308} {
		b := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/elsewhere?key=secret", code)
		})
		f := forwardTo(t, b.URL, func(o *Options) { o.Headers = map[string]string{"api-key": "secret"} })
		f.Offer("metrics", []byte("points"))
		s := until(t, f, func(s Stats) bool { return s.Queued == 0 })
		require.Equal(t, 1, s.Dropped)
		require.Contains(t, s.Losses[0].Why, "points to "+other.URL+"/elsewhere: redirects are not followed")
		require.NotContains(t, fmt.Sprint(s), "secret")
	}
	require.Zero(t, other.timesAsked())
}

// A connection that breaks before the answer should be tried again; one that
// breaks within an answer of 200 has delivered, and must not deliver twice.
func TestBrokenConnections(t *testing.T) {
	var n atomic.Int32
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", protobufType)
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte{0x0a})
	})
	f := forwardTo(t, b.URL, nil)
	f.Offer("traces", []byte("spans"))
	s := until(t, f, func(s Stats) bool { return s.Queued == 0 })
	require.Equal(t, 1, s.Sent)
	require.Empty(t, s.Losses)
	require.Equal(t, 2, b.timesAsked())
	require.Equal(t, "it broke the connection off without an answer", s.LastError)
	require.WithinDuration(t, time.Now(), s.LastAt, time.Minute)
}

// One signal that a backend does not take should hold up no other.
func TestSignalsApart(t *testing.T) {
	b := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/metrics" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	f := forwardTo(t, b.URL, nil)
	f.Offer("metrics", []byte("points"))
	for range 50 {
		f.Offer("traces", []byte("spans"))
	}
	s := until(t, f, func(s Stats) bool { return s.Sent == 50 && s.Trouble != "" })
	require.Equal(t, 1, s.Queued)
	require.Equal(t, "it answered 503 Service Unavailable", s.Trouble)
	require.False(t, s.Answers)
}

// Of answers that differ every time, only the first few should be told apart.
func TestEndlessReasons(t *testing.T) {
	var n atomic.Int32
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, fmt.Sprint("number ", n.Add(1)), http.StatusBadRequest)
	})
	f := forwardTo(t, b.URL, nil)
	for range 100 {
		f.Offer("logs", []byte("records"))
	}
	s := until(t, f, func(s Stats) bool { return s.Dropped == 100 })
	require.Len(t, s.Losses, mostLosses+1)
	require.Equal(t, "80 requests of traces, metrics or logs dropped: of other reasons", s.Losses[mostLosses].String())
}

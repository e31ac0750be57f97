package failuremodes_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// payments is a payment API without spans of its own. Safe for concurrent use.
type payments struct {
	url   string
	fails atomic.Bool
	takes atomic.Int64 // a time.Duration
	asked atomic.Int64 // requests so far
	left  atomic.Int64 // those whose caller did not wait for the answer
	stall atomic.Bool  // it begins to answer, and does not go on

	mu    sync.Mutex
	spans map[string]bool // that have called: their ids, as traceparent has them
}

// callers returns the ids of the spans that have called so far.
func (p *payments) callers() map[string]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.spans)
}

func newPayments(t *testing.T) *payments {
	p := &payments{}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	t.Cleanup(srv.CloseClientConnections) // also those that the learner's code keeps open
	p.url = srv.URL
	return p
}

// take sets how long an answer takes, also to those who are waiting already.
func (p *payments) take(d time.Duration) { p.takes.Store(int64(d)) }

func (p *payments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if parts := strings.Split(r.Header.Get("traceparent"), "-"); len(parts) == 4 {
		p.mu.Lock()
		if p.spans == nil {
			p.spans = make(map[string]bool)
		}
		p.spans[parts[2]] = true
		p.mu.Unlock()
	}
	p.asked.Add(1)
	if p.stall.Load() {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush() // the caller has gone: nobody is left to tell
		<-r.Context().Done()
		p.left.Add(1)
		return
	}
	for start := time.Now(); time.Since(start) < time.Duration(p.takes.Load()); {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-r.Context().Done():
			p.left.Add(1)
			return
		}
	}
	if p.fails.Load() {
		http.Error(w, "out of order", http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, `{"order_id":42,"state":"paid"}`) // the caller has gone: nobody is left to tell
}

package failuremodes_test

import (
	"io"
	"net/http"
	"net/http/httptest"
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
	p.asked.Add(1)
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

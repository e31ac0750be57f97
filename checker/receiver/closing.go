package receiver

import (
	"net/http/httptest"
	"testing"
)

// NewClosing starts a receiver that ends each connection with its answer: a
// client in a bubble of fake time has nothing left to wait for then.
func NewClosing(t testing.TB) *Receiver {
	r := &Receiver{}
	srv := httptest.NewUnstartedServer(r)
	srv.Config.SetKeepAlivesEnabled(false)
	srv.Start()
	r.start(t, srv)
	return r
}

// Count returns how many measurements a histogram, of either kind, had when it
// was last told, all series together.
func (r *Receiver) Count(name string) (n uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.metrics[name].GetHistogram().GetDataPoints() {
		n += p.GetCount()
	}
	for _, p := range r.metrics[name].GetExponentialHistogram().GetDataPoints() {
		n += p.GetCount()
	}
	return n
}

package receiver

import (
	"net/http"
	"time"
)

// A Trouble is what a collector does instead of its work.
type Trouble struct {
	Code  int    // answers with this status, as 503; 0: it has no such trouble
	Says  string // and with this text
	Hangs bool   // never answers

	Takes time.Duration // accepts what it is sent after this time, if the sender still waits
}

// Be puts the receiver in trouble, or, with the zero Trouble, out of it.
func (r *Receiver) Be(t Trouble) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble = t
}

// inTrouble reports whether the request has been dealt with.
func (r *Receiver) inTrouble(w http.ResponseWriter, req *http.Request) bool {
	r.mu.Lock()
	trouble := r.trouble
	r.mu.Unlock()
	if trouble.Takes > 0 {
		select {
		case <-time.After(trouble.Takes):
		case <-req.Context().Done():
			return true
		}
	}
	switch {
	case trouble.Hangs:
		select {
		case <-req.Context().Done():
		case <-r.over:
		}
	case trouble.Code != 0:
		http.Error(w, trouble.Says, trouble.Code)
	default:
		return false
	}
	return true
}

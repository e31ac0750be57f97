package receiver

import (
	"net/http"
	"slices"
	"time"
)

// A Trouble is what a collector does instead of its work.
type Trouble struct {
	Code  int    // answers with this status, as 503; 0: it has no such trouble
	Says  string // and with this text
	Hangs bool   // never answers

	// Takes is how long the next request of each signal waits until it is
	// accepted, if the sender still does. Those after it are taken at once: a
	// sender that sends one span at a time has hundreds of them.
	Takes time.Duration
}

// Be puts the receiver in trouble, or, with the zero Trouble, out of it.
func (r *Receiver) Be(t Trouble) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble = t
	r.taken = nil
}

// inTrouble reports whether the request has been dealt with.
func (r *Receiver) inTrouble(w http.ResponseWriter, req *http.Request) bool {
	r.mu.Lock()
	trouble := r.trouble
	next := trouble.Takes > 0 && !slices.Contains(r.taken, req.URL.Path)
	if next {
		r.taken = append(r.taken, req.URL.Path)
	}
	r.mu.Unlock()
	if next {
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

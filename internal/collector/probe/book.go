package probe

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
)

const (
	maxNonces = 1000 // remembered; the oldest goes first
	maxNonce  = 128  // bytes; a longer one is none of ours
)

// A Book remembers which signals arrived under which nonce: the last thousand
// nonces, in the order of their first signal. It is an [http.Handler] for
// [Path] and everything below it. The zero Book is empty and ready; all its
// methods may be called concurrently.
type Book struct {
	mu    sync.Mutex
	id    string // "" until somebody asks
	seen  map[string]Signals
	order []string // nonces as they came; once full, a ring that starts at next
	next  int
}

// Note remembers that signal s arrived under nonce. An empty nonce, and one of
// more than 128 bytes, is ignored.
func (b *Book) Note(nonce string, s Signal) {
	if nonce == "" || len(nonce) > maxNonce {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	got, known := b.seen[nonce]
	if !known {
		b.add(nonce)
	}
	switch s {
	case Traces:
		got.Traces = true
	case Metrics:
		got.Metrics = true
	}
	b.seen[nonce] = got
}

// add makes room for a new nonce. The caller holds the lock.
func (b *Book) add(nonce string) {
	if b.seen == nil {
		b.seen = make(map[string]Signals)
	}
	if len(b.order) < maxNonces {
		b.order = append(b.order, nonce)
		return
	}
	delete(b.seen, b.order[b.next])
	b.order[b.next] = nonce
	b.next = (b.next + 1) % maxNonces
}

// Seen returns the signals that arrived under nonce; none for an unknown one.
func (b *Book) Seen(nonce string) Signals {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen[nonce]
}

// identity tells this book from every other one.
func (b *Book) identity() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.id == "" {
		b.id = rand.Text()
	}
	return b.id
}

// ServeHTTP answers the two requests of the protocol.
func (b *Book) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET is answered here", http.StatusMethodNotAllowed)
		return
	}
	var answer any
	if nonce, ok := strings.CutPrefix(r.URL.Path, SeenPath); ok && nonce != "" {
		answer = b.Seen(nonce)
	} else if r.URL.Path == Path {
		answer = identity{Name, b.identity()}
	} else {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(answer) // the reader may be gone: nobody is left to tell
}

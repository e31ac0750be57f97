package collector

import (
	"fmt"
	"net/http"
	"slices"
)

// mostRefusals is how many different ones are kept: the first tell enough.
const mostRefusals = 20

// Refusals returns what was not accepted and why, a sentence each: the oldest
// first, none twice, the first twenty.
func (s *Store) Refusals() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refusals)
}

// keepRefusal keeps one that is new. The caller holds mu.
func (s *Store) keepRefusal(text string) {
	if len(s.refusals) < mostRefusals && !slices.Contains(s.refusals, text) {
		s.refusals = append(s.refusals, text)
	}
}

const onlyLocal = "only programs and pages of this machine may send here: the Host and Origin headers have to name localhost or 127.0.0.1"

// notLocal counts a request that does not mean this machine, or comes from a
// page of another site. What it says of itself is the sender's own.
func (s *Store) notLocal(req *http.Request) {
	who := fmt.Sprintf("the Host %q", clip(req.Host))
	if origin := req.Header.Get("Origin"); origin != "" {
		who += fmt.Sprintf(" and the Origin %q", clip(origin))
	}
	s.mu.Lock()
	s.counts.NotLocal++
	before := len(s.refusals)
	s.keepRefusal("a request with " + who + ": " + onlyLocal)
	isNew := len(s.refusals) > before
	s.mu.Unlock()
	if isNew { // a page that goes on trying wakes nobody
		s.changed(func(*Stats) {})
	}
}

// clip shortens what a sender says of itself.
func clip(text string) string {
	const most = 60
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

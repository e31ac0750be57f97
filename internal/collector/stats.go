package collector

import "strings"

// Stats tell what a store received since it was made, and what it holds.
// Probes are not counted.
type Stats struct {
	Requests   int // accepted
	Spans      int // accepted, whether or not they are still held
	DataPoints int
	LogRecords int // none is kept

	Traces      int // held
	TraceBytes  int // approximate
	Streams     int // held, of metrics
	MetricBytes int // approximate
	Refused     int // requests: malformed, too large, to a path that does not exist …
	LastRefusal string
	NotLocal    int // requests refused because their Host or Origin is foreign

	RejectedSpans  int // without a trace id or a span id
	DroppedSpans   int // beyond what one trace may have
	EvictedTraces  int // to make room for newer ones
	EvictedStreams int // to make room for others
	DroppedPoints  int // too large to keep
}

// Stats returns the counts of this moment.
func (s *Store) Stats() Stats {
	s.mu.Lock()
	out := s.counts
	s.mu.Unlock()

	t := s.traces
	t.mu.Lock()
	out.Traces, out.TraceBytes = len(t.byID), t.bytes
	out.EvictedTraces, out.DroppedSpans = t.evicted, t.dropped
	t.mu.Unlock()

	m := s.metrics
	m.mu.Lock()
	out.Streams, out.MetricBytes = len(m.streams), m.bytes
	out.EvictedStreams, out.DroppedPoints = m.evicted, m.dropped
	m.mu.Unlock()
	return out
}

// refused counts a request that was not accepted, and keeps why.
func (s *Store) refused(what string, why *refusal) {
	const most = 400 // what a sender writes into its path must not fill the screen
	text := what + ": " + why.message
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	s.changed(func(c *Stats) {
		c.Refused++
		c.LastRefusal = text
		s.keepRefusal(text) // changed holds mu
	})
}

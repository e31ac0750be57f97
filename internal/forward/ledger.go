package forward

import "time"

// Why requests are dropped by the forwarder itself.
const (
	whyFull  = "the queue was full"
	whyEnded = "the workshop ended before they could be sent"
	whyLoop  = "they had come back through a loop of forwarders"
)

// A Loss is telemetry that the backend does not have.
type Loss struct {
	Signal   string // "traces", "metrics", "logs"; "" for several
	Why      string // a clause: "it answered 404 Not Found"
	Requests int    // dropped whole
	Items    int    // spans, data points or log records that the backend rejected out of requests that it took
}

// Stats tell what has become of what was offered.
type Stats struct {
	Endpoint string

	Sent    int // requests that the backend took
	Dropped int // requests, whatever the reason
	Queued  int // requests that wait or are being sent
	Bytes   int // of those

	Losses    []Loss // by signal and reason, in the order in which they first came up
	Trouble   string // why requests wait to be tried again, as a clause; "" when none does
	Answers   bool   // the last try was answered, and not with "later"
	LastError string // of the last try that failed, for good or not; "" when none has
	LastAt    time.Time
}

// mostLosses is how many different ones are told apart: what a backend answers
// must not fill memory.
const mostLosses = 20

// A ledger counts. Its owner guards it.
type ledger struct {
	sent, dropped int
	losses        []Loss
	answers       bool
	lastError     string
	lastAt        time.Time
}

// drop counts a request that was not sent.
func (g *ledger) drop(it *item, why string) {
	g.dropped++
	g.loss(it.signal, why).Requests++
}

// note counts a try.
func (g *ledger) note(it *item, out outcome) {
	g.answers = out.answered
	if out.why != "" {
		g.lastError, g.lastAt = out.why, time.Now()
	}
	switch {
	case out.again:
	case !out.taken:
		g.drop(it, out.why)
	default:
		g.sent++
		if out.why != "" { // a partial success
			g.loss(it.signal, out.why).Items += out.rejected
		}
	}
}

// loss returns the entry of a reason.
func (g *ledger) loss(signal, why string) *Loss {
	for i := range g.losses {
		if l := &g.losses[i]; l.Signal == signal && l.Why == why {
			return l
		}
	}
	if len(g.losses) >= mostLosses {
		const others = "of other reasons"
		if last := &g.losses[len(g.losses)-1]; last.Why == others {
			return last
		}
		signal, why = "", others
	}
	g.losses = append(g.losses, Loss{Signal: signal, Why: why})
	return &g.losses[len(g.losses)-1]
}

// Stats returns the counts of this moment. They belong to the caller.
func (f *Forwarder) Stats() Stats {
	q := f.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	g := &q.ledger
	s := Stats{
		Endpoint: f.Endpoint(),
		Sent:     g.sent, Dropped: g.dropped, Queued: q.all.items, Bytes: q.all.bytes,
		Losses:  append([]Loss(nil), g.losses...),
		Answers: g.answers, LastError: g.lastError, LastAt: g.lastAt,
	}
	for _, l := range q.lines {
		if l.trouble != "" {
			s.Trouble = l.trouble
			s.Answers = false
			break
		}
	}
	return s
}

package web

import (
	"fmt"
	"net/http"
	"time"
)

// A topic is something that a browser is told to look at again: at once, but
// not more often than every so often.
type topic struct {
	name  string
	every time.Duration
	due   bool
	last  time.Time
}

// heartbeat keeps the connection alive, and tells us when the browser has gone.
const heartbeat = 15 * time.Second

// events tells a browser what has changed, by name: it asks for what it shows
// of that. Everything counts as changed at the beginning, so that one that
// comes back misses nothing.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // that of a request; this one does not end
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")

	deskChanged, cancel := s.desk.Subscribe()
	defer cancel()
	serviceChanged, cancel := s.desk.Counter().Subscribe()
	defer cancel()
	arrived, cancel := s.desk.Collector().Store().Subscribe()
	defer cancel()
	forwarded, cancel := s.forwarded()
	defer cancel()
	sampled, cancel := s.sampled.Subscribe()
	defer cancel()
	performed, cancel := s.stage.bell.Subscribe()
	defer cancel()

	var roomChanged <-chan struct{}
	if s.room != nil {
		roomChanged, cancel = s.room.Subscribe()
		defer cancel()
	}

	grading := &topic{name: "grading", every: 200 * time.Millisecond, due: true}
	verdict := &topic{name: "verdict", due: true}
	service := &topic{name: "service", every: 150 * time.Millisecond, due: true}
	traces := &topic{name: "traces", every: 300 * time.Millisecond, due: true}
	measured := &topic{name: "metrics", every: time.Second, due: true}
	shown := &topic{name: "demo", every: 200 * time.Millisecond, due: true}
	now := &topic{name: "room", every: time.Second, due: s.room != nil}
	grid := &topic{name: "people", due: s.room != nil}
	topics := []*topic{verdict, grading, service, traces, measured, shown, now, grid}
	seen := s.version()
	forwarding := s.forwardState()

	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		wait := time.Duration(-1)
		grid.every = time.Second + time.Duration(s.joined.Load())*perRow
		for _, t := range topics {
			if !t.due {
				continue
			}
			if left := t.every - time.Since(t.last); left > 0 {
				if wait < 0 || left < wait {
					wait = left
				}
				continue
			}
			t.due, t.last = false, time.Now()
			if _, err := fmt.Fprintf(w, "event: %s\ndata: \n\n", t.name); err != nil {
				return
			}
		}
		if out.Flush() != nil {
			return
		}
		var later <-chan time.Time
		if wait >= 0 {
			later = time.After(wait)
		}
		select {
		case <-r.Context().Done():
			return
		case <-deskChanged:
			grading.due = true
			if now := s.version(); now != seen {
				seen, verdict.due = now, true
			}
		case <-serviceChanged:
			service.due = true
		case <-arrived:
			traces.due = true
		case <-forwarded:
			traces.due = true
			if now := s.forwardState(); now != forwarding {
				forwarding, grading.due = now, true
			}
		case <-sampled:
			measured.due = true
		case <-performed:
			shown.due = true
		case <-roomChanged:
			now.due, grid.due = true, true
		case <-later:
		case <-beat.C:
			now.due, grid.due = s.room != nil, s.room != nil // how long people stand somewhere grows by itself
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil {
				return
			}
		}
	}
}

// version changes whenever there is another verdict to look at.
func (s *Server) version() string {
	d := s.desk.State()
	return fmt.Sprint(d.At.Step, d.At.ID, d.Runs, d.Notice)
}

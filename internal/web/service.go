package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"
)

// What requests to the service are bounded by.
const (
	burst      = 20 // requests of a burst, so many at a time:
	burstWidth = 4
	hangUps    = 5
	patience   = 100 * time.Millisecond // of somebody who hangs up
	mostBusy   = 100                    // requests under way; more are refused
)

// source returns whose service a form names; the page offers no other.
func (s *Server) source(r *http.Request) (shop.Source, error) {
	name := r.PostFormValue("source")
	if name == "" {
		if sv := s.desk.Counter().Service(); sv.Source.Step != "" {
			return sv.Source, nil
		}
		return s.sourceAtHand(), nil
	}
	for _, step := range s.desk.Session().Steps {
		for _, solution := range []bool{false, true} {
			if one := (shop.Source{Step: step.Name, Solution: solution}); one.String() == name {
				return one, nil
			}
		}
	}
	return shop.Source{}, fmt.Errorf("there is no service %q: reload the page", name)
}

// sourceAtHand is the learner's service of the step at hand; where they write
// tests, it is the one that those are about.
func (s *Server) sourceAtHand() shop.Source {
	if step := s.desk.At().Step; !variant.IsTests(step) {
		return shop.Source{Step: step}
	}
	return shop.Source{Step: "03-db-metrics", Solution: true}
}

// background does something that takes n requests to the service, unless too
// many are under way. The page is told how it went by events.
func (s *Server) background(n int, do func(ctx context.Context)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if s.busy+n > mostBusy {
		return fmt.Errorf("%d requests are under way: wait for their answers", s.busy)
	}
	s.busy += n
	s.running.Go(func() {
		do(s.ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.busy -= n
	})
	return nil
}

// act answers a form that does something to the service.
func (s *Server) act(w http.ResponseWriter, r *http.Request, n int, do func(context.Context, shop.Source)) {
	source, err := s.source(r)
	if err == nil {
		err = s.background(n, func(ctx context.Context) { do(ctx, source) })
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	done(w, r, "/live")
}

func (s *Server) start(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, 0, func(ctx context.Context, source shop.Source) {
		_ = s.desk.Counter().Start(ctx, source) // the counter keeps why it does not run
	})
}

func (s *Server) stop(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, 0, func(ctx context.Context, _ shop.Source) { s.desk.Counter().Stop(ctx) })
}

// send sends requests: one, a burst, or some of which nobody awaits the answer.
func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	counter := s.desk.Counter()
	switch r.URL.Query().Get("kind") {
	case "burst":
		s.act(w, r, burst, func(ctx context.Context, source shop.Source) {
			each(burst, burstWidth, func() { counter.Get(ctx, source) })
		})
	case "hangup":
		s.act(w, r, hangUps, func(ctx context.Context, source shop.Source) {
			each(hangUps, hangUps, func() { counter.HangUp(ctx, source, patience) })
		})
	default:
		s.act(w, r, 1, func(ctx context.Context, source shop.Source) { counter.Get(ctx, source) })
	}
}

// each calls f n times, so many at a time.
func each(n, atOnce int, f func()) {
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			f()
		})
	}
	all.Wait()
}

// fault brings about what is wrong, or ends it.
func (s *Server) fault(w http.ResponseWriter, r *http.Request) {
	name, on := r.URL.Query().Get("name"), r.URL.Query().Get("on") == "true"
	f, err := shop.FindFault(name)
	if err == nil {
		err = s.desk.Counter().Set(f, on)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	done(w, r, "/live")
}

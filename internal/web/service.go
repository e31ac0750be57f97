package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/waterfall"
)

// A controlsView is what there is to do to the service, and what it has
// answered.
type controlsView struct {
	Sources  []sourceView
	Running  bool
	State    string // in a few words
	Class    string
	URL      string
	Notices  []string
	Busy     bool
	Broken   string // the compiler's messages
	Trouble  string
	Faults   []faultView
	NoWorld  bool // nothing stands around the service that could fail
	Answers  []answerView
	Pending  string // a request that was answered and whose spans have not come
	Printed  []string
	Question string // what the button of the story asks
}

type (
	sourceView struct {
		Value, Text string
		Chosen      bool
	}
	faultView struct {
		Name, Text, Says, Key string
		On                    bool
	}
	answerView struct {
		Text, Took, Trace, Short string
		Class                    string
		Arrived                  bool // its trace is here
	}
)

// What requests to the service are bounded by.
const (
	burst      = 20 // requests of a burst, so many at a time:
	burstWidth = 4
	hangUps    = 5
	patience   = 100 * time.Millisecond // of somebody who hangs up
	mostBusy   = 100                    // requests under way; more are refused
	answers    = 6                      // that are shown
	arriving   = 12 * time.Second       // after so long, telemetry won't come any more
)

func (s *Server) servicePart(w http.ResponseWriter, _ *http.Request) {
	s.draw(w, "controls", s.service())
}

func (s *Server) service() controlsView {
	sv := s.desk.Counter().Service()
	v := controlsView{Running: sv.Running, URL: sv.URL, Busy: sv.Busy != "", Notices: sv.Notices, Printed: sv.Output}
	v.Printed = v.Printed[max(0, len(v.Printed)-12):]
	source := sv.Source
	if source.Step == "" {
		source = shop.Source{Step: s.desk.At().Step}
	}
	for _, step := range s.desk.Session().Steps {
		for _, solution := range []bool{false, true} {
			one := shop.Source{Step: step.Name, Solution: solution}
			text := "step " + step.Name[:2] + " · yours"
			if solution {
				text = "step " + step.Name[:2] + " · the solution"
			}
			v.Sources = append(v.Sources, sourceView{one.String(), text, one == source})
		}
	}
	switch {
	case sv.Busy == "building":
		v.State, v.Class = "building "+sv.Source.String()+" …", "busy"
	case sv.Busy != "":
		v.State, v.Class = sv.Busy+" …", "busy"
	case sv.Running && sv.Stale:
		v.State, v.Class = sv.Source.String()+" runs, from before your last save: the next request builds it anew", "on"
	case sv.Running:
		v.State, v.Class = sv.Source.String()+" runs", "on"
	default:
		v.State, v.Class = "not running: a request starts it", "off"
	}
	var broken *shop.BuildError
	switch {
	case errors.As(sv.Trouble, &broken):
		v.Broken = printable.Text(broken.Messages)
	case sv.Trouble != nil:
		v.Trouble = printable.Text(sv.Trouble.Error())
	}
	v.faults(sv, s.desk.Collector().Down())
	s.answers(&v)
	return v
}

// words are what the buttons of the faults say.
var words = map[shop.Fault]string{
	shop.SlowDatabase: "slow database", shop.DatabaseDown: "database gone",
	shop.SlowPayment: "slow payment", shop.PaymentFails: "payment 500",
	shop.PaymentHangs: "payment hangs", shop.PaymentDown: "payment gone",
}

// collectorDown is the one fault that is not around the service, but behind it.
const collectorDown = "collector-down"

func (v *controlsView) faults(sv desk.Service, collectorIsDown bool) {
	on := map[shop.Fault]bool{}
	for _, f := range sv.Faults {
		on[f] = true
	}
	for _, f := range shop.Faults() {
		v.Faults = append(v.Faults, faultView{string(f), words[f], f.String(), "", on[f]})
	}
	v.Faults = append(v.Faults, faultView{collectorDown, "collector down", "nobody receives what the service sends", "", collectorIsDown})
	for i := range v.Faults {
		v.Faults[i].Key = fmt.Sprint((i + 4) % 10) // 1 to 3 are the views
	}
	v.NoWorld = !sv.Running || sv.Source.StandsAlone()
}

// answers fills in what the latest requests have brought.
func (s *Server) answers(v *controlsView) {
	store := s.desk.Collector().Store()
	for i, o := range s.desk.Counter().Orders() {
		if i == answers {
			break
		}
		a := answerView{Took: waterfall.FormatDuration(o.Response.Took), Class: "ok", Trace: o.Response.TraceID}
		if len(a.Trace) >= 8 {
			a.Short = a.Trace[:8]
		}
		a.Arrived = store.Trace(a.Trace) != nil
		switch {
		case o.HungUp:
			a.Class, a.Text = "gone", "hung up before there was an answer"
		case o.Err != nil:
			a.Class, a.Text, a.Took = "bad", printable.Text(o.Err.Error()), ""
		default:
			line, _, _ := strings.Cut(strings.TrimSpace(o.Response.Body), "\n")
			a.Text = fmt.Sprintf("%d %s", o.Response.Status, printable.Text(cut(line, 120)))
			if o.Response.Status >= 500 {
				a.Class = "bad"
			}
		}
		if i == 0 && o.Err == nil && !a.Arrived && time.Since(o.End) < arriving {
			v.Pending = "Answered. The service exports its spans within five seconds …"
		}
		v.Answers = append(v.Answers, a)
	}
	v.Question = "Where is my order?"
}

func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// source returns whose service a form names; the page offers no other.
func (s *Server) source(r *http.Request) (shop.Source, error) {
	name := r.PostFormValue("source")
	if name == "" {
		if sv := s.desk.Counter().Service(); sv.Source.Step != "" {
			return sv.Source, nil
		}
		return shop.Source{Step: s.desk.At().Step}, nil
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
	if name == collectorDown {
		s.desk.Collector().SetDown(on)
		s.desk.Counter().Ring()
		done(w, r, "/live")
		return
	}
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

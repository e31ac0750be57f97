package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"otel.workshop/internal/desk"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"
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
		Always                bool // also without a service
	}
	answerView struct {
		Text, Took, Trace, Short string
		Class                    string
		Arrived                  bool // its trace is here
	}
)

const (
	answers  = 6                // that are shown
	arriving = 12 * time.Second // after so long, telemetry won't come any more
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
		source = s.sourceAtHand()
	}
	for _, step := range s.desk.Session().Steps {
		if variant.IsTests(step.Name) {
			continue
		}
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
	v.faults(sv)
	s.answers(&v)
	return v
}

// words are what the buttons of the faults say.
var words = map[shop.Fault]string{
	shop.SlowDatabase: "slow database", shop.DatabaseDown: "database gone", shop.DatabaseGarbled: "database garbled",
	shop.SlowPayment: "slow payment", shop.PaymentFails: "payment 500",
	shop.PaymentHangs: "payment hangs", shop.PaymentDown: "payment gone",
	shop.CollectorHangs: "collector hangs", shop.CollectorDown: "collector down",
}

// faultKeys are the keys of the buttons, in their order: 1 to 3 are the views.
const faultKeys = "4567890-="

func (v *controlsView) faults(sv desk.Service) {
	for i, f := range shop.Faults() {
		v.Faults = append(v.Faults, faultView{
			Name: string(f), Text: words[f], Says: f.String(), Key: faultKeys[i : i+1],
			On: slices.Contains(sv.Faults, f), Always: f.OfCollector(),
		})
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

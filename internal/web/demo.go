package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"otel.workshop/internal/demo"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/shop"
	"otel.workshop/internal/variant"
	"otel.workshop/internal/waterfall"
)

// A demoView is a mistake on the stage, next to the right answer.
type demoView struct {
	Name     string
	Scenario string // what happens to both, in a sentence
	Busy     string // which mistake is being shown; "" for none
	Doing    string
	Error    string
	Took     string
	Point    *figureView
	Figures  []figureView
	Folded   []figureView // more that differ
	Sides    []sideView
	Done     bool

	Window   string // what the traces of both sides are drawn against; "" where only one has any
	OwnScale bool   // each is drawn against its own length instead
}

type figureView struct {
	Label, Broken, Right string
	Differs              bool
}

type sideView struct {
	Name, Class, Request string
	Nothing              bool // of its request has arrived
	Traces               []traceView
	Printed              []string
}

// quoted is how many lines are shown of what one side alone has printed.
const quoted = 3

func (s *Server) demoPart(w http.ResponseWriter, r *http.Request) {
	if v, ok := s.named(w, r); ok {
		s.draw(w, "demo", s.demo(v, ownScale(r)))
	}
}

// ownScale reports whether a request asks for waterfalls on a time scale each,
// instead of one for both sides.
func ownScale(r *http.Request) bool { return r.FormValue("scale") == "own" }

// named returns the mistake that a request names, or answers why not.
func (s *Server) named(w http.ResponseWriter, r *http.Request) (variant.Variant, bool) {
	variants, ok := s.variants(w)
	if !ok {
		return variant.Variant{}, false
	}
	return find(w, r, variants)
}

// runDemo shows a mistake, unless another one is on the stage.
func (s *Server) runDemo(w http.ResponseWriter, r *http.Request) {
	v, ok := s.named(w, r)
	if !ok {
		return
	}
	err := s.stage.begin(v.Name)
	if err == nil {
		err = s.background(0, func(ctx context.Context) { s.perform(ctx, v) })
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	done(w, r, "/mistakes/"+v.Name)
}

func (s *Server) demo(v variant.Variant, ownScale bool) demoView {
	view := demoView{Name: v.Name, OwnScale: ownScale}
	if sc, err := demo.ScenarioOf(v); err == nil {
		view.Scenario = sc.Tell(shop.Source{Variant: &v})
	}
	running, doing, past, ok := s.stage.look(v.Name)
	view.Busy = running
	if running == v.Name {
		view.Doing = printable.Text(doing)
	}
	switch {
	case !ok:
	case past.err != nil:
		view.Error = printable.Text(past.err.Error())
	default:
		s.told(&view, past.result)
	}
	return view
}

// told fills in what a demo has shown.
func (s *Server) told(view *demoView, r demo.Result) {
	view.Done, view.Took = true, waterfall.FormatDuration(r.Took)
	figure := func(f demo.Figure) figureView {
		return figureView{printable.Text(f.Label), printable.Text(f.Broken), printable.Text(f.Right), f.Differs}
	}
	if f, ok := r.Point(); ok {
		point := figure(f)
		view.Point = &point
	}
	shown, folded := demo.Fold(r.Figures)
	for _, f := range shown {
		view.Figures = append(view.Figures, figure(f))
	}
	for _, f := range folded {
		view.Folded = append(view.Folded, figure(f))
	}
	if r.Broken.Drawn.Received > 0 && r.Right.Drawn.Received > 0 {
		view.Window = waterfall.FormatDuration(r.Window())
	}
	printed := false
	if f, ok := r.Figure(demo.Printed); ok {
		printed = f.Differs
	}
	for _, side := range []struct{ one, other demo.Side }{{r.Broken, r.Right}, {r.Right, r.Broken}} {
		window := r.Window()
		if view.OwnScale {
			window = 0
		}
		sv := s.side(r.Variant.Name, side.one, window)
		if printed {
			lines := side.one.Alone(side.other)
			for _, l := range lines[max(0, len(lines)-quoted):] {
				sv.Printed = append(sv.Printed, printable.Text(l))
			}
		}
		view.Sides = append(view.Sides, sv)
	}
}

// side draws one side, its traces in windows of that length at least.
func (s *Server) side(name string, side demo.Side, window time.Duration) sideView {
	q := side.Drawn.Request
	v := sideView{Name: side.Name, Class: "fail", Nothing: side.Drawn.Received == 0}
	if side.Name == "right" {
		v.Class = "pass"
	}
	switch {
	case q.HungUp:
		v.Request = fmt.Sprintf("GET %s: its caller hung up after %s", q.Path, waterfall.FormatDuration(q.Took))
	case q.Status == 0:
		v.Request = fmt.Sprintf("GET %s: not answered", q.Path)
	default:
		v.Request = fmt.Sprintf("GET %s: %d in %s", q.Path, q.Status, waterfall.FormatDuration(q.Took))
	}
	if !v.Nothing {
		for _, t := range side.Drawn.Traces {
			tv := s.trace(t.Within(window), "demo/"+name+"/"+side.Name)
			for i := range tv.Rows { // both sides are on one page
				tv.Rows[i].ID = side.Name + "-" + tv.Rows[i].ID
			}
			v.Traces = append(v.Traces, tv)
		}
	}
	return v
}

// demoSpans returns the spans that a side has drawn.
func (s *Server) demoSpans(name, side string) []waterfall.Span {
	_, _, past, ok := s.stage.look(name)
	if !ok || past.err != nil {
		return nil
	}
	drawn := past.result.Broken.Drawn
	if side == past.result.Right.Name {
		drawn = past.result.Right.Drawn
	}
	var spans []waterfall.Span
	for _, t := range drawn.Traces {
		for _, r := range t.Rows {
			spans = append(spans, r.Span)
		}
	}
	return spans
}

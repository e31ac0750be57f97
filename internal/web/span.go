package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/lesson"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/waterfall"
)

// A spanView is all that is known of a span.
type spanView struct {
	Name   string
	Facts  []fact
	Groups []group
}

type (
	fact  struct{ Key, Value string }
	group struct {
		Title string
		Note  string
		Facts []fact
	}
)

// spanPart answers with the details of one span. "of" says whose telemetry it
// is in: "live", the collector's; "check/STEP/ID", what a check saw; "right/STEP/ID", what
// the solution told beside a mistake; "example/STEP/ID", what it
// saw of the solution; "demo/NAME/SIDE"; "story/N".
func (s *Server) spanPart(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	nth, _ := strconv.Atoi(q.Get("nth")) // of those with the same id; the first when it is not said
	for _, span := range s.spansOf(q.Get("of"), q.Get("trace")) {
		if span.TraceID != q.Get("trace") || span.SpanID != q.Get("span") {
			continue
		}
		if nth--; nth <= 0 {
			s.draw(w, "span", detail(span))
			return
		}
	}
	http.Error(w, "this span is not there any more: newer telemetry has taken its place", http.StatusNotFound)
}

// spansOf returns the spans among which one is to be found.
func (s *Server) spansOf(of, trace string) []waterfall.Span {
	kind, rest, _ := strings.Cut(of, "/")
	switch kind {
	case "live":
		return s.liveSpans(trace)
	case "check", "right":
		for _, res := range s.desk.State().Report.Results {
			if res.Check.FullID() == rest {
				otlp := res.Traces
				if kind == "right" {
					otlp = res.Right.Traces
				}
				spans, _ := collector.SpansFromJSON(otlp) // it was drawn before
				return inOrder(spans)
			}
		}
	case "example":
		if _, c, err := lesson.Find(s.desk.Session().Steps, rest); err == nil && c != nil {
			res, _ := s.examples.get(*c)
			spans, _ := collector.SpansFromJSON(res.Traces)
			return inOrder(spans)
		}
	case "demo":
		name, side, _ := strings.Cut(rest, "/")
		return s.demoSpans(name, side)
	case "story":
		if n, err := strconv.Atoi(rest); s.story && err == nil && n >= 0 && n < len(stories) {
			return inOrder(stories[n].spans())
		}
	}
	return nil
}

// inOrder returns spans in the order of their rows.
func inOrder(spans []waterfall.Span) []waterfall.Span {
	var ordered []waterfall.Span
	for _, t := range waterfall.Layout(spans) {
		for _, r := range t.Rows {
			ordered = append(ordered, r.Span)
		}
	}
	return ordered
}

func detail(sp waterfall.Span) spanView {
	v := spanView{Name: printable.Text(sp.Name)}
	add := func(key, value string) {
		if value != "" {
			v.Facts = append(v.Facts, fact{key, printable.Text(value)})
		}
	}
	status := "unset"
	if sp.OK {
		status = "ok"
	}
	if sp.Error {
		status = "✗ error"
		if sp.Status != "" {
			status += ": " + sp.Status
		}
	}
	add("status", status)
	add("kind", sp.Kind)
	add("service", sp.Service)
	add("scope", sp.Scope)
	add("took", waterfall.FormatDuration(sp.Duration()))
	if !sp.Start.IsZero() {
		add("started", sp.Start.Local().Format("15:04:05.000000"))
	}
	add("span id", sp.SpanID)
	if parent := strings.Trim(sp.ParentID, "0"); parent != "" {
		add("parent", sp.ParentID)
	}
	v.group("Attributes", "", sp.Attrs)
	for _, e := range sp.Events {
		v.group("Event: "+e.Name, sinceStart(sp, e.Time), e.Attrs)
	}
	v.group("Resource", "", sp.Resource)
	return v
}

func (v *spanView) group(title, note string, attrs []waterfall.Attr) {
	if len(attrs) == 0 && note == "" {
		return
	}
	g := group{Title: printable.Text(title), Note: note}
	for _, a := range attrs {
		g.Facts = append(g.Facts, fact{printable.Text(a.Key), printable.Text(a.Value)})
	}
	v.Groups = append(v.Groups, g)
}

// sinceStart says when an event happened.
func sinceStart(sp waterfall.Span, at time.Time) string {
	switch {
	case at.IsZero():
		return "at an unknown time"
	case at.Before(sp.Start):
		return waterfall.FormatDuration(sp.Start.Sub(at)) + " before the span's start"
	}
	return "after " + waterfall.FormatDuration(at.Sub(sp.Start))
}

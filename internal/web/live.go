package web

import (
	"encoding/hex"
	"net/http"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/printable"
	"otel.workshop/internal/waterfall"
)

// Live: the service and the button of the story, what is wrong around it, the
// traces and metrics that arrive.

type liveView struct {
	Service controlsView
	Traces  tracesView
	Metrics metricsView
}

func (s *Server) livePage(w http.ResponseWriter, r *http.Request) {
	s.show(w, "live-page", page{Title: "Live", View: "live", Body: liveView{s.service(), s.traces(chosen(r)), s.metrics()}})
}

func (s *Server) tracesPart(w http.ResponseWriter, r *http.Request) {
	s.draw(w, "traces", s.traces(chosen(r)))
}

// chosen returns the trace that is asked for, or "": what is no trace's id is
// never repeated in the page.
func chosen(r *http.Request) string {
	id := r.URL.Query().Get("trace")
	if b, err := hex.DecodeString(id); err != nil || len(b) != 16 {
		return ""
	}
	return id
}

// listed is how many traces the list shows.
const listed = 40

// A tracesView is the list of traces, and the waterfall of one.
type tracesView struct {
	Chosen string // the one that was asked for, or "" for the newest
	List   []traceLine
	More   int
	Trace  *traceView
	Gone   bool // the one that was asked for is not there any more
	Stats  collector.Stats

	Forward *forwardView // nil when nothing is forwarded
}

type traceLine struct {
	ID, Short, Root string
	Services        []serviceView
	Took, Began     string
	Spans           int
	Error, Partial  bool
	Current         bool
}

func (s *Server) traces(chosen string) tracesView {
	store := s.desk.Collector().Store()
	all := store.Traces()
	v := tracesView{Chosen: chosen, Stats: store.Stats(), More: max(0, len(all)-listed)}
	v.Forward = s.forwardView()
	v.Stats.LastRefusal = printable.Text(v.Stats.LastRefusal)
	current, callers := chosen, s.callers()
	if current == "" {
		current = newest(all, callers)
	}
	for _, t := range all[:min(len(all), listed)] {
		_, ours := callers[t.ID]
		line := traceLine{
			ID: t.ID, Short: t.ID[:8], Root: printable.Text(t.Root), Took: waterfall.FormatDuration(t.Duration),
			Spans: t.Spans, Error: t.Error, Partial: !t.Complete() && !ours, Current: t.ID == current,
		}
		if !t.Start.IsZero() {
			line.Began = t.Start.Local().Format("15:04:05")
		}
		for _, name := range t.Services {
			line.Services = append(line.Services, serviceView{printable.Text(name), s.palette.class(name)})
		}
		v.List = append(v.List, line)
	}
	if current != "" {
		if laid := waterfall.Layout(s.liveSpans(current)); len(laid) > 0 {
			t := s.trace(laid[0], "live")
			v.Trace = &t
		} else {
			v.Gone = true
		}
	}
	return v
}

// newest returns the id of the trace that a look at nothing in particular is
// for: the latest of a request from here, else the latest of all.
func newest(all []collector.TraceSummary, callers map[string]waterfall.Span) string {
	for _, t := range all[:min(len(all), listed)] {
		if _, ours := callers[t.ID]; ours {
			return t.ID
		}
	}
	if len(all) > 0 {
		return all[0].ID
	}
	return ""
}

// callers returns the requests that were sent from here, by trace.
func (s *Server) callers() map[string]waterfall.Span {
	spans := make(map[string]waterfall.Span)
	for _, o := range s.desk.Counter().Orders() {
		spans[o.Response.TraceID] = o.Caller()
	}
	return spans
}

// liveSpans returns a trace's spans, below the request that began it when that
// was sent from here: nobody exports it.
func (s *Server) liveSpans(id string) []waterfall.Span {
	spans := s.desk.Collector().Store().Trace(id)
	if caller, ours := s.callers()[id]; ours && len(spans) > 0 {
		spans = append(spans, caller)
	}
	return inOrder(spans)
}

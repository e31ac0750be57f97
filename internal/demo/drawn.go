package demo

import (
	"cmp"
	"slices"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/waterfall"
)

// Drawn is the one request that a side draws.
type Drawn struct {
	Request Request
	// Traces has the trace that its caller began, with the caller's own span in
	// it, which nobody exports; and after it those that nobody's request began
	// and that began while this one alone was being answered.
	Traces   []waterfall.Trace
	Received int // spans in Traces, without the caller's
}

// Window is how long the longest of the traces is of which something arrived on
// either side: drawn against it, all have one time scale.
func (r Result) Window() time.Duration {
	var longest time.Duration
	for _, side := range []Side{r.Broken, r.Right} {
		if side.Drawn.Received == 0 {
			continue // its caller's span is all there is
		}
		longest = max(longest, waterfall.Longest(side.Drawn.Traces))
	}
	return longest
}

// draw finds the request that is drawn, and its traces.
func draw(v view, c Callers, scenario Scenario) Drawn {
	var d Drawn
	act := slices.IndexFunc(scenario.Acts, func(a Act) bool { return a.Draw })
	for _, r := range c.Requests {
		if r.Act == act {
			d.Request = r // the last one
		}
	}
	spans := v.store.Trace(d.Request.TraceID)
	d.Received = len(spans)
	d.Traces = waterfall.Layout(append(spans, d.Request.span()))
	if scenario.Acts[act].Callers > 1 {
		return d // the clock can't tell whose the others are
	}
	for _, other := range v.strays(c, d.Request) {
		d.Received += len(other)
		d.Traces = append(d.Traces, waterfall.Layout(other)...)
	}
	return d
}

// strays returns the spans of the traces that nobody's request began, and that
// began while this one was being answered: the earliest first.
func (v view) strays(c Callers, r Request) [][]waterfall.Span {
	called := c.byTrace()
	var found []collector.TraceSummary
	for _, t := range v.traces() {
		if _, ok := called[t.ID]; !ok && !t.Start.Before(r.Start) && t.Start.Before(r.Start.Add(r.Took)) {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(a, b collector.TraceSummary) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
	})
	var all [][]waterfall.Span
	for _, t := range found {
		all = append(all, v.store.Trace(t.ID))
	}
	return all
}

// span is the request as its caller would have recorded it.
func (r Request) span() waterfall.Span {
	return waterfall.Span{
		TraceID: r.TraceID, SpanID: r.SpanID, Name: "GET " + r.Path, Kind: "client", Service: "caller",
		Start: r.Start, End: r.Start.Add(r.Took), Error: r.Status == 0 || r.Status >= 500,
	}
}

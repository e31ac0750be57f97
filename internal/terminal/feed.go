package terminal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"otel.workshop/internal/collector"
	"otel.workshop/internal/metrics"
	"otel.workshop/internal/waterfall"
)

const (
	settled  = 300 * time.Millisecond // without a new span, a complete trace is drawn
	patience = 6 * time.Second        // and one that lacks a root, or parents: another process may export them five seconds later
	maxNews  = 4                      // traces drawn at once; the others are counted
)

// A Feed turns what a collector receives into text: each trace once it seems
// complete, each metric series when its numbers have changed. It is for one
// goroutine.
type Feed struct {
	store  *collector.Store
	traces map[string]sighting
	series map[string]string // the numbers that were shown, by series
	told   bool              // what a percentile is
	held   time.Time         // since when metrics wait for a trace that they name; zero: none do

	callers map[string]waterfall.Span // by trace: see Caller
}

// A sighting is what was last known of a trace.
type sighting struct {
	spans   int
	changed time.Time
	shown   int // how many of its spans were drawn
}

// NewFeed makes a feed of what store receives from now on.
func NewFeed(store *collector.Store) *Feed {
	f := &Feed{store: store, traces: map[string]sighting{}, series: map[string]string{}, callers: map[string]waterfall.Span{}}
	for _, t := range store.Traces() {
		f.traces[t.ID] = sighting{spans: t.Spans, shown: t.Spans}
	}
	f.shown(f.changedMetrics())
	return f
}

// Caller draws span with a trace, when that arrives: the request as it was
// sent, which nobody exports.
func (f *Feed) Caller(trace string, span waterfall.Span) { f.callers[trace] = span }

// percentiles says what one is, the first time that one is shown.
const percentiles = "p50: half of the measurements took no longer; p99: all but one in a hundred. Both are read off a histogram's buckets, so they are a point somewhere between two of its boundaries: a guess (3.4)."

// News returns what has become ready to show since the last call. When
// everything is true nothing is waited for: there won't be more.
func (f *Feed) News(now time.Time, everything bool, look Look) []string {
	parts := f.newTraces(now, everything, look)
	if metrics := f.changedMetrics(); len(metrics) > 0 && (everything || !f.holds(metrics, now)) {
		f.shown(metrics)
		inner := Look{Width: look.Width - 4, Color: look.Color}
		text := Metrics(metrics, inner)
		parts = append(parts, indented(look.dim("metrics")+"\n"+indented(text, 2), 2))
		if strings.Contains(text, " p99 ") && !f.told {
			f.told = true
			parts = append(parts, look.dim(look.prose(percentiles, 4)))
		}
	}
	return parts
}

func (f *Feed) newTraces(now time.Time, everything bool, look Look) []string {
	var ready []string
	held := map[string]sighting{}
	traces := f.store.Traces()
	for i := len(traces) - 1; i >= 0; i-- { // the oldest first
		t := traces[i]
		seen, known := f.traces[t.ID]
		if !known || seen.spans != t.Spans {
			seen.spans, seen.changed = t.Spans, now
		}
		if seen.spans > seen.shown && (everything || f.ripe(t, now.Sub(seen.changed))) {
			ready = append(ready, t.ID)
			seen.shown = seen.spans
		}
		held[t.ID] = seen
	}
	f.traces = held // what the store has dropped is forgotten here too
	var parts []string
	for i, id := range ready {
		if i == maxNews {
			parts = append(parts, look.dim(fmt.Sprintf("    … and %s more", count(len(ready)-maxNews, "trace"))))
			break
		}
		for _, t := range f.layout(id) {
			parts = append(parts, Trace(t, look))
		}
	}
	return parts
}

// ripe reports whether a trace in which nothing has changed for so long can be
// drawn.
func (f *Feed) ripe(t collector.TraceSummary, quiet time.Duration) bool {
	switch _, called := f.callers[t.ID]; {
	case quiet < settled:
		return false
	case quiet >= patience || t.Complete():
		return true
	case !called:
		return false
	}
	for _, trace := range f.layout(t.ID) { // the root is the caller's
		if slices.ContainsFunc(trace.Rows, func(r waterfall.Row) bool { return r.Orphan }) {
			return false
		}
	}
	return true
}

// layout returns a trace with its caller, if that is known.
func (f *Feed) layout(id string) []waterfall.Trace {
	spans := f.store.Trace(id)
	if caller, ok := f.callers[id]; ok {
		spans = append(spans, caller)
	}
	return waterfall.Layout(spans)
}

// holds reports whether metrics are to wait: a trace that they name is to stand
// above them, and may still come.
func (f *Feed) holds(list []collector.Metric, now time.Time) bool {
	for _, m := range list {
		for _, p := range m.Points {
			if id := slowestTrace(m, p); id == "" || f.traces[id].shown > 0 {
				continue
			}
			if f.held.IsZero() {
				f.held = now
			}
			return now.Sub(f.held) < patience
		}
	}
	return false
}

// shown notes that metrics have been shown.
func (f *Feed) shown(list []collector.Metric) {
	f.held = time.Time{}
	for _, m := range list {
		for _, p := range m.Points {
			f.series[seriesKey(m, p)] = metrics.Value(m, p)
		}
	}
}

func seriesKey(m collector.Metric, p collector.Point) string {
	return fmt.Sprintf("%q", []string{m.Service, m.Instance, m.Scope, m.Name, fmt.Sprint(p.Attrs)})
}

// changedMetrics returns the metrics with only those points whose numbers have
// not been shown.
func (f *Feed) changedMetrics() []collector.Metric {
	var changed []collector.Metric
	for _, m := range f.store.Metrics() {
		var points []collector.Point
		for _, p := range m.Points {
			if f.series[seriesKey(m, p)] != metrics.Value(m, p) {
				points = append(points, p)
			}
		}
		if len(points) > 0 {
			m.Points = points
			changed = append(changed, m)
		}
	}
	return changed
}

package waterfall

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Trace is the spans of one trace, laid out.
type Trace struct {
	ID    string
	Start time.Time // of the span that starts first
	End   time.Time // of the span that ends last
	Rows  []Row     // in the order of drawing: a parent, then its children with their own

	Window time.Duration // from Start on, what it is drawn against: its own length, unless Within has said another
}

// A Row is one span's place in the picture.
type Row struct {
	Span       Span
	Parent     int     // the index of the parent's row in Trace.Rows; -1 for a root
	Depth      int     // 0 for a root
	Last       bool    // no sibling follows: its branch is drawn └─, not ├─
	Children   int     // how many rows have this one as their parent
	Offset     float64 // where it starts, as a fraction (0 to 1) of the window
	Width      float64 // how much of the window it takes; Offset+Width is at most 1
	Orphan     bool    // it has a parent, which is not among the spans; drawn as a root
	Cycle      bool    // it is its own ancestor; drawn as a root
	Critical   bool    // the trace would have been shorter, had this span been: see markCritical
	NewService bool    // its service is not its parent's; always true of a root that has one
	Peer       string  // whom a client or producer span called, when that is known
}

// Duration is how long the trace took, from its first start to its last end.
func (t Trace) Duration() time.Duration { return t.End.Sub(t.Start) }

// Services returns the names of the services in the trace, in the order of the
// rows, each once.
func (t Trace) Services() []string {
	var names []string
	seen := map[string]bool{"": true}
	for _, r := range t.Rows {
		if name := r.Span.Service; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// Errors counts the spans whose status is Error.
func (t Trace) Errors() int {
	n := 0
	for _, r := range t.Rows {
		if r.Span.Error {
			n++
		}
	}
	return n
}

// Layout groups spans by trace and arranges each trace as a tree. Every span
// becomes exactly one row, whatever its ids say.
//
// Siblings stand in the order of their start; at the same start (a fake clock)
// by name, then by span id, so that the picture does not depend on ids that
// differ in every run. Traces are ordered alike. The children of an id that
// several spans have belong to the first of these. Times are kept as they
// were reported: where clocks disagree, a child may start before its parent,
// and the window is as wide as all of them need.
func Layout(spans []Span) []Trace {
	groups := make(map[string][]Span)
	for _, s := range spans {
		groups[s.TraceID] = append(groups[s.TraceID], s)
	}
	traces := make([]Trace, 0, len(groups))
	for id, group := range groups {
		traces = append(traces, layoutTrace(id, group))
	}
	slices.SortFunc(traces, func(a, b Trace) int {
		return cmp.Or(a.Start.Compare(b.Start),
			strings.Compare(a.Rows[0].Span.Name, b.Rows[0].Span.Name),
			strings.Compare(a.ID, b.ID))
	})
	return traces
}

// layoutTrace lays out one trace of at least one span.
func layoutTrace(id string, spans []Span) Trace {
	spans = inOrder(spans)
	t := Trace{ID: id, Rows: arrange(spans)}
	t.Start, t.End = window(spans)
	t = t.Within(t.Duration())
	for i := range t.Rows {
		r := &t.Rows[i]
		r.NewService = r.Span.Service != "" && (r.Parent < 0 || r.Span.Service != t.Rows[r.Parent].Span.Service)
	}
	for i := range t.Rows {
		findPeer(t.Rows, i)
	}
	markCritical(t.Rows)
	return t
}

// Within returns the trace drawn against a window of that length, which begins
// with it: traces in windows of the same length can be compared by eye. A window
// that is shorter than the trace becomes as long.
func (t Trace) Within(window time.Duration) Trace {
	t.Window = max(window, t.Duration())
	t.Rows = slices.Clone(t.Rows)
	whole := float64(t.Window)
	for i := range t.Rows {
		r := &t.Rows[i]
		start, end := r.Span.interval()
		if whole > 0 && !start.IsZero() {
			r.Offset = min(float64(start.Sub(t.Start))/whole, 1)
			r.Width = min(float64(end.Sub(start))/whole, 1-r.Offset)
		}
	}
	return t
}

// Longest is how long the longest of some traces takes.
func Longest(traces []Trace) (longest time.Duration) {
	for _, t := range traces {
		longest = max(longest, t.Duration())
	}
	return longest
}

// inOrder returns the spans in the order of siblings. It sorts indices,
// because spans are large.
func inOrder(spans []Span) []Span {
	order := make([]int, len(spans))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &spans[i], &spans[j]
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.Name, b.Name), strings.Compare(a.SpanID, b.SpanID), i-j)
	})
	sorted := make([]Span, len(spans))
	for n, i := range order {
		sorted[n] = spans[i]
	}
	return sorted
}

// window returns the first start and the last end. Spans without any time do
// not count.
func window(spans []Span) (start, end time.Time) {
	for _, s := range spans {
		from, to := s.interval()
		if from.IsZero() {
			continue
		}
		if start.IsZero() || from.Before(start) {
			start = from
		}
		if to.After(end) {
			end = to
		}
	}
	return start, end
}

// findPeer sets whom the span of row i called, as far as it wrote that down.
// If row i is itself the other side of a call, its service is what its caller,
// which is above it, called.
func findPeer(rows []Row, i int) {
	r := &rows[i]
	if outgoing(r.Span.Kind) {
		r.Peer = r.Span.attr("service.peer.name", "peer.service", "db.system.name", "db.system", "messaging.system", "server.address")
	}
	if r.NewService && r.Parent >= 0 {
		if caller := &rows[r.Parent]; outgoing(caller.Span.Kind) {
			caller.Peer = r.Span.Service
		}
	}
}

func outgoing(kind string) bool { return kind == "client" || kind == "producer" }

package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"otel.workshop/internal/printable"
	"otel.workshop/internal/waterfall"
)

// mostRows is how many spans of a trace are drawn; the others are counted.
const mostRows = 1000

// A traceView is a waterfall as its template draws it: numbers are attributes
// already.
type traceView struct {
	ID, Short string
	Began     string // the time of day
	Took      string
	Spans     int
	Errors    int
	Services  []serviceView
	Ticks     []tick
	Rows      []rowView
	More      int // spans that are not drawn
	Instant   bool
}

type serviceView struct{ Name, Class string }

// A tick is a mark on the time axis.
type tick struct{ X, Label, Anchor string }

// A rowView is a span's row.
type rowView struct {
	ID       string // of the element
	URL      string // where the span's details are
	Name     string
	Service  string // where it changes, or ""
	Peer     string // whom it calls, when that has no span of its own
	Class    string // the colour of its service
	Owner    string // its service, always
	Note     string // why it is a root although it has a parent, or ""
	Error    bool
	Critical bool
	Took     string

	TreeWidth int    // px
	Tree      string // the path of its branches, in a box TreeWidth wide and 30 high

	X, Width string // of the bar, in percent
	LabelX   string
	Anchor   string // of the label: start, end, or in for one that stands within the bar
	Nudge    string // px between bar and label
}

// trace lays a trace out for the template. Of tells where its spans are asked
// for; see spanPart.
func (s *Server) trace(t waterfall.Trace, of string) traceView {
	v := traceView{
		ID: t.ID, Short: printable.Text(t.ID[:min(8, len(t.ID))]), Took: waterfall.FormatDuration(t.Duration()),
		Spans: len(t.Rows), Errors: t.Errors(), Instant: t.Window == 0,
	}
	if !t.Start.IsZero() {
		v.Began = t.Start.Local().Format("15:04:05")
	}
	services := t.Services()
	for _, name := range services {
		v.Services = append(v.Services, serviceView{printable.Text(name), s.palette.class(name)})
	}
	for i, at := range []float64{0, 0.25, 0.5, 0.75, 1} {
		v.Ticks = append(v.Ticks, tick{
			X: percent(at), Label: waterfall.FormatDuration(time.Duration(at * float64(t.Window))),
			Anchor: []string{"start", "middle", "middle", "middle", "end"}[i],
		})
	}
	rows := t.Rows
	if len(rows) > mostRows {
		v.More, rows = len(rows)-mostRows, rows[:mostRows]
	}
	step := levelWidth(rows)
	known := map[string]bool{}
	for _, name := range services {
		known[name] = true
	}
	seen := map[string]int{}
	for i, r := range rows {
		seen[r.Span.SpanID]++
		nth := seen[r.Span.SpanID]
		row := rowView{
			ID:   fmt.Sprintf("s-%s-%d", r.Span.SpanID, nth),
			URL:  "/span?" + url.Values{"of": {of}, "trace": {t.ID}, "span": {r.Span.SpanID}, "nth": {strconv.Itoa(nth)}}.Encode(),
			Name: printable.Text(r.Span.Name), Owner: printable.Text(r.Span.Service), Class: s.palette.class(r.Span.Service),
			Error: r.Span.Error, Critical: r.Critical && len(rows) > 1, Took: waterfall.FormatDuration(r.Span.Duration()),
		}
		if row.Name == "" {
			row.Name = "(no name)"
		}
		if r.NewService && (r.Parent >= 0 || len(services) > 1) {
			row.Service = row.Owner
		}
		if r.Peer != "" && !known[r.Peer] {
			row.Peer = printable.Text(r.Peer)
		}
		if r.Span.End.IsZero() {
			row.Took = "no end"
		}
		switch {
		case r.Orphan:
			row.Note = "its parent was not received"
		case r.Cycle:
			row.Note = "its own ancestor"
		}
		row.Tree, row.TreeWidth = branches(rows, i, step)
		row.place(r.Offset, r.Width)
		v.Rows = append(v.Rows, row)
	}
	return v
}

// leastWidth is that of the shortest bar, as a share of all: with its border it
// is two px and more.
const leastWidth = 0.0005

// place places the bar, and its label where there is room: behind the bar,
// before it, or in it.
func (r *rowView) place(offset, width float64) {
	width = max(width, leastWidth)
	offset = min(offset, 1-width)
	r.X, r.Width = percent(offset), percent(width)
	end := offset + width
	switch {
	case end <= 0.8:
		r.LabelX, r.Anchor, r.Nudge = percent(end), "start", "6"
	case offset >= 0.2:
		r.LabelX, r.Anchor, r.Nudge = percent(offset), "end", "-6"
	default:
		r.LabelX, r.Anchor, r.Nudge = percent(end), "in", "-6"
	}
}

func percent(f float64) string {
	return strconv.FormatFloat(f*100, 'f', 3, 64) + "%"
}

// levelWidth is how far a level of a tree is indented, in px: less in a deep one.
func levelWidth(rows []waterfall.Row) int {
	deepest := 0
	for _, r := range rows {
		deepest = max(deepest, r.Depth)
	}
	return max(3, min(16, 160/max(deepest, 1)))
}

// branches returns the lines that lead from the left edge to a row's name, as
// an SVG path 30 high, and how wide that is.
func branches(rows []waterfall.Row, i, step int) (path string, width int) {
	depth := rows[i].Depth
	if depth == 0 {
		return "", 0
	}
	var b strings.Builder
	half := step / 2
	x := (depth-1)*step + half
	fmt.Fprintf(&b, "M%d 0V15H%d", x, depth*step)
	if !rows[i].Last {
		fmt.Fprintf(&b, "M%d 15V30", x)
	}
	for at := rows[i].Parent; at >= 0 && rows[at].Depth > 0; at = rows[at].Parent {
		if x -= step; !rows[at].Last {
			fmt.Fprintf(&b, "M%d 0V30", x)
		}
	}
	return b.String(), depth*step + 4
}
